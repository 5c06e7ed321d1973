"""The libraries that go along: which, from where, and their licences."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = "lib/vuemo"

# What every Linux with glibc has.
SYSTEM = re.compile(r"(lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s)|ld-linux.*)\.so\b")

# What libhdf5 names for reading from web addresses, which vuemo never does, with the version of its symbols. A library in its place
# that fails saves some thirty others.
STAND_INS = {
    "libcurl.so.4": ("CURL_OPENSSL_4", [
        "curl_easy_cleanup", "curl_easy_init", "curl_easy_perform", "curl_easy_setopt", "curl_global_cleanup", "curl_global_init",
        "curl_slist_append", "curl_slist_free_all"]),
    "libcrypto.so.3": ("OPENSSL_3.0.0", ["EVP_sha256", "HMAC", "SHA256"]),
}

# Parts of Python's standard library that no conversion can need: tests, windows, other programs.
PYTHON_WITHOUT = {
    "__pycache__", "config-*", "dist-packages", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages",
    "sitecustomize.py", "test", "tests", "tkinter", "turtle*", "venv",
}


def needed(file):
    """The names of the libraries that a file names itself."""
    shown = subprocess.run(["readelf", "-d", str(file)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", shown)


def found(file):
    """Where the dynamic linker finds each library that a file needs, also through others."""
    shown = subprocess.run(["ldd", str(file)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", shown, re.MULTILINE))


def copy_libraries(prefix, programs):
    """Copies what the programs need into the tree, with Python's standard library, and the licences of all."""
    folder, licences = prefix / FOLDER, prefix / "share/doc/vuemo/licences"
    folder.mkdir(parents=True)
    for program in programs:
        copy_needed(prefix / "bin" / program, folder, licences)
    libpython = next(folder.glob("libpython3.*.so.*"), None)
    if libpython is None:
        sys.exit("dist: vuemo-convert was built without Python: install libpython3-dev and build anew")
    version = re.match(r"libpython(3\.\d+)", libpython.name)[1]
    copy_standard_library(pathlib.Path("/usr/lib", f"python{version}"), folder, licences)


def copy_needed(file, folder, licences):
    places = found(file)
    waiting = needed(file)
    while waiting:
        name = waiting.pop()
        copy = folder / name
        if SYSTEM.match(name) or copy.exists():
            continue
        if name in STAND_INS:
            write_stand_in(copy, *STAND_INS[name])
            continue
        if name not in places:
            sys.exit(f"dist: {file} needs {name}, which the dynamic linker does not find")
        source = pathlib.Path(places[name]).resolve()
        shutil.copyfile(source, copy)
        copy.chmod(0o755)
        copy_licence(source, licences)
        waiting += needed(source)
        places = {**found(source), **places}


def write_stand_in(path, version, functions):
    """A library whose functions all return 0, which libhdf5 takes for a failure."""
    with tempfile.TemporaryDirectory() as folder:
        source, exports = pathlib.Path(folder, "stand_in.c"), pathlib.Path(folder, "exports")
        source.write_text("".join(f"void *{name}(void) {{ return 0; }}\n" for name in functions))
        exports.write_text(f"{version} {{ global: {' '.join(name + ';' for name in functions)} local: *; }};\n")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-Os", "-s", "-nostdlib", f"-Wl,-soname,{path.name}", f"-Wl,--version-script,{exports}",
             "-o", str(path), str(source)], check=True)


def copy_standard_library(source, folder, licences):
    """Python's standard library, compiled, without what no conversion needs. Its extensions bring their own libraries."""
    target = folder / source.name
    shutil.copytree(source, target, symlinks=False, ignore_dangling_symlinks=True, ignore=shutil.ignore_patterns(*PYTHON_WITHOUT))
    for extension in sorted((target / "lib-dynload").glob("*.so")):
        # TLS, databases, terminals: what they need is not small, and nothing here asks for it.
        if re.match(r"_(ssl|hashlib|sqlite3|curses|curses_panel|dbm|gdbm|tkinter|test.*)\.|(readline|nis|xxlimited.*)\.", extension.name):
            extension.unlink()
            continue
        copy_needed(extension, folder, licences)
    # Compiled, so that starting takes no second; no time of a file decides whether that form counts.
    subprocess.run(
        [f"/usr/bin/{source.name}", "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash", "-s", str(folder), str(target)],
        check=True)
    copy_licence(source / "os.py", licences)


def copy_licence(file, licences):
    """What Debian says of the package that a file is from."""
    # Files of packages from before the move to /usr are listed without it.
    for path in (str(file), str(file).removeprefix("/usr")):
        shown = subprocess.run(["dpkg", "-S", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        if shown.returncode == 0:
            package = shown.stdout.split(":")[0]
            break
    else:
        sys.exit(f"dist: {file} is from no package of Debian, so its licence is not known")
    licences.mkdir(parents=True, exist_ok=True)
    text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text()
    (licences / f"{package}.txt").write_text(text)
    # Debian's texts name the well-known licences by a file that other systems do not have.
    for name in set(re.findall(r"/usr/share/common-licenses/([\w.+-]*[\w+])", text)):
        common = pathlib.Path("/usr/share/common-licenses", name)
        if common.is_file():
            shutil.copyfile(common, licences / f"common-{name}.txt")


def copy_swift_licences(scratch, licences):
    """Those of Swift's runtime and of the packages that are linked into the programs."""
    licences.mkdir(parents=True, exist_ok=True)
    swift = pathlib.Path(shutil.which("swift")).resolve()
    shutil.copyfile(swift.parent.parent / "share/swift/LICENSE.txt", licences / "swift.txt")
    for checkout in sorted((scratch / "checkouts").iterdir()):
        texts = sorted(path for path in checkout.iterdir() if re.match(r"(LICENSE|NOTICE)", path.name) and path.is_file())
        if not texts:
            sys.exit(f"dist: {checkout.name} states no licence")
        (licences / f"{checkout.name}.txt").write_text("\n".join(path.read_text() for path in texts))


def oldest_glibc(prefix):
    """The version of glibc that the tree needs, as (2, 36)."""
    versions = set()
    for path in prefix.rglob("*"):
        if path.is_file() and path.open("rb").read(4) == b"\x7fELF":
            shown = subprocess.run(["objdump", "-T", str(path)], check=True, stdout=subprocess.PIPE, text=True).stdout
            versions |= {tuple(map(int, one.split("."))) for one in re.findall(r"\(GLIBC_(\d+\.\d+)[.\d]*\)", shown)}
    return max(versions)

"""The Debian package: the programs with the system's own libraries."""
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

CONTROL = """\
Package: vuemo
Version: {version}
Architecture: {architecture}
Maintainer: the authors of vuemo <vuemo@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Section: science
Priority: optional
Description: emotion recognition in conversations, from feature files to trained models
 vuemo turns the feature files of multimodal emotion recognition in conversation
 into one checked HDF5 store, and trains models from it on the CPU.
"""


def write(tree, version, time, out):
    """The tree below `usr` as a package in `out`."""
    shown = subprocess.run(["dpkg", "--print-architecture"], check=True, stdout=subprocess.PIPE, text=True)
    architecture = shown.stdout.strip()
    path = out / f"vuemo_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "root")
        shutil.copytree(tree, root / "usr")
        arrange_documents(root / "usr/share")
        files = sorted(one for one in root.rglob("*") if one.is_file())
        control = root / "DEBIAN"
        control.mkdir()
        sums = (f"{hashlib.md5(one.read_bytes()).hexdigest()}  {one.relative_to(root)}\n" for one in files)
        (control / "md5sums").write_text("".join(sums))
        (control / "control").write_text(CONTROL.format(
            version=version, architecture=architecture, depends=dependencies(root),
            kilobytes=sum(one.stat().st_size for one in files) // 1024))
        for one in [root, *root.rglob("*")]:
            one.chmod(0o755 if one.is_dir() or one.parent.name == "bin" else 0o644)
            os.utime(one, (time, time))
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(root), str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


def arrange_documents(share):
    """As Debian wants them: manual pages and the changelog compressed, one file of licences."""
    documents = share / "doc/vuemo"
    licences = [documents / "LICENSE", *sorted((documents / "licences").iterdir())]
    (documents / "copyright").write_text("\n\n".join(f"{one.stem}\n\n{one.read_text()}" for one in licences))
    shutil.rmtree(documents / "licences")
    (documents / "LICENSE").unlink()
    (documents / "CHANGELOG.md").rename(documents / "changelog")
    for one in [documents / "changelog", *(share / "man/man1").iterdir()]:
        one.with_name(one.name + ".gz").write_bytes(gzip.compress(one.read_bytes(), mtime=0))
        one.unlink()


def dependencies(root):
    """What the programs need, as dpkg-shlibdeps finds it. Python's standard library comes with its library."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "debian").mkdir()
        pathlib.Path(folder, "debian/control").write_text("Source: vuemo\n\nPackage: vuemo\nArchitecture: any\n")
        programs = [f"-e{one}" for one in sorted((root / "usr/bin").iterdir())]
        shown = subprocess.run(
            ["dpkg-shlibdeps", "-O", *programs], cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return re.search(r"^shlibs:Depends=(.*)$", shown.stdout, re.MULTILINE)[1]

"""The wheel: the bundled tree as data of a Python distribution, and `vuemo_store`.

`pip` lays the programs into the environment's bin and the rest beside it, where they find their libraries by their own place.
"""
import base64
import hashlib
import platform
import re
import time as clock
import zipfile


def write(prefix, package, version, glibc, time, out):
    """`prefix` and the Python package in the folder `package` as a wheel in `out`.

    `glibc` is the oldest that the programs run with.
    """
    tag = f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{platform.machine()}"
    path = out / f"vuemo-{version}-{tag}.whl"
    information, data = f"vuemo-{version}.dist-info", f"vuemo-{version}.data"
    files = {}
    for source in sorted((package / "src" / "vuemo_store").rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            files[f"vuemo_store/{source.relative_to(package / 'src' / 'vuemo_store')}"] = source.read_bytes()
    for source in sorted(prefix.rglob("*")):
        if source.is_file():
            place = source.relative_to(prefix)
            name = f"scripts/{place.name}" if place.parts[0] == "bin" else f"data/{place}"
            files[f"{data}/{name}"] = source.read_bytes()
    files[f"{information}/METADATA"] = metadata(package, version).encode()
    files[f"{information}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: vuemo scripts/dist\nRoot-Is-Purelib: false\nTag: {tag}\n").encode()
    record = [f"{name},sha256={digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{information}/RECORD"] = ("\n".join([*record, f"{information}/RECORD,,"]) + "\n").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Zip archives know no time before 1980.
            member = zipfile.ZipInfo(name, max(clock.gmtime(time)[:6], (1980, 1, 1, 0, 0, 0)))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o100755 if "/scripts/" in name or ".so" in name else 0o100644) << 16
            archive.writestr(member, content)
    return path


def metadata(package, version):
    """What pyproject.toml says of the package holds for the wheel that carries it."""
    project = (package / "pyproject.toml").read_text()
    needs = re.findall(r'"([^"]+)"', re.search(r"^dependencies = \[(.*)\]$", project, re.MULTILINE)[1])
    torch = re.search(r'^torch = \["(.*)"\]$', project, re.MULTILINE)[1]
    python = re.search(r'^requires-python = "(.*)"$', project, re.MULTILINE)[1]
    lines = [
        "Metadata-Version: 2.1", "Name: vuemo", f"Version: {version}",
        "Summary: Converts and checks features of conversations, trains models of emotion recognition, and reads its stores in Python",
        "License: Apache-2.0", f"Requires-Python: {python}",
        *(f"Requires-Dist: {one}" for one in needs),
        "Provides-Extra: torch", f'Requires-Dist: {torch}; extra == "torch"',
        "Description-Content-Type: text/markdown", "", (package / "README.md").read_text(),
    ]
    return "\n".join(lines)


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

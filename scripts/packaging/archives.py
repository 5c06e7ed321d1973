"""The archive: a folder that can be put anywhere."""
import gzip
import tarfile


def write(prefix, time, out):
    """`prefix` as a compressed archive in `out`; the same tree gives the same bytes."""
    path = out / f"{prefix.name}.tar.gz"
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=time, filename="") as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in [prefix, *sorted(prefix.rglob("*"))]:
            information = archive.gettarinfo(member, str(member.relative_to(prefix.parent)))
            information.mtime, information.uid, information.gid = time, 0, 0
            information.uname = information.gname = "root"
            information.mode = 0o755 if member.is_dir() or information.mode & 0o100 else 0o644
            if member.is_file():
                with member.open("rb") as content:
                    archive.addfile(information, content)
            else:
                archive.addfile(information)
    return path

"""What is looked at before any value of a file is read: that the file holds everything itself (FORMAT.md, Objects).

Links are looked at by their type and never followed; an object is opened only through a hard link. Damage inside of
HDF5's own structures is left to libhdf5, which checks their checksums; `vuemo validate` looks closer.
"""

from __future__ import annotations

import os
import stat
from typing import Any, Union

import h5py

from .errors import StoreError, shown

PathLike = Union[str, "os.PathLike[str]"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
READABLE_FILTERS = frozenset({1, 2, 3})  # gzip, shuffle, Fletcher-32
LARGEST_CHUNK = 16 << 20
MOST_NESTED_GROUPS = 32


def check_file(path: str) -> None:
    """Refuses what is no regular file with HDF5's signature at its beginning, before libhdf5 opens it.

    Raises:
        StoreError: naming the path and what it is.
    """
    name = shown(path, 1000)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise StoreError(f"{name}: there is no such file; check the path") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{name}: it cannot be opened: {_reason(error)}") from None
    if stat.S_ISDIR(mode):
        raise StoreError(f"{name}: it is a folder; give the store file in it")
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for a writer.
        raise StoreError(f"{name}: it is a pipe, a socket or a device; save its content to a file and give that")
    try:
        with open(path, "rb") as file:
            beginning = file.read(9)
    except OSError as error:
        raise StoreError(f"{name}: it cannot be read: {_reason(error)}") from None
    if beginning[:8] != SIGNATURE:
        raise StoreError(f"{name}: it does not begin as an HDF5 file; give a store that 'vuemo convert' wrote")
    if beginning[8:] not in (b"\x02", b"\x03"):
        raise StoreError(
            f"{name}: it is an HDF5 file of another form (its superblock is not of version 2 or 3) and no feature "
            "store; give a store that 'vuemo convert' wrote"
        )


def check_objects(file: Any, name: str) -> list[str]:
    """Walks through every name in an open file without following a link.

    Returns:
        the paths of all datasets, each without the leading slash, in the order of their bytes.

    Raises:
        StoreError: for the first object that a store may not hold.
    """
    datasets: list[str] = []
    root = h5py.h5o.get_info(file.id)
    seen = {root.addr: "/"}
    waiting: list[tuple[Any, str, int]] = [(h5py.h5g.open(file.id, b"/"), "", 0)]
    while waiting:
        group, prefix, depth = waiting.pop()
        for member in sorted(group):
            path = prefix + _text(member, name, prefix)
            _check_link(group, member, name, path)
            opened = h5py.h5o.open(group, member)
            address = h5py.h5o.get_info(opened).addr
            if address in seen:
                first = shown(seen[address])
                raise _foreign(name, path, f"it is another name of '{first}', and an object has one name only")
            seen[address] = path
            if isinstance(opened, h5py.h5g.GroupID):
                if depth >= MOST_NESTED_GROUPS:
                    raise _foreign(name, path, f"it lies in more than {MOST_NESTED_GROUPS} groups within each other")
                waiting.append((opened, path + "/", depth + 1))
            elif isinstance(opened, h5py.h5d.DatasetID):
                _check_storage(opened, name, path)
                datasets.append(path)
    return sorted(datasets, key=lambda path: path.encode())


def _text(name: bytes, file: str, place: str) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        raise StoreError(
            f"{file}: in '/{shown(place)}' a name is not UTF-8; give a store that 'vuemo convert' wrote"
        ) from None


def _check_link(group: Any, member: bytes, name: str, path: str) -> None:
    if group.links.get_info(member).type != h5py.h5l.TYPE_HARD:
        raise _foreign(name, path, "it is a link to somewhere else and not an object of this file")


def _check_storage(dataset: Any, name: str, path: str) -> None:
    creation = dataset.get_create_plist()
    layout = creation.get_layout()
    if layout == h5py.h5d.VIRTUAL:
        raise _foreign(name, path, "it is a virtual dataset")
    if layout == h5py.h5d.CONTIGUOUS and creation.get_external_count() > 0:
        raise _foreign(name, path, "its data lies in another file")
    filters = [creation.get_filter(place)[0] for place in range(creation.get_nfilters())]
    for number in filters:
        if number not in READABLE_FILTERS:
            raise _foreign(name, path, f"it needs filter {number}, which not every HDF5 library has")
    kind = dataset.get_type()
    variable = kind.get_class() == h5py.h5t.STRING and kind.is_variable_str()
    if variable or kind.detect_class(h5py.h5t.VLEN):
        raise _foreign(name, path, "its values are of variable length")
    if layout == h5py.h5d.CHUNKED:
        size = kind.get_size()
        for extent in creation.get_chunk():
            size *= extent
        if size > LARGEST_CHUNK:
            raise _foreign(
                name, path, f"its chunks are of {size} bytes; chunks of more than {LARGEST_CHUNK} bytes are not read"
            )


def _foreign(name: str, path: str, what: str) -> StoreError:
    return StoreError(
        f"{name}: '/{shown(path)}': {what}; a store holds everything itself: use one that 'vuemo convert' wrote"
    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)

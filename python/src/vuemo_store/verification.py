"""The checksums of a store, as FORMAT.md defines them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from .errors import StoreError, shown
from .values import Values

_PIECE = 4 << 20
_CLOSING = re.compile(rb"\nvuemo-store crc32 ([0-9a-f]{8})\n")
_CLOSING_LENGTH = 28


@dataclass(frozen=True)
class Fault:
    """One thing that does not match."""

    path: str
    """The dataset, or `/` for the file as a whole."""
    message: str
    rows: range | None = None
    """The rows of the damaged block, where it is known."""

    def __str__(self) -> str:
        """What and where, in one clause."""
        return f"'{shown(self.path)}': {self.message}"


def faults(values: Values, datasets: Iterable[str], version: tuple[int, int], content_id: str) -> list[Fault]:
    """Compares everything and returns what does not match; reads pieces of 4 MiB.

    Args:
        values: the open file.
        datasets: the paths of all its datasets.
        version: major and minor version of its format.
        content_id: what the file states.

    Raises:
        StoreError: where the file cannot be read.
    """
    found = list(_closing(values))
    lines: list[bytes] = []
    for path in sorted(datasets, key=lambda path: path.encode()):
        if path.startswith("checksums/"):
            continue
        dataset = values.object(path, h5py.Dataset)
        stated = values.text(path, "sha256") if values.has_attribute(path, "sha256") else None
        digests = _compared(values, dataset, path, stated, found)
        line = _line(dataset, path, digests, version)
        if line is not None:
            lines.append(line)
    if version[1] >= 1:
        lines += _meanings(values, datasets)
    # A later minor version may count further objects.
    if version in ((1, 0), (1, 1)) and hashlib.sha256(b"".join(sorted(lines))).hexdigest() != content_id:
        found.append(Fault("/", "what it holds does not have the content id that it states"))
    return found


def _closing(values: Values) -> Iterator[Fault]:
    """The checksum of the whole file, where there is one."""
    try:
        with open(values.file.filename, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _CLOSING_LENGTH))
            end = _CLOSING.fullmatch(file.read())
            if end is None:
                return
            file.seek(0)
            checksum, left = 0, size - _CLOSING_LENGTH
            while left > 0:
                piece = file.read(min(left, _PIECE))
                if not piece:
                    break
                checksum = zlib.crc32(piece, checksum)
                left -= len(piece)
    except OSError as error:
        raise StoreError(f"{values.name}: it cannot be read: {error.strerror}") from None
    if left or b"%08x" % checksum != end[1]:
        yield Fault("/", "the file's bytes do not match the checksum at its end")


@dataclass(frozen=True)
class _Digests:
    stored: str
    """Of the bytes as they are stored."""
    strings: str
    """Of strings without their filling, each followed by a zero byte."""


def _compared(values: Values, dataset: Any, path: str, stated: str | None, found: list[Fault]) -> _Digests:
    """Reads a dataset once, compares its blocks and its SHA-256, and adds what does not match to `found`."""
    rows = dataset.shape[0] if dataset.ndim else 1
    row_bytes = dataset.dtype.itemsize * int(np.prod(dataset.shape[1:], dtype=np.int64))
    sums_path = f"checksums/{path}"
    block, sums = _block_sums(values, sums_path, rows, found, path)
    stored, strings = hashlib.sha256(), hashlib.sha256()
    damaged: list[int] = []
    row = 0
    for number in range(-(-rows // block) if block else 0):
        checksum, end = 0, min(rows, (number + 1) * block)
        while row < end:
            piece = values.read(dataset, path, slice(row, min(end, row + max(1, _PIECE // max(row_bytes, 1)))))
            content = piece.tobytes()
            stored.update(content)
            if dataset.dtype.kind == "S":
                strings.update(b"".join(text + b"\0" for text in piece.tolist()))
            checksum = zlib.crc32(content, checksum)
            row += len(piece)
        if sums is not None and checksum != sums[number]:
            damaged.append(number)
    for number in damaged:
        place = range(number * block, min(rows, (number + 1) * block))
        found.append(Fault(f"/{path}", f"rows {place.start} to {place.stop - 1} do not match their checksum", place))
    if stated is None:
        found.append(Fault(f"/{path}", "it has no SHA-256"))
    elif stored.hexdigest() != stated and not damaged:
        found.append(Fault(f"/{path}", "its bytes do not have the SHA-256 that is stated beside them"))
    return _Digests(stored.hexdigest(), strings.hexdigest())


def _block_sums(values: Values, path: str, rows: int, found: list[Fault], of: str) -> tuple[int, list[int] | None]:
    """Rows in a block, and the stated checksums; one block and None where they cannot be used."""
    whole = max(rows, 1)
    if path not in values.file:
        found.append(Fault(f"/{of}", "it has no block checksums"))
        return whole, None
    block = values.number(path, "rows_per_block")
    if block <= 0:
        found.append(Fault(f"/{of}", "its block checksums claim no rows per block"))
        return whole, None
    sums = values.array(path, "<u4").tolist()
    if len(sums) != -(-rows // block):
        found.append(Fault(f"/{of}", f"it has {len(sums)} block checksums for {-(-rows // block)} blocks"))
        return whole, None
    return block, sums


def _line(dataset: Any, path: str, digests: _Digests, version: tuple[int, int]) -> bytes | None:
    """The dataset's line in the content id, or None where it has none."""
    if path.startswith(("statistics/", "provenance/")):
        return None
    kind, digest = dataset.dtype.str, digests.stored
    if version[1] == 0:
        if path.startswith("targets/"):
            return None
    else:
        if path == "splits/origin":
            return None
        if dataset.dtype.kind == "S":
            kind, digest = "S", digests.strings
    return "\t".join([f"/{path}", kind, ",".join(map(str, dataset.shape)), digest]).encode() + b"\n"


def _meanings(values: Values, datasets: Iterable[str]) -> Iterator[bytes]:
    """The lines of attributes that say what numbers mean."""
    texts = {"/@dataset": values.text("", "dataset"), "/speakers@scope": values.text("speakers", "scope")}
    for path in datasets:
        if not path.startswith("features/"):
            continue
        texts[f"/{path}@modality"] = values.text(path, "modality")
        if values.has_attribute(path, "layer"):
            texts[f"/{path}@layer"] = str(values.number(path, "layer"))
    for name, text in texts.items():
        yield f"{name}\t{hashlib.sha256(text.encode()).hexdigest()}\n".encode()

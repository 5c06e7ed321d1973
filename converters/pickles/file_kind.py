"""What a file really is when it is not a pickle: wrong kinds are common under a .pkl name."""

import re

from faults import MalformedPickle
from pickles.text_kind import text_kind

# First bytes -> what the file is and what to do about it.
SIGNATURES = [
    (b"version https://git-lfs", "is a Git LFS pointer and not the file itself: fetch it with 'git lfs pull' or download it again"),
    (b"PK\x05\x06", "is an empty zip archive: download the file again"),
    (b"\xc2\x80", "begins as a pickle does whose bytes were written as text in UTF-8, which changes them: copy the file again in binary mode"),
    (b"\xef\xbf\xbd", "begins with U+FFFD, which text programs write for bytes that they cannot read: copy the file again in binary mode"),
    (b"\x28\xb5\x2f\xfd", "is a zstd archive: unpack it with unzstd first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it first"),
    (b"Rar!\x1a\x07", "is a RAR archive: unpack it first"),
    (b"\x93NUMPY", "is a NumPy .npy array and not a pickle of a whole dataset: give the dataset's feature pickles"),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file, perhaps a store that is converted already: look at it with 'vuemo info'"),
    (b"MATLAB ", "is a MATLAB file: load it with scipy.io.loadmat (or h5py, version 7.3) and save its arrays as .npy for 'vuemo convert table'"),
    (b"\x7fELF", "is a program and not data: download the feature file again"),
    (b"\x89PNG\r\n\x1a\n", "is a picture (PNG): give the dataset's feature pickles"),
    (b"\xff\xd8\xff", "is a picture (JPEG): give the dataset's feature pickles"),
    (b"RIFF", "is a sound or video file (RIFF): give the dataset's feature pickles"),
    (b"SQLite format 3\0", "is an SQLite database: give the dataset's feature pickles"),
    (b"ARROW1", "is an Arrow file and not a pickle: give the dataset's feature pickles"),
    (b"\x04\x22\x4d\x18", "is an lz4 archive, which is not read: unpack it with unlz4 first; or, where joblib wrote it and you trust it, load it with joblib "
     "and save it with compress='gzip'"),
    (b"ZF0x", "is compressed as joblib did before 0.10, which is not read: where you trust it, load it with joblib and save it again with joblib.dump"),
    (b"%PDF", "is a PDF document: download the feature file again"),
    (b"PAR1", "is a Parquet file and not a pickle: give the dataset's feature pickles"),
]
NPY_OF_OBJECTS = ("is a NumPy .npy file of Python objects, which are a pickle inside of it: where you trust it, load it with "
                  "numpy.load(..., allow_pickle=True).item() and save that with pickle.dump")

# The opcodes a pickle can begin with: any that needs nothing on the stack, STOP excepted.
FIRST_OPCODES = frozenset(b"\x80(]})cFIJKLMNGSTUVXBC\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96PQ\x82\x83\x84")


def is_tar(head):
    """Whether a tar archive begins so: PyTorch tries tar before pickle, and old archives have a checksum and no signature."""
    if head[257:262] == b"ustar":
        return True
    if len(head) < 512:
        return False
    field = head[148:156]
    try:                                       # as Python's tarfile reads it, which takes 0o123 and 1_2 for octal numbers too
        if field[0] in (0x80, 0xff):           # a number of 7 bytes, which 0xff makes negative
            stated = int.from_bytes(field[1:], "big") - (256 ** 7 if field[0] == 0xff else 0)
        else:
            stated = int(str(field.split(b"\0")[0], "ascii").strip() or "0", 8)
    except ValueError:
        return False
    others = head[:148] + head[156:]
    unsigned = 8 * 0x20 + sum(others)
    return stated in (unsigned, unsigned - 256 * sum(byte > 127 for byte in others))


def pickle_in_npy(data):
    """Where the pickle begins in a .npy file of Python objects, or None for any other file."""
    if data[:6] != b"\x93NUMPY" or len(data) < 12:
        return None
    begin = 10 + int.from_bytes(data[8:10], "little") if data[6] == 1 else 12 + int.from_bytes(data[8:12], "little")
    return begin if re.search(rb"'descr':\s*'[|<>=]?O'", bytes(data[:min(begin, 4096)])) else None


def refuse_other_kinds(data, name):
    """Raise MalformedPickle naming what `data` really is, unless it can be a pickle."""
    if len(data) == 0:
        raise MalformedPickle(f"{name} is empty: download it again.")
    head = bytes(data[:512])
    for signature, meaning in SIGNATURES:
        if head.startswith(signature):
            raise MalformedPickle(f"{name} {meaning}.")
    kind = text_kind(data)
    if kind is not None:
        raise MalformedPickle(f"{name} {kind}.")
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") <= len(data) - 8:
        raise MalformedPickle(f"{name} is a safetensors file and not a pickle: save its tensors as .npy for 'vuemo convert table'.")
    if is_tar(head):
        raise MalformedPickle(f"{name} is a tar archive: unpack it first.")
    if not any(head):
        raise MalformedPickle(f"{name} begins with nothing but zero bytes: the download is damaged; download it again.")
    if head[0] not in FIRST_OPCODES:
        raise MalformedPickle(f"{name} is not a pickle: it begins with {head[:8]!r}; give the dataset's feature pickles.")

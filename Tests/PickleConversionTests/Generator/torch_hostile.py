"""Archives that are not what torch.save writes, or would make a careless reader run something or fill the machine.

`make(kind)` gives the bytes of one; `KINDS` names them all. `damage(data, seed)` changes one byte.
"""

import pickle
import random
import struct
import zipfile

import torch_files
from torch_files import Storage, Tensor

canary = "CANARY"                # the file that is made if anything runs

GOOD = {"a": Tensor(Storage("FloatStorage", bytes(24), 6), 0, (2, 3), (3, 1))}


def with_pickle(raw, **further):
    """An archive whose data.pkl is `raw`."""
    return torch_files.archive({"x/data.pkl": raw, **{f"x/{name}": content for name, content in further.items()}, "x/version": b"3\n"})


def call(module, name, *arguments):
    return f"c{module}\n{name}\n(".encode() + b"".join(f"S'{argument}'\n".encode() for argument in arguments) + b"tR."


def tensor(offset=0, shape=(2, 3), strides=(3, 1), kind="FloatStorage", count=6, raw=bytes(24)):
    return torch_files.write({"a": Tensor(Storage(kind, raw, count), offset, shape, strides)})


def renamed(new, old=b"features/data/0"):
    """One member's name changed in both of its places."""
    data = torch_files.write(GOOD)
    return data.replace(old, new)


def only_directory(old, new):
    """The last occurrence changed: the directory's, and not the member's own header."""
    data = torch_files.write(GOOD)
    at = data.rindex(old)
    return data[:at] + new + data[at + len(old):]


def entry(name, field, value, size=4):
    """One number of a member's entry in the directory changed, `field` bytes after its beginning."""
    data = torch_files.write(GOOD)
    at = data.rindex(name) - 46 + field
    return data[:at] + value.to_bytes(size, "little") + data[at + size:]


def overlapping():
    """A member that lies within the bytes of another."""
    members = {**torch_files.parts(GOOD), "features/data/1": bytes(24)}
    data = torch_files.archive(members)
    begin = data.index(b"features/data/1") - 30
    inner = data[begin:begin + 30 + 15 + 24]
    data = torch_files.archive({**members, "features/data/2": inner})
    offset = data.rindex(b"features/data/1") - 4
    return data[:offset] + data.rindex(inner).to_bytes(4, "little") + data[offset + 4:]


def expanded(times=1):
    """A megabyte of zeros that strides of zero make 64 of, `times` again and again."""
    storage = Storage("FloatStorage", bytes(1 << 20), 1 << 18)
    return torch_files.write({str(n): Tensor(storage, 0, (64, 512, 512), (0, 512, 1)) for n in range(times)})


def deflated(name):
    """A bomb: a member of 64 MiB that deflates to 64 KiB."""
    members = torch_files.parts(GOOD)
    members[f"features/{name}"] = b"(" * (64 << 20) if name == "data.pkl" else bytes(64 << 20)
    return torch_files.archive(members, zipfile.ZIP_DEFLATED)


def split_end(data):
    """The archive without its end record, and that record's numbers: count, bytes and begin of the directory."""
    count, size, start = struct.unpack_from("<HII", data, len(data) - 12)
    return data[:-22], count, size, start


def second_directory(place=None, value=0, gap=b"", size_of_record=44):
    """With a record of 64 bits beside the short one. It says the same, but for one of count, count, bytes and begin: readers differ in
    which of the two they take. `gap`: bytes between the record and its locator, where some readers expect the record."""
    data, count, size, start = split_end(torch_files.write(GOOD))
    numbers = [count, count, size, start]
    if place is not None:
        numbers[place] += value
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", size_of_record, 45, 45, 0, 0, *numbers)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(data), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    return data + record + gap + locator + end


def gap():
    """Bytes between the directory and the record behind it: some readers move every offset by as much."""
    data, count, size, start = split_end(torch_files.write(GOOD))
    return data + bytes(16) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, start, 0)


def twice():
    """Two members of one name."""
    data = torch_files.archive({**torch_files.parts(GOOD), "features/data/1": bytes(24)})
    return data.replace(b"features/data/1", b"features/data/0")


KINDS = {
    "system": lambda: with_pickle(call("os", "system", f"touch {canary}")),
    "load-from-bytes": lambda: with_pickle(call("torch.storage", "_load_from_bytes", "x")),
    "nested-load": lambda: with_pickle(call("torch", "load", "x")),
    "hook": lambda: with_pickle(call("torch._utils", "_rebuild_tensor", "x")),
    "dotted": lambda: with_pickle(b"\x80\x04\x8c\x0ctorch._utils\x8c\x1e_rebuild_tensor_v2.__globals__\x93."),
    "tag-called": lambda: with_pickle(b"ctorch\nFloatStorage\n(tR."),
    "tag-new": lambda: with_pickle(b"\x80\x02ctorch\nFloatStorage\n)\x81."),
    "tag-changed": lambda: with_pickle(b"\x80\x02ctorch\nFloatStorage\n}S'a'\nNsb."),
    "dict-changed": lambda: with_pickle(b"\x80\x02}}S'__class__'\nNsb."),
    "other-id": lambda: with_pickle(b"(S'module'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI1\ntQ."),
    "text-id": lambda: with_pickle(b"Pname\n."),
    "path-id": lambda: with_pickle(b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x0b\0\0\0../data.pklX\3\0\0\0cpuK\1tQ."),
    "missing-storage": lambda: with_pickle(b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + b"7X\3\0\0\0cpuK\1tQ."),
    "wrong-count": lambda: tensor(count=7),
    "huge-count": lambda: tensor(count=1 << 62),
    "beyond": lambda: tensor(offset=1),
    "beyond-by-strides": lambda: tensor(strides=(1 << 62, 1)),
    "negative-stride": lambda: tensor(strides=(-3, 1)),
    "negative-offset": lambda: tensor(offset=-1),
    "negative-shape": lambda: tensor(shape=(-2, -3)),
    "huge-shape": lambda: tensor(shape=(1 << 41, 1), strides=(0, 0)),
    "many-dimensions": lambda: tensor(shape=(1,) * 70, strides=(1,) * 70),
    "ranks-differ": lambda: tensor(strides=(1,)),
    "large-expansion": lambda: tensor(shape=(1 << 36, 3), strides=(0, 1)),
    "many-expansions": lambda: expanded(8),
    "two-pickles": lambda: with_pickle(pickle.dumps(1, 2) + call("os", "system", f"touch {canary}")),
    "absolute-name": lambda: renamed(b"/eatures/data/0"),
    "leading-out": lambda: renamed(b"features/../a/0"),
    "backslash": lambda: renamed(b"features\\data/0"),
    "drive": lambda: renamed(b"f:atures/data/0"),
    "outside": lambda: renamed(b"featureX/data/0"),
    "two-roots": lambda: torch_files.archive({**torch_files.parts(GOOD), **torch_files.parts(GOOD, root="other/")}),
    "two-names": lambda: only_directory(b"features/data/0", b"features/data/1"),
    "same-name": twice,
    "overlap": overlapping,
    "claimed-size": lambda: entry(b"features/data/0", 20, 0x7FFFFFFF),
    "two-sizes": lambda: entry(b"features/data/0", 24, 0x7FFFFFFF),
    "far-offset": lambda: entry(b"features/data/0", 42, 0x7FFFFFF0),
    "encrypted": lambda: entry(b"features/data/0", 8, 1, 2),
    "wide-size": lambda: entry(b"features/data/0", 20, 0xFFFFFFFF),
    "checksum": lambda: entry(b"features/data/0", 16, 0x12345678),
    "byte-order": lambda: torch_files.archive(torch_files.parts(GOOD, order="middle")),
    "deflated-pickle": lambda: deflated("data.pkl"),
    "deflated-storage": lambda: deflated("data/0"),
    "other-case": lambda: torch_files.archive({"x/data.pkl": b"N.", "x/version": b"3\n", "x/DATA.PKL": call("os", "system", f"touch {canary}")}),
    "other-case-of-a-storage": lambda: torch_files.archive({**torch_files.parts(GOOD), "features/Data/0": bytes(24)}),
    "other-count": lambda: second_directory(0, -1),
    "other-begin": lambda: second_directory(3, -46),
    "other-size": lambda: second_directory(2, -46),
    "gap-before-the-locator": lambda: second_directory(gap=bytes(8)),
    "record-of-another-size": lambda: second_directory(size_of_record=45),
    "gap-before-the-end": gap,
    "more-after": lambda: torch_files.write(GOOD) + b"x",
    "script": lambda: torch_files.archive({"x/data.pkl": b"N.", "x/code/__torch__.py": b"", "x/constants.pkl": b").", "x/version": b"3\n"}),
    "arrays": lambda: torch_files.archive({"a.npy": b"\x93NUMPY", "b.npy": b"\x93NUMPY"}),
    "no-pickle": lambda: torch_files.archive({"word/document.xml": b"<x/>"}),
}


def make(kind):
    return KINDS[kind]()


def damage(data, seed):
    """One byte changed, anywhere."""
    source = random.Random(seed)
    at = source.randrange(len(data))
    return data[:at] + bytes([data[at] ^ source.randrange(1, 256)]) + data[at + 1:]

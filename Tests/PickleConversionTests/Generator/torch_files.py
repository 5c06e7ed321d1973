"""Write what torch.save writes, without PyTorch: a zip archive of data.pkl and one member per storage.

    write(content)                                  # Array and Scalar (see numpy_pickles.py) stand for tensors
    archive({"x/data.pkl": …, …})                   # any members, for archives that are no archives
    legacy(content)                                 # as torch.save wrote before 1.6
    plain(content)                                  # as pickle.dump writes tensors
"""

import collections
import io
import pickle
import zipfile

import numpy_pickles
from numpy_pickles import Array, Global, Scalar

STORAGES = {
    "f4": "FloatStorage", "f8": "DoubleStorage", "f2": "HalfStorage", "i8": "LongStorage", "i4": "IntStorage",
    "i2": "ShortStorage", "i1": "CharStorage", "u1": "ByteStorage", "b1": "BoolStorage"}


class Storage:
    """Bytes that are a member of the archive; several tensors may share them. `kind`: PyTorch's name of the class."""

    def __init__(self, kind, raw, count):
        self.kind, self.raw, self.count = kind, raw, count


class Tensor:
    """`torch._utils._rebuild_tensor_v2` of these arguments."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.arguments = storage, (offset, tuple(shape), tuple(strides), False, collections.OrderedDict())


class Parameter:
    """`torch._utils._rebuild_parameter` of a Tensor."""

    def __init__(self, tensor):
        self.tensor = tensor


class Pickler(numpy_pickles.Pickler):
    """Tensors by persistent id; `storages` gathers what they name."""

    def __init__(self, file, protocol):
        super().__init__(file, protocol, python2=False, numpy="numpy.core")
        self.storages, self.names = [], {}

    def name(self, module, name):
        return self.names.setdefault((module, name), Global(module, name))

    def persistent_id(self, value):
        if type(value) is not Storage:
            return None
        if value not in self.storages:
            self.storages.append(value)
        return "storage", self.name("torch", value.kind), str(self.storages.index(value)), "cpu", value.count

    def reducer_override(self, value):
        if type(value) in (Array, Scalar):
            value = tensor_of(value)
        if type(value) is Tensor:
            return self.name("torch._utils", "_rebuild_tensor_v2"), (value.storage, *value.arguments)
        if type(value) is Parameter:
            return self.name("torch._utils", "_rebuild_parameter"), (value.tensor, True, collections.OrderedDict())
        return super().reducer_override(value)


def tensor_of(value):
    """A contiguous tensor of an Array, or one of columns where it is in Fortran order, or one without dimensions."""
    shape = value.shape if type(value) is Array else ()
    strides, step = [], 1
    fortran = type(value) is Array and value.fortran
    for extent in shape if fortran else reversed(shape):
        strides.append(step)
        step *= extent
    return Tensor(Storage(STORAGES[value.data_type.text], value.raw, step), 0, shape, strides if fortran else strides[::-1])


def archive(members, method=zipfile.ZIP_STORED):
    """A zip archive of {name: bytes}; times are not kept, so that the same content gives the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def parts(content, protocol=2, root="features/", order="little"):
    """{name: bytes} of the members that torch.save writes."""
    file = io.BytesIO()
    pickler = Pickler(file, protocol)
    pickler.dump(content)
    members = {f"{root}data.pkl": file.getvalue(), f"{root}.format_version": b"1", f"{root}byteorder": order.encode()}
    members.update((f"{root}data/{key}", storage.raw) for key, storage in enumerate(pickler.storages))
    members[f"{root}version"] = b"3\n"
    return members


def with_pickle(data, change):
    """The archive `data` with `change(data.pkl)` in the place of data.pkl, and without the checksums of its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    members = {name: change(content) if name.endswith("data.pkl") else content for name, content in members.items()}
    made, position = bytearray(archive(members)), 0
    while (position := made.find(b"PK\1\2", position)) >= 0:
        made[position + 16:position + 20] = bytes(4)
        position += 46
    return bytes(made)


def write(content, protocol=2):
    """The archive of `content`, as bytes."""
    return archive(parts(content, protocol))


MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
SYSTEM = {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def dumped(content, protocol):
    """`(bytes, storages)` of a content whose tensors are named by persistent ids."""
    file = io.BytesIO()
    pickler = LegacyPickler(file, protocol)
    pickler.dump(content)
    return file.getvalue(), pickler.storages


class LegacyPickler(Pickler):
    """Ids have a part more in the old format."""

    def persistent_id(self, value):
        identity = super().persistent_id(value)
        return identity and (*identity, None)


def legacy(content, protocol=2):
    """The old format: five pickles, then the storages."""
    pickled, storages = dumped(content, protocol)
    parts = [pickle.dumps(part, protocol) for part in (MAGIC, VERSION, SYSTEM)]
    keys = pickle.dumps([str(number) for number in range(len(storages))], protocol)
    behind = b"".join(storage.count.to_bytes(8, "little") + storage.raw for storage in storages)
    return b"".join(parts) + pickled + keys + behind


class PlainPickler(Pickler):
    """Storages as files of the old format of their own."""

    def persistent_id(self, value):
        return None

    def reducer_override(self, value):
        if type(value) is Storage:
            return self.name("torch.storage", "_load_from_bytes"), (legacy(value),)
        return super().reducer_override(value)


def plain(content, protocol=2):
    """A plain pickle with tensors in it."""
    file = io.BytesIO()
    PlainPickler(file, protocol).dump(content)
    return file.getvalue()

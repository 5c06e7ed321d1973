"""What the unpickler builds instead of what a file names.

A pickle's globals are answered by tags (`Global`), which only the machine's own table of actions can do anything
with. They cannot be called, and nothing in a file can reach an attribute of them. NumPy's arrays become `Array`:
type, shape and raw bytes, which is all that a stream holds of them.
"""

import codecs
import struct

from faults import LimitExceeded, MalformedPickle, UnreadContent, UnsafePickle

# NumPy type code -> (item size, struct code, name).
NUMBER_TYPES = {
    "b1": (1, "?", "bool"), "i1": (1, "b", "int8"), "i2": (2, "h", "int16"), "i4": (4, "i", "int32"), "i8": (8, "q", "int64"),
    "u1": (1, "B", "uint8"), "u2": (2, "H", "uint16"), "u4": (4, "I", "uint32"), "u8": (8, "Q", "uint64"),
    "f2": (2, "e", "float16"), "f4": (4, "f", "float32"), "f8": (8, "d", "float64"),
}
# The same for what no feature is: carried along, so that it can be told what is in a file, and never read.
OPAQUE_TYPES = {
    "c8": (8, "complex64"), "c16": (16, "complex128"), "f16": (16, "longdouble"), "c32": (32, "clongdouble"),
    "M8": (8, "datetime64"), "m8": (8, "timedelta64")}
LARGEST_DIMENSION = 1 << 40
MOST_DIMENSIONS = 64


class Global:
    """A name that a pickle may mention. Only the table of actions gives it a meaning."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Foreign:
    """While a file is only looked at: a name that is not read, or (`is_made`) whatever would come out of it. It can do nothing."""

    __slots__ = ("name", "is_made", "state")

    def __init__(self, name, is_made=False):
        self.name, self.is_made, self.state = name, is_made, None


class DataType:
    """numpy.dtype: kind ('f', 'i', 'u', 'b', 'S', 'U', 'O', or '?' for what is not read), item size in bytes, byte order
    ('<' or '>'). `code`: struct's, for numbers."""

    __slots__ = ("kind", "size", "order", "code", "name")

    def __init__(self, text):
        text = text if isinstance(text, str) else ""
        self.order = ">" if text[:1] == ">" else "<"
        text = text[1:] if text[:1] in ("<", ">", "=", "|") else text
        self.kind, digits = text[:1], text[1:]
        if text in NUMBER_TYPES:
            self.size, self.code, self.name = NUMBER_TYPES[text]
        elif self.kind in ("S", "U") and digits.isascii() and digits.isdigit() and 1 <= int(digits[:10]) < 1 << 24:
            self.size = int(digits) * (4 if self.kind == "U" else 1)
            self.code, self.name = None, "text"
        elif text in OPAQUE_TYPES:
            self.kind, self.code = "?", None
            self.size, self.name = OPAQUE_TYPES[text]
        elif self.kind == "O":
            self.size, self.code, self.name = 0, None, "object"
        else:
            raise UnreadContent(f"an array of type {str(text)[:20]!r}")

    def set_state(self, state):
        """BUILD: `(version, order, subarray, names, fields, item size, alignment, flags[, metadata])`."""
        if type(state) is not tuple or len(state) < 5:
            raise MalformedPickle("an array type with a malformed state")
        if any(part is not None for part in state[2:5]):
            raise UnreadContent("an array of a structured type")
        order = as_text(state[1])
        if order not in ("<", ">", "|", "="):
            raise MalformedPickle("an array type with an unknown byte order")
        if self.kind in ("S", "U") and len(state) > 5 and state[5] not in (-1, self.size):
            raise MalformedPickle("an array type whose item size contradicts its name")
        self.order = ">" if order == ">" else "<"


class Array:
    """numpy.ndarray as raw bytes: `data` holds product(shape) items of `type`, row-major unless `fortran`.

    `data` is bytes or a memoryview into the file; for object arrays it is a list. None until BUILD has come.
    """

    __slots__ = ("type", "shape", "fortran", "data")

    def __init__(self):
        self.type, self.shape, self.fortran, self.data = None, (), False, None

    def set_state(self, state):
        """BUILD: `([version,] shape, type, is_fortran, raw)`."""
        if self.data is not None or type(state) is not tuple or len(state) not in (4, 5):
            raise MalformedPickle("an array with a malformed state")
        self.fill(*state[-4:])

    def fill(self, shape, data_type, fortran, data):
        """Check shape, type and bytes against each other and take them."""
        if type(data_type) is not DataType:
            raise MalformedPickle("an array without a type")
        count = item_count(shape)
        if data_type.kind == "O":
            if type(data) is not list or len(data) != count:
                raise MalformedPickle("an object array whose items do not match its shape")
        elif type(data) not in (bytes, memoryview, bytearray) or len(data) != count * data_type.size:
            held = len(data) if isinstance(data, (bytes, memoryview, bytearray)) else "no"
            raise MalformedPickle(
                f"an array of shape {short_shape(shape)} and type {data_type.name} needs {count * data_type.size} bytes and has {held}")
        self.type, self.shape, self.fortran, self.data = data_type, shape, bool(fortran) and len(shape) > 1, data

    def __bool__(self):
        return True               # as everything that is there, whatever its length

    def __len__(self):
        if self.data is None or not self.shape:
            raise TypeError("an array without dimensions has no length")
        return self.shape[0]

    def __getitem__(self, index):
        """What lies at an index of the first dimension, or in a slice of it: numbers, texts or arrays, without a copy where the bytes lie
        in rows. For layouts of one's own."""
        if type(index) is slice:
            return [self[at] for at in range(*index.indices(len(self)))]
        if type(index) is not int:
            raise TypeError("an array takes one whole number or a slice as index: array[2][5] instead of array[2, 5]")
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"index {index} is beyond the {count} items of the array's first dimension")
        index %= count
        inner = self.shape[1:]
        if not inner and self.type.kind == "O":
            return self.data[index]
        step = item_count(inner)
        if self.fortran:
            picked = slice(index, None, count)
        else:
            picked = slice(index * step, (index + 1) * step)
        if self.type.kind == "O":
            data = self.data[picked]
        elif self.fortran:
            size = self.type.size
            data = b"".join(bytes(self.data[at * size:(at + 1) * size]) for at in range(index, count * step, count))
        else:
            data = self.data[picked.start * self.type.size:picked.stop * self.type.size]
        made = Array()
        made.fill(inner, self.type, self.fortran, data)
        return made if inner else made.items()[0]

    def items(self, limit=None):
        """All items, or the first `limit`, as Python numbers or text in the order of the bytes (object arrays: the objects)."""
        if self.type.kind == "O":
            return self.data[:limit]
        if self.type.kind == "?":
            return [None] * min(item_count(self.shape), 8 if limit is None else limit)
        raw = bytes(self.data if limit is None else self.data[:limit * self.type.size])
        if self.type.code is None:
            size = self.type.size
            if size == 0:
                raise MalformedPickle("a text array without width")
            return [text_item(raw[at:at + size], self.type) for at in range(0, len(raw), size)]
        count = len(raw) // self.type.size
        return list(struct.unpack(f"{self.type.order}{count}{self.type.code}", raw))


class Record:
    """An object of an allowed class of plain data: nothing but its attributes, a dict of str keys."""

    __slots__ = ("name", "attributes")

    def __init__(self, name):
        self.name, self.attributes = name, {}

    def set_state(self, state):
        """BUILD: the attributes as a dict, or `(that, None)` and `(None, that)` as classes with slots have it."""
        for part in state if type(state) is tuple and len(state) == 2 else (state,):
            if part is None:
                continue
            if type(part) is not dict or not all(type(key) in (str, bytes) for key in part):
                raise MalformedPickle("an object whose attributes are no dictionary of names")
            self.attributes.update((as_text(key), value) for key, value in part.items())


def item_count(shape):
    """Product of a shape, refusing what no array can have. Python's integers cannot overflow."""
    if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS:
        raise MalformedPickle("an array with a malformed shape")
    count = 1
    for dimension in shape:
        if type(dimension) is not int or dimension < 0:
            raise MalformedPickle("an array with a negative or malformed shape")
        if dimension > LARGEST_DIMENSION:
            raise LimitExceeded(f"an array that claims a dimension of {dimension}")
        count *= dimension
    return count


def short_shape(shape):
    return "×".join(str(dimension) for dimension in shape) or "()"


def text_item(raw, data_type):
    """One item of a NumPy text array: zero-padded bytes, or UTF-32 code points."""
    if data_type.kind == "S":
        return raw.rstrip(b"\0")
    decode = codecs.utf_32_be_decode if data_type.order == ">" else codecs.utf_32_le_decode
    return decode(raw, "replace", True)[0].rstrip("\0")


def scalar(data_type, raw=None):
    """numpy's scalar(dtype, raw) -> a Python number, str or bytes."""
    if type(data_type) is not DataType or data_type.kind == "O":
        raise UnsafePickle("a NumPy scalar of object type, which is refused")
    if type(raw) is str:      # Python 2's byte string read through an old protocol
        raw = raw.encode("latin1")
    if type(raw) not in (bytes, memoryview, bytearray) or len(raw) != data_type.size:
        raise MalformedPickle("a NumPy scalar whose bytes do not match its type")
    raw = bytes(raw)
    if data_type.kind == "?":
        raise UnreadContent(f"a NumPy scalar of type {data_type.name}")
    if data_type.code is None:
        return text_item(raw, data_type)
    return struct.unpack(data_type.order + data_type.code, raw)[0]


def as_text(value):
    """A short piece of ASCII that Python 2 wrote as bytes and Python 3 as str; '' for anything else."""
    if type(value) is bytes:
        return value.decode("latin1")
    return value if type(value) is str else ""

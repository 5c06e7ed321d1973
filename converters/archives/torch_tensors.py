"""What PyTorch's tensors are named by beside `allow_list.py`, and what each of these names does here.

A tensor is a storage (a member of an archive, or bytes behind a pickle), an offset, a shape and strides: it becomes an `Array`, a view of the
archive's bytes wherever they lie in rows or columns, and a copy elsewhere. Nothing of PyTorch is needed.
"""

from faults import MalformedPickle, UnreadContent
from pickles.stand_ins import Array, DataType, Global, item_count

REBUILD_TENSOR, REBUILD_PARAMETER = Global("_rebuild_tensor_v2"), Global("_rebuild_parameter")
REBUILD_OLD_TENSOR, SIZE = Global("_rebuild_tensor"), Global("Size")       # PyTorch before 0.4
LOAD_FROM_BYTES = Global("_load_from_bytes")                               # a storage in a plain pickle

# Storage class -> (bytes of an item, NumPy type code, name).
STORAGE_TYPES = {
    "FloatStorage": (4, "f4", "float32"), "DoubleStorage": (8, "f8", "float64"), "HalfStorage": (2, "f2", "float16"),
    "BFloat16Storage": (2, "f4", "bfloat16"), "LongStorage": (8, "i8", "int64"), "IntStorage": (4, "i4", "int32"),
    "ShortStorage": (2, "i2", "int16"), "CharStorage": (1, "i1", "int8"), "ByteStorage": (1, "u1", "uint8"),
    "BoolStorage": (1, "b1", "bool"), "ComplexFloatStorage": (8, "c8", "complex64"), "ComplexDoubleStorage": (16, "c16", "complex128")}
STORAGE_TAGS = {Global(name): kind for name, kind in STORAGE_TYPES.items()}

TORCH_NAMES = {("torch._utils", "_rebuild_tensor_v2"): REBUILD_TENSOR, ("torch._utils", "_rebuild_parameter"): REBUILD_PARAMETER}
TORCH_NAMES.update((("torch", tag.name), tag) for tag in STORAGE_TAGS)
# Outside of the zip archives, which PyTorch writes since 1.6, older names are met too.
OLD_NAMES = {("torch._utils", "_rebuild_tensor"): REBUILD_OLD_TENSOR, ("torch", "Size"): SIZE}
PLAIN_NAMES = {**OLD_NAMES, ("torch.storage", "_load_from_bytes"): LOAD_FROM_BYTES}


class Storage:
    """`content`: the bytes of `count` items of `size` bytes, of the DataType `type`, or None until `fill` has brought them: the old format
    writes them behind the tensors. `is_bfloat16`: they are the upper halves of that type's items."""

    __slots__ = ("content", "count", "size", "type", "is_bfloat16", "waiting")

    def __init__(self, tag, count, order="<"):
        self.size, code, name = STORAGE_TAGS[tag]
        if type(count) is not int or count < 0:
            raise MalformedPickle("a tensor whose number of items is none")
        self.content, self.count, self.is_bfloat16, self.waiting = None, count, name == "bfloat16", []
        self.type = DataType(code)
        self.type.name, self.type.order = name, order

    def fill(self, content):
        """Take the bytes, and finish the tensors that wait for them."""
        if self.count * self.size != len(content):
            raise MalformedPickle(f"a tensor of {str(self.count)[:20]} items of {self.type.name} whose bytes are {len(content)}")
        self.content = content
        for array, *arguments in self.waiting:
            fill_tensor(array, self, *arguments)
        self.waiting = []


def rebuild_tensor(spend_bytes, storage, offset, shape, strides, requires_grad, hooks, metadata=None):
    """`_rebuild_tensor_v2`. `spend_bytes(n)` charges what has to be copied: strides of zero can make much of little."""
    if type(storage) is not Storage or type(offset) is not int or offset < 0:
        raise MalformedPickle("a tensor without its bytes")
    if metadata:
        raise UnreadContent("a tensor with a conjugate or negative bit")
    count = item_count(shape)
    if type(strides) is not tuple or len(strides) != len(shape) or not all(type(stride) is int and stride >= 0 for stride in strides):
        raise MalformedPickle("a tensor with malformed strides")
    last = offset + sum((extent - 1) * stride for extent, stride in zip(shape, strides))
    if count and last >= storage.count:
        raise MalformedPickle("a tensor that reaches beyond its bytes")
    array = Array()
    if storage.content is None:
        storage.waiting.append((array, offset, shape, strides, count, spend_bytes))
    else:
        fill_tensor(array, storage, offset, shape, strides, count, spend_bytes)
    return array


def fill_tensor(array, storage, offset, shape, strides, count, spend_bytes):
    """Give an array the `count` items of a storage that are its own."""
    fortran = False
    if is_contiguous(shape, strides):
        raw = storage.content[offset * storage.size:(offset + count) * storage.size] if count else b""
    elif len(shape) == 2 and is_contiguous(shape[::-1], strides[::-1]) and not storage.is_bfloat16:
        raw, fortran = storage.content[offset * storage.size:(offset + count) * storage.size], True
    else:
        spend_bytes(count * storage.size + 64 * (count // max(shape[-1], 1)))
        raw = gathered(storage, offset, shape, strides)
    if storage.is_bfloat16:
        spend_bytes(4 * count)
        raw = widened(raw, storage.type.order)
    array.fill(shape, storage.type, fortran, raw)


def rebuild_old_tensor(spend_bytes, storage, offset, shape, strides):
    """`_rebuild_tensor`."""
    return rebuild_tensor(spend_bytes, storage, offset, shape, strides, False, None)


def size(spend_bytes, extents=()):
    """`torch.Size((3, 4))`."""
    if type(extents) not in (list, tuple):
        raise MalformedPickle("a tensor's size that is no list")
    return tuple(extents)


def rebuild_parameter(spend_bytes, data, requires_grad, hooks):
    """`_rebuild_parameter`: the tensor itself."""
    if type(data) is not Array:
        raise MalformedPickle("a parameter that is no tensor")
    return data


TORCH_ACTIONS = {REBUILD_TENSOR: rebuild_tensor, REBUILD_PARAMETER: rebuild_parameter, REBUILD_OLD_TENSOR: rebuild_old_tensor, SIZE: size}


def is_contiguous(shape, strides):
    """Whether the items lie end to end in row-major order. Strides of dimensions of one item mean nothing."""
    expected = 1
    for extent, stride in zip(reversed(shape), reversed(strides)):
        if extent > 1 and stride != expected:
            return False
        expected *= extent
    return True


def gathered(storage, offset, shape, strides):
    """The items in row-major order, row by row."""
    if 0 in shape:
        return b""
    width, step, size = shape[-1], strides[-1], storage.size
    content = storage.content
    items = content.cast("B").cast({1: "B", 2: "H", 4: "I", 8: "Q"}[size]) if size <= 8 else None

    def row(start):
        if step == 0 or width == 1:
            return bytes(content[start * size:(start + 1) * size]) * width
        if step == 1:
            return content[start * size:(start + width) * size]
        if items is None:
            return b"".join(content[at * size:(at + 1) * size] for at in range(start, start + width * step, step))
        return items[start:start + (width - 1) * step + 1:step].tobytes()

    starts = [offset]
    for extent, stride in zip(shape[:-1], strides[:-1]):
        starts = [start + index * stride for start in starts for index in range(extent)]
    return b"".join(map(row, starts))


def widened(raw, order):
    """float32 of bfloat16, which is its upper half."""
    result = bytearray(2 * len(raw))
    first = 2 if order == "<" else 0
    result[first::4], result[first + 1::4] = raw[0::2], raw[1::2]
    return bytes(result)

"""Write pickles that hold NumPy arrays, without NumPy: the same opcodes that NumPy's own pickling gives.

    write(content, protocol=2, python2=True)      # as Python 2 wrote them: byte strings, numpy.core
    write(content, protocol=4, numpy="numpy._core")

`Array` and `Scalar` stand for numpy.ndarray and NumPy scalars, `Instance` for an object of a class; everything else is ordinary Python data.
"""

import io
import pickle
import struct

STRUCT_CODES = {"f2": "e", "f4": "f", "f8": "d", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u4": "I", "b1": "?"}


class Global:
    """A name that the pickle mentions and that is looked up by nobody here."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self):
        raise TypeError("only pickled, never called")


class DataType:
    """numpy.dtype. `text` as '<f4', '>f8', '|b1'."""

    def __init__(self, text):
        self.order, self.text = text[0], text[1:]


class Array:
    """numpy.ndarray with `values` flat and row-major. `fortran` stores a matrix column after column."""

    def __init__(self, data_type, shape, values, fortran=False):
        if fortran:
            rows, columns = shape
            values = [values[row * columns + column] for column in range(columns) for row in range(rows)]
        order = ">" if data_type.order == ">" else "<"
        self.data_type, self.shape, self.fortran = data_type, tuple(shape), fortran
        self.raw = struct.pack(f"{order}{len(values)}{STRUCT_CODES[data_type.text]}", *values)


class Scalar:
    """A NumPy scalar."""

    def __init__(self, data_type, value):
        self.data_type = data_type
        self.raw = struct.pack(("<" if data_type.order != ">" else ">") + STRUCT_CODES[data_type.text], value)


class Instance:
    """An object of a class that is named and not there: `attributes` is its state."""

    def __init__(self, module, name, attributes):
        self.module, self.name, self.attributes = module, name, attributes


class Pickler(pickle._Pickler):
    """`python2`: str and bytes alike become Python 2 byte strings. `numpy`: 'numpy.core' or 'numpy._core' (NumPy 2)."""

    dispatch = dict(pickle._Pickler.dispatch)

    def __init__(self, file, protocol, python2, numpy):
        super().__init__(file, protocol)
        self.python2 = python2
        self.reconstruct = Global(f"{numpy}.multiarray", "_reconstruct")
        self.scalar = Global(f"{numpy}.multiarray", "scalar")
        self.from_buffer = Global(f"{numpy}.numeric", "_frombuffer")
        self.ndarray, self.dtype = Global("numpy", "ndarray"), Global("numpy", "dtype")
        self.letter, self.classes = b"b", {}

    def reducer_override(self, value):
        if type(value) is Array:
            if self.proto >= 5 and not self.python2:
                order = "F" if value.fortran else "C"
                return self.from_buffer, (bytearray(value.raw), value.data_type, value.shape, order)
            state = (1, value.shape, value.data_type, value.fortran, value.raw)
            return self.reconstruct, (self.ndarray, tuple([0]), self.letter), state    # a new (0,) each time, as in NumPy
        if type(value) is Scalar:
            return self.scalar, (value.data_type, value.raw)
        if type(value) is DataType:
            no = 0 if self.python2 else False
            return self.dtype, (value.text, no, 1 if self.python2 else True), (3, value.order, None, None, None, -1, -1, 0)
        return NotImplemented

    def save_instance(self, value):
        """NEWOBJ and BUILD, as `copyreg.__newobj__` gives them from protocol 2 on."""
        key = (value.module, value.name)
        self.save(self.classes.setdefault(key, Global(*key)))
        self.write(pickle.EMPTY_TUPLE + pickle.NEWOBJ)
        self.memoize(value)
        self.save(value.attributes)
        self.write(pickle.BUILD)

    def save_named(self, value):
        if self.proto >= 4:
            self.save(value.module)
            self.save(value.name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(f"c{value.module}\n{value.name}\n".encode())
        self.memoize(value)

    def save_text(self, value):
        if not self.python2:
            return pickle._Pickler.dispatch[type(value)](self, value)
        raw = value.encode("utf-8") if isinstance(value, str) else value
        if self.proto == 0:
            self.write(b"S" + repr(raw)[1:].encode() + b"\n")
        elif len(raw) < 256:
            self.write(b"U" + struct.pack("<B", len(raw)) + raw)
        else:
            self.write(b"T" + struct.pack("<i", len(raw)) + raw)
        self.memoize(value)

    dispatch[Global] = save_named
    dispatch[Instance] = save_instance
    dispatch[str] = save_text
    dispatch[bytes] = save_text


def write(content, protocol=2, python2=False, numpy="numpy.core", memo_from=0):
    """The pickle of `content`, as bytes. `memo_from`: its memo begins at this index, as if so many objects had come before:
    large files refer to everything by long indexes, and so does a small one with this."""
    file = io.BytesIO()
    pickler = Pickler(file, protocol, python2, numpy)
    pickler.memo.update((-1 - index, (index, None)) for index in range(memo_from))
    pickler.dump(content)
    written = file.getvalue()
    if protocol < 4 or not memo_from:
        return written
    return written[:2] + pickle.NONE + pickle.MEMOIZE * memo_from + pickle.POP + written[2:]

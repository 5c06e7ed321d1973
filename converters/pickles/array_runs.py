"""A short cut for the one thing that feature pickles hold by the ten thousand: the same array, again and again.

An array of one dimension takes 22 opcodes. Between two arrays of a file only the numbers in them differ, so a template
recognises the whole of it: the bytes under a mask must be equal, and the numbers are unpacked together. The effect on
stack and memo is the same as that of the opcodes one by one, which is the way that whatever fits no template takes.
"""

from struct import Struct

from pickles.allow_list import NDARRAY
from pickles.stand_ins import Array, DataType

U32, U16, U8 = "I", "H", "B"
SIZES = {U32: 4, U16: 2, U8: 1}
RAW_OPCODES = (0x54, 0x42)      # BINSTRING, BINBYTES
EMPTY_SHAPE = (0,)


class Template:
    """Fixed bytes with numbers between them. `pieces`: bytes, or a number's type."""

    def __init__(self, *pieces):
        mask = wanted = b""
        form = "<"
        for piece in pieces:
            number = isinstance(piece, str)
            size = SIZES[piece] if number else len(piece)
            form += piece if number else f"{size}x"
            mask += (b"\0" if number else b"\xff") * size
            wanted += b"\0" * size if number else piece
        self.size = len(mask)
        self.mask, self.wanted = int.from_bytes(mask, "little"), int.from_bytes(wanted, "little")
        self.unpack = Struct(form).unpack_from

    def fits(self, data, position):
        """True where the fixed bytes stand at `position`, all within `data`."""
        piece = data[position:position + self.size]
        return len(piece) == self.size and int.from_bytes(piece, "little") & self.mask == self.wanted


def puts(width):
    """Protocols 2 and 3: every memo index is written out."""
    return (
        Template(b"j", U32, b"j", U32, b"K\0\x85r", U32, b"j", U32, b"\x87r", U32, b"Rr", U32,
                 b"(K\1" + (b"M" if width == U16 else b"K"), width, b"\x85r", U32, b"j", U32, b"\x89", U8, U32),
        Template(b"r", U32, b"tr", U32, b"b"))


def memoizes(width):
    """Protocols 4 and 5: memo indexes follow from the order."""
    return (
        Template(b"j", U32, b"j", U32, b"K\0\x85\x94j", U32, b"\x87\x94R\x94(K\1" + (b"M" if width == U16 else b"K"),
                 width, b"\x85\x94j", U32, b"\x89", U8, U32),
        Template(b"\x94t\x94b"))


FORMS = [(puts(U16), True), (memoizes(U16), False), (puts(U8), True), (memoizes(U8), False)]


def read_array(data, view, position, memo, limit):
    """`(array, position after it)` where a whole array begins at `position` in one of the FORMS and ends before `limit`, else None.

    The caller has seen that the first operation gets RECONSTRUCT.
    """
    for form in FORMS:
        (head, tail), has_puts = form
        if head.fits(data, position):
            break
    else:
        return None
    numbers = head.unpack(data, position)
    if has_puts:
        _, ndarray, put_empty, letter, put_arguments, put_array, width, put_shape, kind, opcode, size = numbers
    else:
        _, ndarray, letter, width, kind, opcode, size = numbers
    data_type, letter = memo.get(kind), memo.get(letter)
    begin = position + head.size
    end = begin + size
    if (memo.get(ndarray) is not NDARRAY or letter not in (b"b", "b")
            or type(data_type) is not DataType or data_type.size * width != size or data_type.kind == "O"
            or opcode not in RAW_OPCODES or end + tail.size > limit or not tail.fits(data, end)):
        return None
    array = Array()
    shape, raw = (width,), view[begin:end]
    array.type, array.shape, array.data = data_type, shape, raw
    arguments, state = (NDARRAY, EMPTY_SHAPE, letter), (1, shape, data_type, False, raw)
    if has_puts:
        put_raw, put_state = tail.unpack(data, end)
        memo[put_empty], memo[put_arguments], memo[put_array] = EMPTY_SHAPE, arguments, array
        memo[put_shape], memo[put_raw], memo[put_state] = shape, raw, state
    else:
        for made in (EMPTY_SHAPE, arguments, array, shape, raw, state):
            memo[len(memo)] = made
    return array, end + tail.size

"""A short cut for the one thing that feature pickles hold by the ten thousand: the same array, again and again.

An array takes 22 opcodes. Here one regular expression recognises the whole of it when it has the usual form, with the
same effect on stack and memo as the opcodes one by one. Whatever does not match takes the ordinary way.
"""

import re
from struct import Struct

from allow_list import NDARRAY, RECONSTRUCT
from stand_ins import Array, DataType

GET = rb"(?:h(.)|j(.{4}))"
PUT = rb"(?:q(.)|r(.{4})|(\x94))?"

# _reconstruct ndarray (0,) b'b' -> REDUCE; then MARK 1 (width,) dtype False raw TUPLE BUILD, up to raw's length.
HEAD = re.compile(
    GET + GET + rb"K\x00\x85" + PUT + GET + rb"\x87" + PUT + rb"R" + PUT
    + rb"\(K\x01(?:K(.)|M(..))\x85" + PUT + GET + rb"\x89(?:[UC](.)|[TB](.{4}))", re.DOTALL)
TAIL = re.compile(PUT + rb"t" + PUT + rb"b", re.DOTALL)
RECONSTRUCT_ARGUMENTS_ZERO = (0,)
unpack4 = Struct("<I").unpack


def number(short, long):
    """A one- or four-byte unsigned number, whichever group has matched."""
    return short[0] if short is not None else unpack4(long)[0]


def store(memo, short, long, memoize, value):
    """BINPUT, LONG_BINPUT or MEMOIZE, whichever group has matched, or none."""
    if memoize is not None:
        memo[len(memo)] = value
    elif long is not None:
        memo[unpack4(long)[0]] = value
    elif short is not None:
        memo[short[0]] = value


def read_array(data, view, position, memo):
    """`(array, position after it)` where a whole array of one dimension begins at `position`, else None."""
    head = HEAD.match(data, position)
    if head is None:
        return None
    g = head.groups()
    kind = memo.get(number(g[7], g[8]))
    data_type = memo.get(number(g[20], g[21]))
    if (memo.get(number(g[0], g[1])) is not RECONSTRUCT or memo.get(number(g[2], g[3])) is not NDARRAY
            or kind != b"b" and kind != "b" or type(data_type) is not DataType):
        return None
    begin = head.end()
    end = begin + number(g[22], g[23])
    tail = TAIL.match(data, end)
    if tail is None or end > len(data):
        return None
    width = g[15][0] if g[15] is not None else g[16][0] | g[16][1] << 8
    if data_type.size * width != end - begin or data_type.kind == "O":
        return None
    array = Array()
    shape = (width,)
    raw = view[begin:end]
    array.type, array.shape, array.data = data_type, shape, raw
    t = tail.groups()
    store(memo, g[4], g[5], g[6], RECONSTRUCT_ARGUMENTS_ZERO)
    store(memo, g[9], g[10], g[11], (NDARRAY, RECONSTRUCT_ARGUMENTS_ZERO, kind))
    store(memo, g[12], g[13], g[14], array)
    store(memo, g[17], g[18], g[19], shape)
    store(memo, t[0], t[1], t[2], raw)
    store(memo, t[3], t[4], t[5], (1, shape, data_type, False, raw))
    return array, tail.end()

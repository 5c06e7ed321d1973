"""Keys of dictionaries and members of sets: what may be one, and what it may cost.

Python hashes a tuple again each time, and compares all keys of one hash with each other. A file chooses its keys, so both are bounded:
the parts of a tuple, and the keys of one hash in one dictionary.
"""

from faults import LimitExceeded, MalformedPickle
from pickles.stand_ins import DataType, Foreign, Global

SCALARS = frozenset((str, bytes, int, bool, type(None)))
BY_IDENTITY = frozenset((Global, Foreign, DataType))
LARGE = (1 << 61) - 1             # integers below it have hashes of their own
MOST_PARTS, DEEPEST = 256, 16     # of one tuple
MOST_OF_ONE_HASH = 256


class KeyCounter:
    """How many keys of one dictionary have one hash. Texts are not counted: their hashes are no file's choice."""

    __slots__ = ("counts",)

    def __init__(self):
        self.counts = {}

    def count(self, key):
        # A text of the hash: a table of hashes would be as slow as the one that it protects.
        text = str(hash(key))
        count = self.counts[text] = self.counts.get(text, 0) + 1
        if count > MOST_OF_ONE_HASH:
            raise LimitExceeded(f"more than {MOST_OF_ONE_HASH} keys of one hash, which Python compares with each other one by one,")


def as_key(key, spend, counter):
    """The key as Python can hash it, or MalformedPickle for what cannot be one."""
    kind = type(key)
    if kind in SCALARS and (kind is not int or -LARGE < key < LARGE):
        return key
    if kind is memoryview:
        spend(len(key))           # each dictionary holds a copy of its own
        return bytes(key)
    if kind is tuple:
        key = tuple_key(key, spend)
    elif kind is frozenset:
        spend(len(key))
    elif kind not in (int, float):
        if kind in BY_IDENTITY:
            return key
        name = {"bytearray": "bytes", "memoryview": "bytes"}.get(kind.__name__, kind.__name__.lower())
        raise MalformedPickle(f"a {name} as a dictionary's key or a set's member")
    counter.count(key)
    return key


class Parts:
    """How many parts of one tuple may still come."""

    __slots__ = ("left",)

    def __init__(self):
        self.left = MOST_PARTS


def tuple_key(key, spend):
    """A tuple of scalars, tuples and frozensets. Tuples that hold each other can have 2^60 parts in a few bytes."""
    parts = Parts()
    made = part_of(key, spend, parts, 0)
    spend(MOST_PARTS - parts.left)
    return made


def part_of(part, spend, parts, depth):
    """A part as Python can hash it. (No closure: one that calls itself is a cycle, and nobody looks for cycles here.)"""
    parts.left -= len(part) if type(part) is frozenset else 1
    if parts.left < 0 or depth > DEEPEST:
        raise LimitExceeded(f"a tuple of more than {MOST_PARTS} parts as a dictionary's key or a set's member")
    if type(part) is tuple:
        return tuple([part_of(inner, spend, parts, depth + 1) for inner in part])
    if type(part) is memoryview:
        spend(len(part))
        return bytes(part)
    if type(part) in SCALARS or type(part) in (float, frozenset) or type(part) in BY_IDENTITY:
        return part
    raise MalformedPickle(f"a tuple with a {type(part).__name__.lower()} in it as a dictionary's key or a set's member")

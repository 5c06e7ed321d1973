"""What a pickle holds, as a small tree: containers with their counts, arrays with type and shape.

Items of a container that are alike share one node, so that a dictionary of 1432 dialogues is one line. A file may make
its containers hold each other or shared ones by the million: the walk is bounded in depth, in samples and in all.
"""

from faults import one_line
from pickles.stand_ins import Array, DataType, Global, Record, as_text

DEEPEST = 6
SAMPLES = 48                     # items of one container that are looked at
MOST_VISITS = 20_000
MOST_NAMED = 16                  # a dictionary of so few entries is shown entry by entry
MOST_WEIGHTS = 1000              # so are so many weights of a model
FIELDS = 16                      # so is a list or tuple of so few items that are containers
LONGEST_KEY = 32


class Node:
    """One kind of value, merged from `times` of them. `low`, `high`: item counts; `children`: [(label, [Node])]."""

    def __init__(self, kind):
        self.kind, self.times, self.low, self.high, self.children = kind, 0, None, None, []

    def count(self, number):
        self.low = number if self.low is None else min(self.low, number)
        self.high = number if self.high is None else max(self.high, number)

    def plain(self):
        """As JSON can hold it."""
        made = {"kind": self.kind}
        if self.low is not None:
            made["items"] = [self.low, self.high]
        if self.children:
            made["children"] = [
                {"label": label, "values": [node.plain() for node in nodes]} for label, nodes in self.children]
        return made


class Walk:
    """One walk over a content. With `names_all`, as for a model's weights, dictionaries by text that hold arrays are
    shown entry by entry and their arrays with the whole of their shape."""

    def __init__(self, names_all=False):
        self.visits, self.names_all = 0, names_all

    def kind_of(self, value):
        return kind_of(value, whole_shape=self.names_all)

    def nodes(self, values, depth=0):
        """Nodes of a group of values, one per kind."""
        groups = {}
        for value in values:
            self.visits += 1
            if self.visits > MOST_VISITS:
                break
            groups.setdefault(self.kind_of(value), []).append(value)
        return [self.node(kind, group, depth) for kind, group in groups.items()]

    def node(self, kind, values, depth):
        made = Node(kind)
        made.times = len(values)
        for value in values:
            if type(value) in (list, tuple, dict, set, frozenset):
                made.count(len(value))
        if depth < DEEPEST and self.visits <= MOST_VISITS:
            made.children = self.children(values, depth)
        return made

    def children(self, values, depth):
        first = values[0]
        if type(first) is Record:
            return self.named([value.attributes for value in values], depth)
        if type(first) is dict:
            if self.has_named_entries(values, depth):
                return self.named(values, depth)
            if self.names_all and len(values) == 1 and all(type(key) is str for key in first) and Array in map(type, first.values()):
                return self.named(values, depth, MOST_WEIGHTS)
            keys = sorted({kind_of(key) for value in values[:4] for key in sample(value)})
            below = [item for value in values[:SAMPLES] for item in sample(value.values())][:4 * SAMPLES]
            return [(f"by {' or '.join(keys)}", self.nodes(below, depth + 1))] if below else []
        if type(first) in (list, tuple) and depth == 0 and 0 < len(first) <= FIELDS and any(map(is_container, first)):
            return [(f"[{index}]", self.nodes([item], depth + 1)) for index, item in enumerate(first)]
        if type(first) in (list, tuple, set, frozenset):
            below = [item for value in values[:SAMPLES] for item in sample(value)][:4 * SAMPLES]
            return [("", self.nodes(below, depth + 1))] if below else []
        if type(first) is Array and type(first.data) is list:
            return [("", self.nodes(sample(first.data), depth + 1))]
        return []

    @staticmethod
    def has_named_entries(values, depth):
        """True for dictionaries that are records: few and equal keys, for values of several kinds (or the outermost)."""
        first = values[0]
        if not 0 < len(first) <= MOST_NAMED or not all(type(key) in (str, bytes) for key in first):
            return False
        if any(value.keys() != first.keys() for value in values[:SAMPLES]):
            return False
        return depth == 0 or len({kind_of(value) for value in first.values()}) > 1

    def named(self, values, depth, most=MOST_NAMED):
        labels = list(dict.fromkeys(key for value in values[:SAMPLES] for key in value))[:most]
        return [
            (printable_key(label), self.nodes([value[label] for value in values[:SAMPLES] if label in value], depth + 1))
            for label in labels]


def sample(values):
    """The first few items of a container."""
    return [value for value, _ in zip(values, range(SAMPLES))]


def is_container(value):
    return type(value) in (list, tuple, dict, set, frozenset, Array, Record)


def printable_key(key):
    text = as_text(key) if type(key) in (str, bytes) else str(key)[:LONGEST_KEY]
    return one_line(text[:LONGEST_KEY])


def kind_of(value, whole_shape=False):
    """A word or two; arrays with type and shape, whose first dimension is left open where there are two, unless asked for."""
    if type(value) is Array:
        if value.data is None:
            return "array without content"
        order = " big-endian" if value.type.order == ">" and value.type.size > 1 else ""
        shape = ["n", *value.shape[1:]] if len(value.shape) == 2 and not whole_shape else value.shape
        return f"array {value.type.name}{order} ({', '.join(map(str, shape))})"
    if type(value) is Record:
        return f"object {value.name}"
    if type(value) in (Global, DataType):
        return f"name {value.name}"
    if type(value) in (bytes, memoryview, bytearray):
        return "bytes"
    names = {str: "text", int: "integer", float: "number", bool: "boolean", type(None): "None", frozenset: "set"}
    if type(value) in names:
        return names[type(value)]
    return type(value).__name__ if is_container(value) else "something unsafe"


def lines(nodes, label="", indent=0):
    """The tree as lines of text."""
    result = []
    for node in nodes:
        count = "" if node.low is None else f" of {node.low}" if node.low == node.high else f" of {node.low} to {node.high}"
        line = "  " * indent + (f"{label}: " if label else "") + node.kind + count
        if len(node.children) == 1 and not node.children[0][0] and all(not child.children and child.low is None for child in node.children[0][1]):
            result.append(f"{line}: {' or '.join(child.kind for child in node.children[0][1])}")
            continue
        result.append(line)
        for below, children in node.children:
            result += lines(children, below, indent + 1)
    return result

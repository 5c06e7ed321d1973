"""What a pickle holds, as a small tree: containers with their counts, arrays with type and shape.

Items of a container that are alike share one node, so that a dictionary of 1432 dialogues is one line. A file may make
its containers hold each other or shared ones by the million: the walk is bounded in depth, in samples and in all. Where not everything was
looked at, the line says how much of it was: what it tells is true of that part.
"""

from faults import one_line
from archives.torch_tensors import Storage
from pickles.stand_ins import Array, DataType, Foreign, Global, Record, as_text

DEEPEST = 6
SAMPLES = 4096                   # items of one container that are looked at
MOST_TOGETHER = 16_384           # of all containers under one label
MOST_VISITS = 100_000
MOST_NAMED = 16                  # a dictionary of so few entries is shown entry by entry
MOST_WEIGHTS = 1000              # so are so many weights of a model
OPEN = "rows"                    # stands for the number of a matrix's rows
FIELDS = 16                      # so is a list or tuple of so few items that are containers
LONGEST_KEY = 32


class Node:
    """One kind of value, merged from `times` of them. `low`, `high`: item counts, of matrices their rows; `children`: [Group]."""

    def __init__(self, kind):
        self.kind, self.times, self.low, self.high, self.children = kind, 0, None, None, []
        self.is_matrix = False

    @property
    def title(self):
        """The kind with its counts."""
        rows = "" if self.low is None else f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        if self.is_matrix:
            return self.kind.replace(OPEN, rows)
        return self.kind + (f" of {rows}" if rows else "")

    def count(self, number):
        self.low = number if self.low is None else min(self.low, number)
        self.high = number if self.high is None else max(self.high, number)

    def plain(self):
        """As JSON can hold it."""
        made = {"kind": self.title if self.is_matrix else self.kind}
        if self.low is not None:
            made["items"] = [self.low, self.high]
        if self.children:
            made["children"] = [
                {"label": group.label, "values": [node.plain() for node in group.nodes],
                 **({"looked_at": group.looked, "of": group.of} if group.looked < group.of else {})} for group in self.children]
        return made


class Group:
    """Values under one label: `looked` of `of` were looked at."""

    def __init__(self, label, walk, values, of, depth):
        self.label, self.nodes = label, walk.nodes(values, depth)
        self.looked, self.of = sum(node.times for node in self.nodes), of

    @property
    def title(self):
        part = f"{self.looked} of {self.of} looked at" if self.looked < self.of else ""
        return ", ".join(word for word in (self.label, part) if word)


class Walk:
    """One walk over a content. With `names_all`, as for a model's weights, dictionaries by text that hold arrays are
    shown entry by entry and their arrays with the whole of their shape."""

    def __init__(self, names_all=False):
        self.visits, self.names_all = 0, names_all

    @property
    def is_over(self):
        return self.visits > MOST_VISITS

    def kind_of(self, value):
        return kind_of(value, whole_shape=self.names_all)

    def nodes(self, values, depth=0):
        """Nodes of a group of values, one per kind."""
        groups = {}
        for value in values:
            if self.is_over:
                break
            self.visits += 1
            groups.setdefault(self.kind_of(value), []).append(value)
        return [self.node(kind, group, depth) for kind, group in groups.items()]

    def node(self, kind, values, depth):
        made = Node(kind)
        made.times = len(values)
        for value in values:
            if type(value) in (list, tuple, dict, set, frozenset):
                made.count(len(value))
            elif type(value) is Array and OPEN in kind:
                made.is_matrix = True
                made.count(value.shape[0])
        if depth < DEEPEST and not self.is_over:
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
            keys, left = set(), MOST_TOGETHER
            for value in values:
                keys.update(map(kind_of, sample(value, min(SAMPLES, left))))
                left = max(0, left - len(value))
            keys = sorted(keys)
            return self.below(f"by {' or '.join(keys)}", [value.values() for value in values], depth)
        if type(first) in (list, tuple) and depth == 0 and 0 < len(first) <= FIELDS and any(map(is_container, first)):
            return [Group(f"[{index}]", self, [item], 1, depth + 1) for index, item in enumerate(first)]
        if type(first) in (list, tuple, set, frozenset):
            return self.below("", values, depth)
        if type(first) is Array and type(first.data) is list:
            return self.below("", [value.data for value in values], depth)
        return []

    def below(self, label, containers, depth):
        """The items of all containers as one group, or none."""
        items, count = [], 0
        for container in containers:
            count += len(container)
            if len(items) < MOST_TOGETHER:
                items += sample(container, min(SAMPLES, MOST_TOGETHER - len(items)))
        return [Group(label, self, items, count, depth + 1)] if items else []

    @staticmethod
    def has_named_entries(values, depth):
        """True for dictionaries that are records: few and equal keys, for values of several kinds (or the outermost)."""
        first = values[0]
        if not 0 < len(first) <= MOST_NAMED or not all(type(key) in (str, bytes) for key in first):
            return False
        if any(value.keys() != first.keys() for value in values):
            return False
        return depth == 0 or len({kind_of(value) for value in first.values()}) > 1

    def named(self, values, depth, most=MOST_NAMED):
        labels = list(dict.fromkeys(key for value in values[:SAMPLES] for key in value))[:most]
        groups = []
        for label in labels:
            held = [value[label] for value in values if label in value]
            groups.append(Group(printable_key(label), self, held[:MOST_TOGETHER], len(held), depth + 1))
        return groups


def sample(values, limit=SAMPLES):
    """The first few items of a container."""
    return [value for value, _ in zip(values, range(limit))]


def is_container(value):
    return type(value) in (list, tuple, dict, set, frozenset, Array, Record)


def printable_key(key):
    text = as_text(key) if type(key) in (str, bytes) else str(key)[:LONGEST_KEY]
    return one_line(text[:LONGEST_KEY])


def kind_of(value, whole_shape=False):
    """A word or two; arrays with type and shape, whose first dimension is left open where there are two, unless asked for."""
    if type(value) is Array:
        if value.data is None:
            return "array whose content is not read"
        order = " big-endian" if value.type.order == ">" and value.type.size > 1 else ""
        shape = [OPEN, *value.shape[1:]] if len(value.shape) == 2 and not whole_shape else value.shape
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
    if type(value) is Foreign:
        return f"something that is not read ({one_line(value.name)})"
    if type(value) is Storage:
        return f"storage {value.type.name} of {value.count}"
    return type(value).__name__


def lines(nodes, label="", indent=0):
    """The tree as lines of text."""
    result = []
    for node in nodes:
        line = "  " * indent + (f"{label}: " if label else "") + node.title
        if len(node.children) == 1 and not node.children[0].title and all(is_leaf(child) for child in node.children[0].nodes):
            result.append(f"{line}: {' or '.join(child.title for child in node.children[0].nodes)}")
            continue
        result.append(line)
        for group in node.children:
            result += lines(group.nodes, group.title, indent + 1)
    return result


def is_leaf(node):
    return not node.children and (node.low is None or node.is_matrix)

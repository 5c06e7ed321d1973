"""What a field of a feature pickle is, told by its content: the means by which layouts are recognised.

A field is `dialogue id -> one entry per utterance` (a dict) or a collection of dialogue ids. Only the first entries are
looked at here; `field_reader.py` then reads and checks all of them.
"""

from pickles.stand_ins import Array, Record, as_text

TEXTS = "texts"                  # dict of str or bytes per utterance
NUMBERS = "numbers"              # dict of one whole number per utterance
ONE_HOT = "one-hot"              # dict of a short vector of 0 and one 1 per utterance
VECTORS = "vectors"              # dict of one row of numbers per utterance
REAL = "real numbers"            # dict of one number per utterance, some with fractions
NESTED = "nested"                # dict of something deeper (frames, lists of labels)
IDENTIFIERS = "identifiers"      # list, tuple or set of dialogue ids
EMPTY = "empty"
NOTHING = "nothing"              # None
OTHER = "other"

LONGEST_ONE_HOT = 32
MOST_ONE_HOT = 1 << 16           # utterances of a dialogue
ENTRIES_LOOKED_AT = 8
DIALOGUES_LOOKED_AT, NUMBERS_LOOKED_AT = 64, 64


def kind_of(field):
    """One of the kinds above."""
    if type(field) is dict:
        for entry in field.values():
            if size_of(entry):
                kind = kind_of_entry(entry)
                return REAL if kind == NUMBERS and has_fractions(field) else kind
            if not is_missing(entry):          # a path, a dictionary, something that gives its items once: not to be dropped without a word
                return OTHER
        return EMPTY
    if isinstance(field, (list, tuple, set, frozenset)) or type(field) is Array:
        if not size_of(field):
            return EMPTY
        some = first_items(field)
        return IDENTIFIERS if some and all(type(item) in (str, bytes, int) for item in some) else OTHER
    return NOTHING if field is None else OTHER


def kind_of_entry(entry):
    """The kind of a dialogue's entry: a list or tuple with one item per utterance, or an array."""
    if type(entry) is Array and len(entry.shape) > 1:
        return kind_of_matrix(entry) if len(entry.shape) == 2 else NESTED
    some = first_items(entry)
    kinds = {kind_of_item(item) for item in some}
    if kinds == {ONE_HOT, VECTORS}:        # a feature row that happens to look one-hot
        return VECTORS
    if kinds == {NUMBERS, REAL}:
        return REAL
    if kinds == {NESTED, VECTORS}:         # frames, of which some utterance has only one
        return NESTED
    return kinds.pop() if len(kinds) == 1 else OTHER


def has_fractions(field):
    """True where some of the first real numbers of a field are no classes: MOSEI's sentiment can begin with whole ones."""
    return any(
        type(item) is float and item == item and not (item >= -1 and item == item // 1)
        for entry, _ in zip(field.values(), range(DIALOGUES_LOOKED_AT)) for item in first_items(entry, NUMBERS_LOOKED_AT))


def kind_of_matrix(entry):
    """VECTORS, or ONE_HOT where the first rows are; OTHER for an object array of anything but numbers."""
    if entry.type.kind != "O" and (entry.type.code is None or entry.shape[1] > LONGEST_ONE_HOT or entry.shape[0] > MOST_ONE_HOT):
        return VECTORS
    rows = rows_of(entry)[:ENTRIES_LOOKED_AT]
    if not all(type(number) in (int, float, bool) for row in rows for number in row):
        return OTHER
    return ONE_HOT if entry.shape[1] <= LONGEST_ONE_HOT and all(map(is_one_hot, rows)) else VECTORS


def rows_of(matrix):
    """The rows of a two-dimensional array, as lists of its items."""
    count, width = matrix.shape
    items = matrix.items()
    if matrix.fortran:
        return [items[row::count] for row in range(count)]
    return [items[row * width:(row + 1) * width] for row in range(count)]


def kind_of_item(item):
    """The kind of one utterance's item."""
    if type(item) in (str, bytes, memoryview):
        return TEXTS
    if type(item) in (int, bool):
        return NUMBERS
    if type(item) is float:
        return NUMBERS if item != item or item == int(item if abs(item) < 1e15 else 0) else REAL
    if type(item) is Array and item.data is not None:
        if item.type.code is None:
            return TEXTS if item.type.kind in ("S", "U") and size_of(item) <= 1 else NESTED
        if item.shape in ((), (1,)):
            return NUMBERS if item.type.kind in "iub" else VECTORS
        if len(item.shape) > 1 and item.shape[0] != 1:
            return NESTED
        return ONE_HOT if size_of(item) <= LONGEST_ONE_HOT and is_one_hot(item.items()) else VECTORS
    if type(item) in (list, tuple) and item:
        if all(type(number) in (int, float, bool) for number in item[:ENTRIES_LOOKED_AT]):
            return ONE_HOT if len(item) <= LONGEST_ONE_HOT and is_one_hot(item) else VECTORS
        return NESTED
    return OTHER


def is_one_hot(numbers):
    """True for exactly one 1 among zeros."""
    return all(type(n) in (int, float, bool) and n in (0, 1) for n in numbers) and sum(numbers) == 1


def is_missing(entry):
    """True for None and empty containers: a dialogue for which a file has nothing."""
    if type(entry) is Array:
        return size_of(entry) == 0
    return entry is None or type(entry) in (list, tuple, set, frozenset, dict, str, bytes) and not entry


def size_of(entry):
    """Number of items of a list, tuple, set or array (its first dimension), 0 for anything else."""
    if isinstance(entry, (list, tuple, set, frozenset)):
        return len(entry)
    if type(entry) is Array and entry.data is not None:
        if len(entry.shape) == 0:
            return 1
        return entry.shape[0] if len(entry.data) else 0
    return 0


def first_items(entry, limit=ENTRIES_LOOKED_AT):
    """The first few items of a list, tuple, set or one-dimensional array."""
    if type(entry) is Array:
        return [] if entry.data is None else entry.items(limit)
    if isinstance(entry, (set, frozenset)):
        return [item for item, _ in zip(entry, range(limit))]
    return list(entry[:limit]) if isinstance(entry, (list, tuple)) else []


def outermost(content):
    """A pickle's content, as a list where it is an object array of fields."""
    if type(content) is Array and type(content.data) is list and len(content.shape) == 1:
        return content.data
    return content


TRIED = []      # signatures with the names of their fields, where somebody wants to know what a content was compared with
WATCHED = []    # not empty while somebody does


def matches(content, signature, names=()):
    """True where `content` is a list or tuple whose fields have the kinds of `signature`.

    Each item of `signature` is a kind, a tuple of alternatives, or None for a field that nobody uses. `names`: of the fields.
    """
    if WATCHED:
        TRIED.append((signature, names))
    if type(content) not in (list, tuple) or len(content) != len(signature):
        return False
    for field, wanted in zip(content, signature):
        if wanted is not None and kind_of(field) not in kinds_wanted(wanted):
            return False
    return True


def kinds_wanted(wanted):
    return (wanted,) if isinstance(wanted, str) else wanted


def has_texts(field, names):
    """True where the first dialogue's texts are all among `names`, for recognisers that look at values ('M', 'F')."""
    for entry in field.values():
        if size_of(entry):
            return all(as_text(item) in names for item in first_items(entry))
    return False


def describe(content):
    """A pickle's content in a few words, for messages."""
    if type(content) in (list, tuple):
        kinds = ", ".join(kind_of(field) for field in content[:16])
        more = ", …" if len(content) > 16 else ""
        return f"a {type(content).__name__} of {len(content)} ({kinds}{more})" if content else f"an empty {type(content).__name__}"
    if type(content) is dict:
        keys = ", ".join(repr(as_text(key))[:24] for key in list(content)[:4] if as_text(key))
        return f"a dictionary of {len(content)}" + (f" ({keys}{', …' if len(content) > 4 else ''})" if keys else "")
    if type(content) is Array:
        return "a single array"
    if type(content) is Record:
        return "a single object"
    return f"a single {type(content).__name__}"

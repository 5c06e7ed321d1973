"""Where in a file something stands, in words."""

from pickles.stand_ins import Array, Foreign, Record, as_text

LONGEST = 40


class Place:
    """An utterance of a dialogue's entry: `str()` names the dialogue, `exact` the utterance too, counted from 1."""

    __slots__ = ("entry", "index")

    def __init__(self, entry, index=None):
        self.entry, self.index = entry, index

    def __str__(self):
        return self.entry

    @property
    def exact(self):
        return self.entry if self.index is None else f"{self.entry}, utterance {self.index + 1} (index {self.index}),"


def exact(place):
    """The place with its utterance, where it is known."""
    return place.exact if type(place) is Place else place


def shown_value(value):
    """A value in a few words: 'None', 'the number nan', "the text 'clips/a.npy'", 'an array of shape (2, 3)'."""
    kind = type(value)
    if value is None or kind is bool:
        return str(value)
    if kind is int:
        return f"the number {value}" if value.bit_length() < 128 else f"an integer of {value.bit_length()} bits"
    if kind is float:
        return f"the number {value!r}"
    if kind in (str, bytes):
        text = as_text(value[:LONGEST + 1])
        return f"the text {text[:LONGEST]!r}" + ("…" if len(text) > LONGEST else "")
    if kind is Array:
        return "an array without content" if value.data is None else f"an array of {value.type.name} of shape {tuple(value.shape)}"
    if kind in (list, tuple, dict, set, frozenset):
        word = {"dict": "dictionary"}.get(kind.__name__, kind.__name__)
        return f"an empty {word}" if not value else f"a {word} of {len(value)}"
    if kind is Record:
        return f"an object {value.name}"
    if kind is memoryview:
        return f"{len(value)} bytes"
    name = value.name if kind is Foreign else kind.__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def how_to_list(entry):
    """What to do about an entry that only gives its items once."""
    return ": make a list of it with list(...)" if hasattr(entry, "__next__") else ""


def without_one(numbers):
    """What is wrong with a vector that should be one-hot."""
    if type(numbers) not in (list, tuple) or not all(type(number) in (int, float, bool) for number in numbers):
        return ""
    ones = numbers.count(1)
    return "" if ones == 1 else f": there is no 1 among its {len(numbers)} numbers" if not ones else f": there are {ones} of 1 in it"

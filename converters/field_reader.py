"""Reads the fields of one file into plain ids, texts, numbers and feature rows, checking every entry.

Lists and tuples, 2-D arrays and lists of rows, NumPy scalars and Python numbers are all one thing here. Every fault is
one WrongLayout that names the file, the field and the dialogue.
"""

from faults import LimitExceeded, WrongLayout
from feature_rows import FeatureRows
from stand_ins import Array

MOST_UTTERANCES = 20_000_000
LONGEST_IDENTIFIER = 512          # bytes of UTF-8
FREE_TEXT_BYTES = 64 << 20        # what all texts of a file may expand to, besides four times its size


class FieldReader:
    """`name` is the file's name for messages; `size` its bytes, against which expansion is measured.

    `warnings` collects what a user should know. Dialogue ids become text: MELD's are numbers, IEMOCAP's are not.
    """

    def __init__(self, name, size):
        self.name, self.size, self.warnings = name, size, []
        self.latin1, self.surrogates = [], []          # places of texts that were not UTF-8, or no valid Unicode
        self.text_budget = FREE_TEXT_BYTES + 4 * size

    def fault(self, what):
        return WrongLayout(f"{self.name}: {what}.")

    # Text

    def text(self, value, place):
        """str of a text item: strict UTF-8 first, then latin1, which is remembered for a warning."""
        if type(value) is Array and value.data is not None and value.type.code is None:
            items = value.items()
            value = items[0] if len(items) == 1 else None
        if type(value) is memoryview:
            self.spend_text(len(value))
            value = bytes(value)
        if type(value) is bytes:
            self.spend_text(len(value))
            try:
                return value.decode("utf-8")
            except UnicodeDecodeError:
                self.latin1.append(place)
                return value.decode("latin1")
        if type(value) is not str:
            raise self.fault(f"{place} holds a {type(value).__name__} where text is expected")
        self.spend_text(len(value))
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self.surrogates.append(place)
            value = value.encode("utf-8", "replace").decode("utf-8")
        return value

    def spend_text(self, size):
        self.text_budget -= size
        if self.text_budget < 0:
            raise LimitExceeded(f"{self.name}: its texts expand to far more than the file's size: it is refused.")

    def identifier(self, value, place):
        """A dialogue or utterance id as text: numbers in decimal."""
        if type(value) is int and abs(value) < 1 << 63:
            return str(value)
        text = self.text(value, place)
        if not text or "\0" in text or len(text.encode("utf-8")) > LONGEST_IDENTIFIER:
            raise self.fault(f"{place} holds an id that is empty, too long or has a zero byte")
        return text

    def finish(self):
        """Turn what was remembered of ids and sentences into warnings."""
        self.warn_of_latin1(self.latin1, "ids")
        if self.surrogates:
            self.warnings.append(
                f"{self.name}: {len(self.surrogates)} texts held unpaired surrogates, now '?' (first: {self.surrogates[0]}).")

    def warn_of_latin1(self, places, what):
        if places:
            self.warnings.append(
                f"{self.name}: {len(places)} {what} are not UTF-8 and were read as latin1 (first: {places[0]}).")

    # Fields

    def dialogues(self, field, what):
        """`[(id, entry)]` of a dict field, ids as text and unlike."""
        if type(field) is not dict:
            raise self.fault(f"{what} is no dictionary")
        result = [(self.identifier(key, f"a key of {what}"), entry) for key, entry in field.items()]
        if len(dict(result)) != len(result):
            raise self.fault(f"{what} has the same dialogue twice, as a number and as text")
        return result

    def items(self, entry, place):
        """The items of a dialogue's entry: list, tuple or one-dimensional array."""
        if type(entry) in (list, tuple):
            return entry
        if type(entry) is Array and entry.data is not None and len(entry.shape) == 1:
            return entry.items()
        raise self.fault(f"{place} is no list with one item per utterance")

    def per_utterance(self, field, what, convert):
        """`id -> [convert(item, place)]`."""
        result, total = {}, 0
        for dialogue, entry in self.dialogues(field, what):
            items = self.items(entry, f"{what} of dialogue {dialogue}")
            total += len(items)
            if total > MOST_UTTERANCES:
                raise LimitExceeded(f"{self.name}: {what} expands to more than {MOST_UTTERANCES} utterances: it is refused.")
            place = f"{what} of dialogue {dialogue}"
            result[dialogue] = [convert(item, place) for item in items]
        return result

    def texts(self, field, what):
        """`id -> [str]`."""
        return self.per_utterance(field, what, self.text)

    def utterance_ids(self, field, what):
        """`id -> [str]`. Plain numbers are unlike only within their dialogue, so the dialogue's id goes before them."""
        result = {}
        for dialogue, entry in self.dialogues(field, what):
            place = f"{what} of dialogue {dialogue}"
            items = self.items(entry, place)
            self.spend_text(8 * len(items))
            result[dialogue] = [
                f"{dialogue}_{item}" if type(item) is int else self.identifier(item, place) for item in items]
        return result

    def number(self, item, place):
        """A whole number: int, bool, a float without fraction, or an array with one such item."""
        if type(item) is int:
            return item
        if type(item) is Array and item.data is not None and item.type.code is not None and item.shape in ((), (1,)):
            (item,) = item.items()
        if type(item) in (int, bool) or (type(item) is float and item.is_integer()):
            return int(item)
        raise self.fault(f"{place} holds something that is no whole number")

    def labels(self, field, what, names):
        """`id -> [int]`: indexes into `names`, -1 for an utterance without label."""
        labels = self.per_utterance(field, what, self.number)
        for dialogue, values in labels.items():
            for value in values:
                if not -1 <= value < len(names):
                    raise self.fault(f"{what} of dialogue {dialogue} holds {value}, but there are labels 0 to {len(names) - 1} only")
        return labels

    def one_hot(self, field, what, width):
        """`id -> [int]`: the place of the 1 in each vector of `width` zeros."""
        def place_of_one(item, place):
            numbers = item.items() if type(item) is Array and item.data is not None and item.type.code else item
            if type(numbers) in (list, tuple) and len(numbers) == width:
                if numbers.count(1) == 1 and numbers.count(0) == width - 1:
                    return numbers.index(1)
            raise self.fault(f"{place} holds something other than a one-hot list of {width}")
        return self.per_utterance(field, what, place_of_one)

    def named(self, field, what, names):
        """`id -> [int]`: texts that must be among `names`, as indexes."""
        places = {name: index for index, name in enumerate(names)}

        def index_of(item, place):
            text = self.text(item, place)
            if text not in places:
                raise self.fault(f"{place} holds {text[:20]!r}, but only {' and '.join(names)} are known")
            return places[text]
        return self.per_utterance(field, what, index_of)

    def vectors(self, field, what):
        """The feature rows of a field: see FeatureRows."""
        return FeatureRows(self, field, what)

    def identifiers(self, field, what):
        """`([id], whether it was a set)`. A set has no order of its own, so it is sorted: numbers by value, then texts."""
        was_set = isinstance(field, (set, frozenset))
        values = sorted(field, key=sort_key) if was_set else self.items(field, what)
        result = [self.identifier(value, what) for value in values]
        if len(set(result)) != len(result):
            raise self.fault(f"{what} names a dialogue twice")
        return result, was_set


def sort_key(value):
    """Order of a set's ids: numbers by value before texts; str and Python 2's bytes sort alike."""
    if type(value) is bytes:
        value = value.decode("latin1")
    return (0, value, "") if type(value) is int else (1, 0, str(value))

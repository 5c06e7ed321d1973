"""Reads the fields of one file into plain ids, texts, numbers and feature rows, checking every entry.

Lists and tuples, 2-D arrays and lists of rows, NumPy scalars and Python numbers are all one thing here. Every fault is
one WrongLayout that names the file, the field and the dialogue.
"""

from dataset.datasets import LONGEST_NAME, SENTIMENT_STEPS
from dataset.fields import NUMBERS, TEXTS, kind_of, rows_of, size_of
from dataset.places import Place, exact, how_to_list, shown_value, without_one
from faults import LimitExceeded, WrongLayout, first_few
from pickles.stand_ins import Array, item_count

FREE_UTTERANCES = 1 << 18         # of a file, besides one for each of its bytes: shared references can make a small file name many
MOST_CLASSES = 4096               # classes, or speakers by number
MOST_NAMES = 1_000_000            # speakers by name
FREE_ROW_BYTES = 1 << 30          # what all rows of a file may take, besides sixteen times its size
FREE_TEXT_BYTES = 64 << 20        # what all texts of a file may expand to, besides four times its size


class Rule:
    """How a real number becomes a class: `names`; `place(number)`: the class's index; `told`: in words."""

    def __init__(self, names, place, told):
        self.names, self.place, self.told = names, place, told


# The binary, ternary and seven-class accuracies of the sentiment field are made so.
RULES = {
    2: Rule(["negative", "non-negative"], lambda number: int(number >= 0), "below 0, and 0 or above"),
    3: Rule(["negative", "neutral", "positive"], lambda number: 1 + (number > 0) - (number < 0), "below 0, 0, above 0"),
    7: Rule(SENTIMENT_STEPS, lambda number: round(max(-3, min(3, number))) + 3, "rounded, halves to the even number, from -3 to 3")}


class FieldReader:
    """`name` is the file's name for messages; `size` its bytes, against which expansion is measured.

    `frames`: 'mean', 'max', 'last' or 'mean+std' where the user asked for it: what makes a row of an utterance's matrix of frames.
    `regression_classes`: 2, 3 or 7 where the user asked for it: the classes of labels that are real numbers; `made_classes`: whether it did so.
    `warnings` collects what a user should know. Dialogue ids become text: MELD's are numbers, IEMOCAP's are not.
    """

    def __init__(self, name, size, frames=None, regression_classes=None):
        self.name, self.size, self.frames, self.warnings = name, size, frames, []
        self.regression_classes, self.made_classes = regression_classes, False
        self.notes = []           # what is said and not kept: a store of format 1 goes on to have the bytes that it had
        self.latin1, self.surrogates = [], []          # places of texts that were not UTF-8, or no valid Unicode
        self.most_utterances = FREE_UTTERANCES + size
        self.text_budget = FREE_TEXT_BYTES + 4 * size
        self.row_budget = FREE_ROW_BYTES + 16 * size

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
                self.latin1.append(str(place))
                return value.decode("latin1")
        if type(value) is not str:
            raise self.fault(f"{exact(place)} hold {shown_value(value)} where text is expected")
        self.spend_text(len(value))
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self.surrogates.append(str(place))
            value = value.encode("utf-8", "replace").decode("utf-8")
        return value

    def spend_text(self, size):
        self.text_budget -= size
        if self.text_budget < 0:
            raise LimitExceeded(f"{self.name}: its texts expand to far more than the file's size: it is refused.")

    def spend_rows(self, what, size):
        """Charge the bytes that rows take: all features of a file have one budget."""
        self.row_budget -= size
        if self.row_budget < 0:
            raise LimitExceeded(f"{self.name}: {what} expands to far more than the file's size: it is refused.")

    def identifier(self, value, place):
        """A dialogue or utterance id as text: numbers in decimal."""
        if type(value) is int and abs(value) < 1 << 63:
            return str(value)
        text = self.text(value, place)
        if not text or "\0" in text or len(text.encode("utf-8")) > LONGEST_NAME:
            raise self.fault(f"{exact(place)} hold an id that is empty, longer than {LONGEST_NAME} bytes or has a zero byte")
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
        """The items of a dialogue's entry: list, tuple or one-dimensional array, or the rows of a narrow matrix."""
        if type(entry) in (list, tuple):
            return entry
        if type(entry) is Array and entry.data is not None and len(entry.shape) == 1:
            return entry.items()
        if type(entry) is Array and entry.data is not None and len(entry.shape) == 2 and entry.shape[1] <= MOST_CLASSES:
            self.check_total(entry.shape[0], place)
            return rows_of(entry)
        raise self.fault(f"{place} are {shown_value(entry)} where a list with one item per utterance is expected{how_to_list(entry)}")

    def per_utterance(self, field, what, convert):
        """`id -> [convert(item, place)]`."""
        result, total = {}, 0
        for dialogue, entry in self.dialogues(field, what):
            items = self.items(entry, f"{what} of dialogue {dialogue}")
            total += len(items)
            self.check_total(total, what)
            place = Place(f"{what} of dialogue {dialogue}")
            made = result[dialogue] = []
            for place.index, item in enumerate(items):
                made.append(convert(item, place))
        return result

    def check_total(self, total, what):
        """Refuse more utterances than the file's size allows."""
        if total > self.most_utterances:
            raise LimitExceeded(
                f"{self.name}: {what} expand to more than {self.most_utterances} utterances, far more than the file's size allows: it is refused.")

    def texts(self, field, what, words=False):
        """`id -> [str]`; of lists of words with spaces between them."""
        return self.per_utterance(field, what, self.joined if words else self.text)

    def joined(self, words, place):
        """A text of a list of words."""
        self.spend_text(size_of(words))
        return " ".join(self.text(word, place) for word in self.items(words, place))

    def utterance_ids(self, field, what):
        """`id -> [str]`. Plain numbers are unlike only within their dialogue, so the dialogue's id goes before them."""
        result, total = {}, 0
        for dialogue, entry in self.dialogues(field, what):
            place = f"{what} of dialogue {dialogue}"
            items = self.items(entry, place)
            total += len(items)
            self.check_total(total, what)
            result[dialogue] = [
                f"{dialogue}_{self.identifier(item, Place(place, index))}" if type(item) is int else self.identifier(item, Place(place, index))
                for index, item in enumerate(items)]
        return result

    def number(self, item, place):
        """A whole number: int, bool, a float without fraction, or an array with one such item."""
        if type(item) is int:
            return item
        if type(item) is Array and item.data is not None and item.type.code is not None and item.shape in ((), (1,)):
            (item,) = item.items()
        if type(item) in (int, bool) or (type(item) is float and item.is_integer()):
            return int(item)
        raise self.fault(f"{exact(place)} hold {shown_value(item)} where a whole number is expected")

    def classes(self, field, what, names):
        """`(id -> [int], names)`: indexes into `names`, -1 for an utterance without label.

        Labels that are texts are looked up in `names`, or sorted where there are none. Numbers beyond `names`, or without
        any, are classes named by their number.
        """
        if kind_of(field) == TEXTS:
            return self.named(field, what, names)
        labels = self.per_utterance(field, what, self.number)
        highest = self.highest(labels, what, lowest=-1)
        if names is None:
            return labels, [str(number) for number in range(highest + 1)]
        if highest >= len(names):
            self.warnings.append(
                f"{self.name}: {what} go to {highest}, beyond the {len(names)} classes of this dataset, so that they are named by number.")
            return labels, [str(number) for number in range(highest + 1)]
        return labels, names

    def highest(self, numbers, what, lowest):
        """The largest of all numbers of a field; a fault below `lowest` or where it cannot count classes or speakers."""
        found = 0
        for dialogue, values in numbers.items():
            for value in values:
                if not lowest <= value < MOST_CLASSES:
                    place = Place(f"{what} of dialogue {dialogue}", values.index(value))
                    raise self.fault(f"{place.exact} hold {shown_value(value)}, which is not between {lowest} and {MOST_CLASSES - 1}")
                found = max(found, value)
        return found

    def sentiment(self, field, what):
        """`(id -> [int], names, values)`: like `classes`, but items may be nested one deeper, in their utterance or around the
        dialogue, and may be real numbers from -3 to 3, which are rounded (half to even) to seven classes. `values`: these numbers, None where
        the items are classes."""
        values = self.per_utterance(
            {dialogue: self.unwrapped(entry) for dialogue, entry in self.dialogues(field, what)}, what, self.one_number)
        numbers = [value for entry in values.values() for value in entry]
        if self.regression_classes:
            labels, names = self.regression(numbers)
            rest = iter(labels)
            return {dialogue: [next(rest) for _ in entry] for dialogue, entry in values.items()}, names, values
        if all(value == int(value) and value >= 0 for value in numbers):
            labels = {dialogue: [int(value) for value in entry] for dialogue, entry in values.items()}
            return labels, [str(number) for number in range(self.highest(labels, what, lowest=0) + 1)], None
        if max(map(abs, numbers)) > 3:
            raise self.fault(f"{what} hold {max(numbers, key=abs):g}, but sentiment goes from -3 to 3")
        self.warnings.append(f"{self.name}: {what} are sentiment from -3 to 3, rounded to {len(SENTIMENT_STEPS)} classes.")
        return {dialogue: [round(value) + 3 for value in entry] for dialogue, entry in values.items()}, SENTIMENT_STEPS, values

    def regression(self, numbers):
        """`([int], names)` of labels that are real numbers, by the rule that was asked for. A fault where none was."""
        span = f"numbers from {min(numbers):g} to {max(numbers):g}"
        if self.regression_classes is None:
            rules = ", ".join(f"{classes} ({rule.told})" for classes, rule in RULES.items())
            raise self.fault(f"its labels are {span} and no classes: give --regression-classes to make some of them: {rules}")
        rule = RULES[self.regression_classes]
        self.made_classes = True
        beyond = f"; {sum(abs(n) > 3 for n in numbers)} beyond -3 and 3 count as these" if rule.names is SENTIMENT_STEPS and max(map(abs, numbers)) > 3 else ""
        self.warnings.append(f"{self.name}: labels are {span}, made {len(rule.names)} classes as was asked for: {rule.told}{beyond}.")
        return [rule.place(number) for number in numbers], list(rule.names)

    @staticmethod
    def unwrapped(entry):
        """The one list inside a list of one: labels of a dialogue nested around the dialogue."""
        if type(entry) in (list, tuple) and len(entry) == 1 and size_of(entry[0]) > 1:
            return entry[0]
        if type(entry) is Array and entry.data is not None and entry.type.code and len(entry.shape) == 2 and 1 in entry.shape:
            return entry.items()
        return entry

    def one_number(self, item, place):
        """A finite number, bare or alone in a list or array."""
        if type(item) is Array and item.data is not None and item.type.code and item_count(item.shape) == 1:
            item = item.items()
        if type(item) in (list, tuple) and len(item) == 1:
            item = item[0]
        if type(item) in (int, bool, float) and abs(item) < 1e9:
            return item
        raise self.fault(f"{exact(place)} hold {shown_value(item)} where a single number is expected")

    def one_hot(self, field, what):
        """`(id -> [int], names)`: the place of the 1 in each vector of zeros, all of one width."""
        widths = set()

        def place_of_one(item, place):
            numbers = item.items() if type(item) is Array and item.data is not None and item.type.code else item
            if type(numbers) in (list, tuple) and 0 < len(numbers) <= MOST_CLASSES:
                widths.add(len(numbers))
                if len(widths) == 1 and numbers.count(1) == 1 and numbers.count(0) == len(numbers) - 1:
                    return numbers.index(1)
            wanted = f"a one-hot list of {min(widths)}" if widths else "a one-hot list, of zeros and one 1,"
            raise self.fault(f"{exact(place)} hold {shown_value(item)} where {wanted} is expected{without_one(numbers)}")
        places = self.per_utterance(field, what, place_of_one)
        return places, [str(number) for number in range(max(widths, default=1))]

    def speakers(self, field, what, names):
        """`(id -> [int], names)` of texts, numbers or one-hot vectors, told apart by the first dialogue."""
        kind = kind_of(field)
        if kind == TEXTS:
            return self.named(field, what, names)
        if kind == NUMBERS:
            numbers = self.per_utterance(field, what, self.number)
            return numbers, [str(number) for number in range(self.highest(numbers, what, lowest=0) + 1)]
        return self.one_hot(field, what)

    def named(self, field, what, names=None):
        """`(id -> [int], names)` of texts, which must be among `names`; without any, they are the names, sorted."""
        texts = self.per_utterance(field, what, self.text)
        if names is None:
            names = sorted({text for entry in texts.values() for text in entry})
            self.check_names(names, texts, what)
        if len(names) > MOST_NAMES:
            raise self.fault(f"{what} have {len(names)} names, which is no small set of classes or speakers")
        places = {name: index for index, name in enumerate(names)}
        for dialogue, entry in texts.items():
            for text in entry:
                if text not in places:
                    place = Place(f"{what} of dialogue {dialogue}", entry.index(text))
                    raise self.fault(f"{place.exact} hold {text[:20]!r}, but only {first_few(names, 12)} are known")
        return {dialogue: [places[text] for text in entry] for dialogue, entry in texts.items()}, names

    def check_names(self, names, texts, what):
        """Refuse a name that is too long for a column of names, with its place."""
        long = next((name for name in names if len(name.encode("utf-8")) > LONGEST_NAME), None)
        if long is not None:
            dialogue, index = next((d, entry.index(long)) for d, entry in texts.items() if long in entry)
            place = Place(f"{what} of dialogue {dialogue}", index)
            raise self.fault(f"{place.exact} hold a name of {len(long.encode('utf-8'))} bytes, of which at most {LONGEST_NAME} are kept: shorten it")

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
    return (0, value, "") if type(value) is int else (1, 0, value if type(value) is str else "")

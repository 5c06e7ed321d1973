"""What the layouts of the sentiment field share: a dict of splits, in which utterances stand one after the other as they come, each with an id
that names its video and its place in it.

A video is a dialogue here, and its utterances stand in the order of their places. Features are frames, filled up with zeros to the longest
utterance: what makes a row of an utterance's frames is said with --frames, and what fills them up is never counted.
"""

import re

from dataset.contribution import SPLITS, Contribution
from dataset.datasets import OTHER
from dataset.field_reader import MOST_CLASSES
from dataset.fields import size_of
from dataset.places import shown_value
from faults import first_few, plural
from pickles.stand_ins import Array, as_text, item_count

# What an id may look like, with the name of that form. All ids of a file have one form.
FORMS = [(name, re.compile(pattern).fullmatch) for name, pattern in (
    ("video$_$clip", r"(.+)\$_\$(.+)"), ("video[clip]", r"(.+)\[(.+)\]"), ("dia0_utt3", r"(dia\d+)_utt(\d+)"),
    ("Ses01F_impro01_F000", r"(Ses\d\d[FM]_\w+?)_([FM]\d{3})"), ("video/clip", r"(.+)/([^/]+)"), ("video_clip", r"(.+)_(\d+)"))]
MODALITIES = (("text", "text", ("text",)), ("audio", "audio", ("audio", "acoustic")), ("visual", "visual", ("vision", "visual", "video")))


class Part:
    """One split: `name`; `fields`: name -> what it holds; `count`: utterances."""

    def __init__(self, name, fields, count):
        self.name, self.fields, self.count = name, fields, count


def splits_of(content, kinds):
    """`[(split, value)]` where `content` is a dict of splits, each of one of these kinds; None for anything else."""
    if type(content) is not dict or not content:
        return None
    found = [(SPLITS.get(as_text(key)), value) for key, value in content.items()]
    if any(split is None or type(value) not in kinds for split, value in found) or len(dict(found)) != len(found):
        return None
    return found


def named(fields):
    """A split's fields under text keys; those whose keys are none are left out."""
    return {as_text(key): value for key, value in fields.items() if as_text(key)}


class Utterances:
    """The utterances of a file: who stands where. `places`: dialogue -> [(part, index, utterance id)] in the dialogue's order."""

    def __init__(self, reader, parts):
        self.reader, self.parts, self.places, self.splits = reader, parts, {}, {part.name: [] for part in parts}
        ids = [(part, index, self.identity(part, value)) for part in parts for index, value in enumerate(ids_of(reader, part))]
        form, match = self.form_of([identity for _, _, identity in ids if type(identity) is str])
        taken = [(part, index, *self.taken_apart(identity, form, match)) for part, index, identity in ids]
        homes = {}
        for part, _, video, _, _ in taken:
            homes.setdefault(video, set()).add(part.name)
        divided = [video for video, names in homes.items() if len(names) > 1]
        if divided:
            reader.warnings.append(
                f"{reader.name}: {plural(len(divided), 'video')} have clips in more than one split ({first_few(divided)}): the clips of each split are a dialogue "
                "of their own, called 'video (split)'.")
        apart = set(divided)
        found = {}
        for part, index, video, order, utterance in taken:
            dialogue = f"{video} ({part.name})" if video in apart else video
            if dialogue not in found:
                self.splits[part.name].append(dialogue)
            found.setdefault(dialogue, []).append((order, len(found), part, index, utterance))
        for dialogue, entries in found.items():
            if all(order is not None for order, *_ in entries):
                entries.sort(key=lambda entry: entry[0])
            self.places[dialogue] = [(part, index, utterance) for _, _, part, index, utterance in entries]

    def identity(self, part, value):
        """An id as text, or (video, begin, end) where it is three things."""
        if type(value) is Array or type(value) in (list, tuple):
            items = value.items() if type(value) is Array else list(value)
            items = [self.reader.identifier(item if type(item) is not float else repr(item), f"the ids of the split {part.name}") for item in items[:3]]
            return items[0] if len(items) == 1 else tuple(items)
        return self.reader.identifier(value, f"the ids of the split {part.name}")

    def form_of(self, ids):
        """The first form that all of these ids have."""
        for name, match in FORMS:
            if all(map(match, ids)):
                return name, match
        begun = next((match for _, match in FORMS if match(ids[0])), lambda identity: None)
        odd = next(identity for identity in ids if not begun(identity))
        raise self.reader.fault(f"its ids do not tell dialogue and utterance (for example {odd[:60]!r}): all of them should have one of the forms "
                                f"{', '.join(name for name, _ in FORMS)}")

    def taken_apart(self, identity, form, match):
        """`(video, order within it or None for the file's, utterance id)`."""
        if type(identity) is tuple:
            return identity[0], number_in(identity[1]), "_".join(identity)
        video, clip = match(identity).groups()
        return video, number_in(clip) if form != "Ses01F_impro01_F000" else None, identity

    def field(self, value_of):
        """`dialogue -> [value_of(part, index)]`."""
        return {dialogue: [value_of(part, index) for part, index, _ in entries] for dialogue, entries in self.places.items()}

    def contribution(self, layout):
        """A Contribution with what the ids say."""
        made = Contribution(self.reader, layout, OTHER)
        made.take_utterance_ids({dialogue: [utterance for *_, utterance in entries] for dialogue, entries in self.places.items()})
        made.take_splits(**self.splits)
        return made


def number_in(text):
    """The number that a clip's name is, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def ids_of(reader, part):
    """The ids of a split, one for each utterance."""
    ids = part.fields.get("id")
    if type(ids) is Array and ids.data is not None and len(ids.shape) == 2:
        return [ids[index] for index in range(ids.shape[0])]
    return reader.items(ids, f"the ids of the split {part.name}")


# Frames

class Frames:
    """Takes what fills up an utterance's frames off them, and tells how often it did what. `lengths(part, index)`: the number of frames that
    are said to be real, or None where nothing is said."""

    def __init__(self, reader, what, lengths):
        self.reader, self.what, self.lengths = reader, what, lengths
        self.counts = {}

    def note(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def of(self, value, part, index):
        """The real frames of one utterance; anything but a matrix of numbers as it is."""
        if self.lengths is None or type(value) is not Array or value.data is None or len(value.shape) != 2 or value.type.code is None or value.fortran or 0 in value.shape:
            return value
        length = self.lengths(part, index)
        begin, end = self.filled(value) if length is None else self.said(value, length)
        if (begin, end) == (0, value.shape[0]):
            return value
        size = value.shape[1] * value.type.size
        made = Array()
        made.fill((end - begin, value.shape[1]), value.type, False, value.data[begin * size:end * size])
        return made

    def filled(self, value):
        """Where the frames begin and end that are not all zero; the first one where none is."""
        rows, size, raw = value.shape[0], value.shape[1] * value.type.size, bytes(value.data)
        begin = (len(raw) - len(raw.lstrip(b"\0"))) // size
        if begin == rows:
            self.note(ALL_ZERO)
            return 0, 1
        end = rows - (len(raw) - len(raw.rstrip(b"\0"))) // size
        if begin or end < rows:
            self.note(ZEROS)
        return begin, end

    def said(self, value, length):
        """The same where a length is given: the first frames, or the last where zeros stand before them."""
        rows, size = value.shape[0], value.shape[1] * value.type.size
        if length > rows:
            self.note(LONGER)
        if length <= 0:
            self.note(NO_FRAMES)
            return 0, 1
        if length >= rows:
            return 0, rows
        raw = bytes(value.data)
        if not raw[length * size:].strip(b"\0"):
            return 0, length
        if not raw[:(rows - length) * size].strip(b"\0"):
            self.note(IN_FRONT)
            return rows - length, rows
        self.note(BEYOND)
        return 0, length

    def tell(self):
        for what, count in self.counts.items():
            self.reader.warnings.append(f"{self.reader.name}: {self.what} of {plural(count, 'utterance')} {what}.")


ALL_ZERO = "are nothing but zeros; one frame of zeros stands for them"
ZEROS = "begin or end with frames of zeros, which are taken as filling and not counted"
LONGER = "are said to have more frames than they have; all that are there are counted"
NO_FRAMES = "are said to have no frame; their first one stands for them"
IN_FRONT = "are filled up with zeros in front and not behind, so that the last frames are counted"
BEYOND = "hold numbers behind their stated length, which are not counted"


def take_features(made, utterances, lengths_of=None):
    """The three modalities, wherever a split has them. `lengths_of(part -> its field)`: `lengths(part, index)` of Frames; without it, nothing
    fills up the frames.
    """
    for name, modality, spellings in MODALITIES:
        held = {part: next((part.fields[field], field) for field in spellings if field in part.fields)
                for part in utterances.parts if any(part.fields.get(field) is not None for field in spellings)}
        if not held:
            continue
        missing = [part.name for part in utterances.parts if part not in held]
        if missing:
            raise made.reader.fault(f"its split {missing[0]} has no {modality} features, and another one has")
        for part, (value, field) in held.items():
            check_count(made.reader, part, field, value)
        frames = Frames(made.reader, f"the {modality} features", lengths_of and lengths_of({part: field for part, (_, field) in held.items()}))
        made.take_feature(name, modality, utterances.field(lambda part, index: frames.of(held[part][0][index], part, index)))
        frames.tell()


def check_count(reader, part, field, value):
    """Raise where a field is not one entry per utterance."""
    if type(value) is Array and value.fortran and len(value.shape) > 2:
        raise reader.fault(f"{field} of the split {part.name} is stored column by column (Fortran order): save numpy.ascontiguousarray(array) instead")
    if type(value) not in (list, tuple, Array) or size_of(value) != part.count:
        held = size_of(value) if type(value) in (list, tuple, Array) else shown_value(value)
        raise reader.fault(f"{field} of the split {part.name} has {held} entries, and its ids are {part.count}")


# Labels

def numbers_of(reader, part, field, missing=False):
    """One real number per utterance, or None where the split has no such field. `missing`: NaN is None, and not a fault."""
    value = part.fields.get(field)
    if value is None:
        return None
    check_count(reader, part, field, value)
    if type(value) is Array and value.type.code is not None and item_count(value.shape) == part.count:
        numbers = value.items()
    else:
        numbers = [single(item) for item in (value if type(value) is not Array else [value[index] for index in range(part.count)])]
    if missing:
        numbers = [None if type(number) is float and number != number else number for number in numbers]
    for index, number in enumerate(numbers):
        if missing and number is None:
            continue
        if type(number) not in (int, float, bool) or number != number or abs(number) > 1e9:
            raise reader.fault(f"{field} of the split {part.name}, utterance {index + 1} (index {index}), hold {shown_value(number)} where a number is expected")
    return numbers


def single(item):
    """The one number in lists and arrays of one."""
    for _ in range(3):
        if type(item) is Array and item.data is not None and item.type.code is not None and item_count(item.shape) == 1:
            item = item.items()
        if type(item) in (list, tuple) and len(item) == 1:
            item = item[0]
    return item


def take_numbers(made, utterances, numbers):
    """Labels of which it is not said what they are: classes where all of them are whole and none is negative."""
    if made.reader.regression_classes or any(number != int(number) or number < 0 for held in numbers.values() for number in held):
        take_regression(made, utterances, numbers)
    else:
        take_classes(made, utterances, numbers, None)


def take_classes(made, utterances, numbers, texts):
    """Labels that are classes: `numbers`, part -> [number]; `texts`, part -> [their names]; one of them may be None."""
    reader = made.reader
    if numbers is None:
        order = {"negative": 0, "neutral": 1, "positive": 2}
        names = sorted({text for held in texts.values() for text in held}, key=lambda text: (order.get(text.lower(), 3), text))
        if len(names) > MOST_CLASSES:
            raise reader.fault(f"its annotations have {len(names)} names, which is no small set of classes")
        made.take_labels(utterances.field(lambda part, index: texts[part][index]))
        places = {name: names.index(name) for name in names}
        made.labels = {dialogue: [places[made.label_names[label]] for label in labels] for dialogue, labels in made.labels.items()}
        made.label_names = names
        return
    for part, held in numbers.items():
        for index, number in enumerate(held):
            is_none = number == -1 and texts is not None and texts[part][index] == ""        # as 'vuemo export' writes what has no label
            if number != int(number) or not 0 <= number < MOST_CLASSES and not is_none:
                raise reader.fault(f"the classes of the split {part.name}, utterance {index + 1} (index {index}), hold {shown_value(number)}, and classes are numbered "
                                   "from 0")
    made.take_labels(utterances.field(lambda part, index: int(numbers[part][index])))
    names = names_of(reader, numbers, texts) if texts is not None else {}
    made.label_names = [names.get(number, name) for number, name in enumerate(made.label_names)]


def names_of(reader, numbers, texts):
    """`class -> name` as the annotations beside the classes say, {} where they contradict each other."""
    names = {}
    for part, held in numbers.items():
        for index, number in enumerate(held):
            if number >= 0 and names.setdefault(int(number), texts[part][index]) != texts[part][index]:
                reader.warnings.append(
                    f"{reader.name}: its classes and annotations disagree (split {part.name}, utterance {index + 1}: {int(number)} is {texts[part][index]!r} there and "
                    f"{names[int(number)]!r} before): the classes are kept, named by number.")
                return {}
    return names if len(set(names.values())) == len(names) else {}


def take_regression(made, utterances, numbers):
    """Labels that are real numbers: classes on request, by a rule that is told."""
    values = [number for held in numbers.values() for number in held]
    labels, made.label_names = made.reader.regression(values)
    rest = iter(labels)
    each = {part: [next(rest) for _ in held] for part, held in numbers.items()}
    made.labels = utterances.field(lambda part, index: each[part][index])
    keep_numbers(made, utterances, numbers)


def keep_numbers(made, utterances, numbers):
    """Keep the real numbers themselves, beside classes that were made of them or that the file has."""
    made.keep_values("sentiment", utterances.field(lambda part, index: None if numbers[part][index] is None else float(numbers[part][index])))


def left_out(made, parts, used):
    """Say which fields nobody took."""
    others = sorted({field for part in parts for field in part.fields} - set(used))
    if others:
        made.reader.warnings.append(f"{made.name}: left out: {first_few(others, 8)}.")


# Near misses

OTHER_SPLITS = "give the others with it, in files that are called by their splits (train.pkl, dev.pkl, test.pkl), or all in one: {'train': …, 'dev': …, 'test': …}"
ONE_SPLIT = f"it is one split: {OTHER_SPLITS}"


def difference(content, labels, what):
    """`(distance, what is unlike)` of a content that comes near such a layout, or None. `labels`: the fields of which one is needed."""
    parts = splits_of(content, (dict,))
    if parts is None:
        missing = missing_of(content, labels, what) if type(content) is dict else None
        if not missing:
            return None if missing is None else (1, ONE_SPLIT)
        return 1 + len(missing), f"it is no dict of splits, and as one of them it has no {' and no '.join(missing)}: save it with them, and {OTHER_SPLITS}"
    for split, fields in parts:
        missing = missing_of(fields, labels, what)
        if missing is None:
            return None
        if missing:
            return len(missing), f"its split '{split}' has no {' and no '.join(missing)}"
    return None


def missing_of(fields, labels, what):
    """What a split lacks of ids and labels; None where it has not two modalities, and so is none."""
    fields = named(fields)
    if len({spelling for _, _, spellings in MODALITIES for spelling in spellings} & set(fields)) < 2:
        return None
    return [word for word, there in (("id", fields.get("id") is not None), (what, any(fields.get(label) is not None for label in labels))) if not there]


def looks_like(fields, labels):
    """Whether a split's fields are ids, labels and at least one modality."""
    return fields.get("id") is not None and any(fields.get(label) is not None for label in labels) and any(
        fields.get(spelling) is not None for _, _, spellings in MODALITIES for spelling in spellings)


def parts_of(reader, content):
    """The Parts of a dict of splits of fields."""
    made = []
    for split, fields in splits_of(content, (dict,)):
        fields = named(fields)
        count = size_of(fields["id"])
        if type(fields["id"]) not in (list, tuple, Array):
            raise reader.fault(f"the ids of the split {split} are {shown_value(fields['id'])}, where a list is expected")
        if count:
            made.append(Part(split, fields, count))
    if not made:
        raise reader.fault("its splits have no utterances")
    return made

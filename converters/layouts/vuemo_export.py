"""What `vuemo export` writes, as a pickle or a .npz archive: one dictionary of the store's tables and features, utterance after utterance.

It says everything that a store does, so that the store of a whole export has the content of the first one.
"""

from sys import float_info

from dataset.contribution import LONGEST_MEMBER_NAME, MODALITIES, Contribution, Target
from dataset.datasets import LONGEST_NAME, Dataset
from dataset.fields import size_of
from dataset.places import Place, shown_value
from faults import first_few
from pickles.stand_ins import Array, as_text

NAME = "vuemo export (dictionary)"
DATASET = None
FIELDS = "a store's tables and features, by the names of FORMAT.md"
SPLITS = "as the store had them"
USERS = "vuemo export"
EXAMPLE = "vuemo convert iemocap.pkl -o iemocap.h5"
FORMAT = "vuemo-export 1"
LARGEST = float_info.max
LISTS = ("split_names", "label_names", "speaker_names", "dialogue_ids", "dialogue_split", "source_order", "utterance_offset", "utterance_ids", "labels",
         "speakers", "sentences")


def recognise(content):
    return type(content) is dict and as_text(content.get("format")) == FORMAT and all(content.get(key) is not None for key in LISTS)


def what_lacks(content):
    """What keeps a dictionary that says it is an export from being one."""
    if as_text(content.get("format")) != FORMAT:
        return f"but its format is {shown_value(content.get('format'))} and this program reads '{FORMAT}'"
    return "but it has no " + first_few([key for key in LISTS if content.get(key) is None], len(LISTS))


def read(content, reader):
    lists = {key: the_list(content, key, reader) for key in LISTS}
    ids = [reader.identifier(value, Place("dialogue_ids", index)) for index, value in enumerate(lists["dialogue_ids"])]
    offset = whole(reader, lists, "utterance_offset")
    if len(offset) != len(ids) + 1 or offset[0] != 0 or any(a >= b for a, b in zip(offset, offset[1:])) or len(set(ids)) != len(ids):
        raise reader.fault("its utterance_offset and dialogue_ids do not tell dialogues apart: one offset more than ids, rising from 0, and no id twice")
    rows = {dialogue: slice(begin, end) for dialogue, begin, end in zip(ids, offset, offset[1:])}

    def field(key, values):
        if len(values) != offset[-1]:
            raise reader.fault(f"its {key} has {len(values)} entries for {offset[-1]} utterances")
        return {dialogue: values[part] for dialogue, part in rows.items()}

    made = Contribution(reader, NAME, Dataset(name_of(content, "dataset", reader)))
    made.take_utterance_ids(field("utterance_ids", lists["utterance_ids"]))
    made.take_sentences(field("sentences", lists["sentences"]))
    made.label_names = names(reader, lists, "label_names")
    made.labels = field("labels", indices(reader, lists, "labels", len(made.label_names), lowest=-1))
    made.speaker_names = names(reader, lists, "speaker_names", unlike=False)
    made.speakers = field("speakers", indices(reader, lists, "speakers", len(made.speaker_names)))
    made.speaker_scope = name_of(content, "speaker_scope", reader)
    if made.speaker_scope not in ("corpus", "dialogue"):
        raise reader.fault(f"its speaker_scope is {shown_value(made.speaker_scope)}, and should be 'corpus' or 'dialogue'")
    take_splits(made, content, lists, ids)
    take_features(made, content, rows, offset[-1])
    take_targets(made, content, field)
    return made


def take_targets(made, content, field):
    """The labels beside those of emotion."""
    reader, held = made.reader, content.get("targets")
    if held is not None and type(held) is not dict:
        raise reader.fault(f"its targets are {shown_value(held)}, and should be a dictionary")
    for name, told in (held or {}).items():
        if not is_member(name) or type(told) is not dict or told.get("names") is None or told.get("labels") is None:
            raise reader.fault(f"its target {shown_value(name)} has no names or labels, or that is no name")
        keys = [f"{key} of the target {name!r}" for key in ("names", "labels", "values")]
        lists = {key: the_list({key: told.get(word)}, key, reader) for key, word in zip(keys, ("names", "labels", "values"))}
        classes = names(reader, lists, keys[0])
        labels = field(keys[1], indices(reader, lists, keys[1], len(classes), lowest=-1))
        made.targets[name] = Target(classes, labels, None if told.get("values") is None else field(keys[2], numbers(reader, lists, keys[2])))


def take_splits(made, content, lists, ids):
    """The dialogues of each split, what was said of where it came from, and the order of the source."""
    reader = made.reader
    split_names = names(reader, lists, "split_names")
    unknown = [name for name in split_names if name not in ("train", "valid", "test")]
    if unknown:
        raise reader.fault(f"its split {shown_value(unknown[0])} is none of train, valid and test")
    of = indices(reader, lists, "dialogue_split", len(split_names), lowest=-1)
    order = whole(reader, lists, "source_order")
    if len(of) != len(ids) or len(order) != len(ids):
        raise reader.fault(f"its dialogue_split has {len(of)} entries and its source_order {len(order)} for {len(ids)} dialogues")
    made.take_splits(**{name: [dialogue for dialogue, split in zip(ids, of) if split == number] for number, name in enumerate(split_names)})
    made.valid = made.valid or None
    made.source_positions = dict(zip(ids, order))
    if content.get("split_origins") is not None:
        told = the_list(content, "split_origins", reader)
        if len(told) != len(split_names):
            raise reader.fault(f"its split_origins has {len(told)} entries for {len(split_names)} splits")
        made.split_origins = {name: reader.text(text, Place("split_origins", index)) for index, (name, text) in enumerate(zip(split_names, told))}


def take_features(made, content, rows, count):
    """Each matrix in pieces, one for each dialogue, without a copy."""
    reader, held, told = made.reader, content.get("features"), content.get("feature_info")
    if told is None:
        raise reader.fault("it does not say what its features are, as archives of earlier versions of 'vuemo export' do not: export the store again")
    if type(held) is not dict or type(told) is not dict:
        raise reader.fault("its features and feature_info are no dictionaries")
    for name, matrix in held.items():
        info = told.get(name)
        if type(info) is not dict or as_text(info.get("modality")) not in MODALITIES or not is_member(name):
            raise reader.fault(f"its feature_info says of the feature {shown_value(name)} no modality, or that is no name")
        layer, extractor = info.get("layer"), info.get("extractor")
        if layer is not None and (type(layer) is not int or not 1 <= layer < 1 << 31):
            raise reader.fault(f"its feature_info says that the layer of {name!r} is {shown_value(layer)}, and it should be a number from 1 on, or None")
        if extractor is not None and not is_name(extractor):
            raise reader.fault(f"its feature_info says that the extractor of {name!r} is {shown_value(extractor)}, and it should be a text or None")
        if type(matrix) is not Array or matrix.data is None or matrix.type.code is None or matrix.fortran or len(matrix.shape) != 2 or matrix.shape[0] != count:
            raise reader.fault(f"its feature {name!r} is {shown_value(matrix)}, where a matrix with one row for each of {count} utterances is expected")
        made.take_feature(name, as_text(info["modality"]), {dialogue: piece(matrix, part) for dialogue, part in rows.items()}, layer, extractor)


def piece(matrix, rows):
    """Some rows of a matrix."""
    made, size = Array(), matrix.shape[1] * matrix.type.size
    made.fill((rows.stop - rows.start, matrix.shape[1]), matrix.type, False, memoryview(matrix.data)[rows.start * size:rows.stop * size])
    return made


# What a key holds

def the_list(content, key, reader):
    return reader.items(content[key], f"the entries of {key}") if size_of(content[key]) else []


def whole(reader, lists, key):
    return [reader.number(value, Place(key, index)) for index, value in enumerate(lists[key])]


def indices(reader, lists, key, count, lowest=0):
    """Numbers that point into a list of names."""
    numbers = whole(reader, lists, key)
    for index, number in enumerate(numbers):
        if not lowest <= number < count:
            raise reader.fault(f"its {key}, entry {index + 1} (index {index}), is {number}, and there are {count} names")
    return numbers


def names(reader, lists, key, unlike=True):
    """Names in the order of their numbers."""
    found = [reader.text(value, Place(key, index)) for index, value in enumerate(lists[key])]
    for name in found:
        if len(name.encode("utf-8")) > LONGEST_NAME or "\0" in name:
            raise reader.fault(f"its {key} hold {shown_value(name)}, which is longer than {LONGEST_NAME} bytes or has a zero byte")
    if unlike and len(set(found)) != len(found):
        raise reader.fault(f"its {key} hold one twice")
    return found


def name_of(content, key, reader):
    name = content.get(key)
    if not is_name(name):
        raise reader.fault(f"its key {key!r} is {shown_value(name)}, and should be a text of 1 to {LONGEST_NAME} bytes")
    return name


def numbers(reader, lists, key):
    """Real numbers, None for NaN."""
    for index, value in enumerate(lists[key]):
        if type(value) not in (int, float) or value == value and abs(value) > LARGEST:
            raise reader.fault(f"its {key}, entry {index + 1} (index {index}), is {shown_value(value)}, where a finite number of float64 or NaN is expected")
    return [float(value) if value == value else None for value in lists[key]]


def is_member(name):
    """Whether a feature or a target can be called so."""
    return is_name(name, LONGEST_MEMBER_NAME) and name != "." and "/" not in name


def is_name(value, longest=LONGEST_NAME):
    return type(value) is str and 0 < len(value.encode("utf-8", "replace")) <= longest and "\0" not in value

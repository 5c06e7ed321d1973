"""Segments as MAG-BERT, MISA and MMIM keep them (`mosi.pkl`): a dict of splits, each a list of `((words, visual, acoustic, …), label, segment)`.

Words are texts, or numbers with the texts behind the features; visual and acoustic are frames, one for each word, and nothing fills them up.
"""

from dataset.fields import first_items, size_of
from layouts.families.split_features import ONE_SPLIT, Part, Utterances, numbers_of, splits_of, take_features, take_numbers
from pickles.stand_ins import Array, item_count

NAME = "MAG-BERT segments (dict of splits of tuples)"
DATASET = None
FIELDS = "dict of splits: lists of ((words, visual, acoustic, …), label, segment)"
SPLITS = "train, valid, test"
USERS = "MAG-BERT, MISA, MMIM"
EXAMPLE = "vuemo convert mosi.pkl --frames mean --regression-classes 2 --name MOSI -o mosi.h5"

EMOTIONS = 6


def recognise(content):
    splits = splits_of(content, (list, tuple))
    return splits is not None and any(size_of(items) for _, items in splits) and all(is_segment(item) for _, items in splits for item in items[:8])


def unlike(content):
    if is_split(content):
        return 1, ONE_SPLIT
    return None


def is_split(content):
    return type(content) in (list, tuple) and len(content) > 0 and all(is_segment(item) for item in content[:8])


def is_segment(item):
    """Whether it has the form of one: features with frames among them, a label and an id."""
    if type(item) not in (list, tuple) or len(item) != 3 or type(item[0]) not in (list, tuple) or len(item[0]) < 3:
        return False
    return all(is_frames(field) for field in item[0][1:3]) and type(item[2]) in (str, bytes)


def is_frames(value):
    return type(value) is Array and value.data is not None and len(value.shape) == 2 or type(value) in (list, tuple) and bool(value) and size_of(value[0]) > 0


def read(content, reader):
    parts = []
    for split, items in splits_of(content, (list, tuple)):
        for index, item in enumerate(items):
            if not is_segment(item):
                raise reader.fault(f"the split {split}, segment {index + 1} (index {index}), is not ((words, visual, acoustic, …), label, segment)")
        if items:
            columns = {"visual": [item[0][1] for item in items], "acoustic": [item[0][2] for item in items], "label": [item[1] for item in items],
                       "labels": [sentiment_of(item[1]) for item in items], "id": [item[2] for item in items], "sentence": [sentence_of(item[0]) for item in items]}
            parts.append(Part(split, columns, len(items)))
    utterances = Utterances(reader, parts)
    made = utterances.contribution(NAME)
    take_numbers(made, utterances, {part: numbers_of(reader, part, "labels") for part in parts})
    if any(item_count(label.shape) > 1 for part in parts for label in part.fields["label"] if type(label) is Array):
        reader.warnings.append(f"{reader.name}: the first number of a label is its sentiment; left out: the {EMOTIONS} emotions behind it.")
    if all(sentence is not None for part in parts for sentence in part.fields["sentence"]):
        made.take_sentences(utterances.field(lambda part, index: part.fields["sentence"][index]), words=True)
    take_features(made, utterances)
    return made


def sentiment_of(label):
    """MOSEI's labels are the sentiment and six emotions."""
    if type(label) is Array and label.data is not None and label.type.code is not None and item_count(label.shape) == 1 + EMOTIONS:
        return label.items()[0]
    return label


def sentence_of(fields):
    """The words of a segment: its first field, or the fourth where the first holds numbers."""
    for words in (fields[0], fields[3] if len(fields) > 3 else None):
        some = first_items(words)
        if some and all(type(word) in (str, bytes) for word in some):
            return words
    return None

"""MulT's dict of splits (`mosi_data.pkl`, `mosei_senti_data.pkl`): `{'train' | 'valid' | 'test': {'vision', 'audio', 'text': [N, T, D], 'labels': [N, 1, 1],
'id': [N] or [N, 3]}}`, where an id may be a video with the beginning and the end of the utterance in it."""

from layouts.families.split_features import (
    Utterances, difference, left_out, looks_like, named, numbers_of, parts_of, splits_of, take_features, take_numbers)
from pickles.stand_ins import Array

NAME = "MulT (dict of splits of arrays)"
DATASET = None
FIELDS = "dict of splits: vision, audio, text as frames, labels, id"
SPLITS = "train, valid, test"
USERS = "MulT"
EXAMPLE = "vuemo convert mosi_data.pkl --frames mean+std --regression-classes 7 --name MOSI -o mosi.h5"

LABELS, OTHERS = ("labels",), ("classification_labels", "annotations", "regression_labels")


def recognise(content):
    parts = splits_of(content, (dict,))
    return parts is not None and all(is_split(fields) for _, fields in parts)


def is_split(content):
    return type(content) is dict and looks_like(named(content), LABELS) and not any(named(content).get(other) is not None for other in OTHERS)


def unlike(content):
    return difference(content, LABELS, "labels")


def read(content, reader):
    parts = parts_of(reader, content)
    utterances = Utterances(reader, parts)
    made = utterances.contribution(NAME)
    for part in parts:
        shape = part.fields["labels"].shape if type(part.fields["labels"]) is Array else ()
        if len(shape) == 3 and shape[1:] != (1, 1):
            raise reader.fault(f"its labels are of shape {tuple(shape)}, which is yes or no for each of {shape[1]} emotions and not one class: save one class per utterance")
    take_numbers(made, utterances, {part: numbers_of(reader, part, "labels") for part in parts})
    take_features(made, utterances, lambda fields: lambda part, index: None)
    left_out(made, parts, {"vision", "audio", "text", "id", *LABELS})
    return made

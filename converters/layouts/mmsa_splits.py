"""The dict of splits that MMSA, Self-MM, MISA (in MMSA) and others pass around (`unaligned_50.pkl`, `aligned_50.pkl`): arrays of N utterances.

`{'train' | 'valid' | 'test': {'vision', 'audio', 'text': [N, T, D], 'raw_text', 'id', 'classification_labels', 'regression_labels', 'annotations': [N],
'audio_lengths', 'vision_lengths': [N], 'text_bert': [N, 3, T]}}`. The second of BERT's three rows says how many of its tokens are real.
"""

from layouts.families.split_features import (
    Utterances, check_count, difference, keep_numbers, left_out, looks_like, named, numbers_of, parts_of, splits_of, take_classes, take_features,
    take_regression)
from faults import WrongLayout
from pickles.stand_ins import Array

NAME = "MMSA (dict of splits of arrays)"
DATASET = None
FIELDS = "dict of splits: vision, audio, text as frames, raw_text, id, classification_labels, annotations, regression_labels, lengths"
SPLITS = "train, valid, test"
USERS = "MMSA, Self-MM, MISA"
EXAMPLE = "vuemo convert unaligned_50.pkl --frames mean --name MOSI -o mosi.h5"

LABELS = ("classification_labels", "annotations", "regression_labels")
LENGTHS = ("audio_lengths", "vision_lengths", "text_lengths")
USED = {"vision", "audio", "text", "raw_text", "id", *LABELS, *LENGTHS}


def recognise(content):
    parts = splits_of(content, (dict,))
    return parts is not None and all(is_split(fields) for _, fields in parts)


def is_split(content):
    return type(content) is dict and looks_like(named(content), LABELS)


def unlike(content):
    return difference(content, LABELS, "classification_labels, annotations or regression_labels")


def read(content, reader):
    parts = parts_of(reader, content)
    utterances = Utterances(reader, parts)
    made = utterances.contribution(NAME)
    take_labels(made, utterances)
    if all(part.fields.get("raw_text") is not None for part in parts):
        for part in parts:
            check_count(reader, part, "raw_text", part.fields["raw_text"])
        made.take_sentences(utterances.field(lambda part, index: part.fields["raw_text"][index]))
    masks = {part: mask_lengths(part) for part in parts}
    take_features(made, utterances, lambda fields: lengths_of(reader, fields, masks))
    left_out(made, parts, USED)
    return made


def take_labels(made, utterances):
    """Classes where the file has them, with its numbers beside them; classes made of its numbers on request."""
    reader, parts = made.reader, utterances.parts
    numbers, annotations, real = ({part: part.fields.get(field) for part in parts} for field in LABELS)
    has = [all(value is not None for value in held.values()) for held in (numbers, annotations, real)]
    if has[2] and (reader.regression_classes or not (has[0] or has[1])):
        take_regression(made, utterances, {part: numbers_of(reader, part, "regression_labels") for part in parts})
        return
    if not has[0] and not has[1]:
        raise reader.fault("its splits do not all have classification_labels, nor annotations, nor regression_labels")
    take_classes(made, utterances, {part: numbers_of(reader, part, "classification_labels") for part in parts} if has[0] else None,
                 {part: texts_of(reader, part, annotations[part]) for part in parts} if has[1] else None)
    if has[2]:
        try:
            keep_numbers(made, utterances, {part: numbers_of(reader, part, "regression_labels", missing=True) for part in parts})
        except WrongLayout as fault:                  # the file was made for its classes
            reader.warnings.append(f"{str(fault).rstrip('.')}; they are left out.")


def texts_of(reader, part, annotations):
    check_count(reader, part, "annotations", annotations)
    return [reader.text(text, f"the annotations of the split {part.name}") for text in reader.items(annotations, "the annotations")]


def mask_lengths(part):
    """How many tokens of each utterance are real, and of how many; None where BERT's rows are not there."""
    rows = part.fields.get("text_bert")
    if type(rows) is not Array or rows.type.code is None or rows.fortran or len(rows.shape) != 3 or rows.shape[:2] != (part.count, 3):
        return None
    return [round(sum(rows[index][1].items())) for index in range(part.count)], rows.shape[2]


def lengths_of(reader, fields, masks):
    """What says how many frames are real: the field's own lengths, or the mask of the words where there are as many frames as words."""
    stated = {part: numbers_of(reader, part, f"{field}_lengths") for part, field in fields.items()}

    def length(part, index):
        if stated[part] is not None:
            return int(stated[part][index])
        value = part.fields[fields[part]]
        if masks[part] is not None and type(value) is Array and len(value.shape) == 3 and value.shape[1] == masks[part][1]:
            return masks[part][0][index]
        return None
    return length

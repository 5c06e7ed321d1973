"""Base features of a corpus that is neither IEMOCAP nor MELD: 9 or 10 fields, speakers by name, number or one-hot."""

from layouts.families.base_features import is_base, read_base
from dataset.datasets import IEMOCAP, OTHER
from dataset.fields import NUMBERS, ONE_HOT, TEXTS, has_texts

NAME = "base of another corpus (9 or 10 fields)"
DATASET = OTHER
FIELDS = "base features; speakers by name, number or one-hot"
SPLITS = "train with valid; test"
USERS = "another corpus"
EXAMPLE = "vuemo convert features.pkl --name Family --valid-fraction 0.1 -o family.h5"


def recognise(content):
    if is_base(content, ONE_HOT) or is_base(content, NUMBERS) or is_base(content, NUMBERS, [None]):
        return True
    return is_base(content, TEXTS, [None]) or (is_base(content, TEXTS) and not has_texts(content[1], IEMOCAP.speakers))


def read(content, reader):
    return read_base(content, reader, NAME, DATASET)

"""MELD base features: 10 fields, speakers one-hot of 9; the last field is used by nobody."""

from base_features import read_base
from datasets import MELD
from fields import EMPTY, IDENTIFIERS, NUMBERS, ONE_HOT, TEXTS, VECTORS, matches

NAME = "MELD base (10 fields)"
DATASET = MELD
SIGNATURE = [
    (TEXTS, NUMBERS), ONE_HOT, NUMBERS, VECTORS, VECTORS, VECTORS, TEXTS,
    (IDENTIFIERS, EMPTY), (IDENTIFIERS, EMPTY), None]


def recognise(content):
    return matches(content, SIGNATURE)


def read(content, reader):
    speakers = reader.one_hot(content[1], "the speakers", len(MELD.speakers))
    return read_base(content, reader, NAME, MELD, speakers)

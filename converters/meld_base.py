"""MELD base features: 10 fields, speakers one-hot; the last field is used by nobody."""

from base_features import is_base, read_base
from datasets import MELD
from fields import ONE_HOT

NAME = "MELD base (10 fields)"
DATASET = MELD


def recognise(content):
    return is_base(content, ONE_HOT, [None])


def read(content, reader):
    return read_base(content, reader, NAME, DATASET)

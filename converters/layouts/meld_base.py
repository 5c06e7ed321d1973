"""MELD base features: 10 fields, speakers one-hot; the last field is used by nobody."""

from layouts.families.base_features import is_base, read_base
from dataset.datasets import MELD
from dataset.fields import ONE_HOT

NAME = "MELD base (10 fields)"
DATASET = MELD
FIELDS = "ids, speakers one-hot, labels, text, audio, visual, sentences, splits, and one more"
SPLITS = "train with valid; test"
USERS = "MMGCN, M3NET, VUEMO"
EXAMPLE = "vuemo convert MELD_features_raw1.pkl --valid-fraction 0.1 -o meld.h5"


def recognise(content):
    return is_base(content, ONE_HOT, [None])


def read(content, reader):
    return read_base(content, reader, NAME, DATASET)

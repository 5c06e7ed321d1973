"""MELD base and RoBERTa features in one file of 13 fields, the last of which nobody uses (SDT)."""

from layouts.families.combined_features import is_combined, read_combined
from dataset.datasets import MELD
from dataset.fields import ONE_HOT

NAME = "MELD combined (13 fields)"
DATASET = MELD
FIELDS = "base and RoBERTa features in one file"
SPLITS = "train with valid; test"
USERS = "SDT"
EXAMPLE = "vuemo convert meld_multimodal_features.pkl --valid-fraction 0.1 -o meld.h5"


def recognise(content):
    return is_combined(content, ONE_HOT, after=[None])


def read(content, reader):
    return read_combined(content, reader, NAME, DATASET)

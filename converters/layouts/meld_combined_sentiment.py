"""MELD base and RoBERTa features in one file of 14 fields: sentiment stands after the emotion (GraphSmile)."""

from layouts.families.combined_features import is_combined, read_combined
from dataset.datasets import MELD
from dataset.fields import NUMBERS, ONE_HOT

NAME = "MELD combined with sentiment (14 fields)"
DATASET = MELD
FIELDS = "base and RoBERTa features and sentiment in one file"
SPLITS = "train with valid; test"
USERS = "GraphSmile"
EXAMPLE = "vuemo convert meld_multi_features.pkl --valid-fraction 0.1 -o meld.h5"


def recognise(content):
    return is_combined(content, ONE_HOT, between=[NUMBERS], after=[None])


def read(content, reader):
    return read_combined(content, reader, NAME, DATASET, first_layer=4)

"""IEMOCAP base and RoBERTa features in one file of 12 fields (SDT, GraphSmile)."""

from layouts.families.combined_features import is_combined, read_combined
from dataset.datasets import IEMOCAP
from dataset.fields import TEXTS, has_texts

NAME = "IEMOCAP combined (12 fields)"
DATASET = IEMOCAP
FIELDS = "base and RoBERTa features in one file"
SPLITS = "train with valid; test"
USERS = "SDT, GraphSmile"
EXAMPLE = "vuemo convert iemocap_multimodal_features.pkl --valid-fraction 0.1 -o iemocap.h5"


def recognise(content):
    return is_combined(content, TEXTS) and has_texts(content[1], IEMOCAP.speakers)


def read(content, reader):
    return read_combined(content, reader, NAME, DATASET)

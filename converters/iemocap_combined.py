"""IEMOCAP base and RoBERTa features in one file of 12 fields (SDT, GraphSmile)."""

from combined_features import is_combined, read_combined
from datasets import IEMOCAP
from fields import TEXTS, has_texts

NAME = "IEMOCAP combined (12 fields)"
DATASET = IEMOCAP


def recognise(content):
    return is_combined(content, TEXTS) and has_texts(content[1], IEMOCAP.speakers)


def read(content, reader):
    return read_combined(content, reader, NAME, DATASET)

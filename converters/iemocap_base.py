"""IEMOCAP base features: 9 fields, speakers 'M' and 'F' (DialogueRNN, MMGCN, M3NET, VUEMO)."""

from base_features import is_base, read_base
from datasets import IEMOCAP
from fields import TEXTS, has_texts

NAME = "IEMOCAP base (9 fields)"
DATASET = IEMOCAP


def recognise(content):
    return is_base(content, TEXTS) and has_texts(content[1], IEMOCAP.speakers)


def read(content, reader):
    return read_base(content, reader, NAME, DATASET)

"""IEMOCAP base features: 9 fields, speakers 'M' and 'F' (DialogueRNN, MMGCN, M3NET, VUEMO)."""

from layouts.families.base_features import is_base, read_base
from dataset.datasets import IEMOCAP
from dataset.fields import TEXTS, has_texts

NAME = "IEMOCAP base (9 fields)"
DATASET = IEMOCAP
FIELDS = "ids, speakers M and F, labels, text, audio, visual, sentences, splits"
SPLITS = "train with valid; test"
USERS = "MMGCN, M3NET, DialogueRNN, VUEMO"
EXAMPLE = "vuemo convert IEMOCAP_features.pkl --valid-fraction 0.1 -o iemocap.h5"


def recognise(content):
    return is_base(content, TEXTS) and has_texts(content[1], IEMOCAP.speakers)


def read(content, reader):
    return read_base(content, reader, NAME, DATASET)

"""IEMOCAP base features: 9 fields, speakers 'M' and 'F' (DialogueRNN, MMGCN, M3NET, VUEMO)."""

from base_features import read_base
from datasets import IEMOCAP
from fields import EMPTY, IDENTIFIERS, NUMBERS, TEXTS, VECTORS, first_texts, matches

NAME = "IEMOCAP base (9 fields)"
DATASET = IEMOCAP
SIGNATURE = [
    (TEXTS, NUMBERS), TEXTS, NUMBERS, VECTORS, VECTORS, VECTORS, TEXTS, (IDENTIFIERS, EMPTY), (IDENTIFIERS, EMPTY)]


def recognise(content):
    return matches(content, SIGNATURE) and set(first_texts(content[1])) <= {"M", "F"}


def read(content, reader):
    speakers = reader.named(content[1], "the speakers", IEMOCAP.speakers)
    return read_base(content, reader, NAME, IEMOCAP, speakers)

"""IEMOCAP RoBERTa features (COSMIC): a list of 10, speakers 'M' and 'F'. The splits stand as train, test, valid."""

from datasets import IEMOCAP
from fields import EMPTY, IDENTIFIERS, NUMBERS, TEXTS, VECTORS, first_texts, matches
from roberta_features import read_roberta

NAME = "IEMOCAP RoBERTa (list of 10)"
DATASET = IEMOCAP
IDS = (IDENTIFIERS, EMPTY)
SIGNATURE = [TEXTS, NUMBERS, VECTORS, VECTORS, VECTORS, VECTORS, TEXTS, IDS, IDS, IDS]


def recognise(content):
    return matches(content, SIGNATURE) and set(first_texts(content[0])) <= {"M", "F"}


def read(content, reader):
    speakers = reader.named(content[0], "the speakers", IEMOCAP.speakers)
    return read_roberta(content, reader, NAME, IEMOCAP, speakers, first_layer=2)

"""MELD RoBERTa features (COSMIC): a list of 11, speakers one-hot of 9. The splits stand as train, test, valid."""

from datasets import MELD
from fields import EMPTY, IDENTIFIERS, NUMBERS, ONE_HOT, TEXTS, VECTORS, matches
from roberta_features import read_roberta

NAME = "MELD RoBERTa (list of 11)"
DATASET = MELD
IDS = (IDENTIFIERS, EMPTY)
SIGNATURE = [ONE_HOT, NUMBERS, NUMBERS, VECTORS, VECTORS, VECTORS, VECTORS, TEXTS, IDS, IDS, IDS]


def recognise(content):
    return matches(content, SIGNATURE)


def read(content, reader):
    speakers = reader.one_hot(content[0], "the speakers", len(MELD.speakers))
    return read_roberta(content, reader, NAME, MELD, speakers, first_layer=3)

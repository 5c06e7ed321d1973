"""MELD RoBERTa features (COSMIC): a list of 11, speakers one-hot, sentiment before the layers."""

from datasets import MELD
from fields import NUMBERS, ONE_HOT
from roberta_features import is_roberta, read_roberta

NAME = "MELD RoBERTa (list of 11)"
DATASET = MELD


def recognise(content):
    return is_roberta(content, ONE_HOT, [NUMBERS])


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET, first_layer=3)

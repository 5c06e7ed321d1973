"""IEMOCAP RoBERTa features (COSMIC): a list of 10, speakers 'M' and 'F'. The splits stand as train, test, valid."""

from datasets import IEMOCAP
from fields import TEXTS, has_texts
from roberta_features import is_roberta, read_roberta

NAME = "IEMOCAP RoBERTa (list of 10)"
DATASET = IEMOCAP


def recognise(content):
    return is_roberta(content, TEXTS) and has_texts(content[0], IEMOCAP.speakers)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

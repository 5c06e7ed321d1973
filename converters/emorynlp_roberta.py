"""EmoryNLP RoBERTa features (COSMIC): a list of 10 as IEMOCAP's, but with one-hot speakers."""

from datasets import EMORYNLP
from fields import ONE_HOT
from roberta_features import is_roberta, read_roberta

NAME = "EmoryNLP RoBERTa (list of 10)"
DATASET = EMORYNLP


def recognise(content):
    return is_roberta(content, ONE_HOT)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

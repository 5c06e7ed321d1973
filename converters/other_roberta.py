"""RoBERTa features of another corpus in COSMIC's list of 10: speakers by other names, or numbers."""

from datasets import DAILYDIALOG, IEMOCAP, OTHER
from fields import NUMBERS, TEXTS, has_texts
from roberta_features import is_roberta, read_roberta

NAME = "RoBERTa of another corpus (list of 10)"
DATASET = OTHER


def recognise(content):
    if is_roberta(content, TEXTS):
        return not has_texts(content[0], IEMOCAP.speakers) and not has_texts(content[0], DAILYDIALOG.speakers)
    return is_roberta(content, NUMBERS)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

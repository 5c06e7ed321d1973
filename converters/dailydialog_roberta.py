"""DailyDialog RoBERTa features (COSMIC): a list of 10 as IEMOCAP's, but the speakers are '0' and '1'."""

from datasets import DAILYDIALOG
from fields import TEXTS, has_texts
from roberta_features import is_roberta, read_roberta

NAME = "DailyDialog RoBERTa (list of 10)"
DATASET = DAILYDIALOG


def recognise(content):
    return is_roberta(content, TEXTS) and has_texts(content[0], DAILYDIALOG.speakers)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

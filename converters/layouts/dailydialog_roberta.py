"""DailyDialog RoBERTa features (COSMIC): a list of 10 as IEMOCAP's, but the speakers are '0' and '1'."""

from dataset.datasets import DAILYDIALOG
from dataset.fields import TEXTS, has_texts
from layouts.families.roberta_features import is_roberta, read_roberta

NAME = "DailyDialog RoBERTa (list of 10)"
DATASET = DAILYDIALOG
FIELDS = "as IEMOCAP RoBERTa, speakers 0 and 1"
SPLITS = "train, valid, test"
USERS = "COSMIC"
EXAMPLE = "vuemo convert dailydialog_features_roberta.pkl -o dailydialog.h5"


def recognise(content):
    return is_roberta(content, TEXTS) and has_texts(content[0], DAILYDIALOG.speakers)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

"""EmoryNLP RoBERTa features (COSMIC): a list of 10 as IEMOCAP's, but with one-hot speakers."""

from dataset.datasets import EMORYNLP
from dataset.fields import ONE_HOT
from layouts.families.roberta_features import is_roberta, read_roberta

NAME = "EmoryNLP RoBERTa (list of 10)"
DATASET = EMORYNLP
FIELDS = "as IEMOCAP RoBERTa, speakers one-hot"
SPLITS = "train, valid, test"
USERS = "COSMIC"
EXAMPLE = "vuemo convert emorynlp_features_roberta.pkl -o emorynlp.h5"


def recognise(content):
    return is_roberta(content, ONE_HOT)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

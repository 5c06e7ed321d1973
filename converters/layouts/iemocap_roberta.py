"""IEMOCAP RoBERTa features (COSMIC): a list of 10, speakers 'M' and 'F'. The splits stand as train, test, valid."""

from dataset.datasets import IEMOCAP
from dataset.fields import TEXTS, has_texts
from layouts.families.roberta_features import is_roberta, read_roberta

NAME = "IEMOCAP RoBERTa (list of 10)"
DATASET = IEMOCAP
FIELDS = "speakers M and F, labels, four text layers, sentences, splits"
SPLITS = "train, valid, test"
USERS = "COSMIC, M3NET, VUEMO"
EXAMPLE = "vuemo convert iemocap --features IEMOCAP_features.pkl --roberta iemocap_features_roberta.pkl -o iemocap.h5"


def recognise(content):
    return is_roberta(content, TEXTS) and has_texts(content[0], IEMOCAP.speakers)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

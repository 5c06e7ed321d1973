"""MELD RoBERTa features (COSMIC): a list of 11, speakers one-hot, sentiment before the layers."""

from dataset.datasets import MELD
from dataset.fields import NUMBERS, ONE_HOT
from layouts.families.roberta_features import is_roberta, read_roberta

NAME = "MELD RoBERTa (list of 11)"
DATASET = MELD
FIELDS = "speakers one-hot, emotion, sentiment, four text layers, sentences, splits"
SPLITS = "train, valid, test"
USERS = "COSMIC, M3NET, VUEMO"
EXAMPLE = "vuemo convert meld --features MELD_features_raw1.pkl --roberta meld_features_roberta.pkl -o meld.h5"


def recognise(content):
    return is_roberta(content, ONE_HOT, [NUMBERS])


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET, first_layer=3)

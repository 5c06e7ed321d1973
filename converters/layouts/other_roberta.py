"""RoBERTa features of another corpus in COSMIC's list of 10: speakers by other names, or numbers."""

from dataset.datasets import DAILYDIALOG, IEMOCAP, OTHER
from dataset.fields import NUMBERS, TEXTS, has_texts
from layouts.families.roberta_features import is_roberta, read_roberta

NAME = "RoBERTa of another corpus (list of 10)"
DATASET = OTHER
FIELDS = "RoBERTa features; speakers by other names or numbers"
SPLITS = "train, valid, test"
USERS = "another corpus"
EXAMPLE = "vuemo convert features_roberta.pkl --name Family -o family.h5"


def recognise(content):
    if is_roberta(content, TEXTS):
        return not has_texts(content[0], IEMOCAP.speakers) and not has_texts(content[0], DAILYDIALOG.speakers)
    return is_roberta(content, NUMBERS)


def read(content, reader):
    return read_roberta(content, reader, NAME, DATASET)

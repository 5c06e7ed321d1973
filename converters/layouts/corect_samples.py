"""CORECT's `data_*.pkl`: a dict of splits, each a list of one dict per dialogue."""

from layouts.families.sample_features import difference, first_sample, is_sample, read_samples, spelt
from pickles.stand_ins import as_text

NAME = "CORECT (dict of splits)"
DATASET = None                   # IEMOCAP where the speakers are M and F
FIELDS = "dict of splits: lists of dicts with vid, speakers, labels, audio, visual, text, sentence"
SPLITS = "train, valid, test"
USERS = "CORECT"
EXAMPLE = "vuemo convert data_iemocap.pkl -o iemocap.h5"


def recognise(content):
    return is_sample(attributes(first_sample(content)))


def unlike(content):
    return difference(content, attributes)


def attributes(sample):
    return spelt({as_text(key): value for key, value in sample.items()}) if type(sample) is dict else None


def read(content, reader):
    return read_samples(content, reader, NAME, attributes)

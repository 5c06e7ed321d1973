"""COGMEN's `data_*.pkl`: a dict of splits, each a list of one `cogmen.Sample` object per dialogue (here: a Record)."""

from layouts.families.sample_features import difference, first_sample, is_sample, read_samples, spelt
from pickles.stand_ins import Record

NAME = "COGMEN (dict of splits of Sample objects)"
DATASET = None                   # IEMOCAP where the speakers are M and F
FIELDS = "dict of splits: lists of Sample objects, with Sentence-BERT embeddings"
SPLITS = "train, valid, test"
USERS = "COGMEN"
EXAMPLE = "vuemo convert data_iemocap.pkl -o iemocap.h5"


def recognise(content):
    return is_sample(attributes(first_sample(content)))


def unlike(content):
    return difference(content, attributes)


def attributes(sample):
    return spelt(sample.attributes) if type(sample) is Record else None


def read(content, reader):
    return read_samples(content, reader, NAME, attributes)

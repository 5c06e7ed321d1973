"""CORECT's `data_*.pkl`: a dict of splits, each a list of one dict per dialogue."""

from sample_features import NEEDED, first_sample, read_samples
from stand_ins import as_text

NAME = "CORECT (dict of splits)"
DATASET = None                   # IEMOCAP where the speakers are M and F


def recognise(content):
    held = attributes(first_sample(content))
    return held is not None and NEEDED <= set(held)


def attributes(sample):
    return {as_text(key): value for key, value in sample.items()} if type(sample) is dict else None


def read(content, reader):
    return read_samples(content, reader, NAME, attributes)

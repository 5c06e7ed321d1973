"""MOSEI as conversation: the base layout of 9 or 10 fields with labels nested one deeper or real numbers.

With 10 fields the lists of dialogues are train, valid, test, unless the last repeats dialogues of the first: then they are
those of MELD's base layout, train with valid, test and a list that nobody uses. Sentences may be lists of words, and what
stands in the place of ids, speakers or text may be of no use.
"""

from layouts.families.base_features import FEATURE, IDS, NAMES, SENTENCES
from dataset.contribution import Contribution
from dataset.datasets import MOSEI
from dataset.fields import EMPTY, IDENTIFIERS, NESTED, NOTHING, NUMBERS, ONE_HOT, REAL, TEXTS, VECTORS, first_items, kind_of, matches, size_of
from pickles.stand_ins import Array

NAME = "MOSEI as conversation (9 or 10 fields)"
DATASET = MOSEI
FIELDS = "base features with nested or real labels"
SPLITS = "train with valid; test. Or train, valid, test"
USERS = "MOSEI in base layouts"
EXAMPLE = "vuemo convert mosei_features.pkl --frames mean --valid-fraction 0.1 -o mosei.h5"
NAMED = (TEXTS, NUMBERS)
SPEAKERS = (TEXTS, ONE_HOT, EMPTY, NOTHING)


def recognise(content):
    if type(content) not in (list, tuple) or len(content) not in (9, 10):
        return False

    return not is_one_of_many(content[2]) and not is_of_rows(content[2]) and matches(content, [
        None, SPEAKERS, (VECTORS, ONE_HOT, NESTED, REAL), (*FEATURE, TEXTS), FEATURE, FEATURE, (*SENTENCES, NESTED), IDS, IDS,
        *[None] * (len(content) - 9)], NAMES)


def is_one_of_many(labels):
    """Whether labels are one-hot vectors of several classes: [1], a label nested one deeper, looks one-hot too."""
    if kind_of(labels) != ONE_HOT:
        return False
    entry = next(entry for entry in labels.values() if size_of(entry))
    return type(entry) is Array and entry.shape[-1] > 1 or size_of(first_items(entry)[0]) > 1


def is_of_rows(labels):
    """Whether labels are rows of several numbers for several utterances, as features are."""
    if kind_of(labels) != VECTORS:
        return False
    entry = next(entry for entry in labels.values() if size_of(entry))
    if type(entry) is Array:
        return len(entry.shape) > 1 and 1 not in entry.shape
    return len(entry) > 1 and size_of(first_items(entry)[0]) > 1


def read(content, reader):
    made = Contribution(reader, NAME, DATASET)
    if kind_of(content[0]) in NAMED:
        made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_sentiment(content[2])
    if kind_of(content[3]) != TEXTS:
        made.take_feature("text_base", "text", content[3])
    made.take_feature("audio", "audio", content[4])
    made.take_feature("visual", "visual", content[5])
    made.take_sentences(content[6], words=kind_of(content[6]) == NESTED)
    take_splits(made, content)
    return made


def take_splits(made, content):
    """Train, valid and test where there are three lists of unlike dialogues."""
    if len(content) == 10 and kind_of(content[9]) == IDENTIFIERS:
        made.take_splits(train=content[7], valid=content[8], test=content[9])
        if not set(made.train) & set(made.test):
            return
        made.valid, made.sorted_splits = None, []
    made.take_splits(train=content[7], test=content[8])

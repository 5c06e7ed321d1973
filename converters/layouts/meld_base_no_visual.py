"""MELD base features without visual: ids, speakers, emotion, text, audio, sentences, train ids, test ids, sentiment."""

from layouts.families.base_features import FEATURE, IDS, NAMES, SENTENCES
from dataset.contribution import Contribution
from dataset.datasets import MELD
from dataset.fields import NUMBERS, ONE_HOT, TEXTS, matches

NAME = "MELD base without visual (9 fields)"
DATASET = MELD
FIELDS = "ids, speakers one-hot, emotion, text, audio, sentences, splits, sentiment"
SPLITS = "train with valid; test"
USERS = "DialogueRNN, MELD"
EXAMPLE = "vuemo convert MELD_features_raw.pkl --valid-fraction 0.1 -o meld.h5"


def recognise(content):
    return matches(content, [(TEXTS, NUMBERS), ONE_HOT, NUMBERS, FEATURE, FEATURE, SENTENCES, IDS, IDS, NUMBERS],
                   [*NAMES[:5], *NAMES[6:], "sentiment"])


def read(content, reader):
    made = Contribution(reader, NAME, DATASET)
    made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_labels(content[2])
    made.take_sentiment_beside(content[8])
    made.take_feature("text_base", "text", content[3])
    made.take_feature("audio", "audio", content[4])
    made.take_sentences(content[5])
    made.take_splits(train=content[6], test=content[7])
    return made

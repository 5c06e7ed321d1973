"""MOSEI as conversation: the base layout of 9 or 10 fields with labels nested one deeper or real numbers,
or audio frame by frame.

With 10 fields the lists of dialogues are train, valid, test, unless the last repeats dialogues of the first: then they are
those of MELD's base layout, train with valid, test and a list that nobody uses. Sentences may be lists of words, and what
stands in the place of ids, speakers or text may be of no use.
"""

from layouts.families.base_features import FEATURE, IDS, SENTENCES
from dataset.contribution import Contribution
from dataset.datasets import MOSEI
from dataset.fields import EMPTY, IDENTIFIERS, NESTED, NOTHING, NUMBERS, ONE_HOT, OTHER, TEXTS, VECTORS, kind_of, matches

NAME = "MOSEI as conversation (9 or 10 fields)"
DATASET = MOSEI
FIELDS = "base features with nested or real labels, or with features of frames, which are averaged"
SPLITS = "train with valid; test. Or train, valid, test"
USERS = "MOSEI in base layouts"
FRAMES = (*FEATURE, NESTED)
NAMED = (TEXTS, NUMBERS)
SPEAKERS = (TEXTS, ONE_HOT, EMPTY, NOTHING)


def recognise(content):
    if type(content) not in (list, tuple) or len(content) not in (9, 10):
        return False

    def fits(labels, text, audio):
        return matches(content, [
            None, SPEAKERS, labels, (*text, TEXTS), audio, FRAMES, (*SENTENCES, NESTED), IDS, IDS, *[None] * (len(content) - 9)])
    return fits((VECTORS, ONE_HOT, NESTED, OTHER), FRAMES, FRAMES) or fits(NUMBERS, FEATURE, NESTED)


def read(content, reader):
    made = Contribution(reader, NAME, DATASET)
    if kind_of(content[0]) in NAMED:
        made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_sentiment(content[2])
    if kind_of(content[3]) != TEXTS:
        made.take_feature("text_base", "text", content[3], frames=True)
    made.take_feature("audio", "audio", content[4], frames=True)
    made.take_feature("visual", "visual", content[5], frames=True)
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

"""MOSEI as conversation: the base layout of 9 or 10 fields with labels nested one deeper, or audio frame by frame."""

from base_features import FEATURE, IDS, SENTENCES
from contribution import Contribution
from datasets import MOSEI
from fields import EMPTY, NESTED, NOTHING, NUMBERS, ONE_HOT, OTHER, TEXTS, VECTORS, matches

NAME = "MOSEI as conversation (9 or 10 fields)"
DATASET = MOSEI
FRAMES = (*FEATURE, NESTED)


def recognise(content):
    if type(content) not in (list, tuple) or len(content) not in (9, 10):
        return False

    def fits(labels, audio):
        return matches(content, [
            (TEXTS, NUMBERS), (TEXTS, ONE_HOT, EMPTY, NOTHING), labels, FEATURE, audio, FRAMES, SENTENCES, IDS, IDS, *[None] * (len(content) - 9)])
    return fits((VECTORS, ONE_HOT, NESTED, OTHER), FRAMES) or fits(NUMBERS, NESTED)


def read(content, reader):
    made = Contribution(reader, NAME, DATASET)
    made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_sentiment(content[2])
    made.take_feature("text_base", "text", content[3])
    made.take_feature("audio", "audio", content[4], frames=True)
    made.take_feature("visual", "visual", content[5], frames=True)
    made.take_sentences(content[6])
    made.take_splits(train=content[7], test=content[8])
    return made

"""What the base layouts share: ids, speakers, labels, text, audio, visual, sentences, train ids, test ids.

Their train ids are train and validation together; which is which stands only in the RoBERTa file. A modality that is
missing is an empty field or None.
"""

from dataset.contribution import Contribution
from dataset.fields import EMPTY, IDENTIFIERS, NESTED, NOTHING, NUMBERS, TEXTS, VECTORS, matches

NAMES = ("utterance ids", "speakers", "labels", "text features", "audio features", "visual features", "sentences", "list of train dialogues",
         "list of test dialogues")
LAYERS = ("text layer 1", "text layer 2", "text layer 3", "text layer 4")
IDS = (IDENTIFIERS, EMPTY)
ROWS = (VECTORS, NESTED)          # frames too: what becomes of them, or that they are refused, is told when they are taken
FEATURE = (*ROWS, EMPTY, NOTHING)
SENTENCES = (TEXTS, EMPTY, NOTHING)


def is_base(content, speakers, further=(), labels=NUMBERS, audio=FEATURE, visual=FEATURE):
    """True for the nine fields, `further` ones after them; `speakers` and others are kinds of `fields.py`."""
    return matches(content, [
        (TEXTS, NUMBERS), speakers, labels, FEATURE, audio, visual, SENTENCES, IDS, IDS, *further], NAMES)


def read_base(content, reader, layout, dataset):
    """A Contribution from the first nine fields of `content`."""
    made = Contribution(reader, layout, dataset)
    made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_labels(content[2])
    made.take_feature("text_base", "text", content[3])
    made.take_feature("audio", "audio", content[4])
    made.take_feature("visual", "visual", content[5])
    made.take_sentences(content[6])
    made.take_splits(train=content[7], test=content[8])
    return made

"""What the base layouts share: ids, speakers, labels, text, audio, visual, sentences, train ids, test ids.

Their train ids are train and validation together; which is which stands only in the RoBERTa file. A modality that is
missing is an empty field or None.
"""

from dataset.contribution import Contribution
from dataset.fields import EMPTY, IDENTIFIERS, NOTHING, NUMBERS, TEXTS, VECTORS, matches

IDS = (IDENTIFIERS, EMPTY)
FEATURE = (VECTORS, EMPTY, NOTHING)
SENTENCES = (TEXTS, EMPTY, NOTHING)


def is_base(content, speakers, further=(), labels=NUMBERS, audio=FEATURE, visual=FEATURE):
    """True for the nine fields, `further` ones after them; `speakers` and others are kinds of `fields.py`."""
    return matches(content, [
        (TEXTS, NUMBERS), speakers, labels, FEATURE, audio, visual, SENTENCES, IDS, IDS, *further])


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

"""What the combined layouts of SDT and GraphSmile share: base and RoBERTa features in one file.

ids, speakers, labels, …, four layers, audio, visual, sentences, train ids (with validation), test ids, ….
"""

from layouts.families.base_features import FEATURE, IDS, LAYERS, NAMES, ROWS, SENTENCES
from dataset.contribution import Contribution
from dataset.fields import NUMBERS, TEXTS, matches


def is_combined(content, speakers, between=(), after=()):
    """True for the twelve fields; `between` stand after the labels, `after` at the end."""
    return matches(content, [
        (TEXTS, NUMBERS), speakers, NUMBERS, *between, ROWS, ROWS, ROWS, ROWS, FEATURE, FEATURE, SENTENCES,
        IDS, IDS, *after], [*NAMES[:3], *["sentiment"] * len(between), *LAYERS, *NAMES[4:]])


def read_combined(content, reader, layout, dataset, first_layer=3):
    """A Contribution from a tuple whose four layers begin at `first_layer`."""
    made = Contribution(reader, layout, dataset)
    made.take_utterance_ids(content[0])
    made.take_speakers(content[1])
    made.take_labels(content[2])
    if first_layer > 3:
        made.take_sentiment_beside(content[3])
    made.take_roberta(content[first_layer:first_layer + 4])
    audio, visual, sentences, train, test = content[first_layer + 4:first_layer + 9]
    made.take_feature("audio", "audio", audio)
    made.take_feature("visual", "visual", visual)
    made.take_sentences(sentences)
    made.take_splits(train=train, test=test)
    return made

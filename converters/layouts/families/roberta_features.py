"""What COSMIC's RoBERTa layouts share: speakers, labels, …, four layers, sentences, then train, test and valid ids.

Mind the order of the splits: test stands before valid. The first of the four layers is the network's last one.
"""

from layouts.families.base_features import IDS, LAYERS, ROWS, SENTENCES
from dataset.contribution import Contribution
from dataset.fields import NUMBERS, matches


def is_roberta(content, speakers, further=()):
    """True for the ten fields; `further` kinds stand between the labels and the layers."""
    return matches(content, [
        speakers, NUMBERS, *further, ROWS, ROWS, ROWS, ROWS, SENTENCES, IDS, IDS, IDS],
        ["speakers", "labels", *["sentiment"] * len(further), *LAYERS, "sentences", "list of train dialogues", "list of test dialogues",
         "list of validation dialogues"])


def read_roberta(content, reader, layout, dataset, first_layer=2):
    """A Contribution from a list whose four layers begin at `first_layer`."""
    made = Contribution(reader, layout, dataset)
    made.take_speakers(content[0])
    made.take_labels(content[1])
    if first_layer > 2:
        made.take_sentiment_beside(content[2])
    made.take_roberta(content[first_layer:first_layer + 4])
    made.take_sentences(content[first_layer + 4])
    train, test, valid = content[first_layer + 5:first_layer + 8]
    made.take_splits(train=train, valid=valid, test=test)
    return made

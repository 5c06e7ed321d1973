"""What COSMIC's RoBERTa layouts share: speakers, labels, …, four layers, sentences, then train, test and valid ids.

Mind the order of the splits: test stands before valid. The first of the four layers is the network's last one.
"""

from contribution import Contribution, Feature
from datasets import ROBERTA


def read_roberta(content, reader, layout, dataset, speakers, first_layer):
    """A Contribution from a list whose four layers begin at `first_layer`; labels are field 1."""
    made = Contribution(reader, layout, dataset)
    made.speakers = speakers
    made.labels = reader.labels(content[1], "the labels", dataset.labels)
    for layer in range(1, 5):
        rows = reader.vectors(content[first_layer + layer - 1], f"text layer {layer}")
        made.features.append(Feature(
            f"text_roberta_{layer}", "text", rows, layer=layer, extractor=ROBERTA if rows.width == 1024 else None))
    made.take_sentences(content[first_layer + 4])
    train, test, valid = content[first_layer + 5:first_layer + 8]
    made.take_splits(train=train, valid=valid, test=test)
    return made

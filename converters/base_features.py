"""What the base layouts share: ids, speakers, labels, text, audio, visual, sentences, train ids, test ids.

Their train ids are train and validation together; which is which stands only in the RoBERTa file.
"""

from contribution import Contribution, Feature
from datasets import EXTRACTORS


def read_base(content, reader, layout, dataset, speakers):
    """A Contribution from the first nine fields of `content`; `speakers` are read already."""
    made = Contribution(reader, layout, dataset)
    made.speakers = speakers
    made.utterance_ids = reader.utterance_ids(content[0], "the utterance ids")
    made.labels = reader.labels(content[2], "the labels", dataset.labels)
    for name, modality, field in (("text_base", "text", 3), ("audio", "audio", 4), ("visual", "visual", 5)):
        rows = reader.vectors(content[field], f"the {modality} features")
        made.features.append(Feature(name, modality, rows, extractor=EXTRACTORS.get((dataset.name, modality, rows.width))))
    made.take_sentences(content[6])
    made.take_splits(train=content[7], test=content[8])
    return made

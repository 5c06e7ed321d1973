"""What CORECT and COGMEN share: `{"train": […], "dev": […], "test": […]}`, one sample per dialogue.

A sample has vid, speakers, labels, audio, visual, text and sentence: the entries of a dict (CORECT) or the attributes of
an object (COGMEN).
"""

from contribution import Contribution
from datasets import IEMOCAP, OTHER
from fields import TEXTS, has_texts, kind_of
from stand_ins import as_text

SPLITS = {"train": "train", "dev": "valid", "valid": "valid", "val": "valid", "test": "test"}
NEEDED = {"speakers", "labels"}


def lists_of(content):
    """`[(split, samples)]`, or None where `content` is no dict of lists under these names."""
    if type(content) is not dict or not content:
        return None
    found = [(SPLITS.get(as_text(key)), samples) for key, samples in content.items()]
    if any(split is None or type(samples) not in (list, tuple) for split, samples in found):
        return None
    return found


def first_sample(content):
    """The first sample of all splits, or None."""
    return next((samples[0] for _, samples in lists_of(content) or [] if samples), None)


def read_samples(content, reader, layout, attributes):
    """A Contribution; `attributes(sample)` gives a sample's dict of str keys, or None for something else."""
    fields = {name: {} for name in ("speakers", "labels", "text", "audio", "visual", "sentence")}
    splits = {}
    for split, samples in lists_of(content):
        splits.setdefault(split, [])
        for sample in samples:
            held = attributes(sample)
            if held is None or not NEEDED <= set(held):
                raise reader.fault(f"the list of {split} dialogues holds something other than a sample with speakers and labels")
            vid = reader.identifier(held.get("vid", f"{split}_{len(splits[split])}"), "a vid")
            if vid in fields["labels"]:
                raise reader.fault(f"dialogue {vid} stands there twice")
            splits[split].append(vid)
            for name, field in fields.items():
                if held.get(name) is not None:
                    field[vid] = held[name]
    is_iemocap = kind_of(fields["speakers"]) == TEXTS and has_texts(fields["speakers"], IEMOCAP.speakers)
    made = Contribution(reader, layout, IEMOCAP if is_iemocap else OTHER)
    made.take_speakers(fields["speakers"])
    made.take_labels(fields["labels"])
    for modality in ("text", "audio", "visual"):
        made.take_feature(modality, modality, fields[modality])
    made.take_sentences(fields["sentence"])
    made.take_splits(**splits)
    return made

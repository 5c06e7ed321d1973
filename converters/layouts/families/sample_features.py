"""What CORECT and COGMEN share: `{"train": […], "dev": […], "test": […]}`, one sample per dialogue.

A sample has vid, speakers, labels, audio, visual, text and sentence: the entries of a dict (CORECT) or the attributes of
an object (COGMEN, whose own are called speaker and label, and which holds sbert_sentence_embeddings besides its text).
"""

from dataset.contribution import SPLITS, Contribution
from dataset.datasets import IEMOCAP, OTHER
from dataset.fields import TEXTS, first_items, kind_of
from faults import first_few
from pickles.stand_ins import as_text

SPELLINGS = {"speaker": "speakers", "label": "labels", "sentences": "sentence"}
NEEDED = {"speakers", "labels"}
FEATURES = [("text_sbert", "sbert_sentence_embeddings", "text"), ("text", "text", "text"), ("audio", "audio", "audio"), ("visual", "visual", "visual")]


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


def is_sample(held):
    """Whether these entries or attributes are those of a sample."""
    return held is not None and NEEDED <= set(held)


def difference(content, attributes):
    """`(distance, what is unlike)` of splits whose samples come near, or None."""
    held = attributes(first_sample(content))
    if held is None or is_sample(held) or not set(held) & {source for _, source, _ in FEATURES}:
        return None
    missing = sorted(NEEDED - set(held))
    return len(missing), f"its samples have no {' and no '.join(missing)}"


def spelt(held):
    """Entries or attributes under the names that are used here."""
    return {SPELLINGS.get(name, name): value for name, value in held.items()}


def read_samples(content, reader, layout, attributes):
    """A Contribution; `attributes(sample)` gives a sample's entries as `spelt` does, or None for something else."""
    fields = {name: {} for name in ("speakers", "labels", "sentence", *(source for _, source, _ in FEATURES))}
    splits, others = {}, set()
    for split, samples in lists_of(content):
        splits.setdefault(split, [])
        for sample in samples:
            held = attributes(sample)
            if not is_sample(held):
                raise reader.fault(f"the list of {split} dialogues holds something other than a sample with speakers and labels")
            vid = reader.identifier(held.get("vid", f"{split}_{len(splits[split])}"), "a vid")
            if vid in fields["labels"]:
                raise reader.fault(f"dialogue {vid} stands there twice")
            splits[split].append(vid)
            others |= set(held) - set(fields) - {"vid"}
            for name, field in fields.items():
                if held.get(name) is not None:
                    field[vid] = held[name]
    made = Contribution(reader, layout, IEMOCAP if is_iemocap(fields["speakers"]) else OTHER)
    made.take_speakers(fields["speakers"])
    made.take_labels(fields["labels"])
    for name, source, modality in FEATURES:
        if source != "text" or kind_of(fields["text"]) != TEXTS:      # COGMEN's MOSEI has its sentences there
            made.take_feature(name, modality, fields[source], extractor="Sentence-BERT" if name == "text_sbert" else None)
    made.take_sentences(fields["sentence"])
    made.take_splits(**splits)
    if others:
        reader.warnings.append(f"{reader.name}: left out of its samples: {first_few(sorted(others), 8)}.")
    return made


def is_iemocap(speakers):
    """True where the speakers are M and F, both: COGMEN calls every speaker of MOSEI M."""
    return kind_of(speakers) == TEXTS and {as_text(name) for entry in speakers.values() for name in first_items(entry)} == set(IEMOCAP.speakers)

"""What one file says about a dataset, in one form whatever its layout.

A layout's `read` makes a Contribution and hands it the file's fields. A field is a dict `dialogue id -> one entry per
utterance`; lists, tuples, arrays and matrices are all welcome as entries, and everything is checked here.
"""

import re

from dataset.datasets import EXTRACTORS, ROBERTA, SENTIMENT, SIGNS, Dataset, check_name, check_names
from dataset.feature_rows import FeatureRows
from dataset.field_reader import FieldReader
from dataset.fields import EMPTY, NOTHING, kind_of
from dataset.places import shown_value
from faults import Misuse, WrongLayout, first_few, plural

MODALITIES, REDUCTIONS = ("text", "audio", "visual"), ("mean", "max", "last", "mean+std")
SPLITS = {"train": "train", "valid": "valid", "dev": "valid", "val": "valid", "validation": "valid", "test": "test"}
C1_CONTROL = re.compile("[\x80-\x9f]").search
LONGEST_MEMBER_NAME = 128        # bytes


class Feature:
    """One matrix of the store: `rows` is a FeatureRows; `layer` counts RoBERTa's layers from 1, None elsewhere."""

    def __init__(self, name, modality, rows, layer=None, extractor=None):
        self.name, self.modality, self.rows = name, modality, rows
        self.layer, self.extractor = layer, extractor


class Target:
    """Labels beside those of emotion: `names` of their classes; `labels`: dialogue -> [int], -1 for none; `values`: dialogue -> [number or None]
    that the classes were made of, None where the file has classes only."""

    def __init__(self, names, labels, values=None):
        self.names, self.labels, self.values = names, labels, values


class Contribution:
    """Filled by a layout module's `read`, merged with other files' by `assembly.py`.

    Per dialogue id (text): `utterance_ids`, `sentences` [str]; `labels`, `speakers` [int]. None where a file has none.
    `latin1_sentences`: places of sentences that were not UTF-8.
    `train`, `valid`, `test`: dialogue ids in the file's order; `valid` is None where the file knows of none, and then
    `train` holds the validation dialogues too. `sorted_splits`: names of those that were sets. `split_origins`: name -> where a
    split came from, where the file says it. `source_positions`: id -> its place in the lists of the first source, likewise. `targets`: name -> Target.
    """

    def __init__(self, reader, layout, dataset):
        if type(reader) is not FieldReader:
            raise Misuse(f"Contribution takes the reader first, and got {shown_value(reader)}")
        check_name(layout, "a layout's name")
        if type(dataset) is not Dataset:
            raise Misuse(f"Contribution takes a Dataset as its third argument, and got {shown_value(dataset)}")
        self.reader, self.name, self.layout, self.dataset = reader, reader.name, layout, dataset
        self.label_names, self.speaker_names = dataset.labels, dataset.speakers
        self.speaker_scope = dataset.speaker_scope or "dialogue"
        self.utterance_ids = self.labels = self.speakers = self.sentences = None
        self.latin1_sentences, self.features = [], []
        self.train, self.valid, self.test = [], None, []
        self.sorted_splits = []
        self.split_origins, self.source_positions, self.targets = {}, None, {}

    def take_utterance_ids(self, field):
        """Ids of the utterances: texts, or numbers within their dialogue."""
        if not is_absent(field):
            self.utterance_ids = self.reader.utterance_ids(field, "the utterance ids")

    def take_speakers(self, field):
        """Texts, numbers or one-hot vectors. Names that the dataset does not know are taken from the file, sorted."""
        if not is_absent(field):
            self.speakers, self.speaker_names = self.reader.speakers(field, "the speakers", self.dataset.speakers)
            if self.dataset.speaker_scope is None and any(len(name) > 1 and not name.isdigit() for name in self.speaker_names):
                self.speaker_scope = "corpus"

    def take_labels(self, field):
        """Numbers of classes, -1 for none, or their names."""
        self.labels, self.label_names = self.reader.classes(field, "the labels", self.dataset.labels)

    def take_sentiment(self, field):
        """Labels that may be nested one deeper and may be real numbers from -3 to 3, which are rounded to seven classes."""
        self.labels, self.label_names, values = self.reader.sentiment(field, "the labels")
        self.keep_values("sentiment", values)

    def take_target(self, name, field, names=None):
        """Labels beside those of emotion: numbers of classes, -1 for none, or their names; `names` as in Dataset. A field that gives nothing a label
        is none."""
        check_member(name, "a target's name", self.targets)
        check_names(names, "a target's classes")
        if is_absent(field):
            return
        labels, names = self.reader.classes(field, f"the {name}", names)
        if any(label >= 0 for entry in labels.values() for label in entry):
            self.targets[name] = Target(names, labels)

    def take_sentiment_beside(self, field):
        """MELD's sentiment. Files were made and are read for their emotions: where their sentiment does not fit, it is left out, and that is said."""
        try:
            self.take_target("sentiment", field, SENTIMENT)
        except WrongLayout as fault:
            self.reader.warnings.append(f"{str(fault).rstrip('.')}; the sentiment is left out.")
            return
        target = self.targets.get("sentiment")
        unlike = [dialogue for dialogue, labels in self.labels.items() if target and (dialogue not in target.labels or len(target.labels[dialogue]) != len(labels))]
        if unlike:
            self.targets.pop("sentiment")
            self.reader.warnings.append(
                f"{self.name}: its sentiment has not one entry for each label in {plural(len(unlike), 'dialogue')}: {first_few(unlike)}; it is left out.")

    def keep_values(self, name, values):
        """Keep the real numbers that labels are or were made of (dialogue -> [number, None for none]), with their signs as classes."""
        if values is not None and any(value is not None for entry in values.values() for value in entry):
            signs = {dialogue: [-1 if value is None else 1 + (value > 0) - (value < 0) for value in entry] for dialogue, entry in values.items()}
            self.targets[name] = Target(list(SIGNS), signs, values)

    def take_sentences(self, field, words=False):
        """The sentences, remembering which of them were not UTF-8. `words`: each is a list of words."""
        if is_absent(field):
            return
        earlier, self.reader.latin1 = self.reader.latin1, self.latin1_sentences
        self.sentences = self.reader.texts(field, "the sentences", words)
        self.reader.latin1 = earlier
        self.warn_of_controls()

    def warn_of_controls(self):
        """Say where sentences hold U+0080 to U+009F: Windows-1252 writes quotes and dashes so, and latin1 reads them as control characters.
        Where sentences were read as latin1 here, that is said already."""
        if self.latin1_sentences:
            return
        places = [(d, u) for d, entry in self.sentences.items() for u, text in enumerate(entry) if not text.isascii() and C1_CONTROL(text)]
        if places:
            dialogue, utterance = places[0]
            character = C1_CONTROL(self.sentences[dialogue][utterance]).group()
            self.reader.notes.append(
                f"{self.name}: {plural(len(places), 'sentence')} hold control characters such as U+{ord(character):04X}, which are quotes, dashes or "
                f"dots in Windows-1252 (first: dialogue {dialogue}, utterance {utterance + 1}); they are kept as they are.")

    def take_feature(self, name, modality, field, layer=None, extractor=None, frames=False):
        """One row of numbers per utterance; `modality` is 'text', 'audio' or 'visual'. An empty field is no feature.

        `frames`: an utterance may be a matrix of frames: 'mean' (or True), 'max', 'last' and 'mean+std' say what makes a row
        of it. Where the
        user says so with --frames, that counts.
        """
        check_member(name, "a feature's name", [feature.name for feature in self.features])
        if modality not in MODALITIES:
            raise Misuse(f"the modality of {name!r} is {shown_value(modality)}, and should be 'text', 'audio' or 'visual'")
        if layer is not None and (type(layer) is not int or not 1 <= layer < 1 << 31):
            raise Misuse(f"the layer of {name!r} is {shown_value(layer)}, and should be a number from 1 on, or None")
        if extractor is not None:
            check_name(extractor, f"the extractor of {name!r}")
        if frames not in (False, True, None, *REDUCTIONS):
            raise Misuse(f"frames of {name!r} is {shown_value(frames)}, and should be 'mean', 'max', 'last' or 'mean+std'")
        if is_absent(field):
            return
        what = f"text layer {layer}" if layer else f"the {modality} features"
        rows = FeatureRows(self.reader, field, what, self.reader.frames or ("mean" if frames is True else frames or None))
        if extractor is None:
            extractor = EXTRACTORS.get((self.dataset.name, modality, rows.width))
        self.features.append(Feature(name, modality, rows, layer, extractor))

    def take_roberta(self, layers):
        """RoBERTa's four layers, the network's last one first."""
        for layer, field in enumerate(layers, 1):
            self.take_feature(f"text_roberta_{layer}", "text", field, layer)
            made = self.features[-1:]
            if made and made[0].rows.width == 1024:
                made[0].extractor = ROBERTA

    def take_splits(self, **fields):
        """`take_splits(train=field, test=field[, valid=field])`: lists or sets of dialogue ids. Valid may be called dev, val or
        validation."""
        given = set()
        for called, field in fields.items():
            split = SPLITS.get(called)
            if split is None:
                raise Misuse(f"take_splits knows train, valid (also dev, val or validation) and test, and no {called!r}")
            if split in given:
                raise Misuse(f"take_splits got {split} twice, once as {called!r}")
            given.add(split)
            ids, was_set = self.reader.identifiers(field, f"the list of {split} dialogues")
            setattr(self, split, ids)
            if was_set:
                self.sorted_splits.append(split)

    def counts(self):
        """`[(what, id -> number of utterances)]` of every field."""
        fields = [("utterance ids", self.utterance_ids), ("speakers", self.speakers), ("labels", self.labels), ("sentences", self.sentences),
                  *((f"the {name}", target.labels) for name, target in self.targets.items())]
        result = [(what, {key: len(entry) for key, entry in field.items()}) for what, field in fields if field is not None]
        return result + [(feature.rows.what, feature.rows.counts) for feature in self.features]

    def warnings(self, keeps_sentences):
        """What a user should know of this file; of its sentences only where they are kept."""
        if keeps_sentences:
            self.reader.warn_of_latin1(self.latin1_sentences, "sentences")
        return self.reader.warnings + self.swapped()

    def swapped(self):
        """A warning where audio and visual features are as wide as each other's extractors make them."""
        widths = {feature.modality: feature.rows.width for feature in self.features}
        audio, visual = widths.get("audio"), widths.get("visual")
        others = {}
        for (_, modality, width), extractor in EXTRACTORS.items():
            if modality in ("audio", "visual") and width == (visual if modality == "audio" else audio):
                others[modality] = extractor
        if len(others) < 2:
            return []
        return [f"{self.name}: audio is {audio} wide, as visual features of {others['visual']} are, and visual {visual}, as audio features of {others['audio']} are: "
                "look whether the two are swapped."]

    def dialogues(self):
        """Ids of all dialogues that the file describes, in its order."""
        return list(self.labels)

    def split_ids(self):
        """All ids that the file's splits name."""
        return self.train + (self.valid or []) + self.test


def is_absent(field):
    """True for None, an empty dict or one whose entries are all empty: a modality that the file does not have."""
    return kind_of(field) in (EMPTY, NOTHING)


def check_member(name, what, taken):
    """Raise Misuse for a name that no feature and no target can have, or that is taken."""
    check_name(name, what, LONGEST_MEMBER_NAME)
    if "/" in name or name in (".", "..") or name in taken:
        raise Misuse(f"{what.replace('a ', 'the ', 1)} {name!r} " + (
            "is taken already" if "/" not in name and name.strip(".") else "holds what a name cannot: '/', or only points"))

"""What one file says about a dataset, in one form whatever its layout."""


class Feature:
    """One matrix of the store: `rows` is a FeatureRows; `layer` counts RoBERTa's layers from 1, None elsewhere."""

    def __init__(self, name, modality, rows, layer=None, extractor=None):
        self.name, self.modality, self.rows = name, modality, rows
        self.layer, self.extractor = layer, extractor


class Contribution:
    """Filled by a layout module's `read`, merged with other files' by `assembly.py`.

    Per dialogue id (text): `utterance_ids`, `sentences` [str]; `labels`, `speakers` [int]. None where a file has none.
    `latin1_sentences`: places of sentences that were not UTF-8.
    `train`, `valid`, `test`: dialogue ids in the file's order; `valid` is None where the file knows of none, and then
    `train` holds the validation dialogues too. `sorted_splits`: names of those that were sets.
    """

    def __init__(self, reader, layout, dataset):
        self.reader, self.name, self.layout, self.dataset = reader, reader.name, layout, dataset
        self.utterance_ids = self.labels = self.speakers = self.sentences = None
        self.latin1_sentences, self.features = [], []
        self.train, self.valid, self.test = [], None, []
        self.sorted_splits = []

    def take_sentences(self, field):
        """The sentences, remembering which of them were not UTF-8."""
        earlier, self.reader.latin1 = self.reader.latin1, self.latin1_sentences
        self.sentences = self.reader.texts(field, "the sentences")
        self.reader.latin1 = earlier

    def take_splits(self, **fields):
        """`take_splits(train=field, test=field[, valid=field])`."""
        for split, field in fields.items():
            ids, was_set = self.reader.identifiers(field, f"the list of {split} dialogues")
            setattr(self, split, ids)
            if was_set:
                self.sorted_splits.append(split)

    def counts(self):
        """`[(what, id -> number of utterances)]` of every field."""
        fields = [("utterance ids", self.utterance_ids), ("speakers", self.speakers),
                  ("labels", self.labels), ("sentences", self.sentences)]
        result = [(what, {key: len(entry) for key, entry in field.items()}) for what, field in fields if field is not None]
        return result + [(feature.rows.what, feature.rows.counts) for feature in self.features]

    def warnings(self, keeps_sentences):
        """What a user should know of this file; of its sentences only where they are kept."""
        if keeps_sentences:
            self.reader.warn_of_latin1(self.latin1_sentences, "sentences")
        return self.reader.warnings

    def dialogues(self):
        """Ids of all dialogues that the file describes, in its order."""
        return list(self.labels)

    def split_ids(self):
        """All ids that the file's splits name."""
        return self.train + (self.valid or []) + self.test

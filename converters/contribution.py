"""What one file says about a dataset, in one form whatever its layout."""


class Feature:
    """One matrix of the store: `rows` is a FeatureRows; `layer` counts RoBERTa's layers from 1, None elsewhere."""

    def __init__(self, name, modality, rows, layer=None, extractor=None):
        self.name, self.modality, self.rows = name, modality, rows
        self.layer, self.extractor = layer, extractor


class Contribution:
    """Filled by a layout module's `read`, merged with other files' by `assembly.py`.

    Per dialogue id (text): `utterance_ids`, `sentences` [str]; `labels`, `speakers` [int]. None where a file has none.
    `train`, `valid`, `test`: dialogue ids in the file's order; `valid` is None where the file knows of none, and then
    `train` holds the validation dialogues too. `sorted_splits`: names of those that were sets.
    """

    def __init__(self, reader, layout, dataset):
        self.name, self.layout, self.dataset, self.warnings = reader.name, layout, dataset, reader.warnings
        self.utterance_ids = self.labels = self.speakers = self.sentences = None
        self.features = []
        self.train, self.valid, self.test = [], None, []
        self.sorted_splits = []

    def take_splits(self, reader, **fields):
        """`take_splits(reader, train=field, test=field[, valid=field])`."""
        for split, field in fields.items():
            ids, was_set = reader.identifiers(field, f"the list of {split} dialogues")
            setattr(self, split, ids)
            if was_set:
                self.sorted_splits.append(split)

    def counts(self):
        """`[(what, id -> number of utterances)]` of every field."""
        fields = [("utterance ids", self.utterance_ids), ("speakers", self.speakers),
                  ("labels", self.labels), ("sentences", self.sentences)]
        result = [(what, {key: len(entry) for key, entry in field.items()}) for what, field in fields if field is not None]
        return result + [(feature.rows.what, feature.rows.counts) for feature in self.features]

    def dialogues(self):
        """Ids of all dialogues that the file describes, in its order."""
        return list(self.labels)

    def split_ids(self):
        """All ids that the file's splits name."""
        return self.train + (self.valid or []) + self.test

"""Puts the contributions of one dataset's files together: order, splits, one value for everything."""

from cross_check import check_file, check_pair
from datasets import DATASETS
from faults import Disagreement, WrongLayout, first_few, plural

MODALITIES = ["text", "audio", "visual"]


class Assembly:
    """The whole dataset. `order`: dialogue ids as the store lists them: train, then valid, then test."""

    def __init__(self, contributions):
        self.contributions = contributions
        self.check_kinds()
        teller = next((made for made in contributions if made.sentences is not None), None)
        self.warnings = [warning for made in contributions for warning in made.warnings(made is teller)]
        self.latin1_sentences = len(teller.latin1_sentences) if teller else 0
        for made in contributions:
            check_file(made)
        for other in contributions[1:]:
            self.warnings += check_pair(contributions[0], other)
        self.dataset = DATASETS[contributions[0].dataset.name]
        self.features = self.all_features()
        self.splits = self.choose_splits()
        self.order = [dialogue for _, _, ids in self.splits for dialogue in ids]
        self.leave_out()

    def check_kinds(self):
        """One dataset, and no layout twice."""
        first = self.contributions[0]
        for other in self.contributions[1:]:
            if other.dataset is not first.dataset:
                raise Disagreement(
                    f"{first.name} is {first.layout} and {other.name} is {other.layout}: give files of one dataset.")
        layouts = [made.layout for made in self.contributions]
        for made in self.contributions:
            if layouts.count(made.layout) > 1:
                raise Disagreement(f"Two of the files are {made.layout}, {made.name} among them: give one of each kind.")

    def all_features(self):
        """Text first, its layers before others, then audio, then visual."""
        features = [feature for made in self.contributions for feature in made.features]
        return sorted(features, key=lambda f: (MODALITIES.index(f.modality), f.layer is None, f.layer or 0))

    def choose_splits(self):
        """`[(name, origin, ids)]` from the file that knows the validation dialogues, else from the first."""
        knowing = [made for made in self.contributions if made.valid]
        source = knowing[0] if knowing else self.contributions[0]
        if not source.train:
            raise WrongLayout(f"{source.name}: its list of train dialogues is empty.")
        result = []
        for name in ("train", "valid", "test"):
            ids = getattr(source, name)
            if not ids:
                self.warnings.append(self.without_split(name, source))
                continue
            origin = f"{name} ids of {source.layout}"
            if name == "train" and not source.valid:
                origin += " (training and validation together)"
            if name in source.sorted_splits:
                origin += ", a set there, sorted here"
                self.warnings.append(f"{source.name}: its {name} ids are a set, which has no order; they are sorted.")
            result.append((name, origin, ids))
        return result

    @staticmethod
    def without_split(name, source):
        if name == "valid":
            return (f"{source.name} names no validation dialogues, so that the store has no valid split: "
                    "give the RoBERTa file too, which names them.")
        return f"{source.name} names no {name} dialogues: the store has no {name} split."

    def leave_out(self):
        """Dialogues of no split are not converted; say so."""
        kept = set(self.order)
        left = dict.fromkeys(d for made in self.contributions for d in made.dialogues() if d not in kept)
        if left:
            self.warnings.append(f"{plural(len(left), 'dialogue')} in no split and left out: {first_few(left)}.")

    def source_order(self):
        """Each dialogue's position in the base file's own lists: train (with validation), then test."""
        base = next((made for made in self.contributions if made.valid is None), self.contributions[0])
        position = {dialogue: index for index, dialogue in enumerate(base.train + (base.valid or []) + base.test)}
        return [position[dialogue] for dialogue in self.order]

    def first(self, what):
        """A field of the first file that has it, or None."""
        return next((getattr(made, what) for made in self.contributions if getattr(made, what) is not None), None)

    def description(self):
        """Everything but the feature rows, as JSON can hold it. Utterances lie end to end in the order of `order`."""
        labels = self.first("labels")
        utterance_ids = self.first("utterance_ids")
        if utterance_ids is None:
            utterance_ids = {d: [f"{d}_{index}" for index in range(len(labels[d]))] for d in self.order}
        flat = lambda field: [value for dialogue in self.order for value in field[dialogue]]
        return {
            "dataset": self.dataset.name,
            "labelNames": self.dataset.labels,
            "speakerNames": self.dataset.speakers,
            "speakerScope": self.dataset.speaker_scope,
            "dialogues": self.order,
            "utteranceCounts": [len(labels[dialogue]) for dialogue in self.order],
            "dialogueSplits": [index for index, (_, _, ids) in enumerate(self.splits) for _ in ids],
            "sourceOrder": self.source_order(),
            "splits": [{"name": name, "origin": origin} for name, origin, _ in self.splits],
            "utteranceIDs": flat(utterance_ids),
            "labels": flat(labels),
            "speakers": flat(self.first("speakers")),
            "latin1Sentences": self.latin1_sentences,
            "sentences": flat(self.first("sentences")),
            "features": [
                {"name": f.name, "modality": f.modality, "layer": f.layer, "width": f.rows.width,
                 "extractor": f.extractor, "sourceType": ", ".join(f.rows.types)} for f in self.features],
            "layouts": [made.layout for made in self.contributions],
            "warnings": self.warnings,
        }

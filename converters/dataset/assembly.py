"""Puts the contributions of one dataset's files together: order, splits, one value for everything."""

from dataset.cross_check import check_file, check_pair
from faults import Disagreement, WrongLayout, first_few, one_line, plural
from dataset.splits import choose_splits

MODALITIES = ["text", "audio", "visual"]


class Assembly:
    """The whole dataset. `order`: dialogue ids as the store lists them: train, then valid, then test."""

    def __init__(self, contributions, options, layouts=None):
        self.contributions, self.options = contributions, options
        self.layouts = layouts or [made.layout for made in contributions]         # of each file
        self.dropped = {}         # ids of the dialogues without utterances that the user wants left out; a dict keeps their order
        self.check_kinds()
        teller = next((made for made in contributions if made.sentences is not None), None)
        self.warnings = [warning for made in contributions for warning in made.warnings(made is teller)]
        self.notes = teller.reader.notes if teller else []
        self.latin1_sentences = len(teller.latin1_sentences) if teller else 0
        for made in contributions:
            if options.makes_splits and not made.train:
                elsewhere = set(made.split_ids())
                made.train = [dialogue for dialogue in made.dialogues() if dialogue not in elsewhere]
            if options.drop_empty_dialogues:
                self.drop_empty(made)
            check_file(made)
        for other in contributions[1:]:
            self.warnings += check_pair(contributions[0], other)
        self.features = self.all_features()
        self.splits = choose_splits(contributions, options, self.warnings)
        self.order = [dialogue for _, _, ids in self.splits for dialogue in ids]
        self.leave_out()
        if teller is None:
            self.warnings.append(f"{contributions[0].name} holds no sentences: the store's are empty.")

    def check_kinds(self):
        """One dataset, and no layout twice."""
        first = self.contributions[0]
        for other in self.contributions[1:]:
            if other.dataset.name != first.dataset.name:
                raise Disagreement(
                    f"{first.name} is {first.layout} and {other.name} is {other.layout}: give files of one dataset.")
        layouts = [made.layout for made in self.contributions]
        for made in self.contributions:
            if layouts.count(made.layout) > 1:
                raise Disagreement(f"Two of the files are {made.layout}, {made.name} among them: give one of each kind.")

    def all_features(self):
        """Text first, its layers before others, then audio, then visual. What two files hold is taken from the first."""
        holder, features = {}, []
        for made in self.contributions:
            for feature in made.features:
                if feature.name in holder:
                    self.warnings.append(f"{holder[feature.name]} and {made.name} both hold {feature.name}: that of {holder[feature.name]} is kept.")
                    continue
                holder[feature.name] = made.name
                features.append(feature)
        if not features:
            raise WrongLayout(f"{self.contributions[0].name} holds no features.")
        return sorted(features, key=lambda f: (MODALITIES.index(f.modality), f.layer is None, f.layer or 0))

    def all_targets(self):
        """name -> Target, each of the first file that has it."""
        targets = {}
        for made in self.contributions:
            targets = {**made.targets, **targets}
        return targets

    def drop_empty(self, made):
        """Take the dialogues that have no utterance in any of a file's fields out of its splits."""
        counts = [counts for _, counts in made.counts()]
        for split in ("train", "valid", "test"):
            ids = getattr(made, split) or []
            empty = [dialogue for dialogue in ids if all(fields.get(dialogue) == 0 for fields in counts)]
            if empty:
                self.dropped.update(dict.fromkeys(empty))
                setattr(made, split, [dialogue for dialogue in ids if dialogue not in self.dropped])

    def leave_out(self):
        """Dialogues of no split are not converted; say so."""
        if self.dropped:
            self.warnings.append(f"{plural(len(self.dropped), 'dialogue')} without utterances dropped: {first_few(self.dropped)}.")
        kept = {*self.order, *self.dropped}
        left = dict.fromkeys(d for made in self.contributions for d in made.dialogues() if d not in kept)
        if left:
            self.warnings.append(f"{plural(len(left), 'dialogue')} in no split and left out: {first_few(left)}.")

    def source_order(self):
        """Each dialogue's position in the base file's own lists: train (with validation), then test."""
        base = next((made for made in self.contributions if made.valid is None), self.contributions[0])
        ids = base.split_ids()
        if base.source_positions is not None:
            ids = sorted(ids, key=base.source_positions.get)
        position = {dialogue: index for index, dialogue in enumerate(ids)}
        return [position[dialogue] for dialogue in self.order]

    def first(self, what):
        """A field of the first file that has it, or None."""
        return next((getattr(made, what) for made in self.contributions if getattr(made, what) is not None), None)

    def names(self, what, names):
        """The names behind the numbers of a field, of the file that `first` takes it from."""
        return next((getattr(made, names) for made in self.contributions if getattr(made, what) is not None), None)

    def description(self):
        """Everything but the feature rows, as JSON can hold it. Utterances lie end to end in the order of `order`."""
        labels = self.first("labels")
        utterance_ids = self.first("utterance_ids")
        if utterance_ids is None:
            utterance_ids = {d: [f"{d}_{index}" for index in range(len(labels[d]))] for d in self.order}
        speakers, speaker_names = self.first("speakers"), self.names("speakers", "speaker_names")
        if speakers is None:
            speakers, speaker_names = {d: [0] * len(labels[d]) for d in self.order}, ["unknown"]
        sentences = self.first("sentences") or {d: [""] * len(labels[d]) for d in self.order}

        def flat(field):
            return [value for dialogue in self.order for value in field[dialogue]]
        return {
            "dataset": self.options.name or self.contributions[0].dataset.name,
            "labelNames": self.names("labels", "label_names"),
            "speakerNames": speaker_names,
            "speakerScope": self.contributions[0].speaker_scope,
            "dialogues": self.order,
            "utteranceCounts": [len(labels[dialogue]) for dialogue in self.order],
            "dialogueSplits": [index for index, (_, _, ids) in enumerate(self.splits) for _ in ids],
            "sourceOrder": self.source_order(),
            "splits": [{"name": name, "origin": origin} for name, origin, _ in self.splits],
            "utteranceIDs": flat(utterance_ids),
            "labels": flat(labels),
            "speakers": flat(speakers),
            "latin1Sentences": self.latin1_sentences,
            "sentences": flat(sentences),
            "features": [
                {"name": f.name, "modality": f.modality, "layer": f.layer, "width": f.rows.stored_width,
                 "extractor": f.extractor, "sourceType": ", ".join(f.rows.types)} for f in self.features],
            "targets": [
                {"name": name, "names": target.names, "labels": flat(target.labels), "values": target.values and flat(target.values)}
                for name, target in self.all_targets().items()],
            "layouts": self.layouts,
            "notes": [one_line(note) for note in self.notes],
            "warnings": [one_line(warning) for warning in self.warnings],
        }

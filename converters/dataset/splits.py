"""Which dialogue is in which split, and where that was said. Where nobody says, a seeded choice on request."""

from faults import WrongLayout, plural


class Options:
    """What a user asked for beyond the files.

    `valid_fraction`, `test_fraction`: of the train dialogues, for a split that the files do not name. `split_seed`: which.
    `name`: the dataset's name. `frames`: 'mean', 'max', 'last' or 'mean+std' where utterances are matrices of frames that are to become rows.
    `regression_classes`: 2, 3 or 7 where labels that are real numbers are to become classes. `drop_empty_dialogues`: leave dialogues without
    utterances out, which are refused otherwise.
    """

    def __init__(self, valid_fraction=None, test_fraction=None, split_seed=0, name=None, frames=None, regression_classes=None,
                 drop_empty_dialogues=False):
        self.frames, self.regression_classes, self.drop_empty_dialogues = frames, regression_classes, drop_empty_dialogues
        self.fractions = {"valid": valid_fraction, "test": test_fraction}
        self.split_seed, self.name = split_seed, name

    @property
    def makes_splits(self):
        return any(fraction is not None for fraction in self.fractions.values())


def choose_splits(contributions, options, warnings):
    """`[(name, origin, ids)]` from the file that knows the validation dialogues, else from the first; adds to `warnings`."""
    knowing = [made for made in contributions if made.valid]
    source = knowing[0] if knowing else contributions[0]
    if not source.train:
        raise WrongLayout(f"{source.name}: its list of train dialogues is empty.")
    given = {name: list(getattr(source, name) or []) for name in ("train", "valid", "test")}
    origins = {name: origin_of(name, source, warnings) for name, ids in given.items() if ids}
    for name in ("test", "valid"):
        fraction = options.fractions[name]
        if fraction is not None and given[name]:
            warnings.append(f"{source.name} names its {name} dialogues itself: --{name}-fraction is not used.")
        elif fraction is not None:
            given["train"], given[name] = divide(given["train"], fraction, options.split_seed, name, source)
            origins[name] = (f"{fraction:g} of the train dialogues of {source.layout}, "
                             f"chosen by --{name}-fraction {fraction:g} --split-seed {options.split_seed}")
            origins["train"] = origins["train"].removesuffix(" (training and validation together)") + f", without those for {name}"
        elif not given[name]:
            warnings.append(without_split(name, source))
    return [(name, origins[name], ids) for name, ids in given.items() if ids]


def origin_of(name, source, warnings):
    """Where a split came from, in words."""
    if name in source.split_origins:
        return source.split_origins[name]
    origin = f"{name} ids of {source.layout}"
    if name == "train" and not source.valid:
        origin += " (training and validation together)"
    if name in source.sorted_splits:
        origin += ", a set there, sorted here"
        warnings.append(f"{source.name}: its {name} ids are a set, which has no order; they are sorted.")
    return origin


def divide(ids, fraction, seed, name, source):
    """`(the rest, the chosen)`, both in the order of `ids`. The choice depends on the seed and the ids alone: those whose
    SHA-256 of 'SEED NAME ID' comes first, `fraction` of them, rounded, at least one."""
    from hashlib import sha256
    count = max(1, round(fraction * len(ids)))
    if count >= len(ids):
        raise WrongLayout(
            f"{source.name}: {plural(len(ids), 'train dialogue')} cannot be divided into train and {name} by {fraction:g}: give a smaller fraction.")
    ranked = sorted(ids, key=lambda dialogue: sha256(f"{seed} {name} {dialogue}".encode()).digest())
    chosen = set(ranked[:count])
    return [d for d in ids if d not in chosen], [d for d in ids if d in chosen]


def without_split(name, source):
    """The warning for a split that nobody names."""
    if name == "valid":
        return (f"{source.name} names no validation dialogues, so that the store has no valid split: "
                "give the RoBERTa file too, which names them, or --valid-fraction.")
    return f"{source.name} names no {name} dialogues: the store has no {name} split."

"""Do the files of one dataset tell the same story? And does each file agree with itself?

What would put a wrong feature beside a label raises Disagreement, naming the first few. What cannot is a warning.
"""

from faults import Disagreement, WrongLayout, first_few, plural


def check_file(made):
    """One file: every dialogue of its splits stands in every field, with as many entries everywhere, and in one split."""
    wanted = made.split_ids()
    if not wanted:
        raise WrongLayout(f"{made.name}: its lists of train and test dialogues are empty: give --valid-fraction and --test-fraction to divide its dialogues.")
    twice = first_repeated(wanted)
    if twice is not None:
        raise Disagreement(f"{made.name}: dialogue {twice} stands in two splits.")
    fields = made.counts()
    for what, counts in fields:
        missing = [dialogue for dialogue in wanted if dialogue not in counts]
        if missing:
            raise Disagreement(f"{made.name}: {what} lack {plural(len(missing), 'dialogue')} of its splits: {first_few(missing)}.")
    first_what, first_counts = fields[0]
    for what, counts in fields[1:]:
        unlike = [dialogue for dialogue in wanted if counts[dialogue] != first_counts[dialogue]]
        if unlike:
            shown = first_few(f"{d} ({counts[d]} against {first_counts[d]})" for d in unlike)
            raise Disagreement(
                f"{made.name}: {what} and {first_what} differ in length in {plural(len(unlike), 'dialogue')}: {shown}.")
    empty = [dialogue for dialogue in wanted if first_counts[dialogue] == 0]
    if empty:
        raise Disagreement(f"{made.name}: {plural(len(empty), 'dialogue')} without utterances: {first_few(empty)}; --drop-empty-dialogues leaves them out.")


def check_pair(one, other):
    """Two files of one dataset. Returns warnings."""
    both = f"{one.name} and {other.name} disagree"
    advice = "give files of one release"
    for left, right in ((one, other), (other, one)):
        known = set(right.dialogues())
        missing = [dialogue for dialogue in left.split_ids() if dialogue not in known]
        if missing:
            raise Disagreement(
                f"{both}: {right.name} lacks {plural(len(missing), 'dialogue')} of {left.name}'s splits ({first_few(missing)}); {advice}.")
    dialogues = one.split_ids()
    unlike = [d for d in dialogues if len(one.labels[d]) != len(other.labels[d])]
    if unlike:
        shown = first_few(f"{d}: {len(one.labels[d])} against {len(other.labels[d])}" for d in unlike)
        raise Disagreement(f"{both} in the number of utterances of {plural(len(unlike), 'dialogue')} ({shown}); {advice}.")
    unlike = [d for d in dialogues if one.labels[d] != other.labels[d]]
    if unlike:
        shown = first_few(first_difference(d, one.labels[d], other.labels[d]) for d in unlike)
        raise Disagreement(f"{both} in the labels of {plural(len(unlike), 'dialogue')} ({shown}); {advice}.")
    check_splits(one, other, both, advice)
    return softer_differences(one, other, dialogues)


def check_splits(one, other, both, advice):
    """Test is the same, and train with validation is the same: a file without validation ids counts those as train."""
    for what, left, right in (
            ("the test dialogues", one.test, other.test),
            ("the train and validation dialogues", one.train + (one.valid or []), other.train + (other.valid or []))):
        left_set, right_set = set(left), set(right)
        unlike = [d for d in left if d not in right_set] + [d for d in right if d not in left_set]
        if unlike:
            raise Disagreement(f"{both} on {what}: {plural(len(unlike), 'dialogue')} in one of them only ({first_few(unlike)}); {advice}.")


def softer_differences(one, other, dialogues):
    """Warnings for speakers and sentences that differ: the first file's are kept."""
    warnings = []
    for what in ("speakers", "sentences"):
        left, right = getattr(one, what), getattr(other, what)
        unlike = [d for d in dialogues if left is not None and right is not None and left[d] != right[d]]
        if unlike:
            count = sum(a != b for d in unlike for a, b in zip(left[d], right[d]))
            warnings.append(
                f"{one.name} and {other.name} differ in {count} {what} of {plural(len(unlike), 'dialogue')} "
                f"({first_few(unlike)}); those of {one.name} are kept.")
    for name in one.targets.keys() & other.targets.keys():
        left, right = (([target.names[label] if label >= 0 else None for label in target.labels[d]] for d in dialogues) for target in (
            one.targets[name], other.targets[name]))
        unlike = [d for d, a, b in zip(dialogues, left, right) if a != b]
        if unlike:
            warnings.append(f"{one.name} and {other.name} differ in the {name} of {plural(len(unlike), 'dialogue')} ({first_few(unlike)}); that of {one.name} is kept.")
    return warnings


def first_repeated(ids):
    """The first id that comes a second time, or None."""
    seen = set()
    for dialogue in ids:
        if dialogue in seen:
            return dialogue
        seen.add(dialogue)
    return None


def first_difference(dialogue, left, right):
    """'Ses01: utterance 4 is 2 against 5', counted from 1."""
    at = next(index for index, (a, b) in enumerate(zip(left, right)) if a != b)
    return f"{dialogue}: utterance {at + 1} is {left[at]} against {right[at]}"

"""Small samples of every layout, damaged byte by byte: what becomes of them on the whole way to a store's rows.

A sample is named `DATASET PART FORM`; `names()` lists them all. FORM is a protocol, 'joblib', 'old' and 'plain' for what joblib and PyTorch write, 'long' for one whose arrays are read
in runs as those of large files are (see array_runs.py), or 'tensors' for an archive of torch.save.
"""

import json
import random
import sys
import time

from pickles import array_runs
from pickles import pickle_machine
from fuzz_pickles import FRAMED, PARTS, whole_way
from pickles.safe_pickle import load
from sample_files import WIDTHS, make

SMALL = {"counts": [1] * 6, "widths": dict.fromkeys(WIDTHS, 2)}
FORMS = {
    "0": {"protocol": 0}, "2": {"protocol": 2, "python2": True}, "3": {"protocol": 3, "python2": False}, "5": {"protocol": 5, "python2": False},
    "tensors": {"tensors": True}}
OF_BASE = {"joblib": {"form": "joblib", "protocol": 4, "python2": False}, "old": {"form": "torch-old", "protocol": 2, "python2": False},
           "plain": {"form": "tensors", "protocol": 4, "python2": False}}
LONG = {"counts": [1] * 6, "widths": {"text": 70, "audio": 260}, "absent": ["visual"], "memo_from": 300}


def names():
    """The names of all samples, with newlines between them."""
    found = [f"{dataset} {part} {form}" for dataset, part in PARTS for form in FORMS if (part, form) not in (("cogmen", "0"), ("own-export", "0"), ("own-export", "2"))]
    return "\n".join(found + [f"IEMOCAP base {form}" for form in OF_BASE] + [f"IEMOCAP base long{protocol}" for protocol in (2, 3, 4)])


def sample(name):
    """The bytes of one."""
    dataset, part, form = name.split()
    further = {**LONG, "protocol": int(form[4:]), "python2": form == "long2"} if form.startswith("long") else {**SMALL, **{**FORMS, **OF_BASE}[form]}
    rows = "arrays" if part.startswith(FRAMED) or form.startswith("long") else "matrix"
    return make(json.dumps({"dataset": dataset, "part": part, "rows": rows, **further}))


def wrong_truncations(name, step):
    """JSON: lengths at which a sample that is cut there is not refused in one sentence; -1 where the whole is refused.

    Every `step`-th length is tried, from another first one for each name, and all of the last.
    """
    data, wrong, step = sample(name), [], int(step)
    if not whole_way(data):
        wrong.append(-1)
    first = sum(name.encode()) % step
    for length in sorted({*range(first, len(data), step), *range(max(0, len(data) - 9), len(data))}):
        try:
            if whole_way(data[:length]):
                wrong.append(length)
        except BaseException as error:
            wrong.append(f"{length}: {error!r}")
    return json.dumps(wrong[:9])


def escapes(name, count):
    """JSON: seeds of one-byte changes that neither convert nor are refused in one sentence, or take more than two seconds."""
    data, wrong = sample(name), []
    for seed in range(int(count)):
        source = random.Random(f"{name} {seed}")
        at, began = source.randrange(len(data)), time.monotonic()
        changed = data[:at] + bytes([data[at] ^ source.randrange(1, 256)]) + data[at + 1:]
        try:
            whole_way(changed)
        except BaseException as error:
            wrong.append(f"{seed}: {error!r}")
        if time.monotonic() - began > 2:
            wrong.append(f"{seed}: {time.monotonic() - began:.1f} s")
    return json.dumps(wrong[:9])


def runs_taken(data):
    """How many arrays of a pickle are read in runs, as text."""
    taken = 0

    def counted(*arguments):
        nonlocal taken
        found = array_runs.read_array(*arguments)
        taken += found is not None
        return found

    pickle_machine.read_array = counted
    try:
        load(data, "counted.pkl")
    finally:
        pickle_machine.read_array = array_runs.read_array
    return str(taken)


if __name__ == "__main__":
    wrong = {name: found for name in names().split("\n") if (found := wrong_truncations(name, 1)) != "[]"}
    print(f"{len(names().split(chr(10)))} samples cut at every byte, {len(wrong)} with a fault", *wrong.items(), sep="\n")
    sys.exit(1 if wrong else 0)

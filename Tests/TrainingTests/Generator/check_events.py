#!/usr/bin/env python3
"""Compares the event files of runs, as TensorBoard reads them, with their metrics.jsonl. Run by hand; needs the package tensorboard.

    python check_events.py RUN …
"""
import json
import pathlib
import sys

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def tag(name):
    split = next((split for split in ("train", "valid", "test") if name.startswith(split + "_")), None)
    return f"{split}/{name[len(split) + 1:]}" if split else f"run/{name}"


def main():
    faults = 0
    for run in map(pathlib.Path, sys.argv[1:]):
        epochs = [json.loads(line) for line in open(run / "metrics.jsonl")]
        expected = {"train/step_loss": list(enumerate((loss for epoch in epochs for loss in epoch["step_losses"]), 1))}
        for epoch in epochs:
            for name, value in epoch.items():
                if name not in ("epoch", "step_losses"):
                    expected.setdefault(tag(name), []).append((epoch["epoch"], value))
        events = EventAccumulator(str(run), size_guidance={"scalars": 0})
        events.Reload()
        tags = set(events.Tags()["scalars"])
        if tags != set(expected):
            print(f"{run}: other tags: {tags ^ set(expected)}")
            faults += 1
        for name in sorted(tags & set(expected)):
            found = [(event.step, event.value) for event in events.Scalars(name)]
            wanted = [(step, float(numpy.float32(value))) for step, value in expected[name]]
            if found != wanted:
                print(f"{run}: {name} differs")
                faults += 1
        print(f"{run}: {len(tags)} tags, {sum(map(len, expected.values()))} figures compared")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

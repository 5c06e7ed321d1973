#!/usr/bin/env python3
"""Compares what TensorBoard reads of runs with their files: scalars with metrics.jsonl, histograms with the parameters in last.h5, the
projector with predictions.csv. Run by hand; needs the packages tensorboard and h5py.

    python check_events.py RUN …
"""
import csv
import json
import pathlib
import sys

import h5py
import numpy
from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.projector import projector_plugin
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig


def tag(name):
    split = next((split for split in ("train", "valid", "test") if name.startswith(split + "_")), None)
    return f"{split}/{name[len(split) + 1:]}" if split else f"run/{name}"


def check_histograms(run, events, last):
    """The number of histograms, and how many faults they have."""
    faults = 0
    tags = events.Tags()["histograms"]
    with h5py.File(run / "checkpoints" / "last.h5") as file:
        parameters = {name: values[()] for name, values in file["parameters"].items()}
        trained = [name for name in parameters if name in file["optimizer/first_moments"]]
    if tags and sorted(tags) != sorted(f"{kind}/{name}" for kind in ("weights", "gradients") for name in trained):
        print(f"{run}: histograms of other parameters")
        faults += 1
    for tag in tags:
        found = events.Histograms(tag)
        name = tag.split("/", 1)[1]
        steps = [event.step for event in found]
        values = [event.histogram_value for event in found]
        good = steps == sorted(set(steps)) and all(sum(value.bucket) == value.num == parameters[name].size for value in values)
        if tag.startswith("weights/") and steps[-1] == last:
            numbers, value = parameters[name].astype(float).ravel(), values[-1]
            expected = [numbers.min(), numbers.max(), numbers.sum(), (numbers ** 2).sum()]
            good = good and numpy.allclose([value.min, value.max, value.sum, value.sum_squares], expected, rtol=1e-6, atol=1e-6)
        if not good:
            print(f"{run}: {tag} differs")
            faults += 1
    return sum(len(events.Histograms(tag)) for tag in tags), faults


def check_projector(run):
    """The number of points, and how many faults they have."""
    if not (run / "projector_config.pbtxt").exists():
        return 0, 0
    config = text_format.Parse((run / "projector_config.pbtxt").read_text(), ProjectorConfig())
    embedding = config.embeddings[0]
    tensor = projector_plugin._read_tensor_binary_file(str(run / embedding.tensor_path), embedding.tensor_shape)
    lines = (run / embedding.metadata_path).read_text().split("\n")[:-1]
    rows = list(csv.DictReader(open(run / "predictions.csv", newline="")))[:len(tensor)]
    wanted = [[row[name] for name in ("utterance", "dialogue", "speaker", "gold", "predicted")] for row in rows]
    good = len(lines) == len(tensor) + 1 and [line.split("\t")[:5] for line in lines[1:]] == wanted
    if not good or not numpy.isfinite(tensor).all():
        print(f"{run}: the projector's files differ")
    return len(tensor), int(not good)


def main():
    faults = 0
    for run in map(pathlib.Path, sys.argv[1:]):
        epochs = [json.loads(line) for line in open(run / "metrics.jsonl")]
        expected = {"train/step_loss": list(enumerate((loss for epoch in epochs for loss in epoch["step_losses"]), 1))}
        for epoch in epochs:
            for name, value in epoch.items():
                if name not in ("epoch", "step_losses"):
                    expected.setdefault(tag(name), []).append((epoch["epoch"], value))
        events = EventAccumulator(str(run), size_guidance={"scalars": 0, "histograms": 0})
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
        histograms, wrong = check_histograms(run, events, len(epochs))
        points, more = check_projector(run)
        faults += wrong + more
        print(f"{run}: {len(tags)} tags, {sum(map(len, expected.values()))} figures, {histograms} histograms and {points} points compared")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

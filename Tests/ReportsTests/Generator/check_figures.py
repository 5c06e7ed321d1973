#!/usr/bin/env python3
"""Compares the numbers of pages that `vuemo report` wrote with numpy's: calibration error and accuracies of a run, transitions, norms and
repeated rows of its store. Run by hand; needs numpy and h5py.

    python check_figures.py RUN run.html STORE store.html
"""
import csv
import html.parser
import json
import pathlib
import sys

import h5py
import numpy


class Tables(html.parser.HTMLParser):
    """The tables of a page by their captions: lists of rows of texts, the titles first."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.cell, self.caption = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th", "caption"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption, self.cell = self.cell, None
        elif tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None
        elif tag == "table":
            self.tables[self.caption] = self.rows


faults = 0


def same(what, found, expected, tolerance=0.0051):
    global faults
    good = abs(float(found) - float(expected)) <= tolerance
    faults += not good
    print(f"{'same ' if good else 'OTHER'} {what}: {found}, {float(expected):.6g}")


def check_run(folder, tables):
    rows = list(csv.DictReader(open(folder / "predictions.csv", newline="")))
    classes = [row["name"] for row in json.load(open(folder / "result.json"))["per_class"]]
    gold = numpy.array([classes.index(row["gold"]) if row["gold"] else -1 for row in rows])
    predicted = numpy.array([classes.index(row["predicted"]) for row in rows])
    probabilities = numpy.array([[float(row[name]) for name in classes] for row in rows])
    labelled, right = gold >= 0, predicted == gold
    confidence = probabilities.max(axis=1)

    edges = numpy.linspace(0, 1, 16)
    error = 0
    for low, high in zip(edges, edges[1:]):
        inside = labelled & (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.sum() / labelled.sum() * abs(right[inside].mean() - confidence[inside].mean())
    same("expected calibration error", tables["Expected calibration error"][1][1], 100 * error)

    dialogues = {}
    for index, row in enumerate(rows):
        dialogues.setdefault(row["dialogue"], []).append(index)
    length, position = numpy.zeros(len(rows)), numpy.zeros(len(rows))
    for members in dialogues.values():
        length[members], position[members] = len(members), range(1, len(members) + 1)
    for caption, values in (("Accuracy by the length of the dialogue", length), ("Accuracy by the position in the dialogue", position)):
        for name, count, value in tables[caption][1:]:
            low, _, high = name.replace(" or more", " to 1e9").partition(" to ")
            inside = labelled & (values >= float(low)) & (values <= float(high))
            same(f"{caption}, {name}, utterances", count, inside.sum(), 0)
            same(f"{caption}, {name}", value, 100 * right[inside].mean())

    for caption, speaker in (("the turn before", False), ("the speaker's turn before", True)):
        pairs = []
        for members in dialogues.values():
            for place, now in enumerate(members):
                earlier = [other for other in members[:place] if not speaker or rows[other]["speaker"] == rows[now]["speaker"]]
                if earlier and gold[earlier[-1]] >= 0 and gold[now] >= 0:
                    pairs.append((earlier[-1], now))
        before, now = numpy.array(pairs).T
        shift, change = gold[before] != gold[now], predicted[before] != predicted[now]
        _, count, noticed, followed, justified = tables[f"Shifts from {caption}, in per cent"][1]
        same(f"shifts from {caption}", count, shift.sum(), 0)
        same(f"noticed, {caption}", noticed, 100 * change[shift].mean())
        same(f"followed, {caption}", followed, 100 * (right[before] & right[now])[shift].mean())
        same(f"justified, {caption}", justified, 100 * shift[change].mean())
        parts = {row[0]: row[1:] for row in tables[f"Accuracy by shift from {caption}"][1:]}
        same(f"accuracy at a shift from {caption}", parts["shift"][1], 100 * right[now][shift].mean())
        same(f"accuracy without one from {caption}", parts["no shift"][1], 100 * right[now][~shift].mean())


def check_store(path, tables):
    with h5py.File(path) as file:
        labels, speakers = file["utterances/label"][:].astype(int), file["utterances/speaker"][:]
        offsets, splits = file["dialogues/utterance_offset"][:].astype(int), file["dialogues/split"][:]
        features = {name: file["features"][name][:] for name in file["features"]}
    classes = labels.max() + 1
    turns, own = numpy.zeros((classes, classes), int), numpy.zeros((classes, classes), int)
    split = numpy.zeros(len(labels), int)
    for index, (start, end) in enumerate(zip(offsets, offsets[1:])):
        split[start:end] = splits[index]
        last = {}
        for row in range(start, end):
            if row > start and labels[row - 1] >= 0 and labels[row] >= 0:
                turns[labels[row - 1], labels[row]] += 1
            earlier = last.get(speakers[row], -1)
            if earlier >= 0 and labels[row] >= 0:
                own[earlier, labels[row]] += 1
            last[speakers[row]] = labels[row]
    for caption, expected in (("From turn to turn", turns), ("From a speaker's turn to the next one", own)):
        found = [[int(cell.split()[0]) for cell in row[1:]] for row in tables[caption][1:]]
        same(f"{caption}: cells that differ", (numpy.array(found) != expected).sum(), 0, 0)
    for name, _, _, _, median, zeros, non_finite, outliers, repeated, across in tables["Features"][1:]:
        values = features[name]
        norms = numpy.linalg.norm(values.astype(float), axis=1)
        finite = numpy.isfinite(norms)
        middle = numpy.median(norms[finite])
        spread = numpy.median(abs(norms[finite] - middle))
        same(f"{name}: median norm", median, middle, 0.0006 * middle)
        same(f"{name}: zero rows", zeros, (norms == 0).sum(), 0)
        same(f"{name}: not finite", non_finite, (~finite).sum(), 0)
        same(f"{name}: outliers", outliers, (abs(norms[finite] - middle) > 6 * 1.4826 * spread).sum() if spread > 0 else 0, 0)
        seen, counts = {}, [0, 0]
        for row in numpy.flatnonzero(finite & (norms > 0)):
            key = values[row].tobytes()
            if key in seen:
                counts[0] += 1
                counts[1] += seen[key] != split[row]
            else:
                seen[key] = split[row]
        same(f"{name}: repeated rows", repeated, counts[0], 0)
        same(f"{name}: repeated across splits", across, counts[1], 0)


def main():
    run, run_page, store, store_page = map(pathlib.Path, sys.argv[1:])
    check_run(run, Tables(run_page.read_text()).tables)
    check_store(store, Tables(store_page.read_text()).tables)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Write a small synthetic sample in the layouts and widths of the published feature pickles.

    make_sample.py OUT_DIR [--seed N]

Four files: IEMOCAP_features.pkl, iemocap_features_roberta.pkl, MELD_features_raw1.pkl, meld_features_roberta.pkl, a dozen
dialogues each. Sentences and features are made up here: every class shifts a few columns, so that a model can learn
them. The same seed gives the same bytes. Needs Python 3.8 and nothing else.
"""

import argparse
import pathlib
import random
from array import array

from numpy_pickles import Array, DataType, write

FLOAT = DataType("<f4")
SIGNAL_STEP = 4           # every fourth column says something; the rest is noise
NOISE_ROWS = 64           # rows of noise that are made once and then mixed: this keeps the script fast


class Corpus:
    """`sentences[label]` are templates; `ids` dialogue ids; `splits` how many dialogues are for train, valid and test."""

    def __init__(self, name, ids, splits, sentences, speaker, utterance_id):
        self.name, self.ids, self.splits, self.sentences = name, ids, splits, sentences
        self.speaker, self.utterance_id = speaker, utterance_id


THINGS = ["the train", "my sister", "the garden", "this song", "the letter", "our old house", "the soup", "that film"]

IEMOCAP = Corpus(
    "IEMOCAP", [f"Ses{1 + n % 5:02d}{'FM'[n % 2]}_impro{1 + n:02d}" for n in range(14)], (8, 2, 4),
    ["I could dance about {}!", "I miss {} every day.", "{} is over there.", "Do not speak to me about {}!",
     "Wait until you see {}!", "I have tried with {} and nothing helps."],
    lambda dialogue, turn: "MF"[(dialogue + turn) % 2],
    lambda dialogue, turn, speaker: f"{dialogue}_{speaker}{turn:03d}")

MELD = Corpus(
    "MELD", list(range(14)), (8, 2, 4),
    ["{} is fine.", "Oh, {}? Really?", "I am afraid of {}.", "I miss {} every day.", "I love {}!",
     "{} smells awful.", "Leave {} alone!"],
    lambda dialogue, turn: [int(place == turn % (2 + dialogue % 2)) for place in range(9)],
    lambda dialogue, turn, speaker: f"dia{dialogue}_utt{turn}")


class FeatureMaker:
    """Rows of one feature: noise, and in some columns what the label says."""

    def __init__(self, source, width, classes, strength):
        self.source, self.width, self.strength = source, width, strength
        self.centres = [[source.choice((-1.0, 1.0)) for _ in range(0, width, SIGNAL_STEP)] for _ in range(classes)]
        self.noise = [array("f", (source.gauss(0, 0.5) for _ in range(width))) for _ in range(NOISE_ROWS)]

    def row(self, label):
        (first, second), weight = self.source.sample(self.noise, 2), self.source.uniform(0.5, 1.5)
        row = [weight * a + b for a, b in zip(first, second)]
        for column, value in enumerate(self.centres[label]):
            row[column * SIGNAL_STEP] += self.strength * value
        return Array(FLOAT, (self.width,), row)


def build(corpus, widths, seed):
    """The contents of the base and the RoBERTa pickle of a corpus."""
    source = random.Random(seed)
    classes = len(corpus.sentences)
    makers = {name: FeatureMaker(source, width, classes, strength) for name, (width, strength) in widths.items()}
    fields = {name: {} for name in ["ids", "speakers", "labels", "sentences", *widths]}
    for number, dialogue in enumerate(corpus.ids):
        count = source.randint(6, 9)
        labels = [(3 * number + turn + (source.random() < 0.2)) % classes for turn in range(count)]
        speakers = [corpus.speaker(number, turn) for turn in range(count)]
        fields["labels"][dialogue], fields["speakers"][dialogue] = labels, speakers
        fields["ids"][dialogue] = [corpus.utterance_id(dialogue, turn, speakers[turn]) for turn in range(count)]
        fields["sentences"][dialogue] = [
            corpus.sentences[label].format(source.choice(THINGS)).capitalize() for label in labels]
        for name, maker in makers.items():
            fields[name][dialogue] = [maker.row(label) for label in labels]
    train, valid, _ = corpus.splits
    train_ids, valid_ids, test_ids = corpus.ids[:train], corpus.ids[train:train + valid], corpus.ids[train + valid:]
    base = (fields["ids"], fields["speakers"], fields["labels"], fields["text"], fields["audio"], fields["visual"],
            fields["sentences"], train_ids + valid_ids, test_ids)
    layers = [fields[f"roberta{layer}"] for layer in range(1, 5)]
    roberta = [fields["speakers"], fields["labels"], *layers, fields["sentences"], train_ids, test_ids, valid_ids]
    return base, roberta


def write_sample(folder, seed=2026):
    """Write the four files into `folder` and return their paths."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    layers = {f"roberta{layer}": (1024, 1.0) for layer in range(1, 5)}
    files = {}

    base, roberta = build(IEMOCAP, {"text": (100, 1.0), "audio": (1582, 0.8), "visual": (342, 0.6), **layers}, seed)
    files["IEMOCAP_features.pkl"] = write(base, 2, python2=True)
    files["iemocap_features_roberta.pkl"] = write(roberta, 2, python2=True)

    base, roberta = build(MELD, {"text": (600, 1.0), "audio": (300, 0.8), "visual": (342, 0.6), **layers}, seed + 1)
    sentiments = {dialogue: [[0, 1, 2, 2, 1, 2, 2][label] for label in labels] for dialogue, labels in base[2].items()}
    files["MELD_features_raw1.pkl"] = write((*base, []), 4)
    files["meld_features_roberta.pkl"] = write([*roberta[:2], sentiments, *roberta[2:]], 2, python2=True)

    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def main():
    parser = argparse.ArgumentParser(description="Write a small synthetic sample of IEMOCAP and MELD feature pickles.")
    parser.add_argument("out", help="the folder to write into")
    parser.add_argument("--seed", type=int, default=2026, help="default 2026")
    options = parser.parse_args()
    for path in write_sample(options.out, options.seed):
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

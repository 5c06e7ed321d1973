"""docs/layouts.md says of every layout how it is converted, and what a file gets told that nearly has it. Here those sentences are made:
UPDATE_DOCS=1 writes them into the page."""

import json
import os
import pathlib
import sys
import unittest

import layouts
from faults import WrongLayout
from pickles.safe_pickle import load

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- examples: written by converters/tests/test_near_misses.py -->\n", "<!-- end of examples -->\n"


def names_for_labels(content, at=2):
    labels = {dialogue: ["glad"] * len(entry) for dialogue, entry in content[at].items()}
    return [*content[:at], labels, *content[at + 1:]]


def none_in(at):
    def change(content):
        dialogue = next(iter(content[at]))
        return [*content[:at], {**content[at], dialogue: [None, *list(content[at][dialogue])[1:]]}, *content[at + 1:]]
    return change


def without(*fields):
    def change(content):
        return {split: {name: value for name, value in part.items() if name not in fields} for split, part in content.items()}
    return change


def without_labels(content):
    for samples in content.values():
        for sample in samples:
            held = sample if type(sample) is dict else sample.attributes
            held.pop("labels", None)
            held.pop("label", None)
    return content


ONE_HOT = [[int(place == speaker) for place in range(9)] for speaker in range(2)]
# Layout -> (what sample_files.py makes of it, what is changed, in words, how).
NEAR = {
    "cogmen_samples": ({"part": "cogmen"}, "samples without labels", without_labels),
    "corect_samples": ({"part": "corect"}, "samples without labels", without_labels),
    "dailydialog_roberta": ({"part": "roberta", "speakers": ["0", "1"]}, "without its last list", lambda content: content[:-1]),
    "emorynlp_roberta": ({"part": "roberta", "speakers": ONE_HOT}, "labels by name", lambda content: names_for_labels(content, 1)),
    "iemocap_base": ({"part": "base"}, "labels by name", names_for_labels),
    "iemocap_combined": ({"part": "combined"}, "a missing row", none_in(4)),
    "iemocap_roberta": ({"part": "roberta"}, "a missing row", none_in(3)),
    "meld_base": ({"dataset": "MELD", "part": "base"}, "a missing row", none_in(5)),
    "meld_base_no_visual": ({"dataset": "MELD", "part": "base-no-visual"}, "a missing row", none_in(4)),
    "meld_combined": ({"dataset": "MELD", "part": "combined-unused"}, "a missing row", none_in(7)),
    "meld_combined_sentiment": ({"dataset": "MELD", "part": "combined-sentiment"}, "labels by name", names_for_labels),
    "meld_roberta": ({"dataset": "MELD", "part": "roberta"}, "a missing row", none_in(4)),
    "mmsa_splits": ({"part": "mmsa"}, "without ids", without("id")),
    "mosei_base": ({"part": "mosei"}, "a missing row", none_in(5)),
    "mult_splits": ({"part": "mult"}, "without ids", without("id")),
    "other_base": ({"part": "base", "speakers": ["Ann", "Bob"]}, "labels by name", names_for_labels),
    "other_roberta": ({"part": "roberta", "speakers": ["Ann", "Bob"]}, "a missing row", none_in(3)),
    "vuemo_export": ({"part": "own-export"}, "without labels", lambda content: {name: value for name, value in content.items() if name != "labels"}),
    "segment_tuples": ({"part": "segments"}, "one split alone", lambda content: content["train"])}


def near_miss(name):
    """What is said of a file that nearly has a layout: the part of the sentence that says what is unlike."""
    options, _, change = NEAR[name]
    sys.path[:0] = [str(ROOT / "data"), str(ROOT / "Tests/PickleConversionTests/Generator")]
    try:
        import sample_files
    finally:
        del sys.path[:2]
    content = load(sample_files.make(json.dumps({"python2": False, "protocol": 4, **options})), "features.pkl")
    layout, _, _ = layouts.recognise(content, "features.pkl")
    if layout.__name__ != f"layouts.{name}":
        raise AssertionError(f"the sample of {name} is {layout.NAME}")
    try:
        layouts.recognise(change(content), "features.pkl")
    except WrongLayout as fault:
        parts = str(fault).split("; ")
        return next(part for part in parts if part.startswith("the nearest is"))
    raise AssertionError(f"the near miss of {name} is recognised")


def section():
    lines = []
    for name, layout in zip(layouts.names(), layouts.LAYOUTS):
        lines += [f"- **{layout.NAME}**\n", f"  `{layout.EXAMPLE}`\n", f"  With {NEAR[name][1]}: *{near_miss(name)}*\n".replace("With without", "Without")]
    return "\n".join(lines)


class NearMisses(unittest.TestCase):
    def test_every_layout_has_its_example_and_its_near_miss(self):
        self.assertEqual(sorted(NEAR), layouts.names())
        path = ROOT / "docs/layouts.md"
        page = path.read_text(encoding="utf-8")
        head, rest = page.split(BEGIN)
        _, tail = rest.split(END)
        made = head + BEGIN + section() + END + tail
        if os.environ.get("UPDATE_DOCS"):
            path.write_text(made, encoding="utf-8")
        else:
            self.assertEqual(page, made)


if __name__ == "__main__":
    unittest.main()

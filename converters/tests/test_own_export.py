"""What 'vuemo export' wrote is read, and a file that only says so is refused in one sentence."""

import unittest

from dataset.assembly import Assembly
from dataset.field_reader import FieldReader
from dataset.splits import Options
from faults import WrongLayout
from layouts import vuemo_export
from pickles.stand_ins import Array, DataType


def matrix(rows, width):
    made = Array()
    made.fill((rows, width), DataType("f4"), False, bytes(rows * width * 4))
    return made


def export(**changed):
    content = {
        "format": "vuemo-export 1", "dataset": "Mini", "content_id": "0", "split_names": ["train", "test"], "split_origins": ["here", "there"],
        "label_names": ["calm", "glad"], "speaker_names": ["Ora", "Ora"], "speaker_scope": "corpus", "dialogue_ids": ["a", "b"], "dialogue_split": [0, 1],
        "source_order": [1, 0], "utterance_offset": [0, 2, 3], "utterance_ids": ["a1", "a2", "b1"], "labels": [0, -1, 1], "speakers": [0, 1, 1],
        "sentences": ["x", "", "z"], "features": {"voice": matrix(3, 2)}, "feature_info": {"voice": {"modality": "audio", "layer": None, "extractor": "own"}}}
    return {**content, **changed}


def description(content):
    reader = FieldReader("x.pkl", 1 << 20)
    return Assembly([vuemo_export.read(content, reader)], Options()).description()


class OwnExport(unittest.TestCase):
    def test_everything_is_kept(self):
        told = description(export())
        self.assertEqual(told["dataset"], "Mini")
        self.assertEqual(told["splits"], [{"name": "train", "origin": "here"}, {"name": "test", "origin": "there"}])
        self.assertEqual((told["dialogues"], told["sourceOrder"], told["utteranceCounts"]), (["a", "b"], [1, 0], [2, 1]))
        self.assertEqual((told["labels"], told["labelNames"]), ([0, -1, 1], ["calm", "glad"]))
        self.assertEqual((told["speakers"], told["speakerNames"], told["speakerScope"]), ([0, 1, 1], ["Ora", "Ora"], "corpus"))
        self.assertEqual(told["features"], [
            {"name": "voice", "modality": "audio", "layer": None, "width": 2, "extractor": "own", "sourceType": "float32"}])

    def test_older_exports_say_no_origins(self):
        content = export()
        del content["split_origins"]
        self.assertEqual(description(content)["splits"][1]["origin"], "test ids of vuemo export (dictionary)")

    def test_labels_beside_the_emotions_are_told(self):
        content = export(targets={"sentiment": {"names": ["low"], "labels": [0, 0, 0]}})
        self.assertIn("x.pkl: its labels beside those of emotion are left out: sentiment.", description(content)["warnings"])

    def test_contradictions_are_told(self):
        info = {"modality": "audio", "layer": None, "extractor": None}
        for words, changed in [
                ("do not tell dialogues apart", {"utterance_offset": [0, 2]}), ("do not tell dialogues apart", {"utterance_offset": [0, 3, 2]}),
                ("do not tell dialogues apart", {"dialogue_ids": ["a", "a"]}), ("has 2 entries for 3 utterances", {"labels": [0, 1]}),
                ("its labels, entry 3 (index 2), is 2, and there are 2 names", {"labels": [0, 1, 2]}),
                ("its speakers, entry 1 (index 0), is -1", {"speakers": [-1, 0, 1]}), ("hold one twice", {"label_names": ["calm", "calm"]}),
                ("its dialogue_split, entry 2 (index 1), is 2", {"dialogue_split": [0, 2]}), ("'dev' is none of", {"split_names": ["train", "dev"]}),
                ("its source_order 1 for 2 dialogues", {"source_order": [0]}), ("split_origins has 1 entries", {"split_origins": ["here"]}),
                ("should be 'corpus' or 'dialogue'", {"speaker_scope": "city"}), ("its key 'dataset'", {"dataset": 5}),
                ("no dictionaries", {"features": None}), ("no modality", {"feature_info": {}}),
                ("no modality", {"feature_info": {"voice": {**info, "modality": "smell"}}}), ("the layer of 'voice'", {"feature_info": {"voice": {**info, "layer": 0}}}),
                ("the extractor of 'voice'", {"feature_info": {"voice": {**info, "extractor": 5}}}),
                ("one row for each of 3 utterances", {"features": {"voice": matrix(2, 2)}}), ("one row for each", {"features": {"voice": [1, 2, 3]}})]:
            with self.assertRaises(WrongLayout) as caught:
                description(export(**changed))
            self.assertIn(words, str(caught.exception))
            self.assertTrue(str(caught.exception).startswith("x.pkl: its "), str(caught.exception))


if __name__ == "__main__":
    unittest.main()

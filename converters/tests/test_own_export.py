"""What 'vuemo export' wrote is read, and a file that only says so is refused in one sentence."""

import io
import json
import struct
import unittest
import zipfile

from conversion import Conversion
from dataset.assembly import Assembly
from dataset.field_reader import FieldReader
from dataset.splits import Options
from faults import ConversionFault, WrongLayout
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

    def test_labels_beside_the_emotions_are_kept(self):
        valued = {"names": ["low", "high"], "labels": [1, 0, -1], "values": [0.5, -2.0, float("nan")]}
        told = description(export(targets={"sentiment": {"names": ["low"], "labels": [0, 0, -1]}, "arousal": valued}, split_names=["test", "train"]))
        self.assertEqual(told["dialogues"], ["b", "a"])
        self.assertEqual(told["targets"], [
            {"name": "sentiment", "names": ["low"], "labels": [-1, 0, 0], "values": None},
            {"name": "arousal", "names": ["low", "high"], "labels": [-1, 1, 0], "values": [None, 0.5, -2.0]}])
        self.assertEqual(description(export(targets={}))["targets"], [])

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
                ("targets are a list of 1, and should be a dictionary", {"targets": [5]}), ("no names or labels", {"targets": {"s": {"names": ["x"]}}}),
                ("or that is no name", {"targets": {"a/b": {"names": ["x"], "labels": [0, 0, 0]}}}),
                ("labels of the target 's', entry 2 (index 1), is 1, and there are 1 names", {"targets": {"s": {"names": ["x"], "labels": [0, 1, 0]}}}),
                ("labels of the target 's' has 2 entries for 3", {"targets": {"s": {"names": ["x"], "labels": [0, 0]}}}),
                ("names of the target 's' hold one twice", {"targets": {"s": {"names": ["x", "x"], "labels": [0, 0, 0]}}}),
                ("the number inf, where a finite number of float64 or NaN", {"targets": {"s": {"names": ["x"], "labels": [0, 0, 0], "values": [1.0, float("inf"), 0.0]}}}),
                ("entry 3 (index 2), is an integer of 1329 bits, where a finite number",
                 {"targets": {"s": {"names": ["x"], "labels": [0, 0, 0], "values": [1.0, 2, -10**400]}}}),
                ("one row for each of 3 utterances", {"features": {"voice": matrix(2, 2)}}), ("one row for each", {"features": {"voice": [1, 2, 3]}})]:
            with self.assertRaises(WrongLayout) as caught:
                description(export(**changed))
            self.assertIn(words, str(caught.exception))
            self.assertTrue(str(caught.exception).startswith("x.pkl: its "), str(caught.exception))


def archive(content, compression=zipfile.ZIP_STORED, **changed):
    """A .npz archive of arrays by name: text, whole numbers or float32 rows."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        for name, value in {**content, **changed}.items():
            if value is not None:
                file.writestr(name + ".npy", npy(value))
    return made.getvalue()


def npy(value):
    if type(value) is bytes:
        return value
    items, shape = ([value], "()") if type(value) in (str, int) else (value, f"({len(value)},)")
    if type(items) is Array:
        kind, raw, shape = "<f4", bytes(items.data), str(items.shape)
    elif all(type(item) is int for item in items):
        kind, raw = "<i8", struct.pack(f"<{len(items)}q", *items)
    else:
        width = max(map(len, items))
        kind, raw = f"<U{width}", b"".join(item.ljust(width, "\0").encode("utf-32-le") for item in items)
    return npy_of(f"'{kind}'", shape, raw)


def npy_of(kind, shape="(3,)", raw=b""):
    head = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head + raw


class OwnArchive(unittest.TestCase):
    content = {
        "format": "vuemo-export 1", "dataset": "Mini", "content_id": "0", "split_names": ["train", "test"], "split_origins": ["here", "there"],
        "label_names": ["calm", "glad"], "speaker_names": ["Ora", "Ora"], "speaker_scope": "corpus", "dialogue_ids": ["a", "b"], "dialogue_split": [0, 1],
        "source_order": [1, 0], "utterance_offset": [0, 2, 3], "utterance_ids": ["a1", "a2", "b1"], "labels": [0, -1, 1], "speakers": [0, 1, 1],
        "sentences": ["x", "", "é€"], "features/voice": matrix(3, 2), "feature_info/voice/modality": "audio", "feature_info/voice/layer": 3}

    def described(self, data):
        conversion = Conversion()
        conversion.read("x.npz", data, "", lambda position: None)
        return json.loads(conversion.assemble())

    def test_everything_is_kept(self):
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            told = self.described(archive(self.content, compression, **{"targets/mood/names": ["low"], "targets/mood/labels": [0, -1, 0]}))
            self.assertEqual((told["dataset"], told["labels"], told["sentences"]), ("Mini", [0, -1, 1], ["x", "", "é€"]))
            self.assertEqual(told["features"], [
                {"name": "voice", "modality": "audio", "layer": 3, "width": 2, "extractor": None, "sourceType": "float32"}])
            self.assertEqual(told["targets"], [{"name": "mood", "names": ["low"], "labels": [0, -1, 0], "values": None}])
            self.assertEqual(told["layouts"], ["vuemo export (dictionary)"])

    def test_what_is_wrong_is_told(self):
        for words, changed in [
                ("does not say what its features are", {"feature_info/voice/modality": None, "feature_info/voice/layer": None}),
                ("has no labels", {"labels": None}), ("is an array and a folder of arrays", {"features": [1]}),
                ("is cut short", {"labels": npy([0, 1, 1])[:-1]}), ("is an array of Python objects, which", {"labels": npy([0, 1, 1]).replace(b"<i8", b"|O8")}),
                ("'labels.npy' of x.npz is an array of type <V8, which is not read", {"labels": npy_of("'<V8'")}),
                ("'labels.npy' of x.npz is an array of records of 2 fields, which", {"labels": npy_of("[('a', '<i4'), ('b', '<i4')]")}),
                ("neither a pickle nor one of 'vuemo export'", {"format": None})]:
            with self.assertRaises(ConversionFault) as caught:
                self.described(archive(self.content, **changed))
            self.assertIn(words, str(caught.exception))
        damaged = bytearray(archive(self.content))
        damaged[damaged.index("é€".encode("utf-32-le"))] ^= 1
        with self.assertRaisesRegex(ConversionFault, "sentences.npy' do not have their checksum"):
            self.described(bytes(damaged))


if __name__ == "__main__":
    unittest.main()

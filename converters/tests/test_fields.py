"""What is wrong with a file is told with its place, and nothing of a file vanishes without a word."""

import itertools
import pickle
import struct
import unittest
from unittest import mock

from conversion import Conversion
from dataset.feature_rows import to_odd
from faults import ConversionFault, LimitExceeded, WrongLayout
from pickles.stand_ins import Array, DataType

MODALITIES = {"text": 3, "audio": 4, "visual": 5}


def base(further=(), **changed):
    """The content of a file in IEMOCAP's base layout with three dialogues."""
    dialogues = ["d1", "d2", "d9"]
    counts = dict(zip(dialogues, (3, 2, 2)))
    per = {
        "speakers": lambda d, u: "MF"[u % 2], "labels": lambda d, u: u, "sentences": lambda d, u: f"{u} of {d}",
        **{name: lambda d, u, width=width: [u + column / 4 for column in range(width)] for name, width in MODALITIES.items()}}
    fields = {name: {d: [make(d, u) for u in range(counts[d])] for d in dialogues} for name, make in per.items()}
    ids = {d: [f"{d}_{u}" for u in range(counts[d])] for d in dialogues}
    fields.update(ids=ids, train=["d1", "d2"], test=["d9"])
    fields.update(changed)
    order = ("ids", "speakers", "labels", "text", "audio", "visual", "sentences", "train", "test")
    return (*(fields[name] for name in order), *further)


def changed(field, dialogue, utterance, value):
    """The same with one item of a field replaced."""
    content = base()
    place = ("ids", "speakers", "labels", "text", "audio", "visual", "sentences").index(field)
    content[place][dialogue][utterance] = value
    return content


def convert(content, options="{}"):
    conversion = Conversion()
    conversion.configure(options)
    conversion.read("x.pkl", pickle.dumps(content, 4), "", lambda position: None)
    conversion.assemble()
    return conversion.assembly


class Places(unittest.TestCase):
    def expect(self, content, *words):
        with self.assertRaises(ConversionFault) as caught:
            convert(content)
        sentence = str(caught.exception)
        self.assertTrue(sentence.startswith("x.pkl") and sentence.endswith("."), sentence)
        for word in words:
            self.assertIn(word, sentence)

    def test_a_wrong_item_is_told_with_its_utterance(self):
        second = "dialogue d2, utterance 2 (index 1)"
        for value, words in ((None, "None"), (float("nan"), "the number nan"), ("path.npy", "the text 'path.npy'"), ({"a": 1}, "a dictionary of 1"),
                             ([], "an empty list"), ([1, "x"], "a list of 2"), (7, "the number 7"), (1 << 9000, "an integer of 9001 bits")):
            for modality in MODALITIES:
                if value != 1 << 9000:            # a limit of its own
                    self.expect(changed(modality, "d2", 1, value), f"the {modality} features of {second}", words)
        for value, words in ((None, "None"), (float("nan"), "nan"), ("glad", "'glad'"), ([1], "a list of 1"), (9999, "9999")):
            self.expect(changed("labels", "d2", 1, value), f"the labels of {second}", words)
        self.expect(changed("sentences", "d2", 1, None), f"the sentences of {second}", "None")
        self.expect(changed("speakers", "d2", 1, None), f"the speakers of {second}", "None")
        self.expect(changed("speakers", "d2", 1, "X"), f"the speakers of {second}", "'X'", "M, F")
        self.expect(changed("audio", "d2", 1, [1.0] * 7), "dialogue d2", "7 numbers")

    def test_the_nearest_layout_and_what_is_unlike(self):
        first = "dialogue d1, utterance 1 (index 0)"
        for field, words in (("audio", "the audio features (field 5)"), ("visual", "the visual features (field 6)"), ("labels", "the labels (field 3)"),
                             ("speakers", "the speakers (field 2)")):
            self.expect(changed(field, "d1", 0, None), "the nearest is IEMOCAP base", words, "hold None", first)
        self.expect(base(labels={d: ["glad"] * len(entry) for d, entry in base()[2].items()}), "the labels (field 3) are texts where whole numbers")
        one_hot = {d: [[0, 1, 0]] * len(entry) for d, entry in base()[2].items()}
        self.expect(base(labels=one_hot), "IEMOCAP base", "the labels (field 3) are one-hot vectors")
        self.expect(base([["d1"], {}]), "the nearest is IEMOCAP base (9 fields), but this one has 2 more fields")
        speakers = {d: [[int(place == u) for place in range(9)] for u in range(len(entry))] for d, entry in base()[1].items()}
        convert(base([None], speakers=speakers))
        for vector in ([0] * 9, [1] * 9, [0.5] * 9):
            wrong = {d: list(entry) for d, entry in speakers.items()}
            wrong["d1"][1] = vector
            self.expect(base([None], speakers=wrong), "MELD base", "the speakers (field 2)", "without exactly one 1 in dialogue d1, utterance 2 (index 1)")
            later = {d: list(entry) for d, entry in speakers.items()}
            later["d9"][1] = vector
            self.expect(base([None], speakers=later), "the speakers of dialogue d9, utterance 2 (index 1)", "one-hot")

    def test_further_fields_are_left_out_with_a_word(self):
        made = convert(base([None, {"note": 1}]))
        self.assertEqual(made.contributions[0].layout, "IEMOCAP base (9 fields)")
        self.assertIn("x.pkl is IEMOCAP base (9 fields) and holds more, which is left out: field 10 (None), field 11 (a dictionary of 1).", made.warnings)

    def test_widths_that_are_swapped_are_told(self):
        def rows(width):
            return {d: [[0.5] * width] * len(entry) for d, entry in base()[0].items()}
        made = convert(base(audio=rows(342), visual=rows(1582)))
        self.assertEqual(len([warning for warning in made.warnings if "swapped" in warning and "audio is 342 wide, as visual features of DenseNet" in warning]), 1)
        for audio, visual in ((1582, 342), (342, 40), (40, 1582), (342, 342)):
            self.assertFalse([warning for warning in convert(base(audio=rows(audio), visual=rows(visual))).warnings if "swapped" in warning])

    def test_windows_1252_in_sentences_is_told(self):
        made = convert(changed("sentences", "d2", 1, "It\x92s quiet\x85"))
        self.assertEqual(len([warning for warning in made.contributions[0].reader.notes if "U+0092" in warning and "dialogue d2, utterance 2" in warning]), 1)
        made = convert(changed("sentences", "d2", 1, "It\u2019s quiet, n\u00fc"))
        self.assertEqual(made.contributions[0].reader.notes, [])

    def test_an_export_is_known(self):
        self.expect({"format": "vuemo-export 1", "features": {}}, "the nearest is vuemo export (dictionary), but it has no")

    def test_names_are_bounded(self):
        names = {d: ["x" * 100_000] * len(entry) for d, entry in base()[1].items()}
        self.expect(base([None], speakers=names), "the speakers of dialogue d1, utterance 1 (index 0)", "100000 bytes", "512")
        self.expect(changed("ids", "d1", 0, "x" * 100_000), "512 bytes")
        shared = {d: [1 << 8000] * len(entry) for d, entry in base()[1].items()}
        self.expect(base(ids=shared), "an integer of 8001 bits")


class NothingVanishes(unittest.TestCase):
    def test_entries_that_are_no_lists(self):
        """In a built-in layout and in one of one's own: never a store without the feature."""
        for entry in ({"a": [1.0]}, "clips/d1.npy", b"clips", 5, 1.5, {1.5: 2}):
            for field in (*MODALITIES, "speakers", "sentences"):
                with self.assertRaises(WrongLayout) as caught:
                    convert(base(**{field: dict.fromkeys(("d1", "d2", "d9"), entry)}))
                self.assertIn(field, str(caught.exception))
        import vuemo_layout
        from dataset.field_reader import FieldReader
        rows = base()[4]
        for make in (iter, lambda entry: (row for row in entry), lambda entry: map(list, entry), lambda entry: itertools.chain(entry), dict.fromkeys):
            made = vuemo_layout.Contribution(FieldReader("x.pkl", 1000), "own", vuemo_layout.Dataset("Own"))
            for take in (lambda field: made.take_feature("audio", "audio", field), made.take_speakers, made.take_sentences, made.take_utterance_ids):
                with self.assertRaises((WrongLayout, TypeError)):
                    take({d: make([tuple(row) for row in entry]) for d, entry in rows.items()})

    def test_what_is_not_there_is_no_feature(self):
        for nothing in (None, {}, dict.fromkeys(("d1", "d2", "d9")), {d: [] for d in ("d1", "d2", "d9")}):
            made = convert(base(visual=nothing))
            self.assertEqual([feature.name for feature in made.features], ["text_base", "audio"])


class OwnLayouts(unittest.TestCase):
    def read(self, lines, content=None):
        """What a layout of these lines makes of a content; its faults are told with its file and the line."""
        head = "from vuemo_layout import Contribution, Dataset\ndef read(content, reader):\n"
        text = head + "".join(f"    {line}\n" for line in lines)
        conversion = Conversion()
        conversion.use_layout(text.encode(), "own.py")
        conversion.read("x.pkl", pickle.dumps(content or {}, 4), "", lambda position: None)
        conversion.assemble()
        return conversion.assembly

    START = ["made = Contribution(reader, 'own', Dataset('Own'))", "made.take_labels({'a': [0, 1], 'b': [1], 'c': [0]})"]
    ROWS = "{'a': [[1.0], [2.0]], 'b': [[3.0]], 'c': [[4.0]]}"

    def test_mistakes_are_the_layouts(self):
        rows, end = self.ROWS, ["return made"]
        for line, words in (
                (f"made.take_feature('audio', 'voice', {rows})", "the modality of 'audio' is the text 'voice', and should be 'text', 'audio' or 'visual'"),
                (f"made.take_feature('audio', None, {rows})", "modality"), (f"made.take_feature(5, 'audio', {rows})", "a feature's name is the number 5"),
                (f"made.take_feature('a/b', 'audio', {rows})", "'a/b'"), (f"made.take_feature('', 'audio', {rows})", "name"),
                (f"made.take_feature('x' * 500, 'audio', {rows})", "name"), (f"made.take_feature('a', 'text', {rows}, layer='1')", "layer"),
                (f"made.take_feature('a', 'text', {rows}, layer=0)", "layer"), (f"made.take_feature('a', 'text', {rows}, extractor=5)", "extractor"),
                (f"made.take_feature('a', 'text', {rows}, frames='median')", "median"),
                (f"made.take_feature('a', 'text', {rows}); made.take_feature('a', 'text', {rows})", "taken already"),
                ("made.take_splits(train=['a'], other=['b'])", "no 'other'"), ("made.take_splits(valid=['a'], dev=['b'])", "valid twice"),
                ("Dataset(5)", "a dataset's name"), ("Dataset('x', labels='abc')", "labels"), ("Dataset('x', labels=['a', 'a'])", "twice"),
                ("Dataset('x', labels=[1])", "labels"), ("Dataset('x', speaker_scope='all')", "speaker_scope"), ("Contribution(5, 'x', Dataset('x'))", "reader"),
                ("Contribution(reader, 5, Dataset('x'))", "layout's name"), ("Contribution(reader, 'x', 'y')", "Dataset"),
                ("raise ValueError", "ValueError"), ("raise KeyboardInterrupt", "KeyboardInterrupt"), ("raise GeneratorExit('x')", "GeneratorExit: x"),
                ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", "Odd"), ("made.take_nothing()", "take_nothing")):
            with self.assertRaises(WrongLayout) as caught:
                self.read([*self.START, line, *end])
            sentence = str(caught.exception)
            self.assertTrue(sentence.startswith("own.py: line 5: ") and sentence.endswith("."), sentence)
            self.assertIn(words, sentence)

    def test_dev_is_valid(self):
        for name in ("valid", "dev", "val", "validation"):
            made = self.read([*self.START, f"made.take_feature('audio', 'audio', {self.ROWS})",
                              f"made.take_splits(train=['a'], {name}=['b'], test=['c'])", "return made"])
            self.assertEqual([split for split, _, _ in made.splits], ["train", "valid", "test"])

    def test_arrays_have_indexes(self):
        def array(shape, values, fortran=False, kind="f4"):
            made = Array()
            made.fill(shape, DataType(kind), fortran, struct.pack(f"<{len(values)}{'f' if kind == 'f4' else 'q'}", *values))
            return made
        cube = array((2, 3, 2), range(12))
        self.assertEqual((len(cube), cube[1].shape, cube[1][2].items(), cube[-1][0][1]), (2, (3, 2), [10.0, 11.0], 7.0))
        self.assertEqual([list(row) for row in array((2, 3), [0, 3, 1, 4, 2, 5], fortran=True)], [[0, 1, 2], [3, 4, 5]])
        fortran = array((2, 2, 2), [0, 4, 2, 6, 1, 5, 3, 7], fortran=True)
        self.assertEqual([[list(row) for row in matrix] for matrix in fortran], [[[0, 1], [2, 3]], [[4, 5], [6, 7]]])
        self.assertEqual(array((3,), [1, 2, 3], kind="i8")[::-1], [3, 2, 1])
        for index in (2, -3, "a", (0, 1), 1.0):
            with self.assertRaises((IndexError, TypeError)):
                cube[index]


class Numbers(unittest.TestCase):
    def test_integers_are_rounded_once(self):
        half = struct.Struct("<f")
        for number in ((1 << 54) + (1 << 30) + 1, (1 << 60) + (1 << 36) + 1, -(1 << 60) - (1 << 36) - 1, (1 << 53) + 1, 1 << 100, 5, (1 << 77) - 1):
            exact = half.unpack(half.pack(to_odd(number)))[0]
            candidates = [half.unpack(struct.pack("<i", struct.unpack("<i", half.pack(exact))[0] + step))[0] for step in (-1, 0, 1)]
            self.assertEqual(min(candidates, key=lambda value: abs(int(value) - number)), exact, number)
        self.assertEqual(to_odd((1 << 60) + 1), float(1 << 60) + 256)
        made = convert(changed("audio", "d2", 1, [(1 << 60) + (1 << 36) + 1, 0, 0, 0]))
        rows = b"".join(raw for _, raw in next(f for f in made.features if f.name == "audio").rows.blocks(["d2"]))
        self.assertEqual(struct.unpack("<8d", rows)[4], to_odd((1 << 60) + (1 << 36) + 1))

    def test_a_type_says_its_byte_order_itself(self):
        array = Array()
        array.fill((2,), DataType(">f4"), False, struct.pack(">ff", 1.5, -2.0))
        self.assertEqual(array.items(), [1.5, -2.0])
        self.assertEqual(DataType("<i2").order + DataType("f8").order + DataType("=f8").order, "<<<")

    def test_all_features_of_a_file_have_one_budget(self):
        row = [0.5] * 300
        shared = {d: [row] * 2 for d in range(300)}
        fields = dict(
            ids={d: ["a", "b"] for d in shared}, speakers={d: ["M", "F"] for d in shared}, labels={d: [0, 1] for d in shared},
            sentences={d: ["x", "y"] for d in shared}, train=list(range(200)), test=list(range(200, 300)))
        with mock.patch("dataset.field_reader.FREE_ROW_BYTES", 300 * 2 * 300 * 12 * 2):
            convert(base(**fields, text=shared, audio={}, visual={}))
            with self.assertRaises(LimitExceeded):
                convert(base(**fields, text=shared, audio=shared, visual=shared))


if __name__ == "__main__":
    unittest.main()

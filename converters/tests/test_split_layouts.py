"""The dicts of splits of the sentiment field: who speaks where is read out of the ids, frames that only fill up are not counted, and classes are
made on request only."""

import json
import struct
import unittest

import conversion as conversion_module
from conversion import Conversion
from dataset.assembly import Assembly
from dataset.field_reader import FieldReader
from dataset.split_files import split_of
from dataset.splits import Options
from faults import WrongLayout
from layouts import recognise
from pickles.stand_ins import Array, DataType

CODES = {"f4": "f", "f8": "d", "i8": "q"}


def array(shape, numbers, kind="f4"):
    made = Array()
    made.fill(tuple(shape), DataType(kind), False, struct.pack(f"<{len(numbers)}{CODES[kind]}", *numbers))
    return made


def objects(items):
    made = Array()
    made.fill((len(items),), DataType("O"), False, list(items))
    return made


def cube(utterances, width):
    """[N, T, width] of lists of frames, each a number that fills its row; None for a frame of zeros."""
    numbers = [0.0 if frame is None else frame + column / 8 for frames in utterances for frame in frames for column in range(width)]
    return array((len(utterances), len(utterances[0]), width), numbers)


def mmsa(**changed):
    """Five utterances of two videos in train, one each in valid and test."""
    def split(ids, real, **more):
        count = len(ids)
        frames = [[1.0 + index, 3.0 + index, None, None] for index in range(count)]
        return {"id": list(ids), "audio": cube(frames, 2), "vision": cube(frames, 3), "text": cube([[5.0, 6.0, 7.0, 8.0]] * count, 2),
                "raw_text": objects([f"said {name}" for name in ids]), "regression_labels": array((count,), real), **more}
    content = {"train": split(["a$_$10", "b$_$1", "a$_$9", "a$_$2", "b$_$0"], [0.0, -1.0, 0.4, 2.5, -3.0]), "valid": split(["c$_$1"], [1.5]),
               "test": split(["d$_$1"], [-0.5])}
    for name, value in changed.items():
        for part in content.values():
            part[name] = value(len(part["id"]))
    return content


def made_of(content, frames="mean", classes=None):
    """`(Contribution, Assembly)`."""
    layout, content, _ = recognise(content, "x.pkl")
    made = layout.read(content, FieldReader("x.pkl", 1 << 20, frames, classes))
    return made, Assembly([made], Options())


def frames_of(assembly, name):
    """The frames of each utterance, flat, in the store's order."""
    (feature,) = [feature for feature in assembly.features if feature.name == name]
    made = []
    for code, raw in feature.rows.blocks(assembly.order):
        numbers = struct.unpack(f"<{len(raw) // 4}f", raw)
        width = feature.rows.width
        made += [numbers] if " " in code else [numbers[at:at + width] for at in range(0, len(numbers), width)]
    return made


class SplitLayouts(unittest.TestCase):
    def fault(self, content, *words, **options):
        with self.assertRaises(WrongLayout) as caught:
            made_of(content, **options)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertTrue(str(caught.exception).startswith("x.pkl") and str(caught.exception).endswith("."))

    def test_ids_tell_dialogues_and_their_order(self):
        made, assembly = made_of(mmsa(), classes=7)
        found = json.loads(json.dumps(assembly.description()))
        self.assertEqual(found["dialogues"], ["a", "b", "c", "d"])
        self.assertEqual(found["utteranceIDs"], ["a$_$2", "a$_$9", "a$_$10", "b$_$0", "b$_$1", "c$_$1", "d$_$1"])
        self.assertEqual(found["sentences"][:2], ["said a$_$2", "said a$_$9"])
        self.assertEqual([split["name"] for split in found["splits"]], ["train", "valid", "test"])
        self.assertEqual(found["utteranceCounts"], [3, 2, 1, 1])
        # In the file's order: a 10, b 1, a 9, a 2, b 0.
        self.assertEqual([row[0] for row in frames_of(assembly, "audio")], [4.0, 3.0, 1.0, 5.0, 2.0, 1.0, 1.0])

    def test_every_form_of_ids(self):
        for ids, dialogue, utterances in (
                (["v[2]", "v[0]"], "v", ["v[0]", "v[2]"]), (["dia3_utt11", "dia3_utt2"], "dia3", ["dia3_utt2", "dia3_utt11"]),
                (["Ses01F_impro01_M000", "Ses01F_impro01_F000"], "Ses01F_impro01", ["Ses01F_impro01_M000", "Ses01F_impro01_F000"]),
                (["x_1/00003", "x_1/00001"], "x_1", ["x_1/00001", "x_1/00003"]), (["v_1_4", "v_1_3"], "v_1", ["v_1_3", "v_1_4"]),
                ([b"v$_$2", b"v$_$1"], "v", ["v$_$1", "v$_$2"])):
            content = {"train": mmsa()["train"], "valid": mmsa()["valid"], "test": mmsa()["test"]}
            part = content["train"]
            for name in ("audio", "vision", "text"):
                part[name] = cube([[1.0, 2.0]] * 2, 2 if name != "vision" else 3)
            part.update(id=ids, raw_text=["x", "y"], regression_labels=[1.0, 2.0])
            for split, identity in (("valid", ids[0]), ("test", ids[1])):
                content[split]["id"] = [identity.replace(*((b"v", b"w") if type(identity) is bytes else (identity[0], "Q", 1))) if not str(identity).startswith(
                    ("dia", "Ses")) else identity.replace("3", "4").replace("01F", "02F")]
            _, assembly = made_of(content, classes=3)
            self.assertIn(dialogue, assembly.order, ids)
            self.assertEqual(assembly.contributions[0].utterance_ids[dialogue], utterances)
        self.fault(mmsa(id=lambda count: ["one", "two$_$1", "three$_$2", "4", "5"][:count]), "do not tell dialogue and utterance", "'one'", "video[clip]", classes=3)

    def test_a_video_in_several_splits_is_several_dialogues(self):
        made, assembly = made_of(mmsa(id=lambda count: [f"v$_${index}" for index in range(count)]), classes=2)
        self.assertEqual(assembly.order, ["v (train)", "v (valid)", "v (test)"])
        self.assertTrue(any("1 video have clips in more than one split (v)" in warning for warning in assembly.warnings))

    def test_frames_that_fill_up_are_not_counted(self):
        made, assembly = made_of(mmsa(), classes=3)
        self.assertEqual(frames_of(assembly, "audio")[0], (4.0, 4.125, 6.0, 6.125))
        self.assertEqual(len(frames_of(assembly, "text")[0]), 8)
        self.assertTrue(any("audio features of 7 utterances begin or end with frames of zeros" in warning for warning in made.reader.warnings))
        self.assertFalse(any("text features of 7 utterances begin" in warning for warning in made.reader.warnings))

    def test_stated_lengths_count(self):
        def lengths(*numbers):
            return mmsa(audio_lengths=lambda count: list(numbers)[:count])
        made, assembly = made_of(lengths(1, 2, 9, 0, 2), classes=3)
        # In the store's order: a 2 (said to have none), a 9 (9 of 4), a 10 (1), b 0 (2), b 1 (2).
        self.assertEqual([len(row) // 2 for row in frames_of(assembly, "audio")][:5], [1, 4, 1, 2, 2])
        warned = " ".join(made.reader.warnings)
        for words in ("said to have no frame", "more frames than they have", "hold numbers behind their stated length"):
            self.assertIn(words, warned)
        front = mmsa(audio_lengths=lambda count: [2] * count, audio=lambda count: cube([[None, None, 4.0, 5.0]] * count, 2))
        made, assembly = made_of(front, classes=3)
        self.assertEqual(frames_of(assembly, "audio")[0], (4.0, 4.125, 5.0, 5.125))
        self.assertIn("in front and not behind", " ".join(made.reader.warnings))

    def test_the_mask_of_the_words_is_their_length(self):
        def mask(count):
            return array((count, 3, 4), [number for _ in range(count) for row in ([7, 8, 9, 0], [1, 1, 1, 0], [0, 0, 0, 0]) for number in row])
        made, assembly = made_of(mmsa(text_bert=mask, other=lambda count: [0] * count), classes=3)
        self.assertEqual(frames_of(assembly, "text")[0], (5.0, 5.125, 6.0, 6.125, 7.0, 7.125))
        self.assertEqual(len(frames_of(assembly, "audio")[0]), 6)                    # as many frames as words: aligned to them
        self.assertIn("x.pkl: left out: other, text_bert.", made.reader.warnings)

    def test_mean_and_deviation_double_the_width(self):
        content = mmsa()
        content["test"]["audio"] = cube([[2.0]], 2)
        made, assembly = made_of(content, frames="mean+std", classes=3)
        found = {feature["name"]: feature["width"] for feature in assembly.description()["features"]}
        self.assertEqual(found, {"text": 4, "audio": 4, "visual": 6})
        (audio,) = [feature for feature in assembly.features if feature.name == "audio"]
        self.assertEqual({code for code, _ in audio.rows.blocks(assembly.order)}, {"mean+std <f4"})
        self.assertEqual(frames_of(assembly, "audio")[-1], (2.0, 2.125))

    def test_frames_are_not_averaged_by_themselves(self):
        self.fault(mmsa(), "of shape (4, 2) where one row is expected", "--frames", frames=None, classes=3)

    def test_numbers_are_kept_beside_classes(self):
        both = mmsa(classification_labels=lambda count: [2, 0, 1, 2, 0][:count])
        _, assembly = made_of(both)
        wanted = {"name": "sentiment", "names": ["negative", "neutral", "positive"], "labels": [2, 2, 1, 0, 0, 2, 0],
                  "values": [2.5, struct.unpack("f", struct.pack("f", 0.4))[0], 0.0, -3.0, -1.0, 1.5, -0.5]}
        self.assertEqual(assembly.description()["targets"], [wanted])                 # a 2, a 9, a 10, b 0, b 1, c 1, d 1
        _, assembly = made_of(both, classes=7)
        self.assertEqual((assembly.description()["targets"], assembly.description()["labelNames"][0]), ([wanted], "highly negative"))
        both["valid"]["regression_labels"] = [float("nan")]
        _, assembly = made_of(both)
        (target,) = assembly.description()["targets"]
        self.assertEqual((target["values"][5], target["labels"][5]), (None, -1))
        both["valid"]["regression_labels"] = ["much"]
        made, assembly = made_of(both)
        self.assertEqual(assembly.description()["targets"], [])
        self.assertIn("where a number is expected; they are left out.", " ".join(made.reader.warnings))

    def test_classes_come_from_the_file(self):
        classes, names = [2, 0, 1, 2, 0], ["Positive", "Negative", "Neutral", "Positive", "Negative"]
        both = mmsa(classification_labels=lambda count: array((count,), classes[:count]), annotations=lambda count: names[:count])
        made, assembly = made_of(both)
        self.assertEqual((made.label_names, made.labels["a"], made.labels["b"]), (["Negative", "Neutral", "Positive"], [2, 1, 2], [0, 0]))
        made, _ = made_of(mmsa(annotations=lambda count: names[:count]))
        self.assertEqual((made.label_names, made.labels["a"]), (["Negative", "Neutral", "Positive"], [2, 1, 2]))
        made, _ = made_of(mmsa(classification_labels=lambda count: classes[:count]))
        self.assertEqual((made.label_names, made.labels["b"]), (["0", "1", "2"], [0, 0]))
        wrong = mmsa(classification_labels=lambda count: classes[:count], annotations=lambda count: (["Negative"] * 4 + ["Positive"])[:count])
        made, _ = made_of(wrong)
        self.assertEqual(made.label_names, ["0", "1", "2"])
        self.assertTrue(any("classes and annotations disagree" in warning for warning in made.reader.warnings))
        none = mmsa(classification_labels=lambda count: [1, -1, 0, 1, 0][:count], annotations=lambda count: ["b", "", "a", "b", "a"][:count])
        made, _ = made_of(none)
        self.assertEqual((made.label_names, made.labels["a"], made.labels["b"]), (["a", "b"], [1, 0, 1], [0, -1]))
        self.fault(mmsa(classification_labels=lambda count: [-1.0] * count), "utterance 1 (index 0)", "-1", "numbered from 0")

    def test_real_numbers_are_classes_on_request_only(self):
        self.fault(mmsa(), "numbers from -3 to 2.5 and no classes", "--regression-classes", "2 (below 0, and 0 or above)")
        # In the store's order: 2.5, 0.4, 0, -3, -1, 1.5, -0.5.
        for classes, labels, names in ((2, [1, 1, 1, 0, 0, 1, 0], ["negative", "non-negative"]), (3, [2, 2, 1, 0, 0, 2, 0], ["negative", "neutral", "positive"]),
                                       (7, [5, 3, 3, 0, 2, 5, 3], None)):
            made, assembly = made_of(mmsa(), classes=classes)
            self.assertEqual(assembly.description()["labels"], labels)
            self.assertEqual(made.label_names[:3] if names is None else made.label_names, ["highly negative", "negative", "weakly negative"] if names is None else names)
            self.assertTrue(any("as was asked for" in warning for warning in made.reader.warnings))
        self.fault(mmsa(regression_labels=lambda count: [float("nan")] * count), "utterance 1 (index 0)", "nan", classes=3)
        made, _ = made_of(mmsa(regression_labels=lambda count: [7.0, -7.0, 0.0, 0.0, 0.0][:count]), classes=7)
        self.assertEqual(sorted(made.labels["a"] + made.labels["b"]), [0, 3, 3, 3, 6])
        self.assertIn("beyond -3 and 3 count as these", " ".join(made.reader.warnings))

    def test_fields_that_do_not_fit_are_told(self):
        self.fault(mmsa(audio=lambda count: cube([[1.0, 2.0]] * (count + 1), 2)), "audio of the split train has 6 entries, and its ids are 5", classes=3)
        self.fault(mmsa(raw_text=lambda count: ["x"]), "raw_text of the split train has 1 entries", classes=3)
        content = mmsa()
        del content["valid"]["vision"]
        self.fault(content, "its split valid has no visual features", classes=3)
        columns = cube([[1.0, 2.0]] * 5, 2)
        columns.fortran = True
        self.fault(mmsa(audio=lambda count: columns), "ascontiguousarray", classes=3)

    def test_what_is_no_split_is_left_out(self):
        layout, content, further = recognise({**mmsa(), "info": 5}, "x.pkl")
        self.assertEqual((layout.NAME, list(content), further), ("MMSA (dict of splits of arrays)", ["train", "valid", "test"], "'info'"))

    def test_near_misses_name_the_layout(self):
        content = mmsa()
        for part in content.values():
            del part["id"]
        self.fault(content, "the nearest is MMSA (dict of splits of arrays), but its split 'train' has no id")
        content = mmsa()
        del content["train"]["regression_labels"]
        self.fault(content, "the nearest is MMSA", "its split 'train' has no classification_labels, annotations or regression_labels")
        self.fault(mmsa()["train"], "the nearest is MMSA", "but it is one split: give the others")
        self.fault(mult()["train"], "the nearest is MulT", "but it is one split: give the others")
        bare = {"text": 1, "audio": 2, "vision": 3}
        self.fault(bare, "but it is no dict of splits, and as one of them it has no id and no ", "save it with them, and give the others")
        self.fault({**bare, "labels": [1]}, "the nearest is MulT", "as one of them it has no id: save it with them")
        samples = {"train": [{"vid": "d", "speakers": ["M"], "audio": [[1.0]]}]}
        self.fault(samples, "the nearest is CORECT (dict of splits), but its samples have no labels")


def mult(**changed):
    def split(name, count, labels):
        frames = [[None, 1.0, 2.0 + index] for index in range(count)]
        return {"vision": cube(frames, 2), "audio": cube(frames, 2), "text": cube(frames, 2), "labels": array((count, 1, 1), labels),
                "id": objects([objects([name, str(10 * (count - index)), "99"]) for index in range(count)])}
    content = {"train": split("v", 2, [-1.2, 2.0]), "valid": split("w", 1, [0.5]), "test": split("x", 1, [0.0])}
    for name, value in changed.items():
        for part in content.values():
            part[name] = value(len(part["id"].data))
    return content


class MulT(unittest.TestCase):
    def test_ids_of_three_parts(self):
        made, assembly = made_of(mult(), classes=2)
        self.assertEqual(made.layout, "MulT (dict of splits of arrays)")
        self.assertEqual(made.utterance_ids["v"], ["v_10_99", "v_20_99"])
        self.assertEqual(made.labels, {"v": [1, 0], "w": [1], "x": [1]})
        self.assertEqual(frames_of(assembly, "text")[0], (1.0, 1.125, 3.0, 3.125))

    def test_whole_numbers_are_classes(self):
        made, _ = made_of(mult(labels=lambda count: array((count, 1), [1, 3][:count], "i8")))
        self.assertEqual((made.labels["v"], made.label_names), ([3, 1], ["0", "1", "2", "3"]))

    def test_emotions_by_yes_and_no_are_no_class(self):
        with self.assertRaisesRegex(WrongLayout, "yes or no for each of 4 emotions"):
            made_of(mult(labels=lambda count: array((count, 4, 2), [0, 1] * 4 * count)))


def segments(label):
    def segment(video, clip, words):
        frames = len(words)
        return ((words, array((frames, 2), [float(n) for n in range(2 * frames)]), array((frames, 3), [1.0] * 3 * frames)), label(clip), f"{video}[{clip}]")
    return {"train": [segment("v", 3, ["three", "words", "here"]), segment("v", 1, ["one"])], "dev": [segment("w", 0, ["a", "b"])], "test": [segment("x", 0, ["c"])]}


class Segments(unittest.TestCase):
    def test_segments_are_utterances(self):
        made, assembly = made_of(segments(lambda clip: array((1, 1), [clip - 1.5])), classes=3)
        self.assertEqual((made.utterance_ids["v"], made.sentences["v"], made.labels["v"]), (["v[1]", "v[3]"], ["one", "three words here"], [0, 2]))
        self.assertEqual((made.train, made.valid, made.test), (["v"], ["w"], ["x"]))
        self.assertEqual(frames_of(assembly, "visual")[1], (0.0, 1.0, 2.0, 3.0, 4.0, 5.0))
        self.assertEqual(sorted(feature.name for feature in made.features), ["audio", "visual"])

    def test_words_as_numbers_have_their_texts_behind(self):
        content = segments(lambda clip: [[0.5]])
        numbered = {split: [((array((len(words),), range(len(words)), "i8"), visual, audio, words), label, name) for (words, visual, audio), label, name in items]
                    for split, items in content.items()}
        made, _ = made_of(numbered, classes=2)
        self.assertEqual(made.sentences["v"], ["one", "three words here"])

    def test_moseis_emotions_are_left_out(self):
        made, _ = made_of(segments(lambda clip: array((1, 7), [clip - 1.5, *[0] * 6])), classes=2)
        self.assertEqual(made.labels["v"], [0, 1])
        self.assertIn("6 emotions", " ".join(made.reader.warnings))

    def test_one_split_alone_is_a_near_miss(self):
        with self.assertRaisesRegex(WrongLayout, "the nearest is MAG-BERT segments .*, but it is one split"):
            made_of(segments(lambda clip: [[0.5]])["train"])


class SplitFiles(unittest.TestCase):
    """train.pkl, dev.pkl and test.pkl, in any order."""

    def conversion(self, contents, **options):
        conversion = Conversion()
        conversion.configure(json.dumps({"frames": "mean", **options}))
        for name, content in contents:
            real = conversion_module.content_of
            conversion_module.content_of = lambda data, name, report: (content, 1 << 20)
            try:
                conversion.read(name, b"", "", None)
            finally:
                conversion_module.content_of = real
        return json.loads(conversion.assemble())

    def test_files_of_one_split_each_are_one(self):
        whole, classes = segments(lambda clip: array((1, 1), [clip - 1.5])), {"regression_classes": 3}
        wanted = self.conversion([("x.pkl", whole)], **classes)
        for names in (("train.pkl", "dev.pkl", "test.pkl"), ("mosi_test.p", "mosi-valid.p", "mosi_train.p")):
            told = self.conversion([(name, whole[{"valid": "dev"}.get(split_of(name), split_of(name))]) for name in names], **classes)
            self.assertEqual(told["layouts"], [wanted["layouts"][0]] * 3)
            for key in ("dialogues", "labels", "targets", "splits", "sentences", "utteranceIDs", "features"):
                self.assertEqual(told[key], wanted[key], key)
            self.assertTrue(any(", ".join(names) in warning for warning in told["warnings"]))
        for content in (mmsa(classification_labels=lambda count: [0] * count), mult(labels=lambda count: array((count, 1), [1] * count, "i8"))):
            told = self.conversion([(f"{split}.pkl", part) for split, part in content.items()])
            self.assertEqual(told["splits"], self.conversion([("x.pkl", content)])["splits"])

    def test_what_does_not_fit_is_told(self):
        whole = segments(lambda clip: [[0.5]])
        for words, contents in [
                ("a.pkl is one split, and its name does not say which", [("a.pkl", whole["train"]), ("dev.pkl", whole["dev"])]),
                ("train_test.pkl is one split, and", [("train_test.pkl", whole["train"]), ("dev.pkl", whole["dev"])]),
                ("val.pkl is the second file of the split valid", [("train.pkl", whole["train"]), ("dev.pkl", whole["dev"]), ("val.pkl", whole["dev"])]),
                ("but it is one split: give the others with it", [("train.pkl", whole["train"])])]:
            with self.assertRaises(WrongLayout) as caught:
                self.conversion(contents, regression_classes=2)
            self.assertIn(words, str(caught.exception))


if __name__ == "__main__":
    unittest.main()

"""Small pickles of every layout with known values, for the tests. Runs in the embedded interpreter.

`make(options as JSON)` gives the bytes of one file; "form" says who writes it: "pickle", "joblib", "torch" (or "tensors": true), "torch-old" or
"tensors", which are tensors in a plain pickle; "container" what it is packed in. A value is a function of where it stands, so that the tests can
compute it too: see `value`.
"""

import json
import struct

import joblib_files
import torch_files
from numpy_pickles import Array, DataType, Instance, Scalar, write

WIDTHS = {"text": 5, "audio": 4, "visual": 3, "roberta1": 6, "roberta2": 6, "roberta3": 6, "roberta4": 6}
COUNTS = [3, 1, 4, 2, 5, 2]                                    # utterances of the six dialogues
TRAIN, VALID, TEST = [0, 3, 1], [4], [5, 2]                    # in the files' order, dialogues by number
PLACES = {name: place for place, name in enumerate(WIDTHS)}
DEFAULTS = {
    "dataset": "IEMOCAP", "part": "base", "protocol": 2, "python2": True, "numpy": "numpy.core", "type": "<f4",
    "rows": "arrays", "splits": "list", "keys": "own", "outer": None, "labels": "ints", "without": [], "shortened": [],
    "absent": [], "shift": 0, "speakers": None, "tensors": False, "counts": COUNTS, "widths": {}, "memo_from": 0,
    "relabelled": [], "resplit": False, "sentence": None, "nan": False, "wide": None, "scale": 1, "form": "pickle", "container": None,
    "real_labels": False}


def value(feature, dialogue, utterance, column):
    """A multiple of 1/4 between -16 and 16: exact even as float16."""
    return (PLACES[feature] * 31 + dialogue * 17 + utterance * 7 + column * 3) % 128 / 4 - 16


def key(options, number):
    if options["dataset"] == "MELD":
        return str(number) if options["keys"] == "text" else number
    return f"Ses{number:02d}"


def entry(options, feature, dialogue, count):
    """One dialogue's rows, in the form that the options ask for."""
    width = options["widths"].get(feature, WIDTHS[feature]) + (1 if options["wide"] == [feature, dialogue] else 0)
    whole = options["type"][1] in "iub"
    number = (lambda x: int(x) % 2) if options["type"][1] == "b" else int if whole else float
    rows = [[number(value(feature, dialogue, u, c) * options["scale"]) for c in range(width)] for u in range(count)]
    if options["nan"] and feature == "audio" and dialogue == 1:
        rows[0][2] = float("nan")
    data_type = options["data_type"]
    form = options["rows"]
    if form == "arrays":
        return [Array(data_type, (width,), row) for row in rows]
    if form == "tuple":
        return tuple(Array(data_type, (width,), row) for row in rows)
    if form == "one-row-matrices":
        return [Array(data_type, (1, width), row) for row in rows]
    if form in ("matrix", "fortran"):
        return Array(data_type, (count, width), [x for row in rows for x in row], fortran=form == "fortran")
    if form == "columns":
        return [Array(data_type, (width, 1), row) for row in rows]
    if form == "cubes":
        return Array(data_type, (count, 2, width), [x for row in rows for x in row + row])
    if form == "listed-frames":
        return [[row, row] for row in rows]
    if form == "frames":
        return [Array(data_type, (2, width), row + row) for row in rows]
    return rows                                                   # "numbers": lists of Python numbers


def labels(options, dialogue, count):
    result = [(dialogue + utterance) % 6 + options["shift"] for utterance in range(count)]
    if dialogue in options["relabelled"]:
        result[-1] = (result[-1] + 1) % 6
    if options["labels"] == "scalars":
        return [Scalar(DataType("<i8"), label) for label in result]
    if options["labels"] == "array":
        return Array(DataType("<i8"), (count,), result)
    return result


def speakers(options, dialogue, count):
    if options["speakers"]:                                       # a list of names, or of numbers
        return [options["speakers"][(dialogue + utterance) % len(options["speakers"])] for utterance in range(count)]
    if options["dataset"] == "IEMOCAP":
        return ["MF"[(dialogue + utterance) % 2] for utterance in range(count)]
    return [[int(place == utterance % 3) for place in range(9)] for utterance in range(count)]


def ids(options, numbers):
    result = [key(options, number) for number in numbers]
    return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "none": list}[options["splits"]](result)


def take(fields, *names):
    return [fields[name] for name in names]


def base(options, fields, train, valid, test):
    content = take(fields, "ids", "speakers", "labels", "text", "audio", "visual", "sentences")
    return content + [train + valid if isinstance(train, (list, tuple)) else train | valid, test] + (
        [valid] if options["dataset"] == "MELD" else [])


def base_no_visual(options, fields, train, valid, test):
    return take(fields, "ids", "speakers", "labels", "text", "audio", "sentences") + [train + valid, test, fields["sentiments"]]


LAYERS = ["roberta1", "roberta2", "roberta3", "roberta4"]


def roberta(options, fields, train, valid, test):
    sentiments = ["sentiments"] if options["dataset"] == "MELD" else []
    return take(fields, "speakers", "labels", *sentiments, *LAYERS, "sentences") + [train, test, valid]


def combined(options, fields, train, valid, test):
    return take(fields, "ids", "speakers", "labels", *LAYERS, "audio", "visual", "sentences") + [train + valid, test]


def combined_unused(options, fields, train, valid, test):
    return combined(options, fields, train, valid, test) + [[]]


def combined_sentiment(options, fields, train, valid, test):
    content = combined_unused(options, fields, train, valid, test)
    return content[:3] + [fields["sentiments"]] + content[3:]


def samples(options, fields, train, valid, test):
    """A dict of lists: of dicts, or with part "cogmen" of objects, whose attributes have names of their own there
    ("cogmen-plural": as in CORECT)."""
    def sample(dialogue):
        held = {"vid": dialogue, "sentence": fields["sentences"][dialogue]}
        held.update((name, fields[name][dialogue]) for name in ("speakers", "labels", "text", "audio", "visual") if fields[name])
        if options["part"] == "corect":
            return held
        if options["part"] == "cogmen":
            held["speaker"], held["label"] = held.pop("speakers"), held.pop("labels")
            held["sbert_sentence_embeddings"] = fields["roberta1"][dialogue]
        return Instance("cogmen.Sample", "Sample", held)
    return {name: [sample(dialogue) for dialogue in split] for name, split in (("train", train), ("dev", valid), ("test", test))}


def mosei(options, fields, train, valid, test):
    """Labels nested one deeper, and audio as two frames whose average is the known value."""
    spread = 0.25
    for dialogue, entry in fields["audio"].items():
        fields["audio"][dialogue] = [
            Array(DataType("<f4"), (2, len(row)), [x + spread for x in row] + [x - spread for x in row])
            for row in (list(struct.unpack(f"<{len(row.raw) // 4}f", row.raw)) for row in entry)]
    real = options["part"] == "mosei-real"
    fields["labels"] = {
        dialogue: [[label - 2.6] if real else [label] for label in entry] for dialogue, entry in fields["labels"].items()}
    return base(options, fields, train, valid, test)


def mosei_three(options, fields, train, valid, test):
    """Three lists of dialogues, sentences as lists of words, and sentences in the place of text features too."""
    content = mosei(options, fields, train, valid, test)
    sentences = fields["sentences"]
    words = {dialogue: [sentence.split(" ") for sentence in entry] for dialogue, entry in sentences.items()}
    return content[:3] + [sentences] + content[4:6] + [words, train, valid, test]


def mosei_flat(options, fields, train, valid, test):
    """Sentiment as one real number per utterance, whole ones in the first dialogue."""
    fields["labels"] = {
        name: [float(label - 3) + (0.25 if dialogue else 0) for label in entry] for dialogue, (name, entry) in enumerate(fields["labels"].items())}
    return base(options, fields, train, valid, test)


def own_export(options, fields, train, valid, test):
    """What `vuemo export` writes: the tables and features of all utterances, end to end."""
    order, numbers = [*train, *valid, *test], {key(options, number): number for number in range(len(options["counts"]))}
    offset = [0]
    for dialogue in order:
        offset.append(offset[-1] + len(fields["labels"][dialogue]))

    def flat(field):
        return [item for dialogue in order for item in fields[field][dialogue]]

    def whole(items):
        return Array(DataType("<i8"), (len(items),), items)

    def matrix(feature):
        return Array(DataType("<f4"), (offset[-1], WIDTHS[feature]), [
            value(feature, numbers[dialogue], utterance, column) for dialogue in order for utterance in range(len(fields["labels"][dialogue]))
            for column in range(WIDTHS[feature])])
    features = {"text_base": ("text", "text"), "audio": ("audio", "audio"), "visual": ("visual", "visual")}
    return {
        "format": "vuemo-export 1", "dataset": options["dataset"], "content_id": "0" * 64, "split_names": ["train", "valid", "test"],
        "split_origins": ["one", "two", "three"], "label_names": [f"class {number}" for number in range(6)], "speaker_names": ["M", "F"],
        "speaker_scope": "dialogue", "dialogue_ids": order, "dialogue_split": whole([0] * len(train) + [1] * len(valid) + [2] * len(test)),
        "source_order": whole(list(range(len(order)))), "utterance_offset": whole(offset), "utterance_ids": flat("ids"), "labels": whole(flat("labels")),
        "speakers": whole(["MF".index(name) for name in flat("speakers")]), "sentences": flat("sentences"),
        "features": {name: matrix(feature) for name, (feature, _) in features.items()},
        "feature_info": {name: {"modality": modality, "layer": None, "extractor": None} for name, (_, modality) in features.items()}, "targets": {}}


def numbers_of(row):
    return struct.unpack(f"<{len(row.raw) // 4}f", row.raw)


def split_arrays(options, fields, train, valid, test):
    """MMSA's and MulT's dict of splits: of each utterance two frames whose average is the known value, and frames that fill them up."""
    def part(dialogues):
        utterances = [(dialogue, utterance) for dialogue in dialogues for utterance in reversed(range(len(fields["ids"][dialogue])))]
        def cube(feature, filling):
            rows = [numbers_of(fields[feature][dialogue][utterance]) for dialogue, utterance in utterances]
            width, numbers = len(rows[0]), []
            for row in rows:
                numbers += [x + 0.25 for x in row] + [x - 0.25 for x in row] + filling * width
            return Array(DataType("<f4"), (len(rows), 2 + len(filling), width), numbers)
        labels = [fields["labels"][dialogue][utterance] for dialogue, utterance in utterances]
        held = {"id": [f"{dialogue}$_${utterance}" for dialogue, utterance in utterances], "text": cube("text", []), "audio": cube("audio", [0.0]),
                "vision": cube("visual", [7.0, 7.0])}
        if options["part"] == "mult":
            return {**held, "labels": Array(DataType("<f4"), (len(labels), 1, 1), [label - (2.5 if options["real_labels"] else 0) for label in labels])}
        held.update(raw_text=[fields["sentences"][dialogue][utterance] for dialogue, utterance in utterances], vision_lengths=[2] * len(labels),
                    regression_labels=Array(DataType("<f8"), (len(labels),), [label - 2.5 for label in labels]))
        if not options["real_labels"]:
            held.update(classification_labels=Array(DataType("<f4"), (len(labels),), labels), annotations=[f"class {label}" for label in labels])
        return held
    return {"train": part(train), "valid": part(valid), "test": part(test)}


def segments(options, fields, train, valid, test):
    """MAG-BERT's dict of lists of ((words, visual, acoustic), label, segment)."""
    def segment(dialogue, utterance):
        def frames(feature):
            row = numbers_of(fields[feature][dialogue][utterance])
            return Array(DataType("<f4"), (2, len(row)), [x + 0.25 for x in row] + [x - 0.25 for x in row])
        label = fields["labels"][dialogue][utterance] - 2.5
        return ((fields["sentences"][dialogue][utterance].split(" "), frames("visual"), frames("audio")), Array(DataType("<f4"), (1, 1), [label]), f"{dialogue}[{utterance}]")
    return {name: [segment(dialogue, utterance) for dialogue in split for utterance in range(len(fields["ids"][dialogue]))]
            for name, split in (("train", train), ("dev", valid), ("test", test))}


LAYOUTS = {
    "own-export": own_export,
    "base": base, "base-no-visual": base_no_visual, "roberta": roberta, "combined": combined,
    "combined-unused": combined_unused, "combined-sentiment": combined_sentiment, "corect": samples, "cogmen": samples,
    "cogmen-plural": samples, "mosei": mosei, "mosei-real": mosei, "mosei-three": mosei_three, "mosei-flat": mosei_flat,
    "mmsa": split_arrays, "mult": split_arrays, "segments": segments}


def make(text):
    """The bytes of one file."""
    options = {**DEFAULTS, **json.loads(text)}
    data = written(content_of(options), options)
    return joblib_files.packed(data, options["container"]) if options["container"] else data


def written(content, options):
    """As the library writes it that the options name."""
    form = "torch" if options["tensors"] else options["form"]
    if form == "pickle":
        return write(content, options["protocol"], options["python2"], options["numpy"], options["memo_from"])
    if form == "joblib":
        return joblib_files.write(content, max(2, options["protocol"]), options["protocol"] > 3)
    return {"torch": torch_files.write, "torch-old": torch_files.legacy, "tensors": torch_files.plain}[form](content, options["protocol"])


def content_of(options):
    """What is in it, with the stand-ins of `numpy_pickles.py`."""
    options["data_type"] = DataType(options["type"])
    fields = {name: {} for name in ["ids", "speakers", "labels", "sentences", "sentiments", *WIDTHS]}
    for dialogue, count in enumerate(options["counts"]):
        if dialogue in options["without"]:
            continue
        count -= dialogue in options["shortened"]
        name = key(options, dialogue)
        fields["ids"][name] = [f"{name}_{utterance}" for utterance in range(count)]
        fields["speakers"][name] = speakers(options, dialogue, count)
        fields["labels"][name] = labels(options, dialogue, count)
        fields["sentiments"][name] = [(dialogue + utterance) % 3 for utterance in range(count)]
        fields["sentences"][name] = [f"Où est {dialogue}/{utterance}?" for utterance in range(count)]
        for feature in WIDTHS:
            fields[feature][name] = entry(options, feature, dialogue, count)
    if options["sentence"] is not None:
        fields["sentences"][key(options, 0)][0] = options["sentence"].encode("latin1")
    test, train, valid = (TEST[:1], TRAIN + TEST[1:], VALID) if options["resplit"] else (TEST, TRAIN, VALID)
    for name in options["absent"]:
        fields[name] = {}
    if options["splits"] == "none":
        test, train, valid = [], [], []
    content = LAYOUTS[options["part"]](options, fields, *(ids(options, split) for split in (train, valid, test)))
    outer = {"list": list, "tuple": tuple, None: list if options["part"].startswith("roberta") else tuple}[options["outer"]]
    return outer(content) if isinstance(content, list) else content


def make_family():
    """The pickle of the guide to custom layouts: sessions with turns."""
    moods, sessions = [["calm", "cross"], ["glad", "calm"], ["glad"]], []
    for number, (part, own) in enumerate(zip(("train", "dev", "test"), moods)):
        name = f"s{number + 1:02d}"
        turns = [
            {"who": ["Ann", "Bob"][turn % 2], "said": f"Turn {turn} of {name}", "mood": mood,
             "voice": Array(DataType("<f4"), (40,), [float(100 * turn + column) for column in range(40)]),
             "face": Array(DataType("<f4"), (17,), [float(number)] * 17)} for turn, mood in enumerate(own)]
        sessions.append({"name": name, "part": part, "turns": turns})
    return write({"sessions": sessions}, 4)

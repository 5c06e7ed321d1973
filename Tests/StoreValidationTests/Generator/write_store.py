"""write_store.py STORE: writes a small store after FORMAT.md alone, with h5py. Nothing here knows vuemo's own writer."""
import hashlib
import sys
import zlib

import h5py
import numpy as np

dialogues = [("train", 0, 3), ("train", 1, 2), ("valid", 2, 3), ("test", 3, 4)]
names = ["train", "valid", "test"]
lengths = [count for _, _, count in dialogues]
count = sum(lengths)
random = np.random.default_rng(7)
sentences = [f"Naïve sentence {u}.".encode() for u in range(count)]


def strings(values):
    """Fixed length, UTF-8, padded with zero bytes: as wide as the longest, at least 1."""
    values = [value.encode() for value in values]
    return np.array(values, dtype=h5py.string_dtype("utf-8", max([1] + [len(value) for value in values])))


def text(value):
    return np.array(value.encode(), dtype=h5py.string_dtype("utf-8", max(1, len(value.encode()))))


tables = {
    "/dialogues/id": strings(f"d{d}" for _, d, _ in dialogues),
    "/dialogues/utterance_offset": np.cumsum([0] + lengths).astype("<u8"),
    "/dialogues/split": np.array([names.index(split) for split, _, _ in dialogues], "u1"),
    "/dialogues/source_order": np.array([d for _, d, _ in dialogues], "<u4"),
    "/utterances/id": strings(f"d{d}_{u}" for _, d, n in dialogues for u in range(n)),
    "/utterances/label": (np.arange(count) % 2).astype("<i4"),
    "/utterances/speaker": (np.arange(count) % 2).astype("<u4"),
    "/utterances/text_offset": np.cumsum([0] + [len(s) for s in sentences]).astype("<u8"),
    "/utterances/text_bytes": np.frombuffer(b"".join(sentences), "u1"),
    "/labels/names": strings(["calm", "glad"]),
    "/speakers/names": strings(["Ann", "Zoë"]),
    "/splits/names": strings(names),
    "/splits/origin": strings(["made up"] * 3),
    "/targets/sentiment/label": np.array([row % 3 - 1 for row in range(count)], "<i4"),
    "/targets/sentiment/names": strings(["négatif", "positive"]),
    "/provenance/warnings": strings([]),
}
features = {
    "audio": (random.normal(size=(count, 5)).astype("<f4"), {"modality": "audio"}),
    "text_1": (random.normal(size=(count, 4)).astype("<f4"), {"modality": "text", "layer": 1}),
    "text_2": (random.normal(size=(count, 4)).astype("<f4"), {"modality": "text", "layer": 2}),
}
for name, (rows, _) in features.items():
    tables[f"/features/{name}"] = rows
    train = rows[:sum(n for split, _, n in dialogues if split == "train")].astype("<f8")
    tables[f"/statistics/{name}/mean"] = train.mean(axis=0)
    tables[f"/statistics/{name}/std"] = train.std(axis=0)

path = sys.argv[1]
with h5py.File(path, "w", libver="v110") as store:
    lines = []
    for place, values in tables.items():
        dataset = store.create_dataset(place, data=values)
        digest = hashlib.sha256(values.tobytes()).hexdigest()
        dataset.attrs["sha256"] = text(digest)
        step = max(1, len(values) // 2)
        sums = [zlib.crc32(values[row:row + step].tobytes()) for row in range(0, len(values), step)]
        sums = store.create_dataset("/checksums" + place, data=np.array(sums, "<u4"))
        sums.attrs["rows_per_block"] = np.uint64(step)
        if not place.startswith(("/statistics/", "/provenance/")) and place != "/splits/origin":
            kind = values.dtype.str
            if values.dtype.kind == "S":
                kind, digest = "S", hashlib.sha256(b"".join(string + b"\0" for string in values)).hexdigest()
            lines.append(f"{place}\t{kind}\t{','.join(map(str, values.shape))}\t{digest}\n".encode())
    for name, (rows, attributes) in features.items():
        for key, value in {**attributes, "source_dtype": "float32"}.items():
            store["features/" + name].attrs[key] = text(value) if isinstance(value, str) else np.int32(value)
        store["features/" + name].attrs["presence"] = np.uint64(np.count_nonzero(rows.any(axis=1)))
        store["features/" + name].attrs["inexact_values"] = np.uint64(0)
        store["statistics/" + name].attrs["fitted_on"] = text("train")
        store["statistics/" + name].attrs["rows"] = np.uint64(5)
    store["speakers"].attrs["scope"] = text("dialogue")
    provenance = store["provenance"]
    provenance.attrs["tool_version"] = text("1")
    provenance.attrs["options"] = text("")
    provenance.attrs["latin1_sentences"] = np.uint64(0)
    source = store.create_group("provenance/sources/0")
    for key, value in {"name": "list.csv", "sha256": hashlib.sha256(b"").hexdigest(), "layout": "made up"}.items():
        source.attrs[key] = text(value)
    source.attrs["bytes"] = np.uint64(0)
    meanings = {"/@dataset": "made up", "/speakers@scope": "dialogue"}
    for name, (_, attributes) in features.items():
        meanings.update({f"/features/{name}@{key}": str(value) for key, value in attributes.items()})
    for place, value in meanings.items():
        lines.append(f"{place}\t{hashlib.sha256(value.encode()).hexdigest()}\n".encode())
    for key, value in {
        "format": "vuemo-store", "format_version": "1.1.0", "dataset": "made up",
        "content_id": hashlib.sha256(b"".join(sorted(lines))).hexdigest(),
    }.items():
        store.attrs[key] = text(value)
    store.attrs["complete"] = np.uint8(1)
with open(path, "rb") as file:
    content = file.read()
with open(path, "ab") as file:
    file.write(b"\nvuemo-store crc32 %08x\n" % zlib.crc32(content))

"""Converts lists and features that numpy, h5py and pandas wrote, and compares every value of the stores with what was written.

    python Tests/TableConversionTests/Generator/check_tables.py .build/debug/vuemo

Not part of the suite: it needs numpy, h5py and pandas.
"""

import pathlib
import pickle
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import pandas as pd

REDUCTIONS = {
    "mean": lambda frames: frames.mean(0), "max": lambda frames: frames.max(0), "last": lambda frames: frames[-1],
    "mean+std": lambda frames: np.concatenate([frames.mean(0), frames.std(0)]),
}
EMOTIONS = ["anger", "joy", "neutral", "sadness"]
SPLITS = {"train": ("train", 5), "dev": ("valid", 3), "test": ("test", 4)}
SENTENCES = ["It\u2019s \u201cfine\u201d, she said.", "Caf\u00e9 \u2013 twice?", "A line\nand another", "", "So; a, b | c", "\u20ac 5"]


class Check:
    """A folder, the program, and what was compared."""

    def __init__(self, program, folder):
        self.program, self.folder, self.done = program, folder, 0
        self.random = np.random.default_rng(11)

    def convert(self, *arguments):
        command = [self.program, "convert", "table", *map(str, arguments), "-o", str(self.folder / "store.h5"), "--force", "-q"]
        outcome = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        if outcome.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{outcome.stderr}")
        return h5py.File(self.folder / "store.h5")

    def same(self, what, found, wanted):
        found, wanted = np.asarray(found), np.asarray(wanted)
        if found.shape != wanted.shape or not np.array_equal(found, wanted, equal_nan=wanted.dtype.kind == "f"):
            raise SystemExit(f"{what}: the store has {found} where {wanted} was written")
        self.done += 1
        print(f"ok   {what}")


def meld(check):
    """MELD's three lists, as pandas writes them, and the utterances in the store's order: split, dialogue, utterance, row."""
    utterances = []
    for word, (split, dialogues) in SPLITS.items():
        rows = []
        for dialogue in range(dialogues):
            for utterance in range(int(check.random.integers(1, 5))):
                rows.append((len(rows) + 1, SENTENCES[(dialogue + utterance) % len(SENTENCES)], f"Speaker {utterance % 2}",
                             EMOTIONS[int(check.random.integers(4))], ["negative", "positive"][utterance % 2], dialogue, utterance, 1, 2, "00:00:01,000", "00:00:02,500"))
        names = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime".split(",")
        table = pd.DataFrame(rows, columns=names)
        table.to_csv(check.folder / f"{word}_sent_emo.csv", index=False)
        utterances += [(word, split, row) for row in table.itertuples(index=False, name=None)]
    return utterances


def texts(store):
    raw, offsets = store["utterances/text_bytes"][()].tobytes(), store["utterances/text_offset"][()].astype(int)
    return [raw[a:b].decode() for a, b in zip(offsets, offsets[1:])]


def check_meld(check):
    utterances = meld(check)
    lists = [f"{word}_sent_emo.csv" for word in SPLITS]
    for word in SPLITS:
        rows = {f"dia{row[5]}_utt{row[6]}": check.random.normal(size=13).astype("f4") for w, _, row in utterances if w == word}
        np.savez(check.folder / f"audio_{word}.npz", **dict(reversed(rows.items())))
    with check.convert(*lists, "--columns", "meld", "--audio", "audio_{split}.npz", "--id-pattern", "meld") as store:
        files = {word: np.load(check.folder / f"audio_{word}.npz") for word in SPLITS}
        check.same("MELD: features", store["features/audio"][()], np.stack([files[w][f"dia{r[5]}_utt{r[6]}"] for w, _, r in utterances]))
        check.same("MELD: texts", texts(store), [row[1] for _, _, row in utterances])
        check.same("MELD: labels", store["labels/names"].asstr()[()][store["utterances/label"][()]], [row[3] for _, _, row in utterances])
        sentiments = store["targets/sentiment/names"].asstr()[()][store["targets/sentiment/label"][()]]
        check.same("MELD: sentiments", sentiments, [row[4] for _, _, row in utterances])
        check.same("MELD: speakers", store["speakers/names"].asstr()[()][store["utterances/speaker"][()]], [row[2] for _, _, row in utterances])
        check.same("MELD: dialogues", store["dialogues/id"].asstr()[()], list(dict.fromkeys(f"{s}_{r[5]}" for _, s, r in utterances)))
        check.same("MELD: utterances", store["utterances/id"].asstr()[()], [str(row[6]) for _, _, row in utterances])
    pattern = ["--id-pattern", "{split}_{dialogue}_{utterance}"]
    ids = [f"{w}_{r[5]}_{r[6]}" for w, _, r in utterances]
    return [*lists, "--columns", "meld"], pattern, ids


def arrays(check, ids, dtype, frames):
    """One array for each id, of frames or a row."""
    def shape():
        return (int(check.random.integers(1, 9)), 7) if frames else (7,)
    if np.dtype(dtype).kind == "f":
        return {name: check.random.normal(size=shape()).astype(dtype) for name in ids}
    return {name: check.random.integers(0, 100, size=shape()).astype(dtype) for name in ids}


def write_folder(check, made):
    folder = check.folder / "arrays"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, array in made.items():
        np.save(folder / f"{name}.npy", np.asfortranarray(array) if len(name) % 2 else array)
    return "arrays"


def write_npz(check, made, save=np.savez):
    save(check.folder / "arrays.npz", **made)
    return "arrays.npz"


def write_hdf5(check, made, **options):
    with h5py.File(check.folder / "arrays.h5", "w", **options.pop("file", {})) as file:
        for name, array in made.items():
            file.create_dataset(name, data=array, **options)
    return "arrays.h5"


def write_csd(check, made):
    with h5py.File(check.folder / "arrays.csd", "w") as file:
        root = file.create_group("COVAREP")
        root.create_group("metadata").create_dataset("root name", data="COVAREP")
        for name, array in made.items():
            group = root.require_group("data").create_group(name)
            group.create_dataset("features", data=array)
            group.create_dataset("intervals", data=np.zeros((len(array), 2)))
    return "arrays.csd"


def write_pickle(check, made):
    (check.folder / "arrays.pkl").write_bytes(pickle.dumps(made, 4))
    return "arrays.pkl"


WRITERS = {
    "npz": write_npz, "npz, compressed": lambda c, m: write_npz(c, m, np.savez_compressed), "folder": write_folder, "HDF5": write_hdf5,
    "HDF5, chunked": lambda c, m: write_hdf5(c, m, compression="gzip", shuffle=True, fletcher32=True),
    "HDF5, latest": lambda c, m: write_hdf5(c, m, file={"libver": "latest"}), "pickle": write_pickle,
}


def check_containers(check, lists, pattern, ids):
    for what, write in WRITERS.items():
        for dtype in ("f4", ">f8", "f2", "i2", "u1"):
            made = arrays(check, ids, dtype, frames=False)
            shuffled = {name: made[name] for name in check.random.permutation(list(made))}
            with check.convert(*lists, *pattern, "--feature", f"visual={write(check, shuffled)}") as store:
                check.same(f"{what} of {dtype}", store["features/visual"][()], np.stack([made[name] for name in ids]).astype("f4"))
    for what, write in {**WRITERS, "csd": write_csd}.items():
        for how, reduce in REDUCTIONS.items():
            for dtype in ("f8", "f4", "i4"):
                made = arrays(check, ids, dtype, frames=True)
                with check.convert(*lists, *pattern, "--audio", write(check, made), "--frames", how) as store:
                    found = store["features/audio"][()]
                    wanted = np.stack([reduce(made[name].astype("f8")) for name in ids])
                    if how in ("max", "last"):
                        check.same(f"{what}, {how} of {dtype}", found, wanted.astype("f4"))
                    else:
                        # NumPy adds in pairs: its last bits of float64 differ, which float32 shows where a value lies between two.
                        check.same(f"{what}, {how} of {dtype}", np.abs(found - wanted) <= 1e-7 * np.maximum(1, np.abs(wanted)), wanted == wanted)
                    assert f"frames {how}" in store["provenance"].attrs["options"].decode()


def check_matrices(check, lists, pattern, ids):
    """Ids beside one matrix, as numpy and h5py write them, in another order than the list's."""
    shuffled = [str(name) for name in check.random.permutation(ids)]
    for dtype in ("f4", ">f8", "f2", "i2"):
        made = arrays(check, ids, dtype, frames=False)
        rows = np.stack([made[name] for name in shuffled])
        wanted = np.stack([made[name] for name in ids]).astype("f4")

        def compare(what, path):
            with check.convert(*lists, *pattern, "--audio", path) as store:
                check.same(f"{what} beside a matrix of {dtype}", store["features/audio"][()], wanted)

        for texts in ("U", "S", ">U40"):
            for save in (np.savez, np.savez_compressed):
                save(check.folder / "matrix.npz", names=np.array(shuffled, texts), rows=rows)
                compare(f"{save.__name__} of {texts}", "matrix.npz")
        for what, texts in (("any length", shuffled), ("one length", np.array(shuffled, "S"))):
            for options in ({}, {"chunks": (3, 7), "compression": "gzip"}):
                for group in ("", "audio/"):
                    with h5py.File(check.folder / "matrix.h5", "w") as file:
                        file[f"{group}names"] = texts
                        file.create_dataset(f"{group}features", data=rows, **options)
                    compare(f"HDF5, texts of {what}, {'in chunks' if options else 'end to end'}, {group or '/'}", "matrix.h5")


def check_missing(check, lists, pattern, ids):
    made = arrays(check, ids, "f4", frames=False)
    gone = [ids[1], ids[-1]]
    kept = {name: made[name] for name in ids if name not in gone}
    path = write_npz(check, kept)
    with check.convert(*lists, *pattern, "--audio", path, "--allow-missing", "zero") as store:
        zero = np.zeros(7, "f4")
        check.same("missing, zero", store["features/audio"][()], np.stack([kept.get(name, zero) for name in ids]))
    with check.convert(*lists, *pattern, "--audio", path, "--allow-missing", "drop", "--drop-empty-dialogues") as store:
        check.same("missing, dropped", store["features/audio"][()], np.stack(list(kept.values())))


def check_lists(check):
    """TSV in Windows-1252, one-hot labels, numbers as labels."""
    rows = [(f"d{d}", f"u{d}{u}", EMOTIONS[(d + u) % 4], ["train", "test"][d % 2], SENTENCES[(d + u) % 6]) for d in range(4) for u in range(3)]
    table = pd.DataFrame(rows, columns=["Conversation", "Turn", "Emotion", "Part", "Said"])
    matrix = check.random.normal(size=(len(rows), 3))
    np.save(check.folder / "rows.npy", matrix)
    order = sorted(range(len(rows)), key=lambda index: rows[index][3] != "train")
    columns = [f"--column={what}" for what in ("dialogue=Conversation", "utterance=Turn", "split=Part", "text=Said")]
    for separator, encoding, name in (("\t", "cp1252", "list.tsv"), (";", "utf-8", "list.csv"), ("|", "utf-8-sig", "list.txt")):
        table.to_csv(check.folder / name, sep=separator, encoding=encoding, index=False)
        options = ["--encoding", "windows-1252"] if encoding == "cp1252" else ["--delimiter", separator]
        with check.convert(name, *columns, *options, "--column", "label=Emotion", "--audio", "rows.npy") as store:
            check.same(f"{name}: texts", texts(store), [rows[index][4] for index in order])
            check.same(f"{name}: features", store["features/audio"][()], matrix.astype("f4")[order])
    wanted = [rows[index][2] for index in order]
    one_hot = pd.get_dummies(table, columns=["Emotion"], prefix="", prefix_sep="")
    for what, made in (("True and False", one_hot), ("0 and 1", one_hot.replace({True: 1, False: 0}))):
        made.to_csv(check.folder / "list.csv", index=False)
        with check.convert("list.csv", *columns, "--column", f"label={','.join(EMOTIONS)}", "--audio", "rows.npy") as store:
            check.same(f"one-hot of {what}", store["labels/names"].asstr()[()][store["utterances/label"][()]], wanted)
    table.assign(Emotion=[EMOTIONS.index(label) for label in table.Emotion]).to_json(check.folder / "list.jsonl", orient="records", lines=True)
    with check.convert("list.jsonl", *columns, "--column", "label=Emotion", "--labels", ",".join(EMOTIONS), "--audio", "rows.npy") as store:
        check.same("JSON lines", store["labels/names"].asstr()[()][store["utterances/label"][()]], wanted)


def check_mends(check):
    table = pd.DataFrame({"dialogue": ["a", "a", "b"], "split": ["train", "train", "test"]})
    table.to_csv(check.folder / "list.csv", index=False)
    for dtype in ("f8", "f4"):
        matrix = np.array([[1, np.nan, 3], [-np.inf, 5, np.inf], [7, 8, 9]], dtype)
        wanted = np.where(np.isfinite(matrix), matrix, 2.5).astype("f4")
        if dtype == "f8":
            matrix[2] = [1e39, -1e39, 9]
            wanted[2] = [np.finfo("f4").max, np.finfo("f4").min, 9]
        np.save(check.folder / "rows.npy", matrix)
        with check.convert("list.csv", "--audio", "rows.npy", "--replace-non-finite", "2.5", "--clip-to-float32") as store:
            feature = store["features/audio"]
            check.same(f"mended {dtype}", feature[()], wanted)
            check.same(f"counts of {dtype}", [feature.attrs["replaced_values"], feature.attrs.get("clipped_values", 0)], [3, 2 * (dtype == "f8")])


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        check = Check(str(pathlib.Path(program).resolve()), pathlib.Path(folder))
        lists, pattern, ids = check_meld(check)
        check_containers(check, lists, pattern, ids)
        check_matrices(check, lists, pattern, ids)
        check_missing(check, lists, pattern, ids)
        check_lists(check)
        check_mends(check)
        print(f"{check.done} comparisons, all equal")


if __name__ == "__main__":
    main(*sys.argv[1:])

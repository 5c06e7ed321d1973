#!/usr/bin/env python3
"""Export stores in every published layout and read the files as the published loaders do.

    published_loaders.py VUEMO STORE.h5 [STORE.h5 …]      # needs NumPy and h5py; run by hand

Each loader below takes from a file what the data set class of that project takes, in the same way (own code): the same unpacking, the
same conversions. What it gets is compared with the store, number for number, and where the layouts carry everything the files are
converted back, to the same content id.
"""

import pathlib
import pickle
import subprocess
import sys
import tempfile

import h5py
import numpy as np


class Store:
    """The tables of a store, dialogue by dialogue."""

    def __init__(self, path):
        self.path = path
        with h5py.File(path) as file:
            self.dataset, self.content_id = (file.attrs[name].decode() for name in ("dataset", "content_id"))
            offset = file["dialogues/utterance_offset"][:].astype(int)
            self.ids = [name.decode() for name in file["dialogues/id"][:]]
            self.rows = {name: slice(*offset[at:at + 2]) for at, name in enumerate(self.ids)}
            names = [name.decode() for name in file["splits/names"][:]]
            self.split = {name: names[number] for name, number in zip(self.ids, file["dialogues/split"][:])}
            self.place = dict(zip(self.ids, file["dialogues/source_order"][:]))
            self.labels, self.speakers = file["utterances/label"][:], file["utterances/speaker"][:]
            self.speaker_names = [name.decode() for name in file["speakers/names"][:]]
            self.utterance_ids = [name.decode() for name in file["utterances/id"][:]]
            text, ends = file["utterances/text_bytes"][:].tobytes(), file["utterances/text_offset"][:].astype(int)
            self.sentences = [text[a:b].decode() for a, b in zip(ends, ends[1:])]
            self.features = {name: rows[:] for name, rows in file["features"].items()}

    def listed(self, *splits):
        return sorted((name for name in self.ids if self.split[name] in splits), key=self.place.get)


def check(what, good):
    if not good:
        raise SystemExit(f"{what}: differs from the store")


def check_dialogue(store, layout, vid, labels, sentences, features):
    """What a loader's item holds of one dialogue."""
    rows = store.rows[str(vid)]
    check(f"{layout} {vid} labels", np.array_equal(labels, store.labels[rows]))
    check(f"{layout} {vid} sentences", list(sentences) == store.sentences[rows])
    for name, found in features.items():
        check(f"{layout} {vid} {name}", found.dtype == np.float32 and np.array_equal(found, store.features[name][rows]))


def as_tensor(rows):
    """What `torch.FloatTensor(np.array(rows))` holds."""
    return np.array(rows).astype(np.float32)


def dialogue_rnn(path, store):
    """DialogueRNN, DialogueGCN, MMGCN on IEMOCAP: nine fields, latin1, speakers as M and F."""
    (video_ids, speakers, labels, text, audio, visual, sentence, train, test) = pickle.load(open(path, "rb"), encoding="latin1")
    for vids, splits in ((train, ("train", "valid")), (test, ("test",))):
        keys = [x for x in vids]
        check(f"{path} keys", keys == store.listed(*splits))
        for vid in keys:
            check_dialogue(store, path, vid, np.array(labels[vid]), sentence[vid], {
                "text_base": as_tensor(text[vid]), "visual": as_tensor(visual[vid]), "audio": as_tensor(audio[vid])})
            one_hot = np.array([[1, 0] if x == "M" else [0, 1] for x in speakers[vid]])
            check(f"{path} {vid} speakers", [store.speaker_names[n] == "M" for n in store.speakers[store.rows[vid]]] == list(one_hot[:, 0] == 1))
            check(f"{path} {vid} ids", video_ids[vid] == store.utterance_ids[store.rows[vid]])
            check(f"{path} {vid} mask", len([1] * len(np.array(labels[vid]))) == len(one_hot))


def mmgcn_meld(path, store):
    """MMGCN on MELD: ten fields, one-hot speakers, numbered dialogues, no encoding."""
    (_, speakers, labels, text, audio, visual, sentence, train, test, _) = pickle.load(open(path, "rb"))
    for vids, splits in ((train, ("train", "valid")), (test, ("test",))):
        check(f"{path} keys", [str(x) for x in vids] == store.listed(*splits) and all(type(x) is int for x in vids))
        for vid in vids:
            check_dialogue(store, path, vid, np.array(labels[vid]), sentence[vid], {
                "text_base": as_tensor(text[vid]), "visual": as_tensor(visual[vid]), "audio": as_tensor(audio[vid])})
            check_one_hot(store, path, vid, speakers)


def check_one_hot(store, path, vid, speakers):
    one_hot = np.array(speakers[vid]).astype(np.float32)
    rows = store.rows[str(vid)]
    check(f"{path} {vid} speakers", one_hot.shape == (rows.stop - rows.start, 9) and (one_hot.sum(1) == 1).all()
          and np.array_equal(one_hot.argmax(1), store.speakers[rows]))


def cosmic(path, store):
    """COSMIC: the list is unpacked into ten fields (MELD: eleven), test before valid."""
    content = pickle.load(open(path, "rb"), encoding="latin1")
    if store.dataset == "MELD":
        speakers, labels, sentiments, r1, r2, r3, r4, sentence, train, test, valid = content
        check(f"{path} sentiment", all(len(sentiments[vid]) == len(labels[vid]) for vid in train))
    else:
        speakers, labels, r1, r2, r3, r4, sentence, train, test, valid = content
    for vids, split in ((train, "train"), (test, "test"), (valid, "valid")):
        check(f"{path} keys", [str(x) for x in vids] == [name for name in store.ids if store.split[name] == split])
        for vid in vids:
            layers = {f"text_roberta_{n}": as_tensor(layer[vid]) for n, layer in enumerate((r1, r2, r3, r4), 1)}
            check_dialogue(store, path, vid, np.array(labels[vid]), sentence[vid], layers)
            if store.dataset == "MELD":
                check_one_hot(store, path, vid, speakers)
            else:
                check(f"{path} {vid} speakers", speakers[vid] == [store.speaker_names[n] for n in store.speakers[store.rows[vid]]])


def sdt(path, store):
    """SDT: twelve fields (MELD: thirteen), the layers in the place of the text."""
    content = pickle.load(open(path, "rb"), encoding="latin1")
    ids, speakers, labels, r1, r2, r3, r4, audio, visual, sentence, train, test = content[:12]
    check(f"{path} fields", len(content) == (13 if store.dataset == "MELD" else 12))
    for vids, splits in ((train, ("train", "valid")), (test, ("test",))):
        check(f"{path} keys", [str(x) for x in vids] == store.listed(*splits))
        for vid in vids:
            features = {f"text_roberta_{n}": as_tensor(layer[vid]) for n, layer in enumerate((r1, r2, r3, r4), 1)}
            features.update(audio=as_tensor(audio[vid]), visual=as_tensor(visual[vid]))
            check_dialogue(store, path, vid, np.array(labels[vid]), sentence[vid], features)
            check(f"{path} {vid} ids", ids[vid] == store.utterance_ids[store.rows[str(vid)]] and len(speakers[vid]) == len(ids[vid]))


def mmsa(path, store):
    """MMSA, Self-MM: arrays of [utterances, frames, width] by split; the widths come from the third dimension."""
    with open(path, "rb") as file:
        data = pickle.load(file)
    for mode in ("train", "valid", "test"):
        rows = np.concatenate([np.arange(store.rows[name].start, store.rows[name].stop) for name in store.ids if store.split[name] == mode])
        for key, name in (("text", "text_base"), ("audio", "audio"), ("vision", "visual")):
            found = data[mode][key].astype(np.float32)
            check(f"{path} {mode} {key}", found.shape == (len(rows), 1, found.shape[2]) and np.array_equal(found[:, 0], store.features[name][rows]))
            found[found == -np.inf] = 0                       # loaders write into their copy
        check(f"{path} {mode} labels", np.array_equal(np.array(data[mode]["classification_labels"]).astype(np.float32), store.labels[rows]))
        check(f"{path} {mode} text", list(data[mode]["raw_text"]) == [store.sentences[row] for row in rows])
        check(f"{path} {mode} lengths", data[mode]["audio_lengths"] == [1] * len(rows) == data[mode]["vision_lengths"])
        check(f"{path} {mode} ids", [name.split("$_$")[0] for name in data[mode]["id"]]
              == [name for name in store.ids if store.split[name] == mode for _ in range(store.rows[name].stop - store.rows[name].start)])
        check(f"{path} {mode} annotations", len(data[mode]["annotations"]) == len(rows))


LOADERS = {
    "IEMOCAP": {"iemocap-base": dialogue_rnn, "mmgcn": dialogue_rnn, "cosmic": cosmic, "sdt": sdt, "mmsa": mmsa},
    "MELD": {"meld-base": mmgcn_meld, "mmgcn": mmgcn_meld, "cosmic": cosmic, "sdt": sdt, "mmsa": mmsa},
}


def main():
    vuemo, stores = sys.argv[1], sys.argv[2:]
    for path in stores:
        store = Store(path)
        with tempfile.TemporaryDirectory() as folder:
            files = {}
            for layout, load in LOADERS[store.dataset].items():
                files[layout] = str(pathlib.Path(folder, f"{layout}.pkl"))
                subprocess.run([vuemo, "export", path, "--layout", layout, "-o", files[layout]], check=True, stdout=subprocess.DEVNULL)
                load(files[layout], store)
                print(f"{store.dataset} {layout}: read as published, equal to the store")
            for base in (f"{store.dataset.lower()}-base", "mmgcn"):
                back = str(pathlib.Path(folder, f"{base}.h5"))
                subprocess.run([vuemo, "convert", "auto", files[base], files["cosmic"], "-o", back, "-q"], check=True, capture_output=True)
                check(f"{base} with cosmic", Store(back).content_id == store.content_id)
                print(f"{store.dataset} {base} with cosmic: converts to the same content id")


if __name__ == "__main__":
    main()

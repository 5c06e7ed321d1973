#!/usr/bin/env python3
"""What one would write instead of `vuemo convert`: unpickle with NumPy, write the same arrays with h5py.

    converters_peer.py --dataset iemocap|meld --features BASE.pkl --roberta ROBERTA.pkl -o OUT.h5
    converters_peer.py --compare COMMAND --dataset … --features … --roberta … [--runs 5]

The first form converts once. The second times itself and COMMAND (vuemo-convert) in turns, each in a fresh process, and
prints the medians and their ratio. Needs numpy and h5py. It trusts its input (the pickles can run code), keeps no checksums and
writes in place: none of what vuemo does for safety is asked of it.
"""

import argparse
import os
import pathlib
import pickle
import statistics
import subprocess
import sys
import tempfile
import time


def convert(dataset, features, roberta, out):
    import h5py
    import numpy as np
    with open(features, "rb") as file:
        base = pickle.load(file, encoding="latin1")
    with open(roberta, "rb") as file:
        text = pickle.load(file, encoding="latin1")
    ids, speakers, labels, text_base, audio, visual, sentences, train_and_valid, test = base[:9]
    first = 2 if dataset == "iemocap" else 3
    train, _, valid = text[first + 5:first + 8]
    splits = [list(train), list(valid), list(test)]
    order = [dialogue for split in splits for dialogue in split]
    flat = lambda field: [value for dialogue in order for value in field[dialogue]]
    with h5py.File(out, "w") as store:
        names = {"text_base": text_base, "audio": audio, "visual": visual}
        names.update((f"text_roberta_{layer + 1}", text[first + layer]) for layer in range(4))
        for name, field in names.items():
            rows = np.concatenate([np.asarray(field[dialogue], dtype=np.float32) for dialogue in order])
            store.create_dataset(f"features/{name}", data=rows)
        one_hot = dataset != "iemocap"
        numbers = [np.argmax(s) if one_hot else "MF".index(s) for s in flat(speakers)]
        store["utterances/speaker"] = np.asarray(numbers, dtype=np.uint32)
        store["utterances/label"] = np.asarray(flat(labels), dtype=np.int32)
        encode = lambda values: [str(value).encode() for value in values]
        store["utterances/id"] = np.asarray(encode(flat(ids)))
        store["utterances/text"] = np.asarray(encode(flat(sentences)))
        store["dialogues/id"] = np.asarray(encode(order))
        store["dialogues/length"] = np.asarray([len(labels[dialogue]) for dialogue in order])
        store["dialogues/split"] = np.asarray([split for split, own in enumerate(splits) for _ in own], dtype=np.uint8)
        store.flush()
    descriptor = os.open(out, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def timed(command, out):
    pathlib.Path(out).unlink(missing_ok=True)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def compare(options):
    files = ["--features", options.features, "--roberta", options.roberta]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        ours, peer = f"{folder}/ours.h5", f"{folder}/peer.h5"
        commands = [
            ([options.compare, options.dataset, *files, "-o", ours, "--quiet"], ours),
            ([sys.executable, __file__, "--dataset", options.dataset, *files, "-o", peer], peer)]
        times = [[], []]
        for _ in range(options.runs):
            for taken, (command, out) in zip(times, commands):
                taken.append(timed(command, out))
    ours, peer = (statistics.median(taken) for taken in times)
    print(f"{options.dataset}: vuemo-convert {ours:.2f} s, numpy and h5py {peer:.2f} s, ratio {peer / ours:.2f} (medians of {options.runs})")


def main():
    parser = argparse.ArgumentParser(description="Convert with numpy and h5py, or compare a converter with that.")
    parser.add_argument("--dataset", choices=["iemocap", "meld"], required=True)
    parser.add_argument("--features", required=True)
    parser.add_argument("--roberta", required=True)
    parser.add_argument("-o", "--output")
    parser.add_argument("--compare", help="the vuemo-convert to be compared with")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", help="where stores are written; default the system's temporary folder")
    options = parser.parse_args()
    if options.compare:
        compare(options)
    elif options.output:
        convert(options.dataset, options.features, options.roberta, options.output)
    else:
        parser.error("give -o OUT.h5 or --compare COMMAND")


if __name__ == "__main__":
    main()

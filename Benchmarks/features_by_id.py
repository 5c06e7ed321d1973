#!/usr/bin/env python3
"""Times `vuemo convert table` on one list with its features in each container: a matrix, ids beside a matrix, an array for each id.

    python Benchmarks/features_by_id.py .build/release/vuemo FOLDER [--utterances 400000] [--width 128] [--runs 3]

Needs numpy and h5py. FOLDER keeps the files, some gigabytes, for the next call. Prints for each container the least of all runs by the clock, the
seconds of processors and the peak memory of that run; all stores must have one content id.
"""

import argparse
import os
import pathlib
import re
import subprocess
import time

import h5py
import numpy as np


def make(folder, count, width):
    """The files, unless they are there."""
    matrix = np.random.default_rng(1).standard_normal((count, width), dtype="f4")
    names = [f"d{number // 20}_{number % 20}" for number in range(count)]
    np.save(folder / "matrix.npy", matrix)
    splits = ("train", "valid", "test")
    with open(folder / "list.csv", "w") as file:
        file.write("dialogue,utterance,split\n")
        file.writelines(f"d{number // 20},{name},{splits[number // 20 % 3]}\n" for number, name in enumerate(names))
    np.savez(folder / "ids-and-matrix.npz", ids=np.array(names), features=matrix)
    with h5py.File(folder / "ids-and-matrix.h5", "w") as file:
        file["ids"], file["features"] = names, matrix
    np.savez(folder / "by-id.npz", **dict(zip(names, matrix)))
    with h5py.File(folder / "by-id.h5", "w") as file:
        for name, row in zip(names, matrix):
            file.create_dataset(name, data=row)
    with h5py.File(folder / "by-id.csd", "w") as file:
        data = file.create_group("COVAREP/data")
        for name, row in zip(names, matrix):
            data.create_group(name).create_dataset("features", data=row[None])
    (folder / "made").write_text(f"{count} {width}")


def convert(vuemo, folder, name):
    """Seconds by the clock, seconds of processors, MiB, and the store's content id."""
    words = [vuemo, "convert", "table", folder / "list.csv", "--audio", folder / name, "--frames", "mean", "-o", folder / "out.h5", "--force", "--quiet"]
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{name} does not convert")
    found = re.search(r"content_id: (\w+)", said)
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, found and found[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("vuemo")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--utterances", type=int, default=400_000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    made = options.folder / "made"
    if not made.exists() or made.read_text() != f"{options.utterances} {options.width}":
        make(options.folder, options.utterances, options.width)
    identifiers, first = set(), None
    for name in ("matrix.npy", "ids-and-matrix.npz", "ids-and-matrix.h5", "by-id.npz", "by-id.h5", "by-id.csd"):
        clock, processors, memory, identifier = min(convert(options.vuemo, options.folder, name) for _ in range(options.runs))
        first = first or clock
        identifiers.add(identifier)
        print(f"{name:20} {clock:7.2f} s  {processors:7.2f} s of processors  {memory:5.0f} MiB  {clock / first:.2f}", flush=True)
    if len(identifiers) != 1 or None in identifiers:
        raise SystemExit("the stores differ")


if __name__ == "__main__":
    main()

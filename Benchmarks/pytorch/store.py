"""Reads a store that `vuemo convert` wrote, with h5py, into memory: one item per dialogue."""
from dataclasses import dataclass

import h5py
import numpy as np
import torch


@dataclass
class Dialogue:
    """Features [n, width] of one dialogue's n utterances, with speakers and labels [n]."""
    text: list
    visual: torch.Tensor
    audio: torch.Tensor
    speakers: torch.Tensor
    labels: torch.Tensor


class Store:
    """The training dialogues (train and valid, in the order of the source files) and the test dialogues of a store."""

    def __init__(self, path):
        with h5py.File(path, "r") as file:
            self.dataset = text(file.attrs["dataset"])
            self.classes = len(file["labels/names"])
            self.speakers = len(file["speakers/names"])
            features = {name: file["features"][name] for name in file["features"]}
            layers = sorted((f for f in features.values() if "layer" in f.attrs), key=lambda f: int(f.attrs["layer"]))
            read = lambda feature: torch.from_numpy(feature[:])
            layers = [read(f) for f in layers]
            visual, audio = (read(next(f for f in features.values() if text(f.attrs["modality"]) == m)) for m in ("visual", "audio"))
            labels = torch.from_numpy(file["utterances/label"][:].astype(np.int64))
            speakers = torch.from_numpy(file["utterances/speaker"][:].astype(np.int64))
            offsets = file["dialogues/utterance_offset"][:].astype(int)
            splits = [text(name) for name in file["splits/names"][:]]
            split = [splits[k] for k in file["dialogues/split"][:]]
            order = file["dialogues/source_order"][:]
        items = []
        for first, last in zip(offsets[:-1], offsets[1:]):
            rows = slice(first, last)
            items.append(Dialogue([x[rows] for x in layers], visual[rows], audio[rows], speakers[rows], labels[rows]))
        self.widths = {"l": layers[0].shape[1], "v": visual.shape[1], "a": audio.shape[1]}
        self.train = [items[k] for k in np.argsort(order, kind="stable") if split[k] != "test"]
        self.test = [items[k] for k in range(len(items)) if split[k] == "test"]


def text(value):
    """HDF5 strings come as bytes where they have a fixed length."""
    return value.decode() if isinstance(value, bytes) else str(value)

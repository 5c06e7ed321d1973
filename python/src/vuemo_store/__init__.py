"""Reads the feature stores of vuemo: conversations with multimodal features, one checked HDF5 file per dataset.

    from vuemo_store import open_store

    with open_store("iemocap.h5") as store:
        for dialogue in store.split("train"):
            audio = dialogue.features("audio")        # float32 [utterances, width], read here
            labels = dialogue.labels                  # int32 [utterances], -1 for none

FORMAT.md of the project describes the files.
"""

from .errors import DamagedStoreError, StoreError
from .pytorch import (
    NO_LABEL,
    DialogueDataset,
    DialogueSample,
    FlatBatch,
    PaddedBatch,
    collate_flat,
    collate_padded,
    torch_dataset,
)
from .store import READABLE_FORMAT, Dialogue, Feature, Provenance, SourceFile, Split, Store, Target, open_store
from .verification import Fault

__version__ = "0.1.0"

__all__ = [
    "NO_LABEL",
    "READABLE_FORMAT",
    "DamagedStoreError",
    "Dialogue",
    "DialogueDataset",
    "DialogueSample",
    "Fault",
    "Feature",
    "FlatBatch",
    "PaddedBatch",
    "Provenance",
    "SourceFile",
    "Split",
    "Store",
    "StoreError",
    "Target",
    "collate_flat",
    "collate_padded",
    "open_store",
    "torch_dataset",
]

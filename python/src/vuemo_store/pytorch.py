"""A store as a data set of PyTorch. Nothing here imports torch before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .errors import StoreError, shown
from .store import MODALITIES, Store

if TYPE_CHECKING:
    import torch

NO_LABEL = -1
"""The label of an utterance without a class, and of padding: `ignore_index=NO_LABEL` for PyTorch's losses."""


@dataclass(frozen=True)
class DialogueSample:
    """One dialogue as tensors."""

    id: str
    features: Mapping[str, torch.Tensor]
    """By the names that were asked for: float32 [utterances, width]; stacked layers [utterances, layers, width]."""
    labels: torch.Tensor
    """int64 [utterances], `NO_LABEL` for none."""
    speakers: torch.Tensor
    """int64 [utterances], indices into `Store.speakers`."""

    def __len__(self) -> int:
        """The number of utterances."""
        return len(self.labels)


@dataclass(frozen=True)
class PaddedBatch:
    """B dialogues, filled up to the longest of T utterances."""

    ids: list[str]
    features: Mapping[str, torch.Tensor]
    """float32 [B, T, width]; zeros where a dialogue has ended."""
    labels: torch.Tensor
    """int64 [B, T], `NO_LABEL` where there is none or a dialogue has ended."""
    speakers: torch.Tensor
    """int64 [B, T]; 0 where a dialogue has ended."""
    mask: torch.Tensor
    """bool [B, T]: true for utterances, false for what fills up."""
    lengths: torch.Tensor
    """int64 [B]: utterances of each dialogue."""

    def to(self, device: Any) -> PaddedBatch:
        """The batch with all tensors on a device."""
        return _moved(self, device)

    def pin_memory(self) -> PaddedBatch:
        """The batch in pinned memory; a DataLoader with `pin_memory=True` calls it."""
        return _pinned(self)


@dataclass(frozen=True)
class FlatBatch:
    """B dialogues end to end: N utterances."""

    ids: list[str]
    features: Mapping[str, torch.Tensor]
    """float32 [N, width]."""
    labels: torch.Tensor
    """int64 [N], `NO_LABEL` for none."""
    speakers: torch.Tensor
    """int64 [N]."""
    dialogue: torch.Tensor
    """int64 [N]: which dialogue of the batch an utterance belongs to (PyTorch Geometric's `batch`)."""
    offsets: torch.Tensor
    """int64 [B + 1]: dialogue b has the rows `offsets[b]` to `offsets[b + 1] - 1`."""

    def to(self, device: Any) -> FlatBatch:
        """The batch with all tensors on a device."""
        return _moved(self, device)

    def pin_memory(self) -> FlatBatch:
        """The batch in pinned memory; a DataLoader with `pin_memory=True` calls it."""
        return _pinned(self)


_Batch = TypeVar("_Batch", PaddedBatch, FlatBatch)


class DialogueDataset:
    """The dialogues of a store for a DataLoader, map-style: an item is a `DialogueSample`, read when it is asked for.

    It goes to workers by fork or by pickle; each opens the store for itself.
    """

    def __init__(
        self,
        store: Store,
        split: str | None,
        modalities: Sequence[str],
        *,
        target: str | None = None,
        layers: str = "mean",
        standardize: bool = False,
    ) -> None:
        """See `torch_dataset`."""
        if isinstance(modalities, str):
            modalities = (modalities,)
        if not modalities:
            raise ValueError("no modality is given; name some of 'text', 'audio', 'visual', or features of the store")
        self.store = store
        self.dialogues = store.dialogues if split is None else store.split(split)
        self.modalities = tuple(modalities)
        self.layers = layers
        self.widths = {name: store.width(name, layers) for name in self.modalities}
        """The last extent of each feature."""
        self.classes = store.classes if target is None else store.target(target).classes
        """What the labels count."""
        self._labels = store.labels if target is None else store.target(target).labels
        self._scales = {name: self._scale(name) for name in self.modalities} if standardize else {}
        _torch()

    def __len__(self) -> int:
        """The number of dialogues."""
        return len(self.dialogues)

    def __getitem__(self, index: int) -> DialogueSample:
        """Reads one dialogue.

        Raises:
            StoreError: where its rows cannot be read.
        """
        torch = _torch()
        dialogue = self.dialogues[index]
        features = {}
        for name in self.modalities:
            rows = dialogue.features(name, self.layers)
            if name in self._scales:
                mean, scale = self._scales[name]
                rows = ((rows - mean) / scale).astype(np.float32)
            features[name] = torch.from_numpy(np.ascontiguousarray(rows))
        return DialogueSample(
            dialogue.id,
            features,
            torch.from_numpy(self._labels[dialogue.rows].astype(np.int64)),
            torch.from_numpy(dialogue.speakers.astype(np.int64)),
        )

    def _scale(self, name: str) -> tuple[Any, Any]:
        """Mean and deviation per column of what `features` reads; a column that never changes keeps its scale."""
        chosen = self.store.features_of(name) if name in MODALITIES else [self.store.features[name]]
        if len(chosen) > 1 and chosen[0].layer is not None and self.layers == "mean":
            raise StoreError(
                f"{shown(self.store.path, 1000)}: the deviations of single layers do not give that of their mean; use "
                "layers='stack' or layers='concat' with standardize, or standardize in your own code"
            )
        means, deviations = zip(*(self.store.statistics(one.name) for one in chosen))
        join = np.stack if self.layers == "stack" and chosen[0].layer is not None else np.concatenate
        deviation = join(deviations)
        return join(means), np.where(deviation > 0, deviation, 1.0)


def torch_dataset(
    store: Store,
    split: str | None = "train",
    modalities: Sequence[str] = MODALITIES,
    *,
    target: str | None = None,
    layers: str = "mean",
    standardize: bool = False,
) -> DialogueDataset:
    """A split as a data set for `torch.utils.data.DataLoader`, a dialogue an item.

        loader = DataLoader(torch_dataset(store, "train", ["text", "audio"]), batch_size=16, shuffle=True,
                            collate_fn=collate_padded)

    Args:
        store: an open store. It may be closed only after the last item is read.
        split: the split's name; None for all dialogues.
        modalities: `text`, `audio`, `visual`, or names of features.
        target: the labels are those of this target, and not the emotions'.
        layers: what becomes of numbered layers; see `Dialogue.features`.
        standardize: whether the mean of each column, as fitted on train when the store was written, is taken off and
            the rest divided by the standard deviation.

    Raises:
        StoreError: where the store has no such split, feature, target or statistics.
        ImportError: where there is no torch.
    """
    return DialogueDataset(store, split, modalities, target=target, layers=layers, standardize=standardize)


def collate_padded(samples: Sequence[DialogueSample]) -> PaddedBatch:
    """Puts dialogues side by side and fills the shorter ones up; for `DataLoader(collate_fn=…)`."""
    torch = _torch()
    lengths = [len(sample) for sample in samples]

    def padded(parts: Sequence[Any], value: float = 0) -> Any:
        return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=value)

    return PaddedBatch(
        ids=[sample.id for sample in samples],
        features={name: padded([sample.features[name] for sample in samples]) for name in samples[0].features},
        labels=padded([sample.labels for sample in samples], NO_LABEL),
        speakers=padded([sample.speakers for sample in samples]),
        mask=torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None],
        lengths=torch.tensor(lengths),
    )


def collate_flat(samples: Sequence[DialogueSample]) -> FlatBatch:
    """Puts dialogues end to end, without padding; for `DataLoader(collate_fn=…)`."""
    torch = _torch()
    lengths = torch.tensor([len(sample) for sample in samples])
    return FlatBatch(
        ids=[sample.id for sample in samples],
        features={name: torch.cat([sample.features[name] for sample in samples]) for name in samples[0].features},
        labels=torch.cat([sample.labels for sample in samples]),
        speakers=torch.cat([sample.speakers for sample in samples]),
        dialogue=torch.repeat_interleave(torch.arange(len(samples)), lengths),
        offsets=torch.cat([torch.zeros(1, dtype=torch.int64), torch.cumsum(lengths, 0)]),
    )


def _changed(batch: _Batch, change: Callable[[Any], Any]) -> _Batch:
    changes: dict[str, Any] = {}
    for name, value in vars(batch).items():
        if name == "features":
            changes[name] = {key: change(tensor) for key, tensor in value.items()}
        elif name != "ids":
            changes[name] = change(value)
    return replace(batch, **changes)


def _moved(batch: _Batch, device: Any) -> _Batch:
    return _changed(batch, lambda tensor: tensor.to(device))


def _pinned(batch: _Batch) -> _Batch:
    return _changed(batch, lambda tensor: tensor.pin_memory())


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise ImportError("PyTorch is missing: install it with 'pip install torch'") from None
    return torch

"""The data set of PyTorch; run where torch is installed."""

from __future__ import annotations

import builtins
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from vuemo_store import (
    NO_LABEL,
    DialogueDataset,
    Store,
    StoreError,
    collate_flat,
    collate_padded,
    open_store,
    torch_dataset,
)


@pytest.fixture
def store(archived: Path) -> Iterator[Store]:
    with open_store(archived) as store:
        yield store


def test_without_torch_the_error_says_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_torch(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "torch":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(ImportError, match="pip install torch"):
        torch_dataset(store, "train", ["audio"])


class TestWithTorch:
    """Everything that makes tensors."""

    @pytest.fixture(autouse=True)
    def torch(self) -> Any:
        return pytest.importorskip("torch")

    @pytest.fixture
    def data(self, store: Store) -> DialogueDataset:
        return torch_dataset(store, "train", ["text", "audio"])

    def test_an_item_is_a_dialogue(self, store: Store, data: DialogueDataset, torch: Any) -> None:
        assert len(data) == store.splits["train"].dialogues
        assert data.widths == {"text": 12, "audio": 7} and data.classes == store.classes
        for sample, dialogue in zip(data, store.split("train")):
            assert sample.id == dialogue.id and len(sample) == len(dialogue)
            assert list(sample.features) == ["text", "audio"]
            assert sample.features["audio"].dtype == torch.float32 and sample.labels.dtype == torch.int64
            assert np.array_equal(sample.features["audio"].numpy(), dialogue.features("audio"))
            assert np.array_equal(sample.features["text"].numpy(), dialogue.features("text"))
            assert sample.labels.tolist() == dialogue.labels.tolist()
            assert sample.speakers.tolist() == dialogue.speakers.tolist()

    def test_padding(self, data: DialogueDataset) -> None:
        samples = sorted((data[place] for place in range(4)), key=len)
        batch = collate_padded(samples)
        longest = max(map(len, samples))
        assert longest > min(map(len, samples))
        assert batch.features["audio"].shape == (4, longest, 7) and batch.labels.shape == (4, longest)
        assert batch.mask.sum(1).tolist() == batch.lengths.tolist() == [len(sample) for sample in samples]
        for row, sample in enumerate(samples):
            assert batch.features["text"][row, : len(sample)].equal(sample.features["text"])
            assert batch.labels[row, : len(sample)].equal(sample.labels)
            assert batch.mask[row].tolist() == [True] * len(sample) + [False] * (longest - len(sample))
            assert (batch.labels[row, len(sample) :] == NO_LABEL).all()
            assert (batch.features["audio"][row, len(sample) :] == 0).all()
        assert batch.ids == [sample.id for sample in samples]

    def test_flattening(self, data: DialogueDataset) -> None:
        samples = [data[place] for place in (3, 0, 5)]
        batch = collate_flat(samples)
        assert batch.offsets.tolist() == np.cumsum([0] + [len(sample) for sample in samples]).tolist()
        assert batch.features["audio"].shape == (sum(map(len, samples)), 7)
        for place, sample in enumerate(samples):
            rows = slice(batch.offsets[place], batch.offsets[place + 1])
            assert batch.features["audio"][rows].equal(sample.features["audio"])
            assert batch.labels[rows].equal(sample.labels) and batch.speakers[rows].equal(sample.speakers)
            assert set(batch.dialogue[rows].tolist()) == {place}

    @pytest.mark.parametrize("start", ["fork", "spawn"])
    def test_a_loader_with_workers_reads_the_same(self, data: DialogueDataset, torch: Any, start: str) -> None:
        def batches(**how: Any) -> list[Any]:
            loader = torch.utils.data.DataLoader(data, batch_size=2, collate_fn=collate_flat, **how)
            return [(batch.ids, batch.features["audio"], batch.labels) for batch in loader]

        alone, helped = batches(), batches(num_workers=2, multiprocessing_context=start)
        assert len(alone) == len(helped) == -(-len(data) // 2)
        for one, other in zip(alone, helped):
            assert one[0] == other[0] and one[1].equal(other[1]) and one[2].equal(other[2])

    def test_another_target(self, store: Store) -> None:
        data = torch_dataset(store, None, ["audio"], target="sentiment")
        assert data.classes == ("négatif", "neutral", "positive") and len(data) == len(store.dialogues)
        assert collate_flat(list(data)).labels.tolist() == store.target("sentiment").labels.tolist()

    def test_standardized_columns_of_train(self, store: Store) -> None:
        rows = collate_flat(list(torch_dataset(store, "train", ["audio", "visual"], standardize=True))).features
        for name in ("audio", "visual"):
            assert np.allclose(rows[name].mean(0), 0, atol=1e-5)
            assert np.allclose(rows[name].std(0, correction=0), 1, atol=1e-5)
        stacked = collate_flat(list(torch_dataset(store, "train", ["text"], layers="stack", standardize=True)))
        assert stacked.features["text"].shape[1:] == (2, 12)
        assert np.allclose(stacked.features["text"].mean(0), 0, atol=1e-5)
        with pytest.raises(StoreError, match="layers='stack' or layers='concat'"):
            torch_dataset(store, "train", ["text"], standardize=True)

    def test_a_column_that_never_changes_keeps_its_scale(
        self, changed: Callable[[Callable[[h5py.File], None]], Path]
    ) -> None:
        path = changed(lambda file: file["statistics/audio/std"].__setitem__(slice(None), 0))
        with open_store(path) as store:
            standardized = torch_dataset(store, "train", "audio", standardize=True)[0].features["audio"]
            mean = store.statistics("audio")[0]
            assert np.allclose(standardized.numpy(), store.split("train")[0].features("audio") - mean, atol=1e-6)

    def test_no_modality(self, store: Store) -> None:
        with pytest.raises(ValueError, match="no modality is given"):
            torch_dataset(store, "train", [])

    def test_batches_move_whole(self, data: DialogueDataset) -> None:
        batch = collate_padded([data[0], data[1]]).to("cpu")
        assert batch.features["audio"].device.type == "cpu" and batch.ids == [data[0].id, data[1].id]

    def test_a_data_set_is_pickled_without_its_rows(self, data: DialogueDataset) -> None:
        assert pickle.loads(pickle.dumps(data))[0].features["audio"].equal(data[0].features["audio"])

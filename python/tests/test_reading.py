"""What stores hold, against values that ArchivedStoreTests.swift states too."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import ARCHIVED

from vuemo_store import StoreError, open_store


@pytest.mark.parametrize("path", sorted(ARCHIVED.glob("*.h5")), ids=lambda path: path.name)
def test_every_archived_store_opens_and_is_whole(path: Path) -> None:
    with open_store(path, verify=True) as store:
        assert store.format_version == path.stem


def test_format_1_0() -> None:
    with open_store(ARCHIVED / "1.0.0.h5") as store:
        assert store.dataset == "SYNTHETIC"
        assert store.content_id == "f2dee406a6ad9660cdee93a4899f0c3c369e2c822320682b0ef1ca74298cde92"
        assert store.utterance_count == 50
        dialogue = store.dialogues[8]
        assert (dialogue.id, dialogue.split, dialogue.start, dialogue.stop) == ("dialogue-8", "test", 38, 41)
        assert store.dialogues[1].utterance_ids[0] == "dialogue-1_0"
        assert store.labels[:4].tolist() == [0, -1, 2, 0]
        assert store.speaker_numbers[:6].tolist() == [0, 0, 1, 0, 1, 1]
        assert store.speaker_scope == "dialogue"
        assert store.sentences(slice(4, 5)) == ["Sentence of dialogue-1_0, naïve."]
        row = store.rows("audio", slice(3, 4))
        expected = [-2.6619525, 0.79907715, -0.37911063, 2.1537828, 2.43817, -0.3128804, 0.2533044]
        assert row.dtype == np.float32 and row.tolist() == [[float(np.float32(value)) for value in expected]]
        assert store.statistics("visual")[0][0] == -0.46095448945249834
        assert [one.layer for one in store.features_of("text")] == [1, 2]
        assert store.provenance is not None
        assert store.provenance.created == "2026-11-23T00:00:00Z"
        assert store.provenance.warnings == ("one warning",)
        assert [source.name for source in store.provenance.sources] == ["nothing.pkl"]
        assert store.target_names == ()


def test_format_1_1(archived: Path) -> None:
    with open_store(archived) as store:
        assert store.labels[:4].tolist() == [0, 1, 2, 0]
        target = store.target("sentiment")
        assert target.classes == ("négatif", "neutral", "positive")
        assert target.labels[:4].tolist() == [-1, 1, 2, 0]
        assert store.dialogues[0].target("sentiment").tolist() == target.labels[: len(store.dialogues[0])].tolist()
        assert target.values is None


def test_a_target_has_the_numbers_behind_its_classes(changed: Callable[[Callable[[h5py.File], None]], Path]) -> None:
    numbers = np.linspace(-3, 3, 42)
    numbers[0] = np.nan

    def edit(file: h5py.File) -> None:
        file["targets/sentiment"].create_dataset("value", data=numbers, dtype="<f8")

    with open_store(changed(edit)) as store:
        values = store.target("sentiment").values
        assert values is not None and values.dtype == np.float64
        np.testing.assert_array_equal(values, numbers)
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1
        assert store.target("sentiment") is store.target("sentiment")


def test_a_dialogue_is_what_h5py_reads(archived: Path) -> None:
    with open_store(archived) as store, h5py.File(archived) as file:
        assert [dialogue.id.encode() for dialogue in store.dialogues] == file["dialogues/id"][:].tolist()
        for dialogue in store.dialogues:
            rows = dialogue.rows
            assert len(dialogue) == rows.stop - rows.start > 0
            assert np.array_equal(dialogue.features("audio"), file["features/audio"][rows])
            assert np.array_equal(dialogue.labels, file["utterances/label"][rows])
            assert np.array_equal(dialogue.speakers, file["utterances/speaker"][rows])
            assert [one.encode() for one in dialogue.utterance_ids] == file["utterances/id"][rows].tolist()
            assert dialogue.sentences == [f"Sentence of {id}, naïve." for id in dialogue.utterance_ids]
            assert dialogue.label_names == [store.classes[label] if label >= 0 else None for label in dialogue.labels]
            assert dialogue.speaker_names == [store.speakers[speaker] for speaker in dialogue.speakers]


def test_splits(archived: Path) -> None:
    with open_store(archived) as store:
        assert list(store.splits) == ["train", "valid", "test"]
        train = store.split("train")
        assert len(train) == store.splits["train"].dialogues > 0
        assert {dialogue.split for dialogue in train} == {"train"}
        assert sum(split.dialogues for split in store.splits.values()) == len(store.dialogues)
        assert train[-1] == list(train)[-1] and [one.id for one in train[1:3]] == [one.id for one in list(train)[1:3]]
        assert store.dialogue(train[2].id) == train[2]


def test_layers_of_a_modality(archived: Path) -> None:
    with open_store(archived) as store:
        dialogue = store.dialogues[0]
        first, second = dialogue.features("text_roberta_1"), dialogue.features("text_roberta_2")
        assert first.shape == (len(dialogue), 12)
        assert np.allclose(dialogue.features("text"), (first + second) / 2, atol=1e-6)
        assert np.array_equal(dialogue.features("text", "stack"), np.stack([first, second], axis=1))
        assert np.array_equal(dialogue.features("text", "concat"), np.concatenate([first, second], axis=1))
        assert np.array_equal(dialogue.features("audio", "stack"), dialogue.features("audio"))
        assert [store.width("text", layers) for layers in ("mean", "stack", "concat")] == [12, 12, 24]
        with pytest.raises(ValueError, match="'mean', 'stack' or 'concat'"):
            dialogue.features("text", "sum")


def test_what_is_not_there_is_named_with_what_is(archived: Path) -> None:
    with open_store(archived) as store:
        with pytest.raises(StoreError, match="no split 'dev'; it has 'train', 'valid', 'test'"):
            store.split("dev")
        with pytest.raises(StoreError, match="no feature 'video'; it has 'audio', 'text_roberta_1'"):
            store.dialogues[0].features("video")
        with pytest.raises(StoreError, match="no target 'arousal'; it has 'sentiment'"):
            store.target("arousal")
        with pytest.raises(StoreError, match=r"no dialogue 'a\\x1b\[31m'"):
            store.dialogue("a\x1b[31m")


def test_arrays_that_all_share_cannot_be_written_to(archived: Path) -> None:
    with open_store(archived) as store, pytest.raises(ValueError, match="read-only"):
        store.dialogues[0].labels[0] = 1


def test_a_closed_store_says_so(archived: Path) -> None:
    store = open_store(archived)
    dialogue = store.dialogues[0]
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed; open it again"):
        dialogue.features("audio")


def test_a_store_crosses_to_another_process(archived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(archived.parent)
    with open_store(archived.name) as store:
        content = pickle.dumps(store.dialogues[1])
        rows = store.dialogues[1].features("audio")
    monkeypatch.chdir("/")
    dialogue = pickle.loads(content)
    assert np.array_equal(dialogue.features("audio"), rows)
    dialogue.store.close()


def test_a_store_that_changed_is_refused_in_the_other_process(
    changed: Callable[[Callable[[h5py.File], None]], Path],
) -> None:
    path = changed(lambda file: None)
    with open_store(path) as store:
        content = pickle.dumps(store)
    with open(path, "ab") as file:
        file.write(b" ")
    with pytest.raises(StoreError, match="has changed since it was opened"):
        pickle.loads(content).dialogues[0].features("audio")


def test_a_store_that_was_written_after_the_format_alone(written: Path) -> None:
    with open_store(written, verify=True) as store:
        assert store.dataset == "made up"
        assert store.speakers == ("Ann", "Zoë")
        assert store.dialogues[3].sentences[-1] == "Naïve sentence 11."
        assert {name: split.dialogues for name, split in store.splits.items()} == {"train": 2, "valid": 1, "test": 1}


def test_the_sample_as_the_program_converts_it(sample: tuple[Path, str]) -> None:
    path, said = sample
    with open_store(path, verify=True) as store:
        assert (store.dataset, len(store.dialogues), store.utterance_count) == ("IEMOCAP", 14, 105)
        assert f"content_id: {store.content_id}\n" in said
        assert {name: split.dialogues for name, split in store.splits.items()} == {"train": 8, "valid": 2, "test": 4}
        assert store.classes == ("happy", "sad", "neutral", "angry", "excited", "frustrated")
        assert {name: store.width(name) for name in ("text", "audio", "visual")} == {
            "text": 1024, "audio": 1582, "visual": 342,
        }  # fmt: skip
        assert [one.name for one in store.features_of("text")] == [f"text_roberta_{layer}" for layer in (1, 2, 3, 4)]

"""Files that are no store, or none that this package reads: each is refused, with a sentence that is true."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from conftest import ARCHIVED

from vuemo_store import DamagedStoreError, StoreError, open_store

Changed = Callable[[Callable[[h5py.File], None]], Path]


def text(value: str) -> Any:
    """An attribute as stores have them: of fixed length."""
    return np.array(value.encode(), dtype=h5py.string_dtype("utf-8", max(1, len(value.encode()))))


def replace(file: h5py.File, path: str, values: Any, **how: Any) -> None:
    """Puts other values in a dataset's place, where there is one, and keeps its attributes."""
    attributes = dict(file[path].attrs) if path in file else {}
    if path in file:
        del file[path]
    file.create_dataset(path, data=values, **how).attrs.update(attributes)


# Files


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        open_store(tmp_path / "none.h5")
    with pytest.raises(StoreError, match="it is a folder"):
        open_store(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="a pipe, a socket or a device"):
        open_store(tmp_path / "pipe")


@pytest.mark.parametrize(
    "content", [b"", b"not HDF5", b"\0" * 512 + b"\x89HDF\r\n\x1a\n"], ids=["empty", "text", "user block"]
)
def test_what_is_no_hdf5(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.h5").write_bytes(content)
    with pytest.raises(StoreError, match="does not begin as an HDF5 file"):
        open_store(tmp_path / "other.h5")


def test_an_old_superblock(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "old.h5", "w", libver="earliest") as file:
        file["x"] = 1
    with pytest.raises(StoreError, match="superblock is not of version 2 or 3"):
        open_store(tmp_path / "old.h5")


def test_other_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w", libver=("v110", "v110")) as file:
        file["x"] = 1
    with pytest.raises(StoreError, match="an HDF5 file but not a feature store"):
        open_store(tmp_path / "other.h5")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_file(tmp_path: Path, archived: Path, share: float) -> None:
    content = archived.read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreError, match=r"cut\.h5: it cannot be opened as HDF5"):
        open_store(tmp_path / "cut.h5")


# Versions


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("2.0.0", r"format version is 2\.0\.0, but this package reads 1\.x \(1\.1\); update vuemo_store"),
        ("0.9.0", "convert the source files again"),
        ("1.1", r"format version '1\.1' is none"),
        ("1.1.0\n", r"format version '1\.1\.0\\n' is none"),
        ("", "format version '' is none"),
    ],
)
def test_versions_that_are_not_read(changed: Changed, version: str, sentence: str) -> None:
    path = changed(lambda file: file.attrs.create("format_version", text(version)))
    with pytest.raises(StoreError, match=sentence):
        open_store(path)


def test_a_newer_minor_version_is_read_as_far_as_it_is_known(changed: Changed) -> None:
    def edit(file: h5py.File) -> None:
        file.attrs.create("format_version", text("1.7.3"))
        file.create_group("novelties").attrs["count"] = 3
        file["features/audio"].attrs.create("novelty", text("unknown"))

    with open_store(changed(edit)) as store:
        assert store.format_version == "1.7.3"
        assert store.dialogues[0].features("audio").shape[1] == 7


@pytest.mark.parametrize("value", [0, None])
def test_a_store_that_was_never_completed(changed: Changed, value: int | None) -> None:
    def edit(file: h5py.File) -> None:
        if value is None:
            del file.attrs["complete"]
        else:
            file.attrs.create("complete", np.uint8(value))

    with pytest.raises(StoreError, match="its writing never ended"):
        open_store(changed(edit))


# What leads out of a file


def soft_link(file: h5py.File) -> None:
    file["features/more"] = h5py.SoftLink("/features/audio")


def external_link(file: h5py.File) -> None:
    file["features/more"] = h5py.ExternalLink("/etc/passwd", "/")


def link_in_place_of_a_dataset(file: h5py.File) -> None:
    del file["utterances/label"]
    file["utterances/label"] = h5py.ExternalLink(str(ARCHIVED / "1.0.0.h5"), "/utterances/label")


def second_name(file: h5py.File) -> None:
    file["features/more"] = file["features/audio"]


def group_within_itself(file: h5py.File) -> None:
    file["features/more"] = file["/"]


def external_storage(file: h5py.File) -> None:
    file.create_dataset("features/more", (42, 3), "<f4", external=[("/etc/passwd", 0, 42 * 12)])


def virtual_dataset(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((42, 3), "<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (42, 3))
    file.create_virtual_dataset("features/more", layout)


def foreign_filter(file: h5py.File) -> None:
    file.create_dataset("features/more", data=np.zeros((42, 3), "<f4"), compression="lzf")


def large_chunks(file: h5py.File) -> None:
    file.create_dataset("features/more", (42, 1), "<f4", chunks=(5 << 20, 1), maxshape=(None, 1))


def variable_strings(file: h5py.File) -> None:
    file.create_dataset("features/more", data=["a"], dtype=h5py.string_dtype())


def variable_numbers(file: h5py.File) -> None:
    file.create_dataset("features/more", (1,), h5py.vlen_dtype(np.int32))


def deep_groups(file: h5py.File) -> None:
    file.create_group("/".join(["g"] * 40))


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (soft_link, "a link to somewhere else"),
        (external_link, "a link to somewhere else"),
        (link_in_place_of_a_dataset, "'/utterances/label': it is a link to somewhere else"),
        (second_name, "another name of 'features/audio'"),
        (group_within_itself, "another name of '/'"),
        (external_storage, "its data lies in another file"),
        (virtual_dataset, "a virtual dataset"),
        (foreign_filter, "it needs filter 32000"),
        (large_chunks, "its chunks are of 20971520 bytes"),
        (variable_strings, "values are of variable length"),
        (variable_numbers, "values are of variable length"),
        (deep_groups, "more than 32 groups"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_leads_out_of_a_file(changed: Changed, edit: Callable[[h5py.File], None], sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        open_store(changed(edit))


def test_gzip_and_shuffle_are_read(changed: Changed, archived: Path) -> None:
    with h5py.File(archived) as file:
        rows = file["features/audio"][:]
    path = changed(
        lambda file: replace(
            file, "features/audio", rows, chunks=(10, 7), compression="gzip", shuffle=True, fletcher32=True
        )
    )
    with open_store(path) as store:
        assert np.array_equal(store.rows("audio", slice(0, 42)), rows)
        store_id = store.content_id
    with open_store(archived) as store:
        assert store.content_id == store_id


# What contradicts the format


@pytest.mark.parametrize(
    ("path", "values", "sentence"),
    [
        ("dialogues/utterance_offset", np.arange(12, dtype="<u8"), "its offsets do not rise from 0 to 42"),
        ("dialogues/split", np.full(11, 7, "u1"), "row 0 holds 7, but there are 3 splits"),
        ("dialogues/split", np.full(11, 0, "<u2"), "not a list of 11 numbers of the type uint8"),
        ("dialogues/id", np.array([b"same"] * 11), "'same' stands in it twice"),
        ("dialogues/id", np.array([b"\xff%d" % d for d in range(11)]), "is not UTF-8"),
        ("labels/names", np.array([b"a", b"", b"c"]), "a name in it is empty"),
        ("features/audio", np.zeros((41, 7), "<f4"), "it has 41 rows for 42 utterances"),
        ("features/audio", np.zeros((42, 7), "<f8"), "it is not a table of float32 numbers"),
    ],
)
def test_tables_that_are_wrong_at_opening(changed: Changed, path: str, values: Any, sentence: str) -> None:
    with pytest.raises(StoreError, match=f"'/{path}': .*{sentence}"):
        open_store(changed(lambda file: replace(file, path, values)))


@pytest.mark.parametrize(
    ("path", "values", "sentence"),
    [
        ("utterances/label", np.full(42, 3, "<i4"), "row 0 holds 3, but there are 3 classes"),
        ("utterances/label", np.full(42, -2, "<i4"), "row 0 holds -2, but there are 3 classes"),
        ("utterances/speaker", np.full(42, 9, "<u4"), "row 0 holds 9, but there are 2 speakers"),
        ("utterances/text_offset", np.full(43, 1 << 63, "<u8"), "its offsets do not rise from 0 to 1391"),
        ("utterances/text_bytes", np.full(1391, 0xFF, "u1"), "the sentence of utterance 0 is not UTF-8"),
        ("utterances/id", np.zeros(42, "<i4"), "not a list of 42 strings"),
        ("targets/sentiment/label", np.full(42, 5, "<i4"), "row 0 holds 5, but there are 3 classes"),
        ("targets/sentiment/value", np.zeros(41, "<f8"), "not a list of 42 numbers of the type float64"),
        ("targets/sentiment/value", np.zeros(42, "<f4"), "not a list of 42 numbers of the type float64"),
        ("statistics/audio/std", np.zeros(3, "<f8"), "not a list of 7 numbers of the type float64"),
    ],
)
def test_tables_that_are_wrong_at_first_use(changed: Changed, path: str, values: Any, sentence: str) -> None:
    store = open_store(changed(lambda file: replace(file, path, values)))
    with store, pytest.raises(StoreError, match=sentence):
        _ = store.labels, store.speaker_numbers, store.dialogues[0].sentences, store.dialogues[0].utterance_ids
        _ = store.target("sentiment"), store.statistics("audio")


@pytest.mark.parametrize("path", ["labels/names", "utterances/label", "features", "dialogues/source_order"])
def test_a_dataset_that_is_missing(changed: Changed, path: str) -> None:
    def edit(file: h5py.File) -> None:
        del file[path]

    if path == "dialogues/source_order":  # Nothing of it is read here; only the checksums miss it.
        with open_store(changed(edit)) as store, pytest.raises(DamagedStoreError, match="content id"):
            store.verify()
        return
    with pytest.raises(StoreError, match=r"is missing|no feature"):
        open_store(changed(edit))


def test_a_claim_that_no_file_can_hold(changed: Changed) -> None:
    def edit(file: h5py.File) -> None:
        del file["utterances/label"]
        file.create_dataset("utterances/label", (1 << 40,), "<i4", chunks=(1 << 20,))

    with pytest.raises(StoreError, match="it claims 1099511627776 elements, more than its file of"):
        open_store(changed(edit))


def test_names_from_a_file_steer_no_terminal(changed: Changed) -> None:
    name = "a\x1b[31m\u202eb"
    path = changed(lambda file: file.__setitem__(f"features/{name}", h5py.SoftLink("/x")))
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert r"a\x1b[31m\u202eb" in str(caught.value)


# Checksums


def test_every_kind_of_damage_is_found(archived: Path, tmp_path: Path) -> None:
    """A flipped bit anywhere: the file is refused or its faults are named, but for HDF5's own metadata by libhdf5."""
    content = archived.read_bytes()
    path = tmp_path / "flipped.h5"
    for place in range(0, len(content), 997):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(StoreError):
            open_store(path, verify=True).close()


def test_a_damaged_row_is_named(archived: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.h5"
    shutil.copyfile(archived, path)
    with h5py.File(path) as file:
        place = file["features/audio"].id.get_offset() + 5 * 28
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(b"\x01\x02\x03\x04")
    with open_store(path) as store, pytest.raises(DamagedStoreError) as caught:
        store.verify()
    found = {(fault.path, fault.rows) for fault in caught.value.faults}
    assert ("/features/audio", range(0, 42)) in found
    assert any(fault.path == "/" and "checksum at its end" in fault.message for fault in caught.value.faults)
    assert "copy the file again" in str(caught.value)


def test_values_that_were_changed_with_their_block_checksums(changed: Changed) -> None:
    def edit(file: h5py.File) -> None:
        import zlib

        rows = file["features/audio"][:]
        rows[3, 2] += 1
        file["features/audio"][:] = rows
        file["checksums/features/audio"][:] = [zlib.crc32(rows.tobytes())]

    with open_store(changed(edit)) as store, pytest.raises(DamagedStoreError) as caught:
        store.verify()
    assert [fault.message for fault in caught.value.faults] == [
        "its bytes do not have the SHA-256 that is stated beside them",
        "what it holds does not have the content id that it states",
    ]


def test_the_meaning_of_numbers_counts_in_the_content_id(changed: Changed) -> None:
    path = changed(lambda file: file["features/audio"].attrs.create("modality", text("visual")))
    with open_store(path) as store, pytest.raises(DamagedStoreError, match="content id"):
        store.verify()


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda file: file.__delitem__("checksums/features/audio"), "it has no block checksums"),
        (lambda file: file["features/audio"].attrs.__delitem__("sha256"), "it has no SHA-256"),
        (
            lambda file: file["checksums/features/audio"].attrs.create("rows_per_block", np.uint64(0)),
            "claim no rows per block",
        ),
        (
            lambda file: file["checksums/features/audio"].attrs.create("rows_per_block", np.uint64(20)),
            "1 block checksums for 3 blocks",
        ),
    ],
)
def test_checksums_that_are_missing_or_do_not_fit(changed: Changed, edit: Any, sentence: str) -> None:
    with open_store(changed(edit)) as store, pytest.raises(DamagedStoreError, match=sentence):
        store.verify()


def test_verify_at_opening_closes_what_it_refuses(changed: Changed) -> None:
    path = changed(lambda file: file["features/audio"].__setitem__((0, 0), 99))
    with pytest.raises(DamagedStoreError, match="rows 0 to 41 do not match their checksum"):
        open_store(path, verify=True)
    with h5py.File(path, "r+"):  # libhdf5 refuses that where the file is still open for reading.
        pass

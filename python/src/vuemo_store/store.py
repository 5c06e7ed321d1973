"""An open store: its dialogues, names, features and sentences."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any, overload

import h5py
import numpy as np
from numpy.typing import NDArray

from . import verification
from .errors import DamagedStoreError, StoreError, shown
from .gate import PathLike, check_file, check_objects
from .values import Values

READABLE_FORMAT = (1, 1)
"""The newest format that this package knows in full: major and minor version."""

MODALITIES = ("text", "audio", "visual")

_WAYS_OF_LAYERS = ("mean", "stack", "concat")


@dataclass(frozen=True)
class Split:
    """One split of a store, and the dialogues in it."""

    name: str
    origin: str
    """Where it came from, in words."""
    dialogues: int
    """How many dialogues are in it."""


@dataclass(frozen=True)
class Feature:
    """What a store says about one feature; its rows are read through a dialogue or `Store.rows`."""

    name: str
    modality: str
    """`text`, `audio` or `visual`."""
    width: int
    """Numbers in a row."""
    layer: int | None
    """The place, from 1, among several layers of one encoder; None for a feature that stands alone."""
    extractor: str | None
    """What computed it, where the file says."""
    source_dtype: str
    """The type of number in the source file."""


@dataclass(frozen=True, eq=False)
class Target:
    """Labels beside those of emotion, for example `sentiment`."""

    name: str
    classes: tuple[str, ...]
    labels: NDArray[np.int32] = field(repr=False)
    """[utterances], indices into `classes`; -1 for none. Cannot be written to."""
    values: NDArray[np.float64] | None = field(default=None, repr=False)
    """[utterances], the numbers that the classes were made of, NaN for none; None where the store has classes only.
    Cannot be written to."""


@dataclass(frozen=True)
class SourceFile:
    """One file that a store was made from."""

    name: str
    bytes: int
    sha256: str
    layout: str


@dataclass(frozen=True)
class Provenance:
    """Where a store came from."""

    tool_version: str
    options: str
    warnings: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    created: str | None
    """ISO 8601, where it was recorded."""


@dataclass(frozen=True)
class Dialogue:
    """One dialogue of an open store. Everything but its place is read when it is asked for."""

    store: Store = field(repr=False, compare=False)
    index: int
    """Its number within the store."""
    id: str
    split: str
    start: int
    """The row of its first utterance in `Store.labels` and in every feature."""
    stop: int
    """The row after its last utterance."""

    def __len__(self) -> int:
        """The number of utterances."""
        return self.stop - self.start

    @property
    def rows(self) -> slice:
        """The rows of its utterances."""
        return slice(self.start, self.stop)

    @property
    def utterance_ids(self) -> list[str]:
        """The ids of its utterances."""
        return self.store._strings("utterances/id", self.rows)

    @property
    def labels(self) -> NDArray[np.int32]:
        """[utterances], indices into `Store.classes`; -1 for none."""
        return self.store.labels[self.rows]

    @property
    def label_names(self) -> list[str | None]:
        """The class of each utterance, or None."""
        return [self.store.classes[label] if label >= 0 else None for label in self.labels.tolist()]

    @property
    def speakers(self) -> NDArray[np.uint32]:
        """[utterances], indices into `Store.speakers`."""
        return self.store.speaker_numbers[self.rows]

    @property
    def speaker_names(self) -> list[str]:
        """The speaker of each utterance."""
        return [self.store.speakers[speaker] for speaker in self.speakers.tolist()]

    @property
    def sentences(self) -> list[str]:
        """What was said, utterance by utterance."""
        return self.store.sentences(self.rows)

    def target(self, name: str) -> NDArray[np.int32]:
        """[utterances], labels of a target, -1 for none.

        Raises:
            StoreError: where the store has no such target.
        """
        return self.store.target(name).labels[self.rows]

    def features(self, name: str, layers: str = "mean") -> NDArray[np.float32]:
        """Reads the rows of a feature, or of a modality, as float32.

        Args:
            name: a feature's name, or `text`, `audio` or `visual` for what models take of a modality (see
                `Store.features_of`). A feature that has the name of a modality means the modality.
            layers: what becomes of a modality's numbered layers: their `mean` [utterances, width], `stack`
                [utterances, layers, width] or `concat` [utterances, layers · width]. Several features without numbers
                are always put side by side.

        Returns:
            [utterances, width], but for `stack` of layers.

        Raises:
            StoreError: where the store has no such feature, or its rows cannot be read.
        """
        return self.store.rows(name, self.rows, layers)


class Store:
    """An open feature store; `open_store` opens one.

    Opening reads the names, the dialogues and what is said about features. Labels and speakers are read once, at first
    use; features and sentences each time, a dialogue at a time. A store may be pickled and crosses a fork, as a
    DataLoader with workers needs it: each process opens the file for itself, and refuses it where it has changed.
    """

    def __init__(self, path: PathLike) -> None:
        """Opens a store; see `open_store`, which says what is raised."""
        self.path = os.path.abspath(os.fsdecode(path))
        """The file's path, absolute, so that a worker process finds it from anywhere."""
        self._values: Values | None = None
        self._process = 0
        self._state: tuple[int, ...] = ()
        self._closed = False
        self._dataset_paths: tuple[str, ...] = ()
        try:
            self._read_tables()
        except BaseException:
            self.close()
            raise

    # Opening, and opening again in another process

    def _open(self) -> Values:
        if self._closed:
            raise StoreError(f"{shown(self.path, 1000)}: the store is closed; open it again with open_store")
        if self._values is not None and self._process == os.getpid():
            return self._values
        check_file(self.path)
        name = shown(self.path, 1000)
        try:
            file = h5py.File(self.path, "r")
        except (OSError, RuntimeError) as error:
            raise _cannot_open(name, error) from None
        try:
            state = _state_of(file)
            if self._state and state != self._state:
                raise StoreError(f"{name}: the file has changed since it was opened; open the store anew")
            self._dataset_paths = tuple(_quietly(name, check_objects, file, name))
        except BaseException:
            file.close()
            raise
        # A file that was opened before a fork belongs to the other process, which closes it.
        self._values, self._process, self._state = Values(file, self.path), os.getpid(), state
        return self._values

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the open file."""
        state = dict(self.__dict__)
        state["_values"] = None
        return state

    def close(self) -> None:
        """Closes the file. What was read stays; dialogues can no longer read features and sentences."""
        if self._values is not None and self._process == os.getpid():
            self._values.file.close()
        self._values = None
        self._closed = True

    def __enter__(self) -> Store:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file."""
        self.close()

    def __repr__(self) -> str:
        """The dataset and its size."""
        return (
            f"<Store {shown(self.dataset)}: {len(self.dialogues)} dialogues, {self.utterance_count} utterances, "
            f"format {self.format_version}>"
        )

    # What opening reads

    def _read_tables(self) -> None:
        values = self._open()
        self._read_header(values)
        self.classes = tuple(_unique(values, "labels/names", values.strings("labels/names")))
        """The names of the classes of emotion."""
        self.speakers = tuple(values.strings("speakers/names"))
        """The names of the speakers, or with the scope `dialogue` of the places in a dialogue."""
        self.speaker_scope = values.text("speakers", "scope")
        """`corpus`, where a number is one person everywhere, or `dialogue`, where numbers count within a dialogue."""
        if self.speaker_scope not in ("corpus", "dialogue"):
            raise values.error("speakers", f"its scope '{shown(self.speaker_scope)}' is neither corpus nor dialogue")
        self.utterance_count: int = len(values.object("utterances/label", h5py.Dataset))
        """The number of utterances."""
        self._read_dialogues(values)
        self.features: Mapping[str, Feature] = self._read_features(values)
        """The features by name, in the order of their names' bytes."""
        self.target_names = tuple(values.members("targets"))
        """The names of labels beside those of emotion; `target` reads one."""

    def _read_header(self, values: Values) -> None:
        name = values.name
        try:
            is_store = values.text("", "format") == "vuemo-store"
        except StoreError:
            is_store = False
        if not is_store:
            raise StoreError(
                f"{name}: it is an HDF5 file but not a feature store; give a store that 'vuemo convert' wrote"
            )
        version = values.text("", "format_version")
        numbers = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", version, re.ASCII)
        if not numbers:
            raise StoreError(f"{name}: its format version '{shown(version)}' is none; convert the source files again")
        major, minor = int(numbers[1]), int(numbers[2])
        if major != READABLE_FORMAT[0]:
            remedy = "update vuemo_store" if major > READABLE_FORMAT[0] else "convert the source files again"
            raise StoreError(
                f"{name}: its format version is {version}, but this package reads {READABLE_FORMAT[0]}.x "
                f"({READABLE_FORMAT[0]}.{READABLE_FORMAT[1]}); {remedy}"
            )
        if not values.has_attribute("", "complete") or values.number("", "complete") != 1:
            raise StoreError(f"{name}: its writing never ended; convert the source files again")
        self.format_version = version
        """The version of the format that the file states; newer minor versions are read as far as they are known."""
        self._format = (major, minor)
        self.dataset = values.text("", "dataset")
        """The dataset's name, for example `IEMOCAP`."""
        self.content_id = values.text("", "content_id")
        """Identifies the data: equal for stores of equal content."""

    def _read_dialogues(self, values: Values) -> None:
        names = _unique(values, "splits/names", values.strings("splits/names"))
        origins = values.strings("splits/origin", len(names))
        ids = _unique(values, "dialogues/id", values.strings("dialogues/id"))
        if not ids:
            raise values.error("dialogues/id", "there is no dialogue")
        offsets = _offsets(values, "dialogues/utterance_offset", len(ids), self.utterance_count)
        empty = np.flatnonzero(np.diff(offsets) == 0)
        if len(empty):
            raise values.error("dialogues/utterance_offset", f"dialogue '{shown(ids[empty[0]])}' has no utterances")
        splits = values.array("dialogues/split", "<u1", len(ids))
        wrong = np.flatnonzero(splits >= len(names))
        if len(wrong):
            raise values.error(
                "dialogues/split", f"row {wrong[0]} holds {splits[wrong[0]]}, but there are {len(names)} splits"
            )
        counts = np.bincount(splits, minlength=len(names))
        self.splits: Mapping[str, Split] = {
            name: Split(name, origin, int(count)) for name, origin, count in zip(names, origins, counts)
        }
        """The splits by name, in the order of the file."""
        self._split_names = tuple(names)
        self._split_numbers = splits
        self._ids = tuple(ids)
        self._offsets = offsets

    def _read_features(self, values: Values) -> dict[str, Feature]:
        features: dict[str, Feature] = {}
        for name in values.members("features"):
            path = f"features/{name}"
            dataset = values.object(path, h5py.Dataset)
            if dataset.dtype != np.dtype("<f4") or dataset.ndim != 2 or dataset.shape[1] == 0:
                raise values.error(path, "it is not a table of float32 numbers")
            if dataset.shape[0] != self.utterance_count:
                raise values.error(path, f"it has {dataset.shape[0]} rows for {self.utterance_count} utterances")
            modality = values.text(path, "modality")
            if modality not in MODALITIES:
                raise values.error(path, f"its modality '{shown(modality)}' is unknown")
            features[name] = Feature(
                name=name,
                modality=modality,
                width=int(dataset.shape[1]),
                layer=values.number(path, "layer") if values.has_attribute(path, "layer") else None,
                extractor=values.text(path, "extractor") if values.has_attribute(path, "extractor") else None,
                source_dtype=values.text(path, "source_dtype"),
            )
        if not features:
            raise values.error("features", "there is no feature")
        for modality in MODALITIES:
            layers = [one for one in features.values() if one.modality == modality and one.layer is not None]
            if len({one.layer for one in layers}) != len(layers) or len({one.width for one in layers}) > 1:
                raise values.error("features", f"the layers of {modality} are not of one width, or two have one number")
        return features

    # Dialogues

    @property
    def dialogues(self) -> Sequence[Dialogue]:
        """All dialogues, in stored order."""
        return _Dialogues(self, range(len(self._ids)))

    def split(self, name: str) -> Sequence[Dialogue]:
        """The dialogues of a split, in stored order.

        Raises:
            StoreError: where the store has no such split.
        """
        if name not in self.splits:
            raise StoreError(self._has_no("split", name, self.splits))
        return _Dialogues(self, np.flatnonzero(self._split_numbers == self._split_names.index(name)).tolist())

    def dialogue(self, id: str) -> Dialogue:
        """The dialogue of that id.

        Raises:
            StoreError: where the store has no such dialogue.
        """
        if id not in self._places:
            raise StoreError(
                f"{shown(self.path, 1000)}: the store has no dialogue '{shown(id)}'; store.dialogues has them all"
            )
        return self._dialogue(self._places[id])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {id: place for place, id in enumerate(self._ids)}

    def _dialogue(self, place: int) -> Dialogue:
        return Dialogue(
            self,
            place,
            self._ids[place],
            self._split_names[self._split_numbers[place]],
            int(self._offsets[place]),
            int(self._offsets[place + 1]),
        )

    # Labels and speakers, once; sentences and features each time

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """[utterances], indices into `classes`; -1 for none. Cannot be written to."""
        return self._labels("utterances/label", len(self.classes))

    @cached_property
    def speaker_numbers(self) -> NDArray[np.uint32]:
        """[utterances], indices into `speakers`. Cannot be written to."""
        values = self._open()
        numbers = values.array("utterances/speaker", "<u4", self.utterance_count)
        wrong = np.flatnonzero(numbers >= len(self.speakers))
        if len(wrong):
            raise values.error(
                "utterances/speaker",
                f"row {wrong[0]} holds {numbers[wrong[0]]}, but there are {len(self.speakers)} speakers",
            )
        numbers.setflags(write=False)
        return numbers

    def target(self, name: str) -> Target:
        """Labels beside those of emotion.

        Raises:
            StoreError: where the store has no such target, or it is not as it must be.
        """
        if name not in self.target_names:
            raise StoreError(self._has_no("target", name, self.target_names))
        if name not in self._targets:
            values = self._open()
            group = f"targets/{name}"
            classes = _unique(values, f"{group}/names", values.strings(f"{group}/names"))
            labels = self._labels(f"{group}/label", len(classes))
            numbers = None
            if "value" in values.members(group):
                numbers = values.array(f"{group}/value", "<f8", self.utterance_count)
                numbers.setflags(write=False)
            self._targets[name] = Target(name, tuple(classes), labels, numbers)
        return self._targets[name]

    @cached_property
    def _targets(self) -> dict[str, Target]:
        return {}

    def _labels(self, path: str, classes: int) -> NDArray[np.int32]:
        values = self._open()
        labels = values.array(path, "<i4", self.utterance_count)
        wrong = np.flatnonzero((labels < -1) | (labels >= classes))
        if len(wrong):
            raise values.error(path, f"row {wrong[0]} holds {labels[wrong[0]]}, but there are {classes} classes")
        labels.setflags(write=False)
        return labels

    def sentences(self, rows: slice) -> list[str]:
        """The sentences of some utterances.

        Raises:
            StoreError: where they cannot be read, or are not UTF-8.
        """
        values = self._open()
        start, stop, _ = slice(rows.start, rows.stop).indices(self.utterance_count)
        if stop <= start:
            return []
        offsets = self._text_offsets[start : stop + 1].tolist()
        path = "utterances/text_bytes"
        text = values.read(values.object(path, h5py.Dataset), path, slice(offsets[0], offsets[-1])).tobytes()
        sentences = []
        for row, (begin, end) in enumerate(zip(offsets, offsets[1:]), start):
            try:
                sentences.append(text[begin - offsets[0] : end - offsets[0]].decode("utf-8"))
            except UnicodeDecodeError:
                raise values.error(path, f"the sentence of utterance {row} is not UTF-8") from None
        return sentences

    @cached_property
    def _text_offsets(self) -> NDArray[np.int64]:
        values = self._open()
        text = values.object("utterances/text_bytes", h5py.Dataset)
        if text.dtype != np.dtype("<u1") or text.ndim != 1:
            raise values.error("utterances/text_bytes", "it is not a list of bytes")
        return _offsets(values, "utterances/text_offset", self.utterance_count, len(text))

    def _strings(self, path: str, rows: slice) -> list[str]:
        values = self._open()
        dataset = values.object(path, h5py.Dataset)
        if dataset.dtype.kind != "S" or dataset.shape != (self.utterance_count,):
            raise values.error(path, f"it is not a list of {self.utterance_count} strings")
        return [values.decoded(value, path) for value in values.read(dataset, path, rows).tolist()]

    def features_of(self, modality: str) -> list[Feature]:
        """The features that models take of a modality, as `vuemo train` does.

        They are the numbered layers in their order, if there are any, and otherwise the features that stand alone, in
        the order of their names' bytes.
        """
        own = [one for one in self.features.values() if one.modality == modality]
        layers = sorted((one for one in own if one.layer is not None), key=lambda one: one.layer or 0)
        return layers or own

    def rows(self, name: str, rows: slice, layers: str = "mean") -> NDArray[np.float32]:
        """Reads rows of a feature or of a modality; `Dialogue.features` says what comes out.

        Raises:
            StoreError: where the store has no such feature, or its rows cannot be read.
        """
        if layers not in _WAYS_OF_LAYERS:
            raise ValueError(f"layers is '{layers}'; it can be 'mean', 'stack' or 'concat'")
        parts = [self._rows(one, rows) for one in self._chosen(name)]
        if len(parts) == 1 and (layers != "stack" or not self._is_layered(name)):
            return parts[0]
        if not self._is_layered(name) or layers == "concat":
            return np.concatenate(parts, axis=1)
        if layers == "stack":
            return np.stack(parts, axis=1)
        # The sum in float64: the mean is the same in whichever order layers are.
        mean: NDArray[np.float64] = np.stack(parts).mean(axis=0, dtype=np.float64)
        return mean.astype(np.float32)

    def width(self, name: str, layers: str = "mean") -> int:
        """The last extent of what `rows` reads for a feature or a modality."""
        chosen = self._chosen(name)
        if self._is_layered(name) and layers != "concat":
            return chosen[0].width
        return sum(one.width for one in chosen)

    def statistics(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and population standard deviation of each column of a feature, [width] each, fitted on train.

        Raises:
            StoreError: where the store has no such feature or no statistics of it.
        """
        if name not in self.features:
            raise StoreError(self._has_no("feature", name, self.features))
        values, width = self._open(), self.features[name].width
        mean, std = (values.array(f"statistics/{name}/{what}", "<f8", width) for what in ("mean", "std"))
        return mean, std

    def _chosen(self, name: str) -> list[Feature]:
        if name in MODALITIES:
            chosen = self.features_of(name)
            if chosen:
                return chosen
            raise StoreError(f"{shown(self.path, 1000)}: the store has no feature of the modality {name}")
        if name not in self.features:
            raise StoreError(self._has_no("feature", name, self.features))
        return [self.features[name]]

    def _is_layered(self, name: str) -> bool:
        return name in MODALITIES and self._chosen(name)[0].layer is not None

    def _rows(self, feature: Feature, rows: slice) -> NDArray[np.float32]:
        values, path = self._open(), f"features/{feature.name}"
        return np.asarray(values.read(values.object(path, h5py.Dataset), path, rows), dtype=np.float32)

    # The rest

    @cached_property
    def provenance(self) -> Provenance | None:
        """Where the store came from, or None where the file does not say."""
        values = self._open()
        if "provenance" not in values.file:
            return None
        sources = []
        for name in values.members("provenance/sources"):
            path = f"provenance/sources/{name}"
            sources.append(
                SourceFile(
                    values.text(path, "name"),
                    values.number(path, "bytes"),
                    values.text(path, "sha256"),
                    values.text(path, "layout"),
                )
            )

        def optional(name: str) -> str | None:
            return values.text("provenance", name) if values.has_attribute("provenance", name) else None

        warnings = values.strings("provenance/warnings") if "provenance/warnings" in values.file else []
        return Provenance(
            optional("tool_version") or "",
            optional("options") or "",
            tuple(warnings),
            tuple(sources),
            optional("created"),
        )

    def verify(self) -> None:
        """Compares every byte with the file's checksums; memory is bounded, the whole file is read twice.

        These are the checksum at the file's end (where it is there), of each dataset the SHA-256 and the CRC-32 of its
        blocks, and the content id (for the formats that this package knows). What values mean is not looked at:
        `vuemo validate` does.

        Raises:
            DamagedStoreError: with everything that does not match in `faults`.
            StoreError: where the file cannot be read.
        """
        faults = verification.faults(self._open(), self._dataset_paths, self._format, self.content_id)
        if faults:
            more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
            raise DamagedStoreError(
                f"{shown(self.path, 1000)}: {faults[0]}{more}; copy the file again or convert the source files again",
                faults,
            )

    def _has_no(self, kind: str, name: str, names: Iterable[str]) -> str:
        has = ", ".join(f"'{shown(one)}'" for one in names) or "none"
        return f"{shown(self.path, 1000)}: the store has no {kind} '{shown(name)}'; it has {has}"


def open_store(path: PathLike, *, verify: bool = False) -> Store:
    """Opens a feature store for reading.

    Before any value is read, every name in the file is looked at: a file that leads out of itself (soft and external
    links, external storage, virtual datasets), gives an object two names, needs filters beyond gzip, shuffle and
    Fletcher-32, has strings of variable length or chunks over 16 MiB is refused, and no link is followed.

    Args:
        path: the store.
        verify: whether all checksums are compared first; see `Store.verify`.

    Raises:
        StoreError: where the file is missing, no store, of another major version of the format, incomplete, or not as
            the format says.
        DamagedStoreError: with `verify`, where bytes do not match their checksums.
    """
    store = Store(path)
    if verify:
        try:
            store.verify()
        except BaseException:
            store.close()
            raise
    return store


class _Dialogues(Sequence[Dialogue]):
    """Some dialogues of a store, made when they are asked for."""

    def __init__(self, store: Store, places: Sequence[int]) -> None:
        self._store = store
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Dialogue: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Dialogue]: ...

    def __getitem__(self, index: int | slice) -> Dialogue | Sequence[Dialogue]:
        if isinstance(index, slice):
            return _Dialogues(self._store, self._places[index])
        return self._store._dialogue(self._places[index])

    def __iter__(self) -> Iterator[Dialogue]:
        return (self._store._dialogue(place) for place in self._places)


def _state_of(file: Any) -> tuple[int, ...]:
    status = os.fstat(file.id.get_vfd_handle())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _quietly(name: str, work: Any, *arguments: Any) -> Any:
    """Runs h5py's work and makes one sentence of what it raises."""
    try:
        return work(*arguments)
    except StoreError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise StoreError(
            f"{name}: its structure cannot be read: {shown(str(error), 300)}; check the file with 'vuemo validate'"
        ) from None


def _cannot_open(name: str, error: Exception) -> StoreError:
    text = str(error)
    if "unable to lock file" in text or "h5clear" in text:
        return StoreError(
            f"{name}: another program has it open for writing, or one was killed while it had; close that program"
        )
    return StoreError(f"{name}: it cannot be opened as HDF5: {shown(text, 300)}; check the file with 'vuemo validate'")


def _unique(values: Values, path: str, names: list[str]) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if not name or name in seen:
            raise values.error(path, f"'{shown(name)}' stands in it twice" if name else "a name in it is empty")
        seen.add(name)
    return names


def _offsets(values: Values, path: str, count: int, end: int) -> NDArray[np.int64]:
    offsets = values.array(path, "<u8", count + 1)
    if offsets[0] != 0 or offsets[-1] != end or np.any(offsets[1:] < offsets[:-1]):
        raise values.error(path, f"its offsets do not rise from 0 to {end}")
    return offsets.astype(np.int64)

"""Reading of values out of an open file, each of the type that the format states."""

from __future__ import annotations

import os
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from .errors import StoreError, shown

# gzip shrinks to at most 1:1032.
_LARGEST_RATIO = 1100


class Values:
    """An open file and the name that it has in errors."""

    def __init__(self, file: Any, path: str) -> None:
        """Takes the file as h5py opened it, and its path."""
        self.file = file
        self.name = shown(path, 1000)
        self._bytes = os.fstat(file.id.get_vfd_handle()).st_size

    def error(self, place: str, what: str) -> StoreError:
        """A sentence about an object of the file."""
        return StoreError(f"{self.name}: '/{shown(place)}': {what}; check the file with 'vuemo validate'")

    def object(self, path: str, kind: type) -> Any:
        """The group or the dataset of that path.

        Raises:
            StoreError: where there is none, it is something else, or claims more than the file can hold.
        """
        found = self.file.get(path)
        if not isinstance(found, kind):
            what = "group" if kind is h5py.Group else "dataset"
            raise self.error(path, f"the {what} is missing" if found is None else f"it is not a {what}")
        if kind is h5py.Dataset:
            self._require_plausible(found, path)
        return found

    def _require_plausible(self, dataset: Any, path: str) -> None:
        """Refuses a dataset that claims more than its file can hold even compressed, before memory is taken for it."""
        if dataset.shape is None:
            raise self.error(path, "it is a dataset without values")
        try:
            claim = dataset.size * dataset.dtype.itemsize
        except TypeError:
            raise self.error(path, "its values are neither numbers nor texts") from None
        if claim > _LARGEST_RATIO * max(self._bytes, 1 << 10):
            raise self.error(
                path, f"it claims {dataset.size} elements, more than its file of {self._bytes} bytes can hold"
            )

    def members(self, path: str) -> list[str]:
        """The names in a group, in the order of their bytes; none where there is no such group."""
        if path not in self.file:
            return []
        return sorted(self.object(path, h5py.Group), key=lambda name: str(name).encode())

    # Attributes

    def has_attribute(self, path: str, name: str) -> bool:
        """Whether the object has such an attribute."""
        return name in self.file[path or "/"].attrs

    def text(self, path: str, name: str) -> str:
        """An attribute of text.

        Raises:
            StoreError: where it is missing, no string of fixed length, or not UTF-8.
        """
        attribute = self._attribute(path, name)
        kind = attribute.get_type()
        if attribute.shape != () or kind.get_class() != h5py.h5t.STRING or kind.is_variable_str():
            raise self.error(path, f"its attribute '{name}' is not a text of fixed length")
        value = np.zeros((), dtype=attribute.dtype)
        attribute.read(value)
        return self.decoded(bytes(value[()]), path)

    def number(self, path: str, name: str) -> int:
        """An attribute that is one whole number.

        Raises:
            StoreError: where it is missing or something else.
        """
        attribute = self._attribute(path, name)
        if attribute.shape != () or attribute.get_type().get_class() != h5py.h5t.INTEGER:
            raise self.error(path, f"its attribute '{name}' is not a whole number")
        value = np.zeros((), dtype=attribute.dtype)
        attribute.read(value)
        return int(value[()])

    def _attribute(self, path: str, name: str) -> Any:
        holder = self.file[path or "/"]
        if name not in holder.attrs:
            raise self.error(path, f"its attribute '{name}' is missing")
        return h5py.h5a.open(holder.id, name.encode())

    # Datasets

    def array(self, path: str, dtype: str, count: int | None = None) -> NDArray[Any]:
        """A list of numbers, [count].

        Raises:
            StoreError: where it is missing, of another type or another length.
        """
        dataset = self.object(path, h5py.Dataset)
        if dataset.dtype != np.dtype(dtype) or dataset.ndim != 1 or count not in (None, dataset.shape[0]):
            length = "" if count is None else f"{count} "
            raise self.error(path, f"it is not a list of {length}numbers of the type {np.dtype(dtype).name}")
        return np.asarray(self.read(dataset, path))

    def strings(self, path: str, count: int | None = None) -> list[str]:
        """A list of strings.

        Raises:
            StoreError: where it is missing, no list of strings of fixed length, of another length or not UTF-8.
        """
        dataset = self.object(path, h5py.Dataset)
        if dataset.dtype.kind != "S" or dataset.ndim != 1 or count not in (None, dataset.shape[0]):
            raise self.error(path, f"it is not a list of {'' if count is None else f'{count} '}strings")
        return [self.decoded(value, path) for value in self.read(dataset, path).tolist()]

    def read(self, dataset: Any, path: str, rows: slice | None = None) -> NDArray[Any]:
        """Rows of a dataset, all of them by default.

        Raises:
            StoreError: where the file is damaged or cut.
        """
        try:
            return np.asarray(dataset[() if rows is None else rows])
        except (OSError, ValueError, RuntimeError) as error:
            raise self.error(path, f"it cannot be read: {shown(str(error), 300)}") from None

    def decoded(self, value: bytes, path: str) -> str:
        """The text of a stored string.

        Raises:
            StoreError: where it is not UTF-8.
        """
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise self.error(path, f"a text in it is not UTF-8: {shown(repr(value))}") from None

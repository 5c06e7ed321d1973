"""What is raised, and how names out of files are shown."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .verification import Fault


class StoreError(Exception):
    """A store cannot be opened or read; the text says what is wrong, where, and what to do."""


class DamagedStoreError(StoreError):
    """Stored bytes do not match their checksums.

    Attributes:
        faults: every place that does not match, in the order of the checks.
    """

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        """Keeps the faults beside the sentence."""
        super().__init__(message)
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type[DamagedStoreError], tuple[str, tuple[Fault, ...]]]:
        """Errors cross from a worker process of a DataLoader to the training process."""
        return type(self), (str(self), self.faults)


def shown(text: str, limit: int = 120) -> str:
    """A name out of a file for an error's text: nothing in it steers a terminal, and it is not longer than `limit`.

    Control characters, line and paragraph separators, and marks that turn the direction of writing or have no width
    are escaped.
    """
    escaped = "".join(_escaped(character) if _steers(character) else character for character in text[:limit])
    return escaped + "…" if len(text) > limit else escaped


def _steers(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

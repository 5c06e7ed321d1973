"""Stores for the tests: those of Tests/Stores, one that write_store.py makes after FORMAT.md, and the sample's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ARCHIVED = REPOSITORY / "Tests" / "Stores"


@pytest.fixture
def archived() -> Path:
    """The newest archived store."""
    return ARCHIVED / "1.1.0.h5"


@pytest.fixture
def changed(tmp_path: Path, archived: Path) -> Callable[[Callable[[h5py.File], None]], Path]:
    """Makes a copy of the archived store and lets a function change it."""

    def change(edit: Callable[[h5py.File], None]) -> Path:
        path = tmp_path / "changed.h5"
        shutil.copyfile(archived, path)
        with h5py.File(path, "r+", libver=("v110", "v110")) as file:
            edit(file)
        return path

    return change


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was written after FORMAT.md alone."""
    path = tmp_path_factory.mktemp("written") / "store.h5"
    script = REPOSITORY / "Tests" / "StoreValidationTests" / "Generator" / "write_store.py"
    subprocess.run([sys.executable, str(script), str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The sample's IEMOCAP store, and what vuemo said that made it: VUEMO=PATH names it, or it lies in .build."""
    candidates = [REPOSITORY / ".build" / kind / "vuemo" for kind in ("release", "debug")]
    named = os.environ.get("VUEMO")
    program = named or next((str(one) for one in candidates if one.exists()), None)
    if program is None:
        pytest.skip("there is no built vuemo: 'make build' makes it, or VUEMO=PATH names it")
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, str(REPOSITORY / "data" / "make_sample.py"), str(folder)], check=True)
    store = folder / "iemocap.h5"
    converted = subprocess.run(
        [
            program, "convert", "iemocap", "--features", str(folder / "IEMOCAP_features.pkl"),
            "--roberta", str(folder / "iemocap_features_roberta.pkl"), "-o", str(store),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    return store, converted.stdout

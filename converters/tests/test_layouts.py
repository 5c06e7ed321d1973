"""Layouts are found by themselves, tell themselves apart, and are listed in docs/layouts.md."""

import importlib
import pathlib
import sys
import tempfile
import unittest

import layouts
import vuemo_layout
from faults import WrongLayout

ROOT = pathlib.Path(__file__).resolve().parents[2]

A_LAYOUT = '''
from vuemo_layout import Contribution, Dataset
NAME, DATASET = "family sessions", Dataset("Family")
FIELDS, SPLITS, USERS = "sessions", "train, test", "nobody"


def recognise(content):
    return type(content) is dict and "sessions" in content


def read(content, reader):
    return Contribution(reader, NAME, DATASET)
'''


class Layouts(unittest.TestCase):
    def test_every_module_of_the_folder_is_a_layout(self):
        files = sorted(path.stem for path in (ROOT / "converters/layouts").glob("*.py") if path.stem != "__init__")
        self.assertEqual(layouts.names(), files)
        self.assertEqual(len({layout.NAME for layout in layouts.LAYOUTS}), len(files))
        for layout in layouts.LAYOUTS:
            for name in ("NAME", "FIELDS", "SPLITS", "USERS"):
                self.assertTrue(getattr(layout, name), f"{layout.__name__}.{name}")
            self.assertTrue(callable(layout.recognise) and callable(layout.read))

    def test_the_page_lists_them(self):
        page = (ROOT / "docs/layouts.md").read_text(encoding="utf-8")
        rows = [f"| {name} | {fields} | {splits} | {users} |" for name, fields, splits, users in layouts.table()]
        listed = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| layout")]
        self.assertEqual(listed, rows)

    def test_other_content_is_no_layout(self):
        for content in (None, 5, "text", [], {}, (1, 2), [None] * 9, ({},) * 9, {"train": 5}, [[]] * 10):
            with self.assertRaisesRegex(WrongLayout, "none of the layouts that are read") as caught:
                layouts.recognise(content, "x.pkl")
            self.assertTrue(str(caught.exception).startswith("x.pkl is "))

    def test_a_file_that_is_dropped_in_is_a_layout(self):
        """In a copy of the folder, and nothing else is changed."""
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "copied_layouts"
            copy.mkdir()
            for path in (ROOT / "converters/layouts").glob("*.py"):
                (copy / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
            (copy / "family.py").write_text(A_LAYOUT, encoding="utf-8")
            sys.path.insert(0, folder)
            try:
                copied = importlib.import_module("copied_layouts")
            finally:
                sys.path.remove(folder)
            self.assertIn("family", copied.names())
            self.assertEqual(copied.recognise({"sessions": []}, "x.pkl")[0].NAME, "family sessions")


class PublicModule(unittest.TestCase):
    def test_what_a_layout_of_ones_own_may_import(self):
        for name in vuemo_layout.__all__:
            self.assertTrue(getattr(vuemo_layout, name).__doc__, name)

    def test_the_example_of_the_page_imports_nothing_else(self):
        page = (ROOT / "docs/custom-layouts.md").read_text(encoding="utf-8")
        imports = [line for line in page.splitlines() if line.startswith(("from ", "import "))]
        self.assertEqual(imports, ["from vuemo_layout import Contribution, Dataset"])
        for name in ("Contribution", "Dataset"):
            self.assertIn(name, vuemo_layout.__all__)


if __name__ == "__main__":
    unittest.main()

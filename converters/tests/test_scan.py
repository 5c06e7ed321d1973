"""What scan says of a content is true of all of it, or says of how much."""

import io
import json
import pickle
import struct
import unittest
import zipfile

from pickles.stand_ins import Array, DataType
from scanning.content_tree import Walk, lines
from scanning.scan import scan


def matrix(rows, width):
    made = Array()
    made.fill((rows, width), DataType("f4"), False, bytes(4 * rows * width))
    return made


def archive(pickled, storages):
    """A file as torch.save writes it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as members:
        for name, content in {"data.pkl": pickled, **{f"data/{key}": raw for key, raw in storages.items()}, "version": b"3\n"}.items():
            members.writestr(f"archive/{name}", content)
    return kept.getvalue()


def told(content, **options):
    return lines(Walk(**options).nodes([content]))


class Trees(unittest.TestCase):
    def test_rows_of_matrices_are_told(self):
        self.assertEqual(told({"m": matrix(17, 5)}), ["dict of 1", "  m: array float32 (17, 5)"])
        self.assertEqual(told({number: matrix(number + 1, 5) for number in range(40)}), ["dict of 40", "  by integer: array float32 (1 to 40, 5)"])
        self.assertEqual(told([[matrix(2, 3), matrix(4, 3)]])[-1], "  [0]: list of 2: array float32 (2 to 4, 3)")

    def test_an_odd_entry_late_in_a_file_is_told(self):
        for count in (49, 1000, 4000):
            content = {number: [0.5] * (2 + (number == count - 1)) for number in range(count)}
            self.assertIn("  by integer: list of 2 to 3: number", told(content))
            content[count - 1] = None
            self.assertIn("  by integer: None", told(content))

    def test_what_was_not_looked_at_is_said(self):
        text = told({number: [number] for number in range(5000)})
        self.assertEqual(text, ["dict of 5000", "  by integer, 4096 of 5000 looked at: list of 1: integer"])
        group = Walk().nodes([{number: None for number in range(5000)}])[0].plain()["children"][0]
        self.assertEqual((group["looked_at"], group["of"]), (4096, 5000))
        self.assertNotIn("looked_at", Walk().nodes([{1: None}])[0].plain()["children"][0])

    def test_the_walk_ends(self):
        content = []
        for _ in range(60):
            content = [content] * 100
        self.assertLess(len(told(content)), 100)

    def test_a_storage_alone_is_what_it_is(self):
        data = archive(b"\x80\x02(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + b"0X\3\0\0\0cpuK\2tQ.", {"0": struct.pack("<ff", 1, 2)})
        found = json.loads(scan(data, "x.pth", lambda position: None))
        self.assertEqual((found["status"], found["tree_text"]), ("safe", ["storage float32 of 2"]))

    def test_bytes_are_counted(self):
        found = json.loads(scan(pickle.dumps(["a"], 4) + bytes(7), "x.pkl", lambda position: None))
        self.assertIn("7 more bytes", found["damage"])
        self.assertEqual(found["tree_text"], ["list of 1: text"])


if __name__ == "__main__":
    unittest.main()

"""The opcode machine against Python's own pickle, on what feature pickles are made of."""

import collections
import pickle
import random
import unittest

from faults import ConversionFault, TwoReadings, UnsafePickle
from pickles.safe_pickle import load


def value(source, depth):
    """A random tree of containers, numbers and text."""
    kinds = [
        lambda: source.randrange(-1 << source.choice([4, 8, 16, 31, 40, 70]), 1 << 70),
        lambda: source.random() * 10 ** source.randint(-300, 300),
        lambda: source.choice([None, True, False, "", "naïve \u2028 \x00 text", "x" * 300]),
        lambda: bytes(source.randrange(256) for _ in range(source.choice([0, 3, 300])))]
    if depth:
        kinds += [
            lambda: [value(source, depth - 1) for _ in range(source.randint(0, 5))],
            lambda: tuple(value(source, depth - 1) for _ in range(source.randint(0, 5))),
            lambda: {source.choice(["a", 5, "b", None, 1.5]): value(source, depth - 1) for _ in range(source.randint(0, 5))},
            lambda: {source.randint(0, 99) for _ in range(source.randint(0, 5))}, lambda: collections.OrderedDict(a=value(source, depth - 1))]
    return source.choice(kinds)()


def plain(content):
    """Long byte strings come as views, and sets of what is hashable alike."""
    if isinstance(content, memoryview):
        return bytes(content)
    if isinstance(content, dict):
        return {key: plain(held) for key, held in content.items()}
    if isinstance(content, (list, tuple)):
        return type(content)(plain(held) for held in content)
    return content


class Machine(unittest.TestCase):
    def test_reads_what_pickle_writes(self):
        source = random.Random(4)
        for number in range(400):
            content = value(source, 3)
            for protocol in range(3, 6):
                read = plain(load(pickle.dumps([content], protocol), "x.pkl"))
                self.assertEqual(read, [plain(content)], f"{number}, protocol {protocol}")

    def test_frames_of_many_kilobytes(self):
        content = [[str(number) * 300, number, number * 0.5] for number in range(1000)]
        for protocol in (4, 5):
            data = pickle.dumps(content, protocol)
            self.assertGreater(data.count(b"\x95"), 10)
            self.assertEqual(load(data, "x.pkl"), content)

    def test_a_frame_may_not_end_inside_an_operation(self):
        data = pickle.dumps(["abcdef", 5], 4)
        size = int.from_bytes(data[3:11], "little")
        for change in range(-size + 1, 0):
            changed = data[:3] + (size + change).to_bytes(8, "little") + data[11:]
            try:
                self.assertEqual(load(changed, "x.pkl"), ["abcdef", 5])
            except TwoReadings as error:
                self.assertIn("a frame ends inside an operation", str(error))

    def test_names_are_refused(self):
        for protocol in range(6):
            with self.assertRaises(UnsafePickle):
                load(pickle.dumps(eval, protocol), "x.pkl")

    def test_every_cut_is_refused(self):
        data = pickle.dumps([1, "two", {3: 4.0}], 4)
        for size in range(len(data)):
            with self.assertRaises(ConversionFault):
                load(data[:size], "x.pkl")


if __name__ == "__main__":
    unittest.main()

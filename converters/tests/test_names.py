"""Three words for three things: dangerous, unknown, not supported. And files that are sound although they look odd."""

import collections
import json
import pickle
import struct
import unittest

from archives.torch_machine import PlainMachine
from faults import ConversionFault, LimitExceeded, MalformedPickle, NotJudged, NotSupported, UnsafePickle
from pickles.safe_pickle import load
from scanning.scan import scan
from scanning.scan_machine import PlainScanMachine

ACCUSING = ("do not trust", "do not load", "damaged", "download")


def called(module, name, arguments=b")"):
    """A call of a name, or with a class an instance."""
    return f"c{module}\n{name}\n".encode() + arguments + b"R"


def scanned(data):
    return json.loads(scan(data, "x.pkl", lambda position: None))


def storage_bytes(inside=b""):
    """The bytes of a tensor as PyTorch pickles them; `inside`: opcodes before the storage's own."""
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    storage = b"\x80\x02" + inside + b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + b"0X\3\0\0\0cpuK\2NtQ."
    return magic + b"\x80\x02M\xe9\3." + b"\x80\x02}." + storage + b"\x80\x02](X\1\0\0\0" + b"0e." + struct.pack("<qff", 2, 1.0, 2.0)


def tensor(content):
    load_bytes = b"ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(content)) + content + b"\x85R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + load_bytes + b"K\0K\2\x85K\1\x85\x89ccollections\nOrderedDict\n)RtR"


class Names(unittest.TestCase):
    DANGEROUS = [
        ("os", "system"), ("builtins", "eval"), ("torch", "load"), ("torch.hub", "load"), ("torch.serialization", "load"), ("pandas", "read_pickle"),
        ("pandas.io.pickle", "read_pickle"), ("pandas", "DataFrame.to_pickle"), ("numpy", "load"), ("numpy.testing", "runstring"),
        ("numpy.testing._private.utils", "runstring"), ("numpy", "loadtxt"), ("numpy.ctypeslib", "load_library"), ("joblib", "load"),
        ("joblib.numpy_pickle", "load"), ("sklearn.externals.joblib", "load"), ("pathlib", "os.system"), ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("functools", "partial"), ("dill._dill", "_load_type"), ("numpy.f2py.os", "os.system"), ("builtins", "getattr")]
    UNKNOWN = [
        ("__main__", "Dialogue"), ("pandas", "Grouper"), ("numpy", "sum"), ("torch.nn.modules.linear", "Linear"), ("joblib", "Parallel"),
        ("numpy.core", "multiarray._reconstruct"), ("builtins", "print"), ("numpy.random._pickle", "__randomstate_ctor")]
    UNSUPPORTED = [
        ("numpy", "matrix", "matrix"), ("numpy.ma.core", "_mareconstruct", "masked"), ("pandas.core.frame", "DataFrame", "pandas"),
        ("torch._utils", "_rebuild_sparse_tensor", "PyTorch"), ("joblib.numpy_pickle_compat", "NDArrayWrapper", "joblib"), ("pathlib", "PosixPath", "paths"),
        ("datetime", "date", "dates"), ("decimal", "Decimal", "numbers"), ("scipy.sparse._csr", "csr_matrix", "sparse"), ("copyreg", "_reconstructor", "class")]

    def expect(self, data, status, fault):
        found = scanned(data)
        self.assertEqual(found["status"], status, found["reason"])
        with self.assertRaises(fault) as caught:
            load(data, "x.pkl")
        sentence = str(caught.exception)
        self.assertEqual(sentence, found["reason"])
        self.assertTrue(sentence.endswith("."))
        if status != "unsafe":
            for word in ACCUSING:
                self.assertNotIn(word, sentence + str(found.get("damage")))
        else:
            self.assertIn("do not", sentence)
        return sentence

    def test_dangerous_ones_are_accused(self):
        for module, name in self.DANGEROUS:
            self.assertIn(f"{module}.{name}", self.expect(b"(N" + called(module, name, b"(Vx\nt") + b"l.", "unsafe", UnsafePickle))

    def test_unknown_ones_are_not_judged(self):
        for module, name in self.UNKNOWN:
            sentence = self.expect(b"(" + called(module, name) + b"l.", "unknown", NotJudged)
            self.assertIn(f"names {module}.{name}", sentence)
            self.assertIn("plain", sentence)

    def test_known_ones_are_told_how_to_convert(self):
        for module, name, word in self.UNSUPPORTED:
            sentence = self.expect(b"(" + called(module, name, b"(K\1t") + b"}b" + b"l.", "unsupported", NotSupported)
            self.assertIn(word, sentence)
            self.assertRegex(sentence, "save|write")

    def test_the_worst_is_told_first(self):
        harmless, unknown, hostile = called("pandas.core.frame", "DataFrame"), called("__main__", "X"), called("os", "system", b"(Vx\nt")
        self.expect(b"(" + harmless + unknown + hostile + b"l.", "unsafe", UnsafePickle)
        self.expect(b"(" + harmless + unknown + b"l.", "unknown", NotJudged)

    def test_what_a_name_takes_part_in_is_no_damage(self):
        path = called("pathlib", "PosixPath", b"(Va\nt")
        for content in (b"}" + path + b"K\1s.", b"(" + path + b"K\1d.", b"\x80\4\x8f(" + path + b"\x90.", path + b"(K\1K\2e.", path + b"(K\1K\2u.",
                        b"(" + path + b"K\1t\x85.", b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nmatrix\n(K\0tVb\n\x87R(K\1K\2tb.",
                        b"ccollections\nOrderedDict\n(" + path + b"tR."):
            self.expect(content, "unsupported", NotSupported)

    def test_a_change_of_a_name_is_an_attack(self):
        self.expect(b"cpandas.core.frame\nDataFrame\n}Va\nK\1sb.", "unsafe", UnsafePickle)
        self.expect(b"\x80\x02cnumpy\nmemmap\nVfile\n\x85R.", "unsafe", UnsafePickle)

    def test_a_tensors_bytes_are_held_to_the_same_rules(self):
        read = load(b"\x80\2" + tensor(storage_bytes()) + b".", "x.pkl")
        self.assertEqual((read.shape, read.items()), ((2,), [1.0, 2.0]))
        self.assertEqual(scanned(b"\x80\2" + tensor(storage_bytes()) + b".")["status"], "safe")
        self.assertIn("os.system", self.expect(b"\x80\2" + tensor(storage_bytes(called("os", "system", b"(Vx\nt") + b"0")) + b".", "unsafe", UnsafePickle))
        self.assertIn("pathlib", self.expect(b"\x80\2" + tensor(storage_bytes(called("pathlib", "Path", b"(Vx\nt") + b"0")) + b".", "unsupported", NotSupported))
        # The same bytes again and again, each time as new ones.
        text = storage_bytes(b"N0" * 100_000).decode("latin1").encode()
        data = (b"\x80\2c_codecs\nencode\nq\0X" + struct.pack("<I", len(text)) + text + b"q\1X\6\0\0\0latin1q\2ctorch.storage\n_load_from_bytes\nq\3("
                + b"h\3h\0h\1h\2\x86R\x85R" * 2000 + b"l.")
        for machine in (PlainScanMachine, PlainMachine):
            with self.assertRaisesRegex(LimitExceeded, "more objects"):
                machine(data, 1_000_000, lambda position: None).run()
        for content in (b"", b"cos\nsystem\n.", called("os", "system", b"(Vx\nt") + b"." + storage_bytes(), storage_bytes(tensor(storage_bytes()) + b"0"),
                        pickle.dumps([1])):
            self.expect(b"\x80\2" + tensor(content) + b".", "unsafe", UnsafePickle)
        for content, word in ((storage_bytes()[:-3], "cut short"), (storage_bytes() + b"x", "go on behind"), (storage_bytes()[:60], "cut short")):
            with self.assertRaisesRegex(MalformedPickle, word):
                load(b"\x80\2" + tensor(content) + b".", "x.pkl")
            self.assertIn(word, scanned(b"\x80\2" + tensor(content) + b".")["damage"])

    def test_data_that_are_not_read(self):
        structured = b"cnumpy\ndtype\n(U\3V16K\0K\1tR"
        self.assertIn("V16", self.expect(b"\x80\2(" + structured + b"l.", "unsupported", NotSupported))
        self.expect(b"\x80\2(" + structured + called("os", "system", b"(Vx\nt") + b"l.", "unsafe", UnsafePickle)


class Intact(unittest.TestCase):
    def test_containers_and_keys_of_all_kinds(self):
        for content in (
                {("dia0", 3): 1, ("dia0", (4, None)): 2}, {("d1", 1), ("d2", 2)}, frozenset([(1, 2), frozenset([3])]), {b"k" * 5000: 1, "x": {b"k" * 300}},
                {True: 1, None: 2, 1.5: 3, 1 << 70: 4, -(1 << 70): 5}, collections.deque([1, 2]), {float: 1, "kinds": [int, str, list]}):
            for protocol in range(2, 6):
                found = scanned(pickle.dumps(content, protocol))
                self.assertEqual(found["status"], "safe", found.get("reason"))
        for factory in (float, str, bool, int, list, dict, set, tuple, bytes, collections.OrderedDict, collections.Counter):
            for protocol in range(6):
                self.assertEqual(load(pickle.dumps(collections.defaultdict(factory, a=1), protocol), "x.pkl"), {"a": 1})
        self.assertEqual(load(pickle.dumps([range(3), range(5, 0, -2)], 4), "x.pkl"), [[0, 1, 2], [5, 3, 1]])
        self.assertEqual(load(b"(c__builtin__\nlong\n(S'12L'\ntRc__builtin__\nlong\n(V-7\ntRl.", "x.pkl"), [12, -7])

    def test_forty_dimensions(self):
        shape = b"(" + b"K\1" * 40 + b"t"
        data = b"\x80\2cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\1btR(K\1" + shape + b"cnumpy\ndtype\n(U\2f4K\0K\1tR\x89U\4abcdtb."
        self.assertEqual(scanned(data)["status"], "safe")

    def test_long_numbers_are_beyond_a_limit_and_not_damaged(self):
        for protocol in (0, 2, 4):
            with self.assertRaises(LimitExceeded):
                load(pickle.dumps(1 << 9000, protocol), "x.pkl")

    def test_what_it_costs_is_bounded(self):
        modulus = (1 << 61) - 1
        integers = b"".join(b"\x8a\x0a" + (k * modulus).to_bytes(10, "little") + b"K\0" for k in range(1, 3000))
        with self.assertRaisesRegex(LimitExceeded, "of one hash"):
            load(b"\x80\x02}(" + integers + b"u.", "x.pkl")
        members = b"".join(b"\x8a\x0a" + (k * modulus).to_bytes(10, "little") for k in range(1, 3000))
        for data in (b"\x80\x04\x8f(" + members + b"\x90.", b"\x80\x04(" + members + b"\x91.", b"\x80\x02c__builtin__\nset\n((" + members + b"ltR.",
                     b"\x80\x02}q\0" + b"".join(b"\x8a\x0a" + (k * modulus).to_bytes(10, "little") + b"Ns" for k in range(1, 3000)) + b"."):
            with self.assertRaisesRegex(LimitExceeded, "of one hash"):
                load(data, "x.pkl")
        text = b"U\2f4" + b"0" + b"cnumpy\ndtype\n(U\7S900000K\0K\1tRq\0"
        raw = b"B" + struct.pack("<I", 900000) + bytes(900000) + b"q\1"
        calls = b"cnumpy.core.multiarray\nscalar\nq\2(" + b"h\2h\0h\1\x86R" * 3000 + b"l."
        with self.assertRaises(LimitExceeded):
            load(b"\x80\x02" + text + raw + calls, "x.pkl")
        with self.assertRaises(LimitExceeded):
            load(b"\x80\x02cbuiltins\nrange\nJ\xff\xff\xff\x7f\x85R.", "x.pkl")

    def test_line_ends_that_were_changed(self):
        for content in (["one", "two"], [1, 2.5], {"a": ["x\ny"]}, [None, "ä"]):
            for protocol in (0, 1):
                data = pickle.dumps(content, protocol)
                changed = data.replace(b"\n", b"\r\n")
                if changed.count(b"\n") < 2:
                    continue
                with self.assertRaisesRegex(ConversionFault, "text mode"):
                    load(changed, "x.pkl")
                self.assertIn("text mode", scanned(changed)["damage"])
            with self.assertRaisesRegex(ConversionFault, "text mode"):
                load(pickle.dumps(content, 0).replace(b"\n", b"\r"), "x.pkl")
        with self.assertRaisesRegex(ConversionFault, "binary mode"):
            load(pickle.dumps([1], 2).decode("latin1").encode(), "x.pkl")
        with self.assertRaisesRegex(ConversionFault, "text mode"):
            load(b"(Vabc\r\nVdef\r\nl.", "x.pkl")
        self.assertEqual(load(b"(Vabc\r\nVdef\nl.", "x.pkl"), ["abc\r", "def"])

    def test_bytes_after_the_end_are_told(self):
        data = pickle.dumps([1])
        for rest, word in ((bytes(512), "512 more bytes.*all of them zero"), (data, "holds another pickle.*give a file"), (called("os", "system"), "1[0-9] more bytes.*no pickle"),
                           (called("os", "system") + b".", "names os.system.*do not trust"), (b"\xfe\xfe", "2 more bytes.*no pickle")):
            with self.assertRaisesRegex(ConversionFault, word):
                load(data + rest, "x.pkl")
            found = scanned(data + rest)
            self.assertRegex(found["damage"], word)
            self.assertEqual(found["tree_text"], ["list of 1: integer"])


if __name__ == "__main__":
    unittest.main()

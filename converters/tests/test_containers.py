"""What pickles are packed in is taken off once, up to a bound; arrays of joblib's and files of PyTorch's old format are read where they stand."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import unittest
import zipfile
import zlib
from unittest import mock

from archives import compression, containers
from archives.torch_machine import PlainMachine
from faults import ConversionFault, LimitExceeded, MalformedPickle, NotSupported, TwoReadings, UnsafePickle
from pickles.safe_pickle import load
from scanning import numpy_files
from scanning.scan import scan

CONTENT = {"ids": ["d1", "d2"], "numbers": list(range(3000))}
DATA = pickle.dumps(CONTENT, 4)


def scanned(data):
    return json.loads(scan(data, "x.pkl", lambda position: None))


def zipped(files, method=zipfile.ZIP_DEFLATED):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return kept.getvalue()


class Case(unittest.TestCase):
    def refused(self, data, *words, fault=MalformedPickle, status="unreadable"):
        """Scan and conversion say the same sentence, in which the words stand."""
        with self.assertRaises(fault) as caught:
            load(data, "x.pkl")
        found = scanned(data)
        self.assertEqual((found["reason"], found["status"]), (str(caught.exception), status))
        for word in words:
            self.assertIn(word, str(caught.exception))
        return str(caught.exception)


class Containers(Case):
    PACKED = {
        "gzip": gzip.compress(DATA), "bzip2": bz2.compress(DATA), "xz": lzma.compress(DATA), "lzma": lzma.compress(DATA, lzma.FORMAT_ALONE), "zlib": zlib.compress(DATA),
        "zip": zipped({"folder/features.pkl": DATA})}

    def test_each_gives_what_is_in_it(self):
        for container, data in self.PACKED.items():
            self.assertEqual(load(data, "x.pkl"), CONTENT, container)
            found = scanned(data)
            self.assertEqual((found["status"], found["container"], found["unpacked_bytes"], found["bytes"]), ("safe", container, len(DATA), len(data)))

    def test_several_streams_are_one_file(self):
        for pack, rest in ((gzip.compress, bytes(700)), (bz2.compress, b""), (lzma.compress, bytes(8))):
            self.assertEqual(load(pack(DATA[:50]) + pack(DATA[50:]) + rest, "x.pkl"), CONTENT)

    def test_what_macos_adds_to_a_zip_archive_is_no_file_of_it(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self.assertEqual(load(zipped({"a.pkl": DATA, "__MACOSX/._a.pkl": b"\0", ".DS_Store": b"x"}, method), "x.pkl"), CONTENT)

    def test_damage_is_told_as_what_it_is(self):
        for container, data in self.PACKED.items():
            word = "damaged" if container != "zip" else "cut short"
            self.refused(data[:len(data) // 2], word)
            self.refused(data + b"more", "more bytes")
        self.refused(self.PACKED["gzip"][:-5] + b"\0\0\0\0\0", "damaged")
        self.refused(gzip.compress(DATA + b"more"), "the content of x.pkl", "4 more bytes after the end of its pickle")
        self.refused(gzip.compress(DATA[:-9]), "the content of x.pkl is cut short")

    def test_what_is_packed_twice_is_named(self):
        self.refused(gzip.compress(bz2.compress(DATA)), "a gzip archive, and what is in it is a bzip2 archive")
        self.refused(zipped({"a.pkl.gz": gzip.compress(DATA)}), "a zip archive, and what is in it is a gzip archive")

    def test_several_files_are_named(self):
        data = zipped({"a.pkl": DATA, "b.pkl.gz": gzip.compress(DATA)})
        with self.assertRaisesRegex(MalformedPickle, r"2 files \('a.pkl', 'b.pkl.gz'\).*unpack it first"):
            load(data, "x.pkl")
        found = scanned(data)
        self.assertEqual((found["status"], found["kind"]), ("safe", "zip"))
        self.assertEqual(found["tree_text"][:3], ["archive of 2 files", "  a.pkl: safe, pickle", "    dict of 2"])
        found = scanned(zipped({"a.pkl": DATA, "b.txt": b"text", "c.pkl": b"cos\nsystem\n(Vx\ntR."}))
        self.assertEqual(found["status"], "unsafe")
        self.assertTrue(found["reason"].startswith("'c.pkl' of x.pkl asks for os.system"))
        self.refused(zipped({"folder/": b""}), "without any file")

    def test_what_was_not_looked_at_is_said(self):
        with mock.patch.object(numpy_files, "MOST_MEMBERS", 2):
            found = scanned(zipped({f"{number}.pkl": DATA for number in range(5)}))
        self.assertEqual((found["status"], found["tree_text"][0]), ("unknown", "archive of 5 files, 2 of 5 looked at"))
        self.assertIn("'2.pkl', '3.pkl', '4.pkl'", found["reason"])

    def test_a_bomb_ends_in_a_sentence(self):
        with mock.patch.object(compression, "FREE_BYTES", 1 << 20), mock.patch.object(containers, "FREE_BYTES", 1 << 20):
            for data in (gzip.compress(bytes(16 << 20), 9), bz2.compress(bytes(16 << 20)), lzma.compress(bytes(16 << 20)), zipped({"a": bytes(16 << 20)})):
                self.assertLess(len(data), 1 << 15)
                self.refused(data, "it is refused", fault=LimitExceeded)

    def test_names_inside_are_judged(self):
        for pack in (gzip.compress, bz2.compress, lzma.compress, lambda data: zipped({"a.pkl": data})):
            self.refused(pack(b"cos\nsystem\n(Vx\ntR."), "os.system", fault=UnsafePickle, status="unsafe")

    def test_a_python_without_the_module_says_so(self):
        known = compression.Format("a bzip2 archive", b"BZh", None, "bz2", None, "bunzip2")
        with mock.patch.object(containers, "format_of", lambda data: known):
            self.refused(self.PACKED["bzip2"], "without its module bz2", "bunzip2")

    def test_every_truncation_and_change_is_refused_or_harmless(self):
        small = pickle.dumps(["text", 5], 2)
        for pack in (gzip.compress, bz2.compress, lzma.compress, zlib.compress, lambda data: zipped({"a.pkl": data})):
            data = pack(small)
            for at in range(len(data)):
                for changed in (data[:at], data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1:]):
                    try:
                        self.assertEqual(load(changed, "x.pkl"), ["text", 5])
                    except ConversionFault as fault:
                        self.assertTrue(str(fault).endswith("."))


def npy(descr, shape, content, version=1):
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode() + content


OBJECTS = b"\x80\2cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\1btR(K\1(K\1tcnumpy\ndtype\n(U\1OK\0K\1tR\x89(%sltb."


class NumpyFiles(unittest.TestCase):
    def test_arrays_are_told_by_their_headers(self):
        for version in (1, 2, 3):
            found = scanned(npy("'<f4'", "(3, 4)", bytes(48), version))
            self.assertEqual((found["status"], found["kind"], found["tree_text"]), ("safe", "npy", ["array float32 (3, 4)"]))
        self.assertEqual(scanned(npy("'>i8'", "()", bytes(8)))["tree_text"], ["array int64 big-endian ()"])
        self.assertEqual(scanned(npy("'<U5'", "(2,)", bytes(40)))["tree_text"], ["array text (2)"])
        self.assertEqual(scanned(npy("[('a', '<f4'), ('b', '<i4')]", "(2,)", bytes(16)))["tree_text"], ["array of records of 2 fields (2)"])

    def test_other_sizes_are_told(self):
        self.assertRegex(scanned(npy("'<f4'", "(3, 4)", bytes(40)))["reason"], "is cut short: array float32 .3, 4. takes 176 bytes, and it has 168")
        self.assertRegex(scanned(npy("'<f4'", "(3, 4)", bytes(49)))["reason"], "more bytes than its header says")
        for damaged in (npy("'<f4'", "(3, 4)", b"")[:40], npy("'<f4'", "(-3, 4)", b""), npy("__import__('os')", "(3, 4)", b""), b"\x93NUMPY\7" + bytes(99)):
            self.assertIn("header is damaged", scanned(damaged)["reason"])

    def test_objects_are_looked_at_as_the_pickle_that_they_are(self):
        found = scanned(npy("'|O'", "(1,)", OBJECTS % b"Vx\n"))
        self.assertEqual((found["status"], found["kind"]), ("unsupported", "npy"))
        self.assertIn("Python objects, which are a pickle inside", found["reason"])
        found = scanned(npy("'|O'", "(1,)", OBJECTS % b"cos\nsystem\n(Vx\ntR"))
        self.assertEqual(found["status"], "unsafe")
        self.assertIn("os.system", found["reason"])

    def test_archives_of_arrays(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            files = {"a.npy": npy("'<f4'", "(100, 40)", bytes(16000)), "b/c.npy": npy("'<i8'", "(2,)", bytes(16))}
            found = scanned(zipped(files, method))
            self.assertEqual((found["status"], found["kind"], found["tree_text"]),
                             ("safe", "npz", ["archive of 2 arrays, whose headers were read", "  a: array float32 (100, 40)", "  b/c: array int64 (2)"]))
            found = scanned(zipped({**files, "o.npy": npy("'|O'", "(1,)", OBJECTS % b"cos\nsystem\n(Vx\ntR")}, method))
            self.assertEqual((found["status"], found["tree_text"][-1]), ("unsafe", "  o: array object (1), a pickle: unsafe"))
            self.assertIn({"name": "os.system", "times": 1, "allowed": False, "verdict": "dangerous"}, found["globals"])
        self.assertIn("is cut short", scanned(zipped({"a.npy": files["a.npy"][:-1]}))["reason"])


ARRAY = struct.pack("<3f", 1.5, 2.5, -3)
STATE = b"(Vshape\n(K\3tVdtype\ncnumpy\ndtype\n(Vf4\nK\0K\1tRVsubclass\ncnumpy\nndarray\nVorder\nVC\nd"
ALIGNED = STATE[:-1] + b"Vnumpy_array_alignment_bytes\nK\x10d"
WRAPPER = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"


def saved(state=STATE, behind=ARRAY, after=b""):
    return b"\x80\2(" + WRAPPER + state + b"b" + behind + after + b"l."


class JoblibArrays(Case):
    def test_bytes_between_operations_are_the_arrays(self):
        for data in (saved(), saved(ALIGNED, b"\3\xff\xff\xff" + ARRAY), saved(ALIGNED, b"\0" + ARRAY)):
            (array,) = load(data, "x.pkl")
            self.assertEqual((array.shape, array.type.name, array.items()), ((3,), "float32", [1.5, 2.5, -3]))
            self.assertEqual(scanned(data)["status"], "safe")
        self.assertIn("joblib", scanned(saved())["writer"])

    def test_columns_first(self):
        state = STATE.replace(b"VC", b"VF").replace(b"(K\3t", b"K\1K\3\x86")
        (array,) = load(saved(state), "x.pkl")
        self.assertEqual((array.shape, array.fortran), ((1, 3), True))

    def test_objects_are_a_pickle_of_their_own(self):
        state = STATE.replace(b"Vf4", b"VO")
        objects = b"\x80\2cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\1btR(K\1(K\3tcnumpy\ndtype\n(U\1OK\0K\1tR\x89(Va\nNK\5ltb."
        (array,) = load(saved(state, objects), "x.pkl")
        self.assertEqual(array.items(), ["a", None, 5])
        self.assertEqual(scanned(saved(state, objects))["status"], "safe")
        self.hostile(saved(state, b"\x80\2cos\nsystem\n(Vx\ntR."))
        self.refused(saved(state, b"N."), "pickled as something else", fault=NotSupported, status="unsupported")

    def test_what_is_not_an_array_is_told(self):
        self.refused(saved(behind=b"")[:-4], "cut short")
        self.refused(saved(STATE.replace(b"cnumpy\nndarray", b"cnumpy\nmatrix")), "numpy.matrix", fault=NotSupported, status="unsupported")
        self.refused(saved(STATE.replace(b"cnumpy\nndarray", b"cnumpy\nmemmap")), "numpy.memmap", fault=NotSupported, status="unsupported")
        self.hostile(saved(after=b"cos\nsystem\n(Vx\ntR"))

    def test_a_description_that_is_not_read(self):
        data = b"\x80\2(" + WRAPPER + b"cpathlib\nPosixPath\n(Va\ntRb" + ARRAY + b"l."
        self.refused(data, "pathlib.PosixPath", "could not be looked into", fault=NotSupported, status="unsupported")

    def hostile(self, data):
        """Refused by both, with what it asks for."""
        with self.assertRaisesRegex(UnsafePickle, "os.system.*do not"):
            load(data, "x.pkl")
        found = scanned(data)
        self.assertEqual(found["status"], "unsafe")
        self.assertRegex(found["reason"], "os.system.*do not")

    def test_operations_among_the_bytes_are_another_reading(self):
        """Python's own pickle would run them."""
        hidden = b"cos\nsystem\n(Vtouch x\ntR."
        self.hostile(saved(STATE.replace(b"K\3", b"K%c" % len(hidden)).replace(b"Vf4", b"Vi1"), hidden))
        with self.assertRaises(TwoReadings):
            load(saved(STATE.replace(b"K\3", b"K%c" % len(hidden)).replace(b"Vf4", b"Vi1"), hidden), "x.pkl")
        # However long it takes to come to them.
        long = b"N0" * 100_000
        data = saved(STATE.replace(b"K\3", b"J" + struct.pack("<i", len(long))).replace(b"Vf4", b"Vi1"), long)
        self.assertEqual(scanned(data)["status"], "safe")
        with self.assertRaisesRegex(TwoReadings, "more operations than are followed"):
            PlainMachine(data, 100_000, lambda position: None).run()
        # Bytes that are no name of Python's are none.
        anything = b"c\x91\x92\x93\n\x94\n\x95"
        self.assertEqual(scanned(saved(STATE.replace(b"K\3", b"K%c" % len(anything)).replace(b"Vf4", b"Vi1"), anything))["status"], "safe")


MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV7\nVcpu\nK\3NtQK\0K\3\x85K\1\x85\x89NtR"


def legacy(content=b"\x80\2]" + TENSOR + b"a.", keys=b"\x80\2](V7\ne.", behind=struct.pack("<q", 3) + ARRAY):
    return MAGIC + b"\x80\2M\xe9\3." + b"\x80\2}." + content + keys + behind


class OldTorch(Case):
    def test_tensors_whose_bytes_follow(self):
        for data in (legacy(), legacy(b"\x80\2]" + TENSOR.replace(b"NtQ", b"tQ") + b"a."),
                     legacy(b"\x80\2]ctorch._utils\n_rebuild_tensor\n((Vstorage\nctorch\nFloatStorage\nV7\nVcpu\nK\3tQK\0ctorch\nSize\n(K\3\x85tRK\1\x85tRa.")):
            (array,) = load(data, "x.pt")
            self.assertEqual((array.shape, array.items()), ((3,), [1.5, 2.5, -3]))
            found = scanned(data)
            self.assertEqual((found["status"], found["kind"], found["storages"]), ("safe", "torch-before-1.6", 1))
            self.assertEqual(found["tree_text"], ["list of 1", "  [0]: array float32 (3)"])

    def test_what_does_not_fit_is_told(self):
        self.refused(legacy(behind=struct.pack("<q", 4) + ARRAY + b"    "), "3 items behind which 4")
        self.refused(legacy(keys=b"\x80\2](V8\ne."), "not those that are listed")
        self.refused(legacy()[:-2], "cut short")
        self.refused(legacy() + b"ab", "2 more bytes")
        self.refused(legacy(b"\x80\2]" + TENSOR.replace(b"K\3\x85", b"K\4\x85") + b"a."), "beyond its bytes")
        self.refused(legacy().replace(b"M\xe9\3", b"M\xea\3"), "a version that is not known", fault=NotSupported, status="unsupported")
        self.refused(legacy(b"\x80\2cos\nsystem\n(Vx\ntR."), "os.system", fault=UnsafePickle, status="unsafe")

    def test_every_truncation_is_refused(self):
        for end in range(len(legacy())):
            with self.assertRaises(ConversionFault):
                load(legacy()[:end], "x.pt")


if __name__ == "__main__":
    unittest.main()

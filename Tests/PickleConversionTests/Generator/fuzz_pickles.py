#!/usr/bin/env python3
"""A seeded mutator over valid pickles of every layout: whatever comes out is refused in one sentence, or converted.

    fuzz_pickles.py [--seconds S] [--seed N]

The tests run a bounded number of mutations through the embedded interpreter; this script runs on for as long as wanted and
leaves the first pickle that escapes as `escaped.pkl`. Memory is bounded by an address-space limit, time per pickle is told.
"""

import json
import random
import sys
import time

if __name__ == "__main__":
    import pathlib
    here = pathlib.Path(__file__).resolve()
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(here.parents[3] / "converters"), str(here.parents[3] / "data"), str(here.parent)]

import joblib_files
import sample_files
import torch_files
from archives.compression import format_of
from archives.containers import KINDS
from archives.legacy_torch import is_legacy
from conversion import Conversion
from faults import ConversionFault
from scanning.scan import scan

PARTS = [
    ("IEMOCAP", "base"), ("IEMOCAP", "own-export"), ("MELD", "base"), ("MELD", "base-no-visual"), ("IEMOCAP", "roberta"), ("MELD", "roberta"),
    ("IEMOCAP", "combined"), ("MELD", "combined-unused"), ("MELD", "combined-sentiment"), ("IEMOCAP", "corect"),
    ("IEMOCAP", "cogmen"), ("IEMOCAP", "mosei"), ("MELD", "mosei-real"), ("MELD", "mosei-three"), ("IEMOCAP", "mmsa"), ("IEMOCAP", "mult"),
    ("IEMOCAP", "segments")]
FORMS, CONTAINERS = ("joblib", "torch-old", "tensors"), ("gzip", "bzip2", "xz", "lzma", "zlib", "zip")
FRAMED = ("mosei", "mmsa", "mult", "segments")
OPCODES = b"(.0123FIJKLMNPQRSTUVXabcdegh}iljopqrst]u)GBC\x80\x81\x82\x85\x86\x87\x88\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98"
NAMES = [b"cos\nsystem\n", b"cnumpy\nndarray\n", b"c__builtin__\nset\n", b"ccollections\nOrderedDict\n", b"ccogmen.Sample\nSample\n",
         b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nHalfStorage\n", b"ccollections\ndefaultdict\n", b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\n_reconstruct\n", b"cnumpy.core.multiarray\nscalar\n",
         b"cpathlib\nPosixPath\n", b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81", b"ctorch.storage\n_load_from_bytes\n", b"c__main__\nX\n)\x81",
         b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b", b"ctorch._utils\n_rebuild_tensor\n", b"ctorch\nSize\n", b"cjoblib\nload\n", b"ctorch\nload\n",
         b"cbuiltins\nrange\n", b"ccollections\ndeque\n", b"c__builtin__\nlong\n", b"cnumpy\nmatrix\n"]


def corpus():
    """Two pickles per layout in protocols that go round, with every form of rows and splits among them, one archive of
    torch.save per layout, files of joblib, of PyTorch before 1.6 and with tensors among plain data, packed ones, and files whose arrays are read
    in runs."""
    rows, splits = ["arrays", "matrix", "numbers", "tuple"], ["list", "set", "tuple", "frozenset"]
    made = []
    for number, (dataset, part) in enumerate(PARTS):
        for protocol in (number % 3 if part != "cogmen" else 2, 3 + number % 3):
            made.append(sample_files.make(json.dumps({
                "dataset": dataset, "part": part, "protocol": protocol, "python2": protocol < 3 and number % 2 == 0 and part != "own-export",
                "rows": rows[number % 4] if not part.startswith(FRAMED) else "arrays",
                "splits": splits[number % 4] if part in ("base", "roberta") else "list"})))
        made.append(sample_files.make(json.dumps({"dataset": dataset, "part": part, "tensors": True, "counts": [2, 1, 1, 1, 1, 1]})))
        made.append(sample_files.make(json.dumps({
            "dataset": dataset, "part": part, "form": FORMS[number % 3], "protocol": 2 + number % 4, "python2": False, "counts": [2, 1, 1, 1, 1, 1]})))
    for number, container in enumerate(CONTAINERS):
        made.append(sample_files.make(json.dumps({
            "form": ("pickle", *FORMS)[number % 4], "container": container, "protocol": 2 + number % 4, "python2": False, "counts": [1] * 6})))
    for protocol in (2, 3, 4):
        made.append(sample_files.make(json.dumps({
            "part": "base", "protocol": protocol, "python2": protocol == 2, "memo_from": 300, "absent": ["visual", "audio"],
            "widths": {"text": 65 + 200 * (protocol == 3)}, "counts": [1] * 6})))
    return made


def looked_into():
    """Files that are scanned and not converted: arrays of NumPy's, and a zip archive of several files."""
    def npy(descr, content):
        header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}".ljust(117) + "\n"
        return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + content
    objects = npy("|O", sample_files.make(json.dumps({"counts": [1] * 6, "python2": False, "protocol": 3})))
    archive = {"a.npy": npy("<f4", bytes(8)), "o.npy": objects}
    return [npy("<f4", bytes(8)), objects, torch_files.archive(archive, 8), torch_files.archive(archive),
            torch_files.archive({"a.pkl": b"\x80\2]q\0.", "b.pkl.gz": joblib_files.packed(b"\x80\2}q\0.", "gzip"), **archive}, 8)]


def mutate(source, pickles):
    """One of the pickles with a few bytes changed, removed, repeated, or made opcodes, names and large sizes. Of most archives
    it is data.pkl that is changed, and the checksum is left out, so that the change is not found by it; of most packed files, what is in them."""
    chosen = source.choice(pickles)
    packing = format_of(chosen)
    if packing is not None and source.random() < 0.7:
        container = KINDS.get(packing.what, "zlib")
        if container in joblib_files.OPENED:
            return joblib_files.packed(mutated(source, joblib_files.OPENED[container](chosen), pickles), container)
    if chosen.startswith(b"PK") and source.random() < 0.7:
        return torch_files.with_pickle(chosen, lambda pickled: mutated(source, pickled, pickles))
    return mutated(source, chosen, pickles)


def mutated(source, chosen, pickles):
    """A few changes of `chosen`."""
    data = bytearray(chosen)
    for _ in range(source.randint(1, 4)):
        at, kind = source.randrange(len(data)), source.random()
        if kind < 0.35:
            data[at] = source.randrange(256)
        elif kind < 0.5:
            data[at:at + source.randint(0, 20)] = b""
        elif kind < 0.7:
            data[at:at] = bytes(source.choice(OPCODES) for _ in range(source.randint(1, 3)))
        elif kind < 0.8:
            data[at:at] = source.choice(NAMES)
        elif kind < 0.85:
            data[at:at + 4] = source.choice([b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80"])
        elif kind < 0.95:
            begin = source.randrange(len(data))
            data[at:at] = data[begin:begin + source.randint(1, 60)]
        else:
            other = source.choice(pickles)
            begin = source.randrange(len(other))
            data[at:] = other[begin:]
        if not data:
            break
    return bytes(data)


def whole_way(data):
    """Read, recognise, assemble and walk all rows; True where it converts, False where it is refused in one sentence."""
    try:
        converted(data, {"frames": "mean"})
        return True
    except ConversionFault as fault:
        sentence = str(fault)
        if "--regression-classes" in sentence:
            return whole_way_with_classes(data)
        if "\n" in sentence or not sentence.endswith(".") or len(sentence) > 2000:
            raise AssertionError(f"not one sentence: {sentence[:200]!r}") from fault
        return False


def converted(data, options):
    conversion = Conversion()
    conversion.configure(json.dumps(options))
    conversion.read("mutated.pkl", data, "", lambda position: None)
    json.loads(conversion.assemble())
    for feature in conversion.assembly.features:
        for _ in conversion.blocks(feature.name):
            pass


def whole_way_with_classes(data):
    """The same where labels are real numbers."""
    try:
        converted(data, {"frames": "mean+std", "regression_classes": 7})
        return True
    except ConversionFault:
        return False


def check(data):
    """The whole way, and a scan, which must agree on what is safe enough to convert."""
    is_converted = whole_way(data)
    status = json.loads(scan(data, "mutated.pkl", lambda position: None))["status"]
    if is_converted and status != "safe":
        raise AssertionError(f"converted, but {status} by the scan")
    return is_converted


def run(count, seed):
    """`count` (text) mutations. JSON: how many converted, were refused, the first escape, and the longest time of one."""
    source, pickles = random.Random(int(seed)), corpus() + looked_into()
    outcome = {"converted": 0, "refused": 0, "escape": "", "slowest": 0.0}
    for _ in range(int(count)):
        data, began = mutate(source, pickles), time.monotonic()
        try:
            outcome["converted" if check(data) else "refused"] += 1
        except BaseException as error:
            outcome["escape"] = outcome["escape"] or f"{type(error).__name__}: {error}; {data.hex()[:4000]}"
        outcome["slowest"] = max(outcome["slowest"], time.monotonic() - began)
    return json.dumps(outcome)


def is_new(data):
    return format_of(data) is not None or data[:2] == b"PK" or is_legacy(data) or b"NumpyArrayWrapper" in data or b"_load_from_bytes" in data


def main():
    import argparse
    import resource
    parser = argparse.ArgumentParser(description="Mutate pickles of every layout and look for one that escapes.")
    parser.add_argument("--seconds", type=float, default=60, help="how long; default 60")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--new", action="store_true", help="only what is packed, or written by joblib, PyTorch before 1.6 or with tensors in plain data")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    source, pickles = random.Random(options.seed), [data for data in corpus() if not options.new or is_new(data)]
    begun, read, count, slowest = time.monotonic(), 0, 0, 0.0
    for data in pickles:
        if not check(data):
            sys.exit("a pickle of the corpus itself is refused")
    pickles += looked_into()
    while time.monotonic() - begun < options.seconds:
        data, began = mutate(source, pickles), time.monotonic()
        try:
            read += check(data)
        except BaseException:
            pathlib.Path("escaped.pkl").write_bytes(data)
            print("escaped.pkl holds a pickle that escaped")
            raise
        slowest = max(slowest, time.monotonic() - began)
        count += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} mutations of {len(pickles)} pickles: {read} converted, {count - read} refused, none escaped; "
          f"slowest {slowest * 1000:.0f} ms, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()

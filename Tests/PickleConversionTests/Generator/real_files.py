#!/usr/bin/env python3
"""Files that the real libraries write are read to the last value. Run by hand; the tests need none of these libraries.

    python3 -m venv real && real/bin/pip install numpy joblib pandas h5py torch
    real/bin/python Tests/PickleConversionTests/Generator/real_files.py

With `--vuemo .build/debug/vuemo`, dicts of splits are converted too, and the store that h5py reads is compared with what NumPy computes.
Files are made with NumPy, joblib, PyTorch (where it is there) and pandas, in every container, read by `converters/` and compared. With
`--keep FOLDER` they stay, for `vuemo scan FOLDER/*`.
"""

import argparse
import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[3] / "converters")]

from faults import ConversionFault
from pickles.safe_pickle import load
from pickles.stand_ins import Array
from scanning.scan import scan

RANDOM = np.random.default_rng(7)


def arrays():
    """Arrays of the types and forms that features have."""
    made = {f"{kind}{form}": (RANDOM.normal(size=(5, 7)) * 50).astype(kind) for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", ">f4", ">i8", "?")
            for form in ("",)}
    made.update(fortran=np.asfortranarray(RANDOM.normal(size=(4, 6))), row=RANDOM.normal(size=12).astype("f4"), cube=RANDOM.normal(size=(3, 4, 5)),
                empty=np.zeros((0, 4)), alone=np.array(2.5), texts=np.array(["a", "bcd", "ä"]), raw=np.array([b"x", b"yz"]),
                part=RANDOM.normal(size=(9, 9))[2:5, 1:8:2], fortran_cube=np.asfortranarray(RANDOM.normal(size=(2, 3, 4))))
    return made


def content():
    """A dictionary as feature pickles hold."""
    return {"arrays": arrays(), "ids": ["d1", "d2"], "scalar": np.float32(1.5), "number": 7, "bytes": b"x" * 400, "nested": [(1, {"a": np.arange(3)})],
            "objects": np.array([{"a": 1}, [1, 2], "x"], dtype=object)}


def same(ours, real):
    """Whether a stand-in holds what the library's object does, to the last bit."""
    if type(real).__module__.startswith("torch"):
        import torch
        if real.dtype == torch.bfloat16:
            real = real.float()
        real = real.detach().numpy()
    if isinstance(real, np.ndarray):
        if type(ours) is not Array or tuple(ours.shape) != real.shape:
            return False
        if real.dtype.kind == "O":
            return all(map(same, ours.items(), real.reshape(-1)))
        if real.dtype.kind in "US":
            return [item if isinstance(item, (str, bytes)) else None for item in ours.items()] == real.reshape(-1).tolist()
        kind = np.dtype(ours.type.order + ours.type.kind + str(ours.type.size))
        found = np.frombuffer(bytes(ours.data), kind).reshape(ours.shape, order="F" if ours.fortran else "C")
        return found.dtype.newbyteorder("=") == real.dtype.newbyteorder("=") and found.astype(found.dtype.newbyteorder("=")).tobytes() == real.astype(real.dtype.newbyteorder("=")).tobytes()
    if isinstance(real, np.generic):
        return ours == real.item()
    if isinstance(real, dict):
        return isinstance(ours, dict) and list(ours) == list(real) and all(same(ours[key], real[key]) for key in real)
    if isinstance(real, (list, tuple)):
        return type(ours) is type(real) and len(ours) == len(real) and all(map(same, ours, real))
    return (bytes(ours) if isinstance(ours, memoryview) else ours) == real


def zipped(data, method=zipfile.ZIP_DEFLATED, more=()):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as made:
        made.writestr("features.pkl", data)
        for name in more:
            made.writestr(name, b"more")
    return kept.getvalue()


def containers(data):
    """The same bytes in everything that is taken off."""
    return {".gz": gzip.compress(data), ".2.gz": gzip.compress(data[:100]) + gzip.compress(data[100:]) + bytes(512), ".bz2": bz2.compress(data),
            ".2.bz2": bz2.compress(data[:100]) + bz2.compress(data[100:]), ".xz": lzma.compress(data), ".2.xz": lzma.compress(data[:9]) + lzma.compress(data[9:]),
            ".lzma": lzma.compress(data, lzma.FORMAT_ALONE), ".zip": zipped(data), ".stored.zip": zipped(data, zipfile.ZIP_STORED),
            ".mac.zip": zipped(data, more=["__MACOSX/._features.pkl", ".DS_Store"])}


def plain_files():
    for protocol in range(6):
        yield f"plain-{protocol}.pkl", pickle.dumps(CONTENT, protocol), CONTENT
    for ending, packed in containers(pickle.dumps(CONTENT, 4)).items():
        yield f"plain.pkl{ending}", packed, CONTENT


def joblib_files(folder):
    import joblib
    forms = [0, 1, 3, ("zlib", 9), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]
    for number, form in enumerate(forms):
        for protocol in (None, 2, 3, 5):
            path = folder / "made.joblib"
            joblib.dump(CONTENT, path, compress=form, **({} if protocol is None else {"protocol": protocol}))
            yield f"joblib-{number}-{protocol}.joblib", path.read_bytes(), joblib.load(path)
    yield "joblib.joblib.zip", zipped(path.with_name("made.joblib").read_bytes()) if form == 0 else zipped(dumped(folder)), CONTENT


def dumped(folder):
    import joblib
    joblib.dump(CONTENT, folder / "plain.joblib")
    return (folder / "plain.joblib").read_bytes()


def torch_files():
    import torch
    shared = torch.arange(60, dtype=torch.float32)
    tensors = {str(kind): (torch.randn(4, 5) * 20).to(kind) for kind in
               (torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool)}
    tensors.update(turned=torch.randn(3, 8).t(), part=shared[7:19].view(3, 4), strided=shared[::3], expanded=torch.randn(1, 5).expand(4, 5), alone=torch.tensor(2.5),
                   empty=torch.zeros(0, 3), parameter=torch.nn.Parameter(torch.randn(3, 3)), cube=torch.randn(2, 3, 4).permute(2, 0, 1))
    made = {"tensors": tensors, "again": tensors["turned"], "rows": [torch.randn(6) for _ in range(40)], "array": np.arange(5.0), "label": 3}
    for protocol in range(2, 6):
        yield f"tensors-{protocol}.pkl", pickle.dumps(made, protocol), made
        for is_zip in (True, False):
            kept = io.BytesIO()
            torch.save(made, kept, pickle_protocol=protocol, _use_new_zipfile_serialization=is_zip)
            yield f"torch-{'zip' if is_zip else 'old'}-{protocol}.pt", kept.getvalue(), made
    yield "torch-old.pt.gz", gzip.compress(kept.getvalue()), made
    yield "tensors.pkl.xz", lzma.compress(pickle.dumps(made)), made
    state = torch.nn.GRU(4, 3, bidirectional=True).state_dict()
    kept = io.BytesIO()
    torch.save(state, kept, _use_new_zipfile_serialization=False)
    yield "state-old.pt", kept.getvalue(), dict(state)
    yield "state.pkl", pickle.dumps(state), dict(state)


def refused_files(folder):
    """`(name, bytes, the status that scan gives)`."""
    import joblib
    import pandas
    yield "table.pkl", pickle.dumps(pandas.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})), "unsupported"
    matrix = np.matrix([[1.0, 2.0]])
    joblib.dump({"m": matrix, "a": np.arange(4)}, folder / "matrix.joblib")
    yield "matrix.joblib", (folder / "matrix.joblib").read_bytes(), "unsupported"
    kept = np.memmap(folder / "memory", "f4", "w+", shape=(3, 4))
    joblib.dump({"m": kept}, folder / "memmap.joblib")
    yield "memmap.joblib", (folder / "memmap.joblib").read_bytes(), "unsupported"
    joblib.dump({"m": np.zeros(3, [("a", "f4"), ("b", "i4")]), "a": np.arange(4)}, folder / "records.joblib")
    yield "records.joblib", (folder / "records.joblib").read_bytes(), "unsupported"
    data = pickle.dumps(CONTENT, 4)
    yield "twice.gz", gzip.compress(gzip.compress(data)), "unreadable"
    yield "two.zip", zipped(data, more=["other.pkl"]), "unreadable"
    yield "bomb.xz", lzma.compress(bytes(1 << 30)), "unreadable"
    try:
        joblib.dump(CONTENT, folder / "made.lz4", compress="lz4")
        yield "made.lz4", (folder / "made.lz4").read_bytes(), "unreadable"
    except ValueError:
        pass
    for kind, data in containers(data).items():
        yield f"cut{kind}", data[:len(data) // 2], "unreadable"
        yield f"changed{kind}", data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 0x55]) + data[len(data) // 2 + 1:], "unreadable"
        yield f"more{kind}", data + b"more", "unreadable"


def padded(count, most, width, lengths):
    """[count, most, width] of random frames, zeros behind the first few."""
    made = RANDOM.normal(size=(count, most, width)).astype("f4")
    for index, length in enumerate(lengths):
        made[index, length:] = 0
    return made


def mmsa():
    """`(MMSA's dict of splits, utterance id -> {feature: its real frames}, utterance id -> label)`."""
    made, frames, labels = {}, {}, {}
    for split, videos in (("train", range(0, 9)), ("valid", range(9, 12)), ("test", range(12, 15))):
        ids = [f"vid{video}$_${clip}" for video in videos for clip in range(11)]
        RANDOM.shuffle(ids)
        count = len(ids)
        audio, vision, text = (RANDOM.integers(1, most + 1, count) for most in (30, 25, 20))
        mask = np.zeros((count, 3, 20))
        for index, length in enumerate(text):
            mask[index, 1, :length] = 1
        part = {"id": ids, "audio": padded(count, 30, 7, audio), "vision": padded(count, 25, 4, vision), "text": padded(count, 20, 12, text),
                "audio_lengths": audio.tolist(), "vision_lengths": vision, "text_bert": mask, "raw_text": np.array([f"said {name}" for name in ids]),
                "regression_labels": np.round(RANDOM.uniform(-3, 3, count), 1)}
        part["classification_labels"] = np.sign(part["regression_labels"]) + 1
        part["annotations"] = [["Negative", "Neutral", "Positive"][int(label)] for label in part["classification_labels"]]
        for index, name in enumerate(ids):
            frames[name] = {"audio": part["audio"][index, :audio[index]], "visual": part["vision"][index, :vision[index]], "text": part["text"][index, :text[index]]}
            labels[name] = part["annotations"][index]
        made[split] = part
    return made, frames, labels


def wrong_in_store(vuemo, folder):
    """What a store of MMSA's dict holds other than NumPy computes."""
    import h5py
    made, frames, labels = mmsa()
    reductions = {"mean": lambda x: x.mean(0), "max": lambda x: x.max(0), "last": lambda x: x[-1], "mean+std": lambda x: np.concatenate([x.mean(0), x.std(0)])}
    (folder / "mmsa.pkl").write_bytes(pickle.dumps(made, 4))
    for name, reduce in reductions.items():
        run = subprocess.run([vuemo, "convert", "auto", folder / "mmsa.pkl", "--frames", name, "--force", "-q", "-o", folder / "mmsa.h5"], capture_output=True, text=True)
        if run.returncode:
            yield f"{name}: {run.stderr}"
            continue
        with h5py.File(folder / "mmsa.h5") as store:
            ids = [item.decode() for item in store["utterances/id"][:]]
            names = [item.decode() for item in store["labels/names"][:]]
            if sorted(ids) != sorted(frames) or [names[label] for label in store["utterances/label"][:]] != [labels[utterance] for utterance in ids]:
                yield f"{name}: other utterances or labels"
            for feature in ("text", "audio", "visual"):
                wanted = np.stack([reduce(frames[utterance][feature].astype("f8")) for utterance in ids])
                if not np.allclose(store[f"features/{feature}"][:], wanted, rtol=0, atol=2e-7 * np.abs(wanted).max()):
                    yield f"{name}: other values of {feature}"


CONTENT = content()
OTHER_SENTENCES = ("two.zip",)        # scan looks into each of its files, and conversion wants one


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the files")
    parser.add_argument("--vuemo", help="the built program, to convert with")
    options = parser.parse_args()
    wrong, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        sources = [plain_files(), joblib_files(folder)]
        try:
            import torch  # noqa: F401
            sources.append(torch_files())
        except ImportError as error:
            print(f"without PyTorch: {error}")
        for source in sources:
            for name, data, real in source:
                count += 1
                if options.keep:
                    (options.keep / name).write_bytes(data)
                try:
                    found = json.loads(scan(data, name, lambda position: None))
                    if not same(load(data, name), real):
                        wrong.append(f"{name}: other values")
                    if found["status"] != "safe":
                        wrong.append(f"{name}: {found['status']}: {found['reason']}")
                except ConversionFault as fault:
                    wrong.append(f"{name}: {fault}")
        if options.vuemo:
            wrong += wrong_in_store(options.vuemo, folder)
        for name, data, status in refused_files(folder):
            count += 1
            if options.keep:
                (options.keep / name).write_bytes(data)
            found = json.loads(scan(data, name, lambda position: None))
            if found["status"] != status:
                wrong.append(f"{name}: {found['status']} instead of {status}: {found.get('reason')}")
            try:
                load(data, name)
                wrong.append(f"{name}: is read")
            except ConversionFault as fault:
                if str(fault) != found.get("reason") and name not in OTHER_SENTENCES:
                    wrong.append(f"{name}: scan says {found.get('reason')!r}, and conversion {str(fault)!r}")
                elif options.keep:
                    print(fault)
    print("\n".join(wrong) or f"{count} files of the real libraries: every value is read, or the file refused as it should be")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

"""Write a file of torch.save from one of safetensors, without PyTorch: `state_dict_files.py IN.safetensors OUT.pth zip|legacy|wrapped [CHANGE]`.

CHANGE is `drop:NAME`, `cut:NAME` (one row less), `nan:NAME` or `wide:NAME` (float64).
"""

import collections
import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "data"), str(pathlib.Path(__file__).resolve().parent)]

import torch_files  # noqa: E402
from numpy_pickles import Array, DataType, Scalar  # noqa: E402

TYPES = {"F32": ("<f4", "f"), "I64": ("<i8", "q")}


def tensors(path):
    """name -> (type, shape, numbers)"""
    data = pathlib.Path(path).read_bytes()
    end = 8 + struct.unpack_from("<Q", data)[0]
    for name, entry in json.loads(data[8:end]).items():
        if name != "__metadata__":
            kind, code = TYPES[entry["dtype"]]
            first, last = (end + offset for offset in entry["data_offsets"])
            yield name, kind, entry["shape"], list(struct.unpack(f"<{(last - first) // struct.calcsize(code)}{code}", data[first:last]))


def main(source, target, form, change=":"):
    action, changed = change.split(":")
    content = collections.OrderedDict()
    for name, kind, shape, numbers in tensors(source):
        if name == changed:
            if action == "drop":
                continue
            if action == "cut":
                shape, numbers = [shape[0] - 1, *shape[1:]], numbers[len(numbers) // shape[0]:]
            if action == "nan":
                numbers[0] = float("nan")
            if action == "wide":
                kind = "<f8"
        content[name] = Array(DataType(kind), shape, numbers) if shape else Scalar(DataType(kind), numbers[0])
    content["hidfc.weight"] = Array(DataType("<f4"), [2, 1], [1.0, 2.0])
    if form == "wrapped":
        content = {"epoch": 3, "state_dict": {f"module.{name}": value for name, value in content.items()}}
    pathlib.Path(target).write_bytes(torch_files.legacy(content) if form == "legacy" else torch_files.write(content))


if __name__ == "__main__":
    main(*sys.argv[1:])

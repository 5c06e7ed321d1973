#!/usr/bin/env python3
"""Writes `numpy/*.pkl` with NumPy itself: what `sample_files.py` makes, from real arrays and scalars.

    numpy_sample.py        # needs NumPy; the files are in the repository, so that the tests need none
"""

import json
import pathlib
import pickle
import sys

import numpy

here = pathlib.Path(__file__).resolve()
sys.dont_write_bytecode = True
sys.path[:0] = [str(here.parent), str(here.parents[3] / "data")]

import sample_files
from numpy_pickles import Array, Scalar

# Name of the file -> its protocol and the options of the same content.
FILES = {
    "base-0": (0, {"absent": ["visual"], "rows": "matrix"}),
    "base-2": (2, {"type": ">f4"}),
    "base-4": (4, {"rows": "fortran", "labels": "array", "type": "<f8"}),
    "base-5": (5, {"labels": "scalars", "splits": "set"}),
    "meld-3": (3, {"dataset": "MELD", "rows": "matrix", "labels": "scalars"}),
    "roberta-5": (5, {"part": "roberta", "rows": "fortran", "type": "<f2"})}


def real(value):
    """The same with NumPy's own arrays and scalars."""
    if type(value) is Array:
        dtype = numpy.dtype(value.data_type.order + value.data_type.text)
        array = numpy.frombuffer(bytearray(value.raw), dtype)
        return array.reshape(value.shape[::-1]).T if value.fortran else array.reshape(value.shape)
    if type(value) is Scalar:
        return numpy.frombuffer(value.raw, value.data_type.order + value.data_type.text)[0]
    if type(value) is dict:
        return {key: real(item) for key, item in value.items()}
    return type(value)(map(real, value)) if type(value) in (list, tuple) else value


(here.parent / "numpy").mkdir(exist_ok=True)
for name, (protocol, options) in FILES.items():
    content = sample_files.content_of({**sample_files.DEFAULTS, **options})
    (here.parent / "numpy" / f"{name}.pkl").write_bytes(pickle.dumps(real(content), protocol))
(here.parent / "numpy" / "options.json").write_text(json.dumps({name: options for name, (_, options) in FILES.items()}, indent=1) + "\n")
print(f"written with NumPy {numpy.__version__}")

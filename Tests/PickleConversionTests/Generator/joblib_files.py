"""Write what joblib.dump writes, without joblib: arrays as an object that describes them and their bytes behind it.

    write(content, protocol=4, aligned=True)      # Array (see numpy_pickles.py) stands for arrays
    packed(data, "xz")                            # in one of the containers that are taken off
"""

import bz2
import gzip
import io
import lzma
import zlib

import numpy_pickles
import torch_files
from numpy_pickles import Array, Instance

CONTAINERS = {
    "gzip": lambda data: gzip.compress(data, mtime=0), "bzip2": bz2.compress, "xz": lzma.compress, "zlib": zlib.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE), "zip": lambda data: torch_files.archive({"folder/features.pkl": data}, 8)}
OPENED = {"gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lzma.decompress, "zlib": zlib.decompress}


class Pickler(numpy_pickles.Pickler):
    """Arrays as joblib writes them; `aligned`: since 1.2, with up to 16 bytes before each that align it."""

    def __init__(self, file, protocol, aligned):
        super().__init__(file, protocol, python2=False, numpy="numpy._core")
        self.aligned, self.file = aligned, file

    def save(self, value, save_persistent_id=True):
        if type(value) is not Array:
            return super().save(value, save_persistent_id)
        state = {"subclass": self.ndarray, "shape": value.shape, "order": "F" if value.fortran else "C", "dtype": value.data_type, "allow_mmap": True}
        if self.aligned:
            state["numpy_array_alignment_bytes"] = 16
        super().save(Instance("joblib.numpy_pickle", "NumpyArrayWrapper", state))
        self.framer.commit_frame(force=True)
        if self.aligned:
            padding = -(self.file.tell() + 1) % 16
            self.write(bytes([padding]) + b"\xff" * padding)
        self.write(value.raw)
        self.framer.commit_frame(force=True)


def write(content, protocol=4, aligned=True):
    """The file's bytes."""
    file = io.BytesIO()
    pickler = Pickler(file, protocol, aligned)
    pickler.framer.start_framing = lambda: None       # frames would need the sizes of what is written past them
    pickler.dump(content)
    return file.getvalue()


def packed(data, container):
    """The same bytes in a container."""
    return CONTAINERS[container](data)

"""Files with everything that h5py offers, which must all be read: `python h5py_files.py FOLDER` writes them, run by hand where the look at headers is
changed, and `vuemo scan FOLDER/*.h5` must call all of them safe but open.h5, which is marked as open, and those objects of all-latest.h5 of which libhdf5
itself says that their version is too new. `Files/` keeps the small ones that the suite reads."""

import ctypes
import pathlib
import sys

import h5py
import numpy

SMALL = {"old": {}, "latest": {"libver": ("v110", "v110")}}            # later forms are not read by libhdf5 1.10
BOUNDS = {
    "earliest": {}, "v108": {"libver": ("v108", "v108")}, "v110": {"libver": ("v110", "v110")}, "latest": {"libver": "latest"}, "mixed": {"libver": ("earliest", "latest")},
    "block": {"userblock_size": 1024}, "ordered": {"track_order": True}, "paged": {"fs_strategy": "page", "fs_persist": True}, "none": {"fs_strategy": "none"}}


def small(file):
    """A few kilobytes: rows end to end and in chunks, groups of ids, text, references, types of fields."""
    file.attrs["list"] = numpy.arange(2)
    file.attrs["text"] = "Où?"
    rows = numpy.arange(12, dtype="f4").reshape(4, 3)
    file.create_dataset("rows", data=rows)
    file.create_dataset("chunks", data=rows, chunks=(2, 3), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("words", data=["a", "bc"], dtype=h5py.string_dtype())
    file.create_dataset("fields", data=numpy.zeros(2, [("a", "f4"), ("b", "i8", (2,)), ("c", "S3")]))
    file.create_dataset("colours", data=numpy.zeros(2, "i1"), dtype=h5py.enum_dtype({"red": 0, "green": 1}, "i1"))
    file["type"] = numpy.dtype("f8")
    file.create_dataset("named", data=numpy.ones(3), dtype=file["type"])
    file.create_dataset("places", data=numpy.array([file["rows"].ref], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
    for number in range(4):
        file.create_dataset(f"ids/id{number}/features", data=rows[:2] + number)


def listed(file):
    """Ids beside a matrix: texts of any length and of one length."""
    rows = numpy.arange(12, dtype="f4").reshape(4, 3)
    for group, names in (("any", [f"id{number}" for number in range(4)]), ("fixed", numpy.array([f"id{number}" for number in range(4)], "S"))):
        file.create_dataset(f"{group}/names", data=names)
        file.create_dataset(f"{group}/rows", data=rows)


def first_version(path):
    """A file whose superblock is of version 1, which h5py does not offer: the library writes it where lists of chunks are of another width."""
    library = ctypes.CDLL(str(next(pathlib.Path(h5py.__file__).parents[1].glob("h5py.libs/libhdf5-*"))))
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    assert library.H5Pset_istore_k(ctypes.c_int64(creation.id), ctypes.c_uint(16)) >= 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_LATEST)
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, creation, access))


def large(file):
    """Every kind of type, shape, storage, filter, fill value and attribute."""
    small(file)
    for kind in ("f2", ">f4", "f8", ">f8", "i1", "u2", ">i4", "u8", "S5", "V6", "c8", "c16", "?", h5py.vlen_dtype("f4"), h5py.regionref_dtype, h5py.ref_dtype):
        file.create_dataset(f"types/{numpy.dtype(kind).name}{len(file['types']) if 'types' in file else 0}", shape=(3,), dtype=kind)
    file.create_dataset("array", shape=(2,), dtype=numpy.dtype(("f4", (2, 3))))
    file.create_dataset("nested", shape=(2,), dtype=[("x", [("y", "f4", (2,)), ("z", h5py.string_dtype())]), ("e", h5py.enum_dtype({"no": 0, "yes": 1}))])
    for name, options in {
            "scalar": dict(shape=(), dtype="f4"), "empty": dict(dtype="f4", data=h5py.Empty("f4")), "nothing": dict(shape=(0, 3), dtype="f4"),
            "grows": dict(shape=(3, 3), maxshape=(None, 3), chunks=(1, 3), dtype="f4"), "both": dict(shape=(3, 3), maxshape=(None, None), chunks=(2, 2), dtype="f4"),
            "bounded": dict(shape=(3, 3), maxshape=(9, 3), chunks=True, dtype="f4"), "one": dict(shape=(4, 4), chunks=(4, 4), dtype="f4"),
            "lzf": dict(shape=(50, 3), compression="lzf", dtype="f4"), "scaled": dict(shape=(50,), scaleoffset=3, dtype="i4"), "filled": dict(shape=(3,), dtype="f4", fillvalue=7),
            "text": dict(data="words"), "huge": dict(shape=(1 << 20,), chunks=(1 << 10,), dtype="f4"), "times": dict(shape=(2,), dtype="f4", track_times=True),
            "ordered": dict(shape=(2,), dtype="f4", track_order=True), "late": dict(shape=(2,), dtype="f4"), "compact": dict(shape=(2,), dtype="f4")}.items():
        file.create_dataset(f"kinds/{name}", **options)
    file["kinds/one"][:] = 1
    many = file.create_group("many")
    for number in range(3000):
        many.create_dataset(f"a rather long name {number}", data=numpy.float32(number))
    for number in range(0, 3000, 3):
        del many[f"a rather long name {number}"]
    ordered = file.create_group("in order", track_order=True)
    for number in range(40):
        ordered.create_group(f"group {number}")
    for number in range(60):
        file["rows"].attrs[f"attribute {number}"] = numpy.arange(number)
    file["chunks"].attrs.update({
        "text": "x" * 3000, "texts": ["a", "b"], "reference": file["rows"].ref, "record": numpy.zeros(1, [("a", "f4")])[0], "none": h5py.Empty("f4"), "names": numpy.array([b"a", b"bc"])})
    file["chunks"].dims[0].label = "utterances"
    file["rows"].make_scale("scale")
    file["chunks"].dims[0].attach_scale(file["rows"])
    file["kinds/grows"].resize((300, 3))
    file["type"].attrs["of"] = 5
    file["chunks"].attrs.create("named", 2.5, dtype=file["type"])


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for name, options in SMALL.items():
        with h5py.File(folder / f"{name}.h5", "w", **options) as made:
            small(made)
    with first_version(folder / "first.h5") as made:
        listed(made)
    for name, options in BOUNDS.items():
        with h5py.File(folder / f"all-{name}.h5", "w", **options) as made:
            large(made)
    with h5py.File(folder / "marked.h5", "w", libver="latest") as made:
        made["rows"] = numpy.ones((2, 3), "f4")
        made.swmr_mode = True
        made.flush()
        (folder / "open.h5").write_bytes((folder / "marked.h5").read_bytes())

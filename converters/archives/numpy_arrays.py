"""NumPy's own files: what the header of a `.npy` file says, and the arrays of a `.npz` archive as a dictionary, by which an archive of
'vuemo export' is read back."""

import re
from zlib import crc32

from archives.containers import content_of, files_of
from archives.zip_directory import shown
from faults import ConversionFault, LimitExceeded, MalformedPickle
from pickles.stand_ins import MOST_DIMENSIONS, Array, DataType

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 1 << 16
# As NumPy writes it. A structured type is a list, or a text of another kind.
FORM = re.compile(r"\{'descr': (?:'([^']{1,64})'|(\[.*\])), 'fortran_order': (True|False), 'shape': \(((?:\d{1,19}, ?)*(?:\d{1,19})?)\), \}\s*", re.DOTALL).fullmatch


class Header:
    """`begin`: where the numbers begin; `kind`: a DataType, or None for one that is not read, called `name`; `shape`; `count`: items;
    `is_fortran`: whether they stand column by column."""

    def __init__(self, begin, kind, name, shape, is_fortran=False):
        self.begin, self.kind, self.name, self.shape, self.is_fortran, self.count = begin, kind, name, shape, is_fortran, 1
        for extent in shape:
            self.count *= extent

    @property
    def holds_objects(self):
        return self.kind is not None and self.kind.kind == "O"

    @property
    def title(self):
        order = " big-endian" if self.kind is not None and self.kind.order == ">" and self.kind.size > 1 else ""
        return f"array {self.name}{order} ({', '.join(map(str, self.shape))})"


def header_of(head, name):
    """The Header at the beginning of a .npy file, or MalformedPickle."""
    damaged = MalformedPickle(f"{name} is a NumPy .npy array whose header is damaged: download it again.")
    if head[:6] != MAGIC or len(head) < 12 or head[6] not in (1, 2, 3):
        raise damaged
    begin = 10 + int.from_bytes(head[8:10], "little") if head[6] == 1 else 12 + int.from_bytes(head[8:12], "little")
    if begin > len(head) or begin > LONGEST_HEADER:
        raise damaged
    found = FORM(str(bytes(head[10 if head[6] == 1 else 12:begin]), "utf-8", "replace"))
    if found is None:
        raise damaged
    descr, fields, fortran, extents = found.groups()
    shape = tuple(int(extent) for extent in extents.replace(" ", "").split(",") if extent)
    if len(shape) > MOST_DIMENSIONS:
        raise damaged
    try:
        kind = DataType(descr) if descr else None
    except MalformedPickle:
        kind = None
    name = f"of records of {fields.count('(')} fields" if kind is None and fields else kind.name if kind is not None else f"of type {descr}"
    return Header(begin, kind, name, shape, fortran == "True")


def check_size(header, size, name):
    """Raise MalformedPickle where a file has other bytes than its header says."""
    if header.kind is None:
        return
    wanted = header.begin + header.count * header.kind.size
    if size != wanted:
        what = "is cut short" if size < wanted else "has more bytes than its header says"
        raise MalformedPickle(f"{name} {what}: {header.title} takes {wanted} bytes, and it has {size}; download it again.")


def is_npz(data, name):
    """Whether a file is a zip archive of nothing but .npy files."""
    if data[:4] != b"PK\3\4":
        return False
    try:
        files = files_of(data, name)
    except ConversionFault:
        return False
    return bool(files) and all(member.name.endswith(".npy") for member in files)


def is_export(data, name):
    """Whether a file is a .npz archive that says what it is, as those of 'vuemo export' do."""
    return is_npz(data, name) and any(member.name == "format.npy" for member in files_of(data, name))


MOST_ARRAYS = 4096                # of an archive that is read as a dictionary


def dictionary_of(data, name):
    """`(content, bytes unpacked)` of a .npz archive: a dictionary of Arrays, where single texts and numbers are such. What has a slash in its name
    lies in a dictionary within it: `features/audio.npy` is `content["features"]["audio"]`."""
    files = files_of(data, name)
    if len(files) > MOST_ARRAYS:
        raise LimitExceeded(f"{name} is a NumPy .npz archive of {len(files)} arrays, where at most {MOST_ARRAYS} are expected: it is refused.")
    content, size = {}, 0
    for member in files:
        *outer, last = member.name.removesuffix(".npy").split("/")
        held = content
        for part in outer:
            held = held.setdefault(part, {})
            if type(held) is not dict:
                break
        if type(held) is not dict or last in held:
            raise MalformedPickle(f"{name} is a NumPy .npz archive in which {shown(member.name)} is an array and a folder of arrays: save it again.")
        raw = bytes_of(member, name)
        size += len(raw)
        held[last] = value_of(raw, f"{shown(member.name)} of {name}")
    return content, size


def bytes_of(member, name):
    """A member's bytes, compared with their checksum; a view of the archive's where they are not packed."""
    if not member.is_stored:
        return content_of(member, name, lambda position: None)
    if crc32(member.content) != member.crc:
        raise MalformedPickle(f"{name} is damaged: the bytes of its member {shown(member.name)} do not have their checksum; download it again.")
    return member.content


def value_of(raw, name):
    """An Array of a .npy file's bytes; the text or the number where it is a single one."""
    header = header_of(bytes(raw[:LONGEST_HEADER + 12]), name)
    if header.kind is None or header.holds_objects:
        raise MalformedPickle(f"{name} is an array {'of Python objects' if header.holds_objects else header.name}, which is not read: save numbers or text.")
    check_size(header, len(raw), name)
    made = Array()
    made.fill(header.shape, header.kind, header.is_fortran, memoryview(raw)[header.begin:])
    return made if header.shape else made.items()[0]

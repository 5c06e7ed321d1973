"""What a pickle is packed in: a compressed file, or a zip archive with nothing else in it. It is taken off here, once: what is packed
twice is named and left to its owner."""

from zlib import crc32

from archives.compression import DEFLATE, ERRORS, MOST_TIMES, FREE_BYTES, Unpacker, format_of, unpacked
from archives.torch_archive import is_of_torch
from archives.zip_directory import BadArchive, members, shown
from faults import LimitExceeded, MalformedPickle, first_few

STORED, DEFLATED = 0, 8
METHODS = {9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 99: "a password"}
KINDS = {"a gzip archive": "gzip", "a bzip2 archive": "bzip2", "an xz archive": "xz", "an lzma archive (.lzma)": "lzma"}


class Source:
    """`data` (bytes): what is left when the packing is off, which is said of under `name`; `container`: 'gzip', 'bzip2', 'xz', 'lzma',
    'zlib' or 'zip', '' for none; `size`: of the file, in bytes of which progress is reported."""

    def __init__(self, data, name, size, container=""):
        self.data, self.name, self.size, self.container = data, name, size, container

    def progress(self, report):
        """What reports a position in `data`: the second half of the way, where the first was to unpack it."""
        if not self.container:
            return report
        return lambda position: report((self.size + position * self.size // max(1, len(self.data))) // 2)


def unpack(data, name, report):
    """The Source of a file. Raises MalformedPickle or LimitExceeded."""
    packing = packing_of(data)
    if packing is None:
        return Source(data, name, len(data))

    def half(position):
        report(position // 2)
    if packing == "zip":
        content, inside = only_member(data, name, half)
        container, what = "zip", "a zip archive"
    else:
        content, inside = unpacked(data, name, packing, half), f"the content of {name}"
        container, what = KINDS.get(packing.what, "zlib"), packing.what
    again = packing_of(content)
    if again is not None:
        raise MalformedPickle(f"{name} is {what}, and what is in it is {'a zip archive' if again == 'zip' else again.what}: only one of them is taken off here; "
                              "unpack the outer one first.")
    return Source(content, inside, len(data), container)


def packing_of(data):
    """A Format, 'zip' for a zip archive that PyTorch did not write, or None."""
    if data[:4] == b"PK\3\4":
        return None if is_of_torch(data) else "zip"
    return format_of(data)


def files_of(data, name):
    """The members of a zip archive, without folders and what macOS adds to them."""
    try:
        found = members(data)
    except BadArchive as error:
        raise MalformedPickle(f"{name} is a zip archive {error}: {error.advice}.") from None
    return [member for member in found
            if not member.name.endswith("/") and not member.name.startswith("__MACOSX/") and member.name.split("/")[-1] != ".DS_Store"]


def only_member(data, name, report):
    """`(content, name for messages)` of the one file in a zip archive."""
    files = files_of(data, name)
    names = [member.name for member in files]
    if not files:
        raise MalformedPickle(f"{name} is a zip archive without any file in it: download the file again.")
    if all(path.endswith(".npy") for path in names):
        raise MalformedPickle(
            f"{name} is a NumPy .npz archive, and neither a pickle nor one of 'vuemo export': give the dataset's feature pickles, or save its arrays as .npy for 'vuemo convert table'.")
    if sum(path.endswith("/data.pkl") for path in names) > 1:
        raise MalformedPickle(f"{name} is a zip archive of several PyTorch files: unpack it first and give one of them.")
    if any(path.endswith("/data.pkl") for path in names):
        raise MalformedPickle(f"{name} is a zip archive with a PyTorch file in it, unpacked there: make the archive that PyTorch wrote of it again, or download it.")
    if len(files) > 1:
        raise MalformedPickle(
            f"{name} is a zip archive of {len(files)} files ({first_few(map(shown, names))}), and one with a single pickle is read: unpack it first and give "
            "the pickles.")
    return content_of(files[0], name, report), f"{shown(names[0])} of {name}"


def content_of(member, name, report, most=None):
    """The bytes of a member, unpacked and compared with their checksum; at most the first `most` bytes, which are not compared."""
    if member.method not in (STORED, DEFLATED):
        how = METHODS.get(member.method, f"method {member.method}")
        raise MalformedPickle(f"{name} is a zip archive whose member {shown(member.name)} is packed with {how}, which is not read: unpack it first.")
    if member.method == STORED:
        content = bytes(member.content if most is None else member.content[:most])
        is_whole = True
    else:
        if member.size > FREE_BYTES + MOST_TIMES * len(member.content) and most is None:
            raise LimitExceeded(f"{name} is a zip archive whose member {shown(member.name)} holds {member.size} bytes in {len(member.content)}: it is refused; where "
                                "you trust it, unpack it first.")
        content, is_whole = inflated(member, name, report, most)
    if most is None and (not is_whole or len(content) != member.size or crc32(content) != member.crc):
        raise MalformedPickle(f"{name} is damaged: the bytes of its member {shown(member.name)} do not have their size or checksum; download it again.")
    return content


def inflated(member, name, report, most):
    """`(content, whether the stream fills the member)`."""
    unpacker = Unpacker(DEFLATE, name, len(member.content), report, member.size if most is None else most)
    try:
        end = unpacker.stream(member.content, 0)
    except ERRORS:
        return b"", False
    except MalformedPickle:
        return unpacker.content(), False
    except LimitExceeded:             # more than it says, or than was asked for
        return unpacker.content() if most is None else unpacker.content()[:most], most is not None
    return unpacker.content(), end == len(member.content)

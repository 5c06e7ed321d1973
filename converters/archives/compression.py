"""gzip, xz, bzip2, lzma and zlib: streams of compressed bytes, unpacked in pieces and only up to a bound.

A stream names nothing that could be called: its bytes are data from beginning to end. What comes out is judged by whoever reads it.
"""

import io
import zlib

from faults import LimitExceeded, MalformedPickle
from pickles.text_kind import text_kind

try:
    import bz2
except ImportError:               # modules of C that a Python can be built without
    bz2 = None
try:
    import lzma
except ImportError:
    lzma = None

FED, TAKEN = 1 << 20, 4 << 20     # bytes at a time
FREE_BYTES, MOST_TIMES = 256 << 20, 100      # what may come out, besides so many times the bytes that go in
MOST_BYTES = 16 << 30                        # and at most, as of any file
ERRORS = (zlib.error, OSError, EOFError, ValueError, *([lzma.LZMAError] if lzma else []))


class Format:
    """`what` a file is, with its article; `magic`: its first bytes; `module`, `open()`: what unpacks one stream; `tool`: what a user has;
    `goes_on`: several streams may stand one after the other, as the usual tools read them."""

    def __init__(self, what, magic, module, name_of_module, open_stream, tool, goes_on=True):
        self.what, self.magic, self.module, self.name_of_module = what, magic, module, name_of_module
        self.open, self.tool, self.goes_on = open_stream, tool, goes_on


GZIP = Format("a gzip archive", b"\x1f\x8b", zlib, "zlib", lambda: zlib.decompressobj(31), "gunzip")
BZIP2 = Format("a bzip2 archive", b"BZh", bz2, "bz2", lambda: bz2.BZ2Decompressor(), "bunzip2")
XZ = Format("an xz archive", b"\xfd7zXZ\x00", lzma, "lzma", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_XZ_MEMORY), "unxz")
LZMA = Format("an lzma archive (.lzma)", None, lzma, "lzma", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, MOST_XZ_MEMORY), "unlzma", False)
ZLIB = Format("compressed with zlib, as joblib does", None, zlib, "zlib", lambda: zlib.decompressobj(15), "Python", False)
DEFLATE = Format("a zip archive", None, zlib, "zlib", lambda: zlib.decompressobj(-15), "unzip", False)
MOST_XZ_MEMORY = 256 << 20        # of the window that a stream asks for; xz -9 takes 65 MiB


def format_of(data):
    """The Format of a file that is compressed as a whole, or None."""
    head = bytes(data[:512])
    for known in (GZIP, BZIP2, XZ):
        if head.startswith(known.magic):
            return known
    if is_lzma(head):
        return LZMA
    is_zlib = len(head) > 1 and head[0] == 0x78 and (head[0] << 8 | head[1]) % 31 == 0 and not head[1] & 0x20
    return ZLIB if is_zlib and text_kind(data) is None else None


def is_lzma(head):
    """Whether a file begins as .lzma does: no pickle goes on with a zero byte after its ']'."""
    return head[:1] == b"]" and head[1:2] == b"\0" and len(head) >= 13 and (head[5:13] == b"\xff" * 8 or head[10:13] == b"\0\0\0")


class Unpacker:
    """What comes out of one file's streams. `name`: of the file; `most`: bytes that may come out."""

    def __init__(self, known, name, size, report, most=None):
        self.known, self.name, self.size, self.report = known, name, size, report
        self.most = min(MOST_BYTES, FREE_BYTES + MOST_TIMES * size) if most is None else most
        self.made, self.count = io.BytesIO(), 0

    def stream(self, data, begin):
        """Unpack the stream that begins there; the position behind it."""
        inner, position = self.known.open(), begin
        while not inner.eof:
            piece = data[position:position + FED]
            if not piece:
                raise MalformedPickle(f"{self.name} is {self.known.what} that is cut short or damaged: download it again.")
            position += len(piece)
            self.feed(inner, piece)
            self.report(position)
        return position - len(inner.unused_data)

    def feed(self, inner, piece):
        """Take all that comes out of a piece."""
        while True:
            most = min(TAKEN, self.most - self.count + 1)
            taken = inner.decompress(piece, most)
            self.count += len(taken)
            if self.count > self.most:
                raise LimitExceeded(
                    f"{self.name} is {self.known.what} that holds more than {self.most} bytes in {self.size}: it is refused; where you trust it, "
                    f"unpack it first ({self.known.tool}).")
            self.made.write(taken)
            piece = getattr(inner, "unconsumed_tail", b"")
            if inner.eof or not (piece or len(taken) == most or not getattr(inner, "needs_input", True)):
                return

    def content(self):
        """All of it; no copy is made."""
        return self.made.getvalue()


def unpacked(data, name, known, report):
    """The content of a compressed file. Raises MalformedPickle or LimitExceeded."""
    require_module(known, name)
    unpacker = Unpacker(known, name, len(data), report)
    position = 0
    try:
        while True:
            position = unpacker.stream(data, position)
            rest = next_stream(data, position, known)
            if rest is None:
                return unpacker.content()
            position = rest
    except ERRORS as error:
        if "emory" in str(error):
            raise LimitExceeded(f"{name} is {known.what} that asks for more memory than is given to one: unpack it first ({known.tool}).") from None
        raise MalformedPickle(f"{name} is {known.what} that is damaged: its bytes cannot be unpacked or do not have their checksum; download it again.") from None
    except TrailingBytes as error:
        raise MalformedPickle(f"{name} is {known.what} that ends at byte {error.args[0]}, and {error.args[1]} more bytes follow: download it again.") from None


class TrailingBytes(Exception):
    """Bytes behind the last stream: `(position, count)`."""


def next_stream(data, position, known):
    """Where the next stream begins, or None at the end. The usual tools pass over zero bytes between and behind."""
    rest = bytes(data[position:position + 16])
    if not rest or known.goes_on and known is not BZIP2 and not any(rest) and not bytes(data[position:]).strip(b"\0"):
        return None
    if known.goes_on and rest.startswith(known.magic):
        return position
    raise TrailingBytes(position, len(data) - position)


def require_module(known, name):
    """Raise MalformedPickle where this Python cannot unpack it."""
    if known.module is None:
        raise MalformedPickle(
            f"{name} is {known.what}, and the Python that this program uses was built without its module {known.name_of_module}: unpack it first "
            f"({known.tool}).")

"""Whether Python's own unpicklers name anything that a scan did not see. Runs in the embedded interpreter.

`straddling(what)` makes a file of which Python reads `os.system` where a reader without frames sees nothing but bytes;
`names_read(data)` gives, as JSON, what Python's unpicklers look up; `second_readings(seed)` looks for files that a scan calls safe
and of which Python looks up more. Nothing that a file names is run: `find_class` gives a function that does nothing.
"""

import io
import json
import pickle
import random
import struct
import tarfile

from scanning.scan import scan

HIDDEN = b"cos\nsystem\n(S'x'\ntR0"


class Wrapper:
    """As joblib's is to Python's pickle: an object of any state."""


class Watch:
    """An unpickler that notes what it is asked for."""

    def find_class(self, module, name):
        self.found.add(f"{module}.{name}")
        if name == "NumpyArrayWrapper":
            return Wrapper
        return lambda *arguments: None

    def persistent_load(self, identity):
        return None


class CompiledReader(Watch, pickle.Unpickler):
    found = None


class PythonReader(Watch, pickle._Unpickler):
    found = None


def read(reader, file):
    unpickler = reader(file)
    unpickler.found = set()
    try:
        unpickler.load()
    except Exception:
        pass                       # what it looked up before it gave up counts all the same
    return unpickler.found


def names(data):
    return (read(CompiledReader, io.BytesIO(data)) | read(CompiledReader, io.BufferedReader(io.BytesIO(data)))
            | read(PythonReader, io.BytesIO(data)))


def names_read(data):
    return json.dumps(sorted(names(data)))


def framed(inside):
    return b"\x95" + struct.pack("<Q", len(inside)) + inside


# An operation's bytes before its argument, and the size of the argument.
ARGUMENTS = {
    "bytes": (b"C\x0a", 10), "long-bytes": (b"B\x0a\0\0\0", 10), "string": (b"U\x0a", 10), "text": (b"\x8c\x0a", 10),
    "long-text": (b"X\x0a\0\0\0", 10), "huge-text": (b"\x8d\x0a" + bytes(7), 10), "number": (b"G", 8), "size": (b"\x8e", 8),
}


def straddling(what):
    """The argument's first six bytes end the frame. The compiled reader drops them and takes all of it from behind the frame: the end
    of the argument, POP, and the head of the bytes in which the hidden code lies, which it therefore runs."""
    before, size = ARGUMENTS[what]
    rest = bytes(size - 6)
    hidden = b"B" + struct.pack("<I", len(HIDDEN)) + HIDDEN
    return b"\x80\x04" + framed(b"N0" + before + bytes(6)) + rest + b"0" + hidden + b"0N."


def nested():
    """A frame that reaches beyond the one in which it begins: the compiled reader drops what was left of that one."""
    hidden = b"B" + struct.pack("<I", len(HIDDEN)) + HIDDEN
    inner = b"\x95" + struct.pack("<Q", len(hidden) + 6)
    return b"\x80\x04" + framed(b"N0" + inner + b"N0N0N0"[:1]) + b"0N0N0" + hidden + b"0N."


def joblib_array(raw):
    """An array as joblib writes it, whose bytes are not told from operations by Python's pickle."""
    state = b"}(Vshape\nK" + bytes([len(raw)]) + b"\x85Vdtype\ncnumpy\ndtype\n(Vi1\nK\0K\1tRVsubclass\ncnumpy\nndarray\nVorder\nVC\nu"
    return b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b" + raw


def second_readings(seed):
    """Random files with frames of wrong sizes and with code inside of bytes and arrays. JSON: `[files tried, called safe, misread]`."""
    source = random.Random(int(seed))
    tried = safe = 0
    misread = []
    for _ in range(3000):
        parts = []
        for _ in range(source.randint(1, 8)):
            hidden = source.choice([HIDDEN, b"0" * source.randint(0, 9) + HIDDEN, b"N0" * source.randint(0, 20)])
            parts.append(source.choice([
                b"N0", b"K\x050", b"I5\n0", b"G" + bytes(8) + b"0", b"Vtext\n0", b"\x8c\x04text0",
                b"B" + struct.pack("<I", len(hidden)) + hidden + b"0", b"C" + bytes([len(hidden)]) + hidden + b"0",
                b"X" + struct.pack("<I", len(hidden)) + hidden + b"0", joblib_array(hidden) + b"0", joblib_array(b"N0" * 9) + b"0"]))
        body = b"".join(parts)
        for _ in range(source.randint(0, 3)):
            at = source.randint(0, len(body))
            size = source.choice([source.randint(0, len(body) - at), source.randint(0, 40), len(body) - at])
            body = body[:at] + b"\x95" + struct.pack("<Q", size) + body[at:]
        data = b"\x80\x04" + body + b"N."
        tried += 1
        found = json.loads(scan(data, "file.pkl", lambda position: None))
        if found["status"] != "safe":
            continue
        safe += 1
        if not names(data) <= {entry["name"] for entry in found["globals"]}:
            misread.append(data.hex())
    return json.dumps([tried, safe, misread])


def tar_pickle(form):
    """A sound pickle whose first 512 bytes are also the header of a tar archive, which torch.load would unpack."""
    pickled = b"\x80\x02B" + struct.pack("<I", 505)
    block = bytearray(pickled + bytes(512 - len(pickled)))
    block[148:156] = b" " * 8
    if form == "signed":
        block[500:510] = b"\xff" * 10
    if form == "negative":                     # the linked file's name, and the prefix of the file's own
        block[157:257] = block[345:445] = b"\x81" * 100
    unsigned, signed = tarfile.calc_chksums(bytes(block))
    fields = {
        "octal": b"%06o\0 " % unsigned, "0o": b"0o%04o\0 " % unsigned, "binary": b"\x80" + unsigned.to_bytes(7, "big"),
        "signed": b"%06o\0 " % max(0, signed), "negative": b"\xff" + (signed % 256 ** 7).to_bytes(7, "big")}
    block[148:156] = fields[form]
    data = bytes(block) + b"."
    tarfile.open(fileobj=io.BytesIO(data + bytes(1024)), mode="r:").close()
    return data

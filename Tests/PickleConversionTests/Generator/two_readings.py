#!/usr/bin/env python3
"""Files that CPython or PyTorch reads in another way than they look: with their own readers they run something, and vuemo refuses each of them.

    python Tests/PickleConversionTests/Generator/two_readings.py .build/debug/vuemo

Needs torch, and is not part of the suite. Each file is loaded in a process of its own; all that a payload does is to make an empty file in
a folder that is removed afterwards.
"""

import importlib.metadata
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve()
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(here.parent), str(here.parents[3] / "data")]

import torch_files

PLAIN = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
AT_ONCE = "import pickle, sys; pickle.loads(open(sys.argv[1], 'rb').read())"
MEMBER = "import pickle, sys, zipfile; pickle.loads(zipfile.ZipFile(sys.argv[1]).read('x/data.pkl'))"
TORCH = "import sys, torch; torch.load(sys.argv[1], weights_only=False)"
TENSOR = {"a": torch_files.Tensor(torch_files.Storage("FloatStorage", bytes(24), 6), 0, (2, 3), (3, 1))}


def payload(canary):
    """Opcodes that make the canary, and leave the stack as it was."""
    return b"cbuiltins\nopen\n(V" + canary.encode() + b"\nVw\ntR0"


def framed(canary, before):
    """A text that begins two bytes before the end of a frame. C's unpickler drops those and takes as many behind the frame, so that
    what it reads next lies within a byte string to whoever reads on. `before`: bytes of the frame before it, for files that
    Python has in its buffer."""
    hidden = payload(canary)
    start = b"N0B" + struct.pack("<I", before) + bytes(before) + b"0\x8c\x0aab"
    # The text is ten bytes: to C all that are here, to others the first eight, behind which a string begins that the payload lies in.
    behind = bytes(8) + b"C" + bytes([len(hidden)]) + hidden + b"."
    return b"\x80\4\x95" + struct.pack("<Q", len(start)) + start + behind


def other_case(canary):
    """Two members that are one to a reader that takes capitals and small letters for the same."""
    return torch_files.archive({"x/DATA.PKL": payload(canary) + b"N.", "x/data.pkl": b"N.", "x/version": b"3\n"})


def second_directory(canary):
    """The record at the end names one directory, the record of 64 bits beside it another."""
    made = torch_files.write(TENSOR)
    count, size, start = struct.unpack_from("<HII", made, len(made) - 12)
    hidden = torch_files.archive({"features/data.pkl": payload(canary) + b"N.", "features/version": b"3\n"})
    more, second_size, second_start = struct.unpack_from("<HII", hidden, len(hidden) - 12)
    members, directory = hidden[:second_start], bytearray(hidden[second_start:second_start + second_size])
    # Its members lie behind those of the first; their places are told from the file's beginning.
    position = 0
    for _ in range(more):
        place, = struct.unpack_from("<I", directory, position + 42)
        struct.pack_into("<I", directory, position + 42, start + place)
        position += 46 + sum(struct.unpack_from("<3H", directory, position + 28))
    first = made[:start] + members
    second = first + directory
    record = len(second) + size
    return (second + made[start:start + size] + struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, more, more, second_size, len(first))
            + struct.pack("<4sIQI", b"PK\6\7", 0, record, 1) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, len(second), 0))


def old_tar(canary):
    """A pickle of one byte string, whose first 512 bytes are the header of a tar archive from before tar had a signature."""
    def member(name, content):
        head = bytearray(512)
        head[:len(name)] = name
        for at, width, number in ((100, 8, 0o644), (108, 8, 0), (116, 8, 0), (124, 12, len(content)), (136, 12, 0)):
            head[at:at + width] = f"{number:0{width - 1}o}\0".encode()
        head[148:156] = b" " * 8
        head[148:156] = f"{sum(head):06o}\0 ".encode()
        return bytes(head) + content + bytes(-len(content) % 512)
    storages = member(b"storages", payload(canary) + b"I0\n.")
    size = 512 + len(storages) + 1024
    start = b"\x80\3B" + struct.pack("<I", size - 7)
    return member(start, b"") + storages + bytes(1024) + b"."


# The file's name, what makes it, who reads what is hidden, who does not, and what vuemo says.
FILES = [
    ("frame.pkl", lambda canary: framed(canary, 140_000), PLAIN, AT_ONCE, "a frame ends inside an operation"),
    ("frame.pth", lambda canary: torch_files.with_pickle(torch_files.write(TENSOR), lambda _: framed(canary, 0)), TORCH, None, "a frame ends inside an operation"),
    ("case.pth", other_case, TORCH, MEMBER, "differ in case only"),
    ("second-directory.pth", second_directory, TORCH, None, "two directories"),
    ("tar.pkl", old_tar, TORCH, PLAIN, "is a tar archive"),
]


def main(vuemo):
    print(f"CPython {sys.version.split()[0]}, PyTorch {importlib.metadata.version('torch')}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        canary = os.path.join(folder, "canary")

        def runs(reader, path):
            """Whether a process of its own that reads the file makes the canary."""
            done = subprocess.run([sys.executable, "-I", "-c", reader, path], capture_output=True, text=True, cwd=folder, timeout=120)
            if not os.path.exists(canary):
                return False, done
            os.remove(canary)
            return True, done

        for name, make, reader, other, sentence in FILES:
            path = os.path.join(folder, name)
            pathlib.Path(path).write_bytes(make(canary))
            is_live, _ = runs(reader, path)
            if other is not None:
                is_live_there, done = runs(other, path)
                if is_live_there or done.returncode != 0:
                    sys.exit(f"{name} has one reading only: {done.stderr}")
            said = []
            for command in (["scan", path], ["convert", path, "-o", os.path.join(folder, "out.h5")]):
                done = subprocess.run([vuemo, *command], capture_output=True, text=True, cwd=folder, timeout=120)
                said.append((done.returncode, " ".join((done.stdout + done.stderr).split())))
            is_refused = all(status != 0 and sentence in text for status, text in said) and not os.path.exists(canary)
            failed |= not (is_live and is_refused)
            print(f"{name}: {'runs what is hidden in it' if is_live else 'DOES NOT RUN'} there; {'refused' if is_refused else 'NOT REFUSED'} by vuemo")
            if not is_refused:
                print("\n".join(f"    {status}: {text}" for status, text in said))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(os.path.abspath(sys.argv[1])))

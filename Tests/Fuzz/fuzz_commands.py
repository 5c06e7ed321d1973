#!/usr/bin/env python3
"""Changes stores, tables and run folders at random and runs vuemo over them: it ends in time, with a documented status, and not by a
signal. Needs no package.

    fuzz_commands.py --vuemo PATH --store STORE --run RUN [--seconds S] [--seed N] [--kinds store,table,run,arrays] [--keep FOLDER]

STORE is a small store (Tests/Stores has some), RUN a run folder of it. Arrays by id are those of Tests/HDF5Tests/Files, as h5py writes them by default,
with a superblock of version 1 and in the latest form, and archives and folders that are made here: an array for each id, or ids beside a matrix. Half of the changed stores get the checksums of HDF5's headers
made good again, so that what is changed is read. The first input that escapes is left in FOLDER.
"""
import argparse
import io
import pathlib
import pickle
import random
import resource
import shutil
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib

STATUSES = {0, 1, 2, 64}
# Seconds of a processor, and by the clock where the machine is busy with something else.
LIMIT, PATIENCE = 30, 300
TABLES = {
    "list.csv": b"dialogue,utterance,speaker,text,label,split\n"
                + b"".join(b"d%d,d%d_%d,%s,\"said, %d\",%s,%s\n" % (d, d, u, [b"ann", b"bob"][u % 2], u, [b"joy", b"anger"][d % 2],
                                                                  [b"train", b"valid", b"test"][d % 3])
                           for d in range(6) for u in range(3)),
    "list.jsonl": b"".join(b'{"dialogue":"d%d","utterance":"d%d_%d","speaker":"s","text":"\\u00e9 %d","label":"%s","split":"%s"}\n'
                           % (d, d, u, u, [b"joy", b"anger"][d % 2], [b"train", b"valid", b"test"][d % 3])
                           for d in range(6) for u in range(3)),
}
NUMPY = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (18, 3), }".ljust(117) + b"\n" + \
    struct.pack("<54f", *range(54))


ARRAYS = pathlib.Path(__file__).resolve().parents[1] / "HDF5Tests/Files"
IDS = b"dialogue,utterance\n" + b"".join(b"d%d,id%d\n" % (number // 2, number) for number in range(4))


def npy(descr, shape, content):
    return b"\x93NUMPY\x01\x00v\x00" + f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n" + content


def arrays(source):
    """The files of an archive or a folder: an array for each id, or ids beside a matrix."""
    if source.random() < 0.5:
        return {f"id{number}.npy": npy("<f4", (2, 3), struct.pack("<6f", *range(6))) for number in range(4)}
    names = [f"id{number}" for number in range(4)]
    texts = {"<U3": b"".join(name.encode("utf-32-le") for name in names), ">U3": b"".join(name.encode("utf-32-be") for name in names),
             "|S5": b"".join(name.encode().ljust(5, b"\0") for name in names)}
    kind = source.choice(sorted(texts))
    return {"names.npy": npy(kind, (4,), texts[kind]), "rows.npy": npy("<f4", (4, 3), struct.pack("<12f", *range(12)))}


def archive(source):
    """A changed .npz archive. Often it is what lies in it that is changed, and its checksums and sizes are those of that."""
    files, inner = arrays(source), source.random() < 0.6
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", source.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        changed = source.choice(sorted(files))
        for name, content in files.items():
            file.writestr(name, mutate(source, content) if inner and name == changed else content)
    return made.getvalue() if inner else mutate(source, made.getvalue())


def pickled(source):
    """A changed pickle of id -> list of numbers, packed at times."""
    data = mutate(source, pickle.dumps({f"id{number}": [1.5, number] for number in range(4)}, source.randrange(6)))
    return zlib.compress(data) if source.random() < 0.2 else data


def mutate_old(source, data):
    """A changed HDF5 file of the old form, which has no checksums: in its headers, tables of names, trees and heaps, or anywhere."""
    if source.random() < 0.25:
        return mutate(source, data)
    data = bytearray(data)
    places = [place for sign in (b"TREE", b"SNOD", b"HEAP", b"GCOL", b"\1\0") for place in positions(data, sign)]
    for _ in range(source.choice((1, 1, 2, 4))):
        place = source.choice(places) + source.randrange(source.choice((24, 64, 300)))
        width = source.choice((1, 1, 2, 4, 8))
        value = source.choice((0, 1, 2, 3, 6, 9, 16, 127, 255, 2**15, 2**31, 2**63, 2**64 - 1, source.randrange(len(data))))
        data[place:place + width] = value.to_bytes(8, "little")[:width]
    return bytes(data)


def positions(data, sign):
    place = data.find(sign)
    while place >= 0:
        yield place
        place = data.find(sign, place + 1)


def lookup3(data):
    """Bob Jenkins' hash as HDF5 uses it for its metadata, with 0 as the initial value."""
    def rot(x, k):
        return ((x << k) | (x >> (32 - k))) & 0xffffffff
    mask = 0xffffffff
    a = b = c = (0xdeadbeef + len(data)) & mask
    while len(data) > 12:
        x, y, z = struct.unpack_from("<III", data)
        a, b, c = (a + x) & mask, (b + y) & mask, (c + z) & mask
        a = ((a - c) & mask) ^ rot(c, 4); c = (c + b) & mask
        b = ((b - a) & mask) ^ rot(a, 6); a = (a + c) & mask
        c = ((c - b) & mask) ^ rot(b, 8); b = (b + a) & mask
        a = ((a - c) & mask) ^ rot(c, 16); c = (c + b) & mask
        b = ((b - a) & mask) ^ rot(a, 19); a = (a + c) & mask
        c = ((c - b) & mask) ^ rot(b, 4); b = (b + a) & mask
        data = data[12:]
    if not data:
        return c
    x, y, z = struct.unpack("<III", data.ljust(12, b"\0"))
    a, b, c = (a + x) & mask, (b + y) & mask, (c + z) & mask
    c = ((c ^ b) - rot(b, 14)) & mask
    a = ((a ^ c) - rot(c, 11)) & mask
    b = ((b ^ a) - rot(a, 25)) & mask
    c = ((c ^ b) - rot(b, 16)) & mask
    a = ((a ^ c) - rot(c, 4)) & mask
    b = ((b ^ a) - rot(a, 14)) & mask
    c = ((c ^ b) - rot(b, 24)) & mask
    return c


def headers(data):
    """Where the superblock, the pieces of object headers and the beginnings of lists of chunks lie: (start, end of what the checksum covers)."""
    found = [(0, 44)] if data[:8] == b"\x89HDF\r\n\x1a\n" else []
    place = data.find(b"OHDR")
    while place >= 0:
        flags = data[place + 5] if place + 5 < len(data) else 0
        start = place + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        size = int.from_bytes(data[start:start + width], "little")
        pieces = [(place, start + width, start + width + size)]
        for begin, message, end in pieces:
            if end + 4 > len(data) or len(pieces) > 64:
                break
            found.append((begin, end))
            while message + 4 <= end:
                kind, size = data[message], int.from_bytes(data[message + 1:message + 3], "little")
                if kind == 16:
                    begin, length = struct.unpack_from("<QQ", data, message + 4)
                    pieces.append((begin, begin + 4, begin + length - 4))
                message += 4 + size
        place = data.find(b"OHDR", place + 4)
    place = data.find(b"FAHD")
    while 0 <= place <= len(data) - 28:
        found.append((place, place + 24))
        place = data.find(b"FAHD", place + 4)
    return found


def bounded():
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))


def good_again(data, places):
    for start, end in places:
        data[end:end + 4] = struct.pack("<I", lookup3(bytes(data[start:end])))


def mutate(source, data):
    data = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 4, 12))):
        if not data:
            break
        place = source.randrange(len(data))
        kind = source.randrange(7)
        if kind == 0:
            data[place] ^= 1 << source.randrange(8)
        elif kind == 1:
            data[place] = source.choice((0, 1, 10, 13, 34, 44, 127, 128, 255, source.randrange(256)))
        elif kind == 2:
            del data[place:place + source.choice((1, 2, 8, 64, len(data)))]
        elif kind == 3:
            data[place:place] = data[place:place + source.choice((1, 2, 8, 64))]
        elif kind == 4:
            data[place:place + 8] = struct.pack("<Q", source.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, source.randrange(2**40))))
        elif kind == 5:
            data[place:place + 4] = struct.pack("<I", source.choice((0, 1, 255, 2**31 - 1, 2**32 - 1)))
        else:
            other = source.randrange(len(data))
            data[place:place + 16] = data[other:other + 16]
    return bytes(data)


def mutate_store(source, data):
    """A changed store. Where only a header is changed, its checksum is often made good again."""
    if source.random() < 0.25:
        return mutate(source, data)
    data = bytearray(data)
    places = headers(bytes(data))
    for start, end in source.sample(places, min(len(places), source.choice((1, 1, 2, 3)))):
        for _ in range(source.choice((1, 1, 2, 5))):
            place = source.randrange(start + 4, end)
            if source.random() < 0.5:
                data[place] = source.choice((0, 1, 2, 3, 4, 5, 6, 8, 16, 64, 127, 128, 255, data[place] ^ (1 << source.randrange(8))))
            else:
                width = source.choice((2, 4, 8))
                value = source.choice((0, 1, 2**15, 2**31, 2**63, 2**64 - 1, source.randrange(len(data))))
                data[place:min(place + width, end)] = value.to_bytes(8, "little")[:min(place + width, end) - place]
    good_again(data, places)
    return bytes(data)


def inputs(source, kind, folder, store, run):
    """Writes a changed input; gives the commands to run over it."""
    if kind == "table":
        name = source.choice(sorted(TABLES))
        audio, table = NUMPY, TABLES[name]
        if source.random() < 0.7:
            table = mutate(source, table)
        else:
            audio = mutate(source, audio)
        (folder / name).write_bytes(table)
        (folder / "audio.npy").write_bytes(audio)
        return [["convert", "table", folder / name, "--audio", folder / "audio.npy", "-o", folder / "out.h5", "--force", "--quiet"]]
    if kind == "run":
        shutil.copytree(run, folder / "run")
        name = source.choice(["config.yaml", "metrics.jsonl", "checkpoints/best.h5", "checkpoints/last.h5", "result.json"])
        path = folder / "run" / name
        if path.exists():
            change = mutate_store if name.endswith(".h5") else mutate
            path.write_bytes(change(source, path.read_bytes()))
        return [["evaluate", folder / "run", "--store", store],
                ["train", store, "--resume", folder / "run", "--quiet"]]
    if kind == "arrays":
        (folder / "list.csv").write_bytes(IDS)
        form = source.choice(("old", "old", "first", "first", "latest", "archive", "archive", "folder", "pickle"))
        path = folder / {"archive": "audio.npz", "folder": "audio", "pickle": "audio.pkl"}.get(form, "audio.h5")
        if form == "folder":
            path.mkdir()
            for name, content in arrays(source).items():
                (path / name).write_bytes(mutate(source, content) if source.random() < 0.5 else content)
        elif form in ("archive", "pickle"):
            path.write_bytes({"archive": archive, "pickle": pickled}[form](source))
        else:
            change = mutate_store if form == "latest" else mutate_old
            path.write_bytes(change(source, (ARRAYS / f"{form}.h5").read_bytes()))
        group = source.choice({"old": (":/ids", ":/ids", ":/"), "latest": (":/ids", ":/ids", ":/"), "first": (":/any", ":/fixed", ":/")}.get(form, ("",)))
        table = ["convert", "table", folder / "list.csv", "--audio", f"{path}{group}", "-o", folder / "out.h5", "--force", "--quiet", "--frames", "mean"]
        return [table, source.choice((["scan", path], [*table, "--allow-missing", "zero"], ["convert", path, "-o", folder / "out.h5", "--force"]))]
    path = folder / "store.h5"
    path.write_bytes(mutate_store(source, store.read_bytes()))
    more = [["info", path], ["diff", path, store], ["subset", path, "-o", folder / "out.h5", "--split", "train", "--force"],
            ["merge", path, "-o", folder / "out.h5", "--force"], ["export", path, "-o", folder / "out.npz", "--force"],
            ["train", path, "--epochs", "1", "--set", "model.hiddenSize=8", "--output", folder / "trained", "--quiet"]]
    return [["validate", path], source.choice(more)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--vuemo", required=True)
    parser.add_argument("--store", required=True, type=pathlib.Path)
    parser.add_argument("--run", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="store,table,run,arrays")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("escaped"))
    options = parser.parse_args()
    kinds = [kind for kind in options.kinds.split(",") if kind != "run" or options.run]
    source, end = random.Random(options.seed), time.monotonic() + options.seconds
    tried, statuses, escaped = 0, {}, 0
    while time.monotonic() < end:
        kind = source.choice(kinds)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for command in inputs(source, kind, folder, options.store.resolve(), options.run):
                words = [options.vuemo] + [str(word) for word in command]
                try:
                    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, preexec_fn=bounded)
                    status, text = done.returncode, done.stderr.decode(errors="replace")
                except subprocess.TimeoutExpired:
                    status, text = "no end", ""
                tried += 1
                statuses[kind, status] = statuses.get((kind, status), 0) + 1
                # What the last resort ends (HDF5's FileFaults) should have been found before.
                if (status in STATUSES and "Fatal error" not in text and "breaks down on it" not in " ".join(text.split())
                        and not list(folder.glob(".*partial*"))):
                    continue
                escaped += 1
                kept = options.keep / f"{options.seed}-{tried}"
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                print(f"escaped ({status}): {' '.join(words)}\n  kept in {kept}\n  {text.strip()[-300:]}", flush=True)
    print(f"{tried} runs, {escaped} escaped; statuses: {dict(sorted(statuses.items(), key=str))}")
    return 1 if escaped else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Reads pickles under watch: what Python does meanwhile is counted by an audit hook. Runs in the embedded interpreter."""

import json
import random
import sys
import threading

from faults import ConversionFault
from pickles.safe_pickle import load
from scanning import scan  # noqa: F401  (a refusal needs it, and it must not be imported under watch)

# Events of our own.
HARMLESS = ("object.__getattr__", "builtins.id")

watched = threading.local()


def on_event(event, arguments):
    """Events of the watching thread that only running something of a pickle could raise."""
    if getattr(watched, "events", None) is not None:
        watched.events.append(event)
        if event == "import":
            watched.modules.append(arguments[0])


sys.addaudithook(on_event)


def load_watched(data):
    """JSON: the fault's type and sentence ('' where there was none) and the audit events that reading raised."""
    watched.events, watched.modules = [], []
    kind, sentence = "", ""
    try:
        load(data, "hostile.pkl", most_operations=2_000_000)
    except ConversionFault as fault:
        kind, sentence = type(fault).__name__, str(fault)
    events, watched.events = watched.events, None
    return json.dumps({"kind": kind, "sentence": sentence, "events": [e for e in events if e not in HARMLESS], "modules": watched.modules})


def load_every_truncation(data):
    """Loads every proper beginning of `data`. JSON: lengths that were not refused with a ConversionFault."""
    wrong = []
    for length in range(len(data)):
        try:
            load(data[:length], "cut.pkl")
            wrong.append(length)
        except ConversionFault:
            pass
    return json.dumps(wrong)


def load_mutations(data, count):
    """Loads `count` (text) random mutations of `data`. JSON: how many loaded, were refused, and the first other exception."""
    source = random.Random(len(data))
    loaded = refused = 0
    other = ""
    for _ in range(int(count)):
        mutated = bytearray(data)
        for _ in range(source.randint(1, 6)):
            at = source.randrange(len(mutated))
            what = source.random()
            if what < 0.5:
                mutated[at] = source.randrange(256)
            elif what < 0.75:
                mutated[at:at + source.randint(0, 8)] = b""
            else:
                mutated[at:at] = bytes(source.randrange(256) for _ in range(source.randint(1, 4)))
            if not mutated:
                break
        try:
            load(bytes(mutated), "mutated.pkl", most_operations=2_000_000)
            loaded += 1
        except ConversionFault:
            refused += 1
        except BaseException as error:
            other = other or f"{type(error).__name__}: {error}"
    return json.dumps({"loaded": loaded, "refused": refused, "other": other})


def expansion(kind):
    """A small pickle that expands to gigabytes unless it is charged for what it shares."""
    from numpy_pickles import Array, DataType, write
    ids = list(range(4000))
    shared = lambda entry: {number: entry for number in ids}
    if kind in ("rows", "utterances", "texts"):
        count, row = 2000, Array(DataType("<f4"), (40,), [0.5] * 40)
        labels, rows, texts = [1] * count, [row] * count, ["x"] * count
        if kind == "rows":       # labels and texts as in an honest file would be too many before: keep them few
            labels, texts = [1] * 60, ["x"] * 60
        if kind == "texts":
            long = "x" * 100_000
            labels, rows, texts = [1] * 20, [row] * 20, [long] * 20
        speakers = ["M"] * len(labels)
        return write((shared(labels), shared(speakers), shared(labels), shared(rows), shared(rows), shared(rows), shared(texts), ids, ids[:9]), 2)
    if kind == "keys":           # a key of 4 KiB in each of a million dictionaries
        return b"\x80\x02B\x00\x10\x00\x00" + b"k" * 4096 + b"q\x000(" + b"}h\x00Ns" * 400_000 + b"l."
    big = {f"k{number}": None for number in range(20_000)}
    if kind == "dictionaries":   # copied again and again
        copies = b"(h\x01h\x00\x85R" + b"h\x01h\x00\x85R" * 100_000
    else:                        # the state of an object again and again
        copies = b"(" + b"h\x01)\x81h\x00b" * 100_000
    name = b"ccollections\nOrderedDict\n" if kind == "dictionaries" else b"ccogmen.Sample\nSample\n"
    return write(big, 2)[:-1].replace(b"q\x00", b"", 1) + b"q\x000" + name + b"q\x010" + copies + b"l."

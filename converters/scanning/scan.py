"""`vuemo scan`: what a file is, what is in it, and whether it is safe to convert. Constructs nothing but stand-ins."""

import json
import re

from scanning.content_tree import Walk, lines
from faults import ConversionFault, LimitExceeded, MalformedPickle, UnreadContent
from dataset.fields import outermost
from layouts import LAYOUTS
from pickles.opcode_table import Truncated
from pickles.safe_pickle import MOST_OPERATIONS, open_kind
from scanning.scan_machine import ScanMachine, TorchScanMachine


def scan(data, name, report):
    """JSON of the findings, with `status` 'safe', 'unsafe' or 'unreadable' and, but for 'safe', a `reason`: one sentence."""
    found = {"file": name, "bytes": len(data), "status": "safe", "kind": "pickle"}
    try:
        archive = open_kind(data, name)
    except ConversionFault as error:
        return json.dumps({**found, "status": "unreadable", "kind": "other", "reason": str(error)}, ensure_ascii=False)
    if archive is None:
        machine, pickled = ScanMachine(data, MOST_OPERATIONS, report), name
    else:
        machine, pickled = TorchScanMachine(archive, MOST_OPERATIONS, report), archive.pickle_name
        found.update(kind="torch", storages=len(archive.storages))
    content, damage = run(machine, pickled)
    found["protocol"] = protocol(machine.data)
    found["writer"] = writer(machine.data, found["protocol"], machine) if archive is None else "PyTorch 1.6 or later"
    found["globals"] = [
        {"name": text, "times": times, "allowed": kept is machine.allowed}
        for kept in (machine.allowed, machine.foreign) for text, times in kept.items()]
    found["asks_for"] = [{"what": what, "times": times} for what, times in machine.asked.items()]
    if machine.is_unsafe:
        found["status"] = "unsafe"
        first = next(iter(machine.foreign), None) or next(iter(machine.asked), None)
        if first is None:
            found["reason"] = two_readings(name, next(iter(machine.readings)))
        else:
            found["reason"] = f"{name} asks for {first}, which no feature pickle needs: {advice(first)}."
    elif damage is not None:
        found["status"] = "unreadable"
    if damage is not None:
        found["damage"] = damage
        found.setdefault("reason", damage)
        return json.dumps(found, ensure_ascii=False)
    found["layouts"] = [] if machine.is_unsafe else [layout.NAME for layout in LAYOUTS if layout.recognise(outermost(content))]
    nodes = Walk(names_all=archive is not None and not found["layouts"]).nodes([content])
    found["tree"] = [node.plain() for node in nodes]
    found["tree_text"] = lines(nodes)
    return json.dumps(found, ensure_ascii=False)


def two_readings(name, what):
    """What to say of a file that other programs read in another way."""
    return (f"{name} can be read in two ways, because {what}: what Python's pickle would run cannot be told from what is seen here, "
            "so do not load it.")


def advice(named):
    """What to do about a file that names something."""
    if named.startswith("joblib."):
        return "it was written by joblib; where you trust it, load it with joblib and save it again with pickle"
    return "do not load it"


def run(machine, name):
    """`(content, None)`, or None and what ended the reading: one sentence."""
    size = len(machine.data)
    try:
        content = machine.run()
    except Truncated:
        return None, f"{name} is cut short: the pickle claims more than the {size} bytes that the file has; download it again."
    except LimitExceeded as error:
        return None, f"{name} holds {error} (at byte {machine.position})."
    except UnreadContent as error:
        return None, f"{name} holds {error} at byte {machine.position}, which is not read here."
    except MalformedPickle as error:
        return None, f"{name} is a damaged pickle: {error} at byte {machine.position}."
    if machine.position < size:
        return None, f"{name} has {size - machine.position} more bytes after the end of its pickle at byte {machine.position}."
    return content, None


def protocol(data):
    """The pickle protocol: stated from 2 on. 0 is text, and numbers what it keeps in decimal; 1 does neither."""
    if data[:1] == b"\x80":
        return data[1] if len(data) > 1 else 2
    head = data[:4096]
    return 0 if head.isascii() or re.search(rb"p\d{1,9}\n", head) else 1


def writer(data, protocol, machine):
    """What probably wrote the file, from what only some versions write."""
    names = machine.allowed.keys() | machine.foreign.keys()
    numpy = [version for version, module in (("NumPy 2", "numpy._core."), ("NumPy 1", "numpy.core.")) if any(n.startswith(module) for n in names)]
    old = any(name.startswith("__builtin__.") for name in names)
    if protocol >= 3:
        python = {3: "Python 3", 4: "Python 3.4 or later", 5: "Python 3.8 or later"}[min(protocol, 5)]
    elif "_codecs.encode" in names:
        python = "Python 3"
    elif any(type(value) in (bytes, memoryview) for value in machine.memo.values()):
        python = "Python 2"
    else:
        python = "Python 2 or 3" if not old else "Python 2, or 3 with fix_imports"
    return ", ".join([python, *numpy])

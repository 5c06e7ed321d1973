"""`vuemo scan`: what a file is, what is in it, and whether it is safe to convert. Constructs nothing but stand-ins."""

import json
import re

from scanning.content_tree import Walk, lines
from archives.legacy_torch import is_legacy
from faults import ConversionFault, LimitExceeded, MalformedPickle
from dataset.fields import outermost
from layouts import LAYOUTS
from pickles.opcode_table import Truncated
from pickles.damage import after_the_end, line_ends
from pickles.file_kind import NPY_OF_OBJECTS, OLD_TORCH, pickle_in_npy
from pickles.safe_pickle import MOST_OPERATIONS, open_kind
from scanning.scan_machine import NotFollowed, ScanMachine, TorchScanMachine, look_at, look_into
from scanning.verdict import partly, verdict


def scan(data, name, report):
    """JSON of the findings, with `status` 'safe', 'unsafe', 'unknown', 'unsupported' or 'unreadable' and, but for 'safe', a `reason`:
    one sentence."""
    found = {"file": name, "bytes": len(data), "status": "safe", "kind": "pickle"}
    if is_legacy(data) or pickle_in_npy(data) is not None:
        return json.dumps(wrapped(data, name, report, found), ensure_ascii=False)
    try:
        archive = open_kind(data, name)
    except ConversionFault as error:
        return json.dumps({**found, "status": "unreadable", "kind": "other", "reason": str(error)}, ensure_ascii=False)
    if archive is None:
        machine, pickled = ScanMachine(data, MOST_OPERATIONS, report), name
    else:
        machine, pickled = TorchScanMachine(archive, MOST_OPERATIONS, report), archive.pickle_name
        found.update(kind="torch", storages=len(archive.storages))
    content, damage, has_content = run(machine, pickled)
    found["protocol"] = protocol(machine.data)
    found["writer"] = writer(machine.data, found["protocol"], machine) if archive is None else "PyTorch 1.6 or later"
    found["globals"], found["asks_for"] = names_in(machine), asked_in(machine)
    status, reason = verdict(machine, pickled)
    if status is not None:
        found.update(status=status, reason=reason if has_content or status == "unsafe" else partly(reason, machine.position))
    elif damage is not None:
        found["status"] = "unreadable"
    if damage is not None:
        found["damage"] = damage
        found.setdefault("reason", damage)
    if not has_content:
        return json.dumps(found, ensure_ascii=False)
    found["layouts"] = [] if status else [layout.NAME for layout in LAYOUTS if layout.recognise(outermost(content))]
    nodes = Walk(names_all=archive is not None and not found["layouts"]).nodes([content])
    found["tree"] = [node.plain() for node in nodes]
    found["tree_text"] = lines(nodes)
    return json.dumps(found, ensure_ascii=False)


def judged(data, name, report):
    """`(status, sentence)` of a file that conversion will not read on, after all of it."""
    if is_legacy(data) or pickle_in_npy(data) is not None:
        found = wrapped(data, name, report, {})
        return found["status"], found["reason"]
    try:
        archive = open_kind(data, name)
    except ConversionFault:
        return None, None
    if archive is None:
        machine, pickled = ScanMachine(data, MOST_OPERATIONS, report), name
    else:
        machine, pickled = TorchScanMachine(archive, MOST_OPERATIONS, report), archive.pickle_name
    _, _, has_content = run(machine, pickled)
    status, reason = verdict(machine, pickled)
    return status, reason if has_content or status in (None, "unsafe") else partly(reason, machine.position)


def wrapped(data, name, report, found):
    """The findings for a file of PyTorch's old format, or a .npy file of Python objects: neither is read, and both hold pickles."""
    begin = pickle_in_npy(data)
    if begin is None:
        inside, kind, other = look_into(data, report, MOST_OPERATIONS), "torch-before-1.6", OLD_TORCH
    else:
        inside, kind, other = look_at(data, begin, report, MOST_OPERATIONS), "npy", NPY_OF_OBJECTS
    status, reason = verdict(inside, name)
    if status is None and not inside.is_whole:
        status, reason = "unreadable", f"{name} {other.split(',')[0].split(':')[0]} and is damaged: download it again."
    found.update(status=status or "unsupported", kind=kind, reason=reason or f"{name} {other}.")
    found["globals"], found["asks_for"] = names_in(inside), asked_in(inside)
    return found


def names_in(found):
    """All names that were found, and what is to be said of each."""
    made = [{"name": text, "times": times, "allowed": True, "verdict": "read"} for text, times in found.allowed.items()]
    return made + [{"name": text, "times": times, "allowed": False, "verdict": found.kinds[text][0]} for text, times in found.foreign.items()]


def asked_in(found):
    return [{"what": what, "times": times} for kept in (found.asked, found.passed) for what, times in kept.items()]


def run(machine, name):
    """`(content, what ended the reading or followed, whether there is a content)`."""
    size = len(machine.data)
    try:
        content = machine.run()
    except Truncated:
        return None, f"{name} is cut short: the pickle claims more than the {size} bytes that the file has{line_ends(machine.data) or '; download it again'}.", False
    except LimitExceeded as error:
        return None, f"{name} holds {error} (at byte {machine.position}).", False
    except NotFollowed as error:
        return None, f"{name} was looked into up to byte {machine.position}: there stands {error}.", False
    except MalformedPickle as error:
        if machine.foreign:            # what such a name does to the stack and the bytes after it is not known
            return None, f"{name} could not be followed beyond byte {machine.position}, because of what it names before ({error}).", False
        return None, f"{name} is a damaged pickle: {error} at byte {machine.position}{line_ends(machine.data)}.", False
    return content, after_the_end(machine.data, machine.position, name) if machine.position < size else None, True


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

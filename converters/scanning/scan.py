"""`vuemo scan`: what a file is, what is in it, and whether it is safe to convert. Constructs nothing but stand-ins."""

import json
import re

from scanning.content_tree import Walk, lines
from archives.containers import files_of, packing_of, unpack
from archives.legacy_torch import LegacyReader
from faults import ConversionFault, LimitExceeded, MalformedPickle, UnreadContent
from dataset.fields import outermost
from layouts import fitting
from pickles.opcode_table import Truncated
from pickles.damage import after_the_end, line_ends
from pickles.file_kind import NPY_OF_OBJECTS, pickle_in_npy
from pickles.safe_pickle import MOST_OPERATIONS, Machines, reader_of
from archives.numpy_arrays import MAGIC, is_npz
from scanning.numpy_files import scan_npy, scan_npz, scan_zip
from scanning.scan_machine import ArchiveScanMachine, Findings, LegacyScanMachine, NotFollowed, PlainScanMachine, look_at
from scanning.verdict import partly, verdict


MACHINES = Machines(PlainScanMachine, ArchiveScanMachine, LegacyScanMachine)
KINDS = {PlainScanMachine: "pickle", ArchiveScanMachine: "torch", LegacyReader: "torch-before-1.6"}


def scan(data, name, report):
    """JSON of the findings, with `status` 'safe', 'unsafe', 'unknown', 'unsupported' or 'unreadable' and, but for 'safe', a `reason`:
    one sentence."""
    return json.dumps(findings_in(data, name, report), ensure_ascii=False)


def findings_in(data, name, report, is_inside=False):
    """The same as a dictionary. `is_inside`: of a file in an archive, in which no further archive is looked into."""
    found = {"file": name, "bytes": len(data), "status": "safe", "kind": "pickle"}
    try:
        if is_npz(data, name) or not is_inside and is_of_several(data, name):
            return archive_findings(data, name, report, found)
        source = unpack(data, name, report)
        if source.container:
            found.update(container=source.container, unpacked_bytes=len(source.data))
        if source.data[:6] == MAGIC:
            return scan_npy(source.data, source.name, found, lambda: wrapped(source, report, found))
        machine, pickled = reader_of(source, report, MOST_OPERATIONS, MACHINES)
    except ConversionFault as error:
        return {**found, "status": "unreadable", "kind": "other", "reason": str(error)}
    found["kind"] = KINDS[type(machine)]
    content, damage, has_content = run(machine, pickled)
    inside = noted(machine)
    found["protocol"] = protocol(machine.data)
    found["writer"] = writer(machine, found["protocol"], found["kind"])
    if found["kind"] != "pickle":
        found["storages"] = len(machine.archive.storages) if found["kind"] == "torch" else sum(len(one.storages) for one in machine.machines)
    found["globals"], found["asks_for"] = names_in(inside), asked_in(inside)
    status, reason = verdict(inside, pickled)
    if status is not None:
        found.update(status=status, reason=reason if has_content or status == "unsafe" else partly(reason, machine.position))
    elif damage is not None:
        found["status"] = "unreadable"
    if damage is not None:
        found["damage"] = damage
        found.setdefault("reason", damage)
    if not has_content:
        return found
    found["layouts"] = [] if status else [layout.NAME + (" with more that is left out" if further else "") for layout, _, further in fitting(outermost(content))]
    nodes = Walk(names_all=found["kind"] != "pickle" and not found["layouts"]).nodes([content])
    found["tree"] = [node.plain() for node in nodes]
    found["tree_text"] = lines(nodes)
    return found


def is_of_several(data, name):
    """Whether a file is a zip archive of several files, none of which is a part of what PyTorch writes."""
    if data[:4] != b"PK\3\4" or packing_of(data) != "zip":
        return False
    names = [member.name for member in files_of(data, name)]
    return len(names) > 1 and not any(path.endswith("/data.pkl") for path in names)


def archive_findings(data, name, report, found):
    """The findings for a zip archive of several files."""
    def look(content, called):
        return findings_in(content, called, report, is_inside=True)
    return (scan_npz if is_npz(data, name) else scan_zip)(data, name, report, found, look)


def noted(machine):
    """What was found: by the one machine, or by all of those that read the pickles of a file one after the other."""
    if type(machine) is not LegacyReader:
        return machine
    made = Findings()
    for one in machine.machines:
        made.add(one)
    return made


def judged(source, report):
    """`(status, sentence)` of a file that conversion will not read on, after all of it."""
    if pickle_in_npy(source.data) is not None:
        found = wrapped(source, report, {})
        return found["status"], found["reason"]
    try:
        machine, pickled = reader_of(source, report, MOST_OPERATIONS, MACHINES)
    except ConversionFault:
        return None, None
    _, _, has_content = run(machine, pickled)
    status, reason = verdict(noted(machine), pickled)
    return status, reason if has_content or status in (None, "unsafe") else partly(reason, machine.position)


def wrapped(source, report, found):
    """The findings for a .npy file of Python objects: it is not read, and it holds a pickle."""
    inside = look_at(source.data, pickle_in_npy(source.data), report, MOST_OPERATIONS)
    status, reason = verdict(inside, source.name)
    if status is None and not inside.is_whole:
        status, reason = "unreadable", f"{source.name} is a NumPy .npy file of Python objects and is damaged: download it again."
    found.update(status=status or "unsupported", kind="npy", reason=reason or f"{source.name} {NPY_OF_OBJECTS}.")
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
    except UnreadContent as error:
        last = machine.machines[-1] if type(machine) is LegacyReader else machine
        last.unread_content(error)
        return None, None, False
    except MalformedPickle as error:
        if noted(machine).foreign:            # what such a name does to the stack and the bytes after it is not known
            return None, f"{name} could not be followed beyond byte {machine.position}, because of what it names before ({error}).", False
        return None, f"{name} is a damaged pickle: {error} at byte {machine.position}{line_ends(machine.data) or '; download it again'}.", False
    return content, after_the_end(machine.data, machine.position, name) if machine.position < size else None, True


def protocol(data):
    """The pickle protocol: stated from 2 on. 0 is text, and numbers what it keeps in decimal; 1 does neither."""
    if data[:1] == b"\x80":
        return data[1] if len(data) > 1 else 2
    head = data[:4096]
    return 0 if head.isascii() or re.search(rb"p\d{1,9}\n", head) else 1


def writer(machine, protocol, kind):
    """What probably wrote the file, from what only some versions write."""
    if kind != "pickle":
        return "PyTorch 1.6 or later" if kind == "torch" else "PyTorch before 1.6"
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
    joblib = ["joblib"] if any(name.endswith("numpy_pickle.NumpyArrayWrapper") for name in names) else []
    return ", ".join([python, *numpy, *joblib])

"""Read a pickle without trusting it.

`load` never imports, calls or changes anything that a file names; see `pickle_machine.py` for how, `allow_list.py` for
what a file may name at all, `stand_ins.py` for what arrays become, `torch_machine.py` and `joblib_arrays.py` for what PyTorch and joblib
write, and `containers.py` for what a pickle may be packed in. Neither NumPy nor PyTorch is needed.
"""

from faults import LimitExceeded, MalformedPickle, NotJudged, NotSupported, TwoReadings, UnreadContent, UnsafePickle
from pickles.damage import after_the_end, line_ends
from pickles.file_kind import pickle_in_npy, refuse_other_kinds
from pickles.opcode_table import Truncated
from archives.containers import unpack
from archives.legacy_torch import LegacyReader, is_legacy
from archives.torch_archive import open_archive
from archives.torch_machine import ArchiveMachine, LegacyMachine, PlainMachine

MOST_BYTES = 16 << 30              # of one file
MOST_OPERATIONS = 48_000_000       # of one file; the largest one in use today takes two million


def load(data, name, report=lambda position: None, most_operations=MOST_OPERATIONS):
    """The content of the pickle `data` (bytes), as plain containers and stand-ins.

    `name` is the file's name for messages; `report(position)` is called now and then and may raise to stop.
    Raises MalformedPickle, UnsafePickle or LimitExceeded, with one sentence.
    """
    return load_source(unpack(data, name, report), report, most_operations)


def load_source(source, report, most_operations=MOST_OPERATIONS):
    """The same for a file whose packing is off: a `containers.Source`."""
    if pickle_in_npy(source.data) is not None:
        raise refusal(source, None, None, report)
    machine, name = reader_of(source, report, most_operations, MACHINES)
    size = len(machine.data)
    try:
        content = machine.run()
    except Truncated:
        raise MalformedPickle(
            f"{name} is cut short: the pickle claims more than the {size} bytes that the file has{line_ends(machine.data) or '; download it again'}.") from None
    except TwoReadings as error:
        raise TwoReadings(
            f"{name} can be read in two ways, because {error} (at byte {machine.position}): it is refused and nothing of it was run; "
            "download it again, and do not load it with Python's pickle.") from None
    except (UnsafePickle, UnreadContent) as error:
        raise refusal(source, error, machine, report) from None
    except LimitExceeded as error:
        raise LimitExceeded(f"{name} holds {error} (at byte {machine.position}): it is refused.") from None
    except MalformedPickle as error:
        raise MalformedPickle(
            f"{name} is a damaged pickle: {error} at byte {machine.position}{line_ends(machine.data) or '; download it again'}.") from None
    if machine.position < size:
        raise MalformedPickle(after_the_end(machine.data, machine.position, name))
    return content


class Machines:
    """What reads the three kinds of files: a plain pickle, data.pkl of an archive of torch.save, and PyTorch's old format."""

    def __init__(self, plain, archive, legacy):
        self.plain, self.archive, self.legacy = plain, archive, legacy


MACHINES = Machines(PlainMachine, ArchiveMachine, LegacyMachine)


def reader_of(source, report, most_operations, machines):
    """`(a machine to run, the name of what it reads)`; raises for a file of any other kind."""
    report = source.progress(report)
    if len(source.data) > MOST_BYTES:
        raise LimitExceeded(f"{source.name} has {len(source.data)} bytes, more than the {MOST_BYTES} that are read: split the dataset.")
    if is_legacy(source.data):
        return LegacyReader(source.data, machines.legacy, most_operations, report), source.name
    archive = open_archive(source.data, source.name)
    if archive is not None:
        return machines.archive(archive, most_operations, report), archive.pickle_name
    refuse_other_kinds(source.data, source.name)
    return machines.plain(source.data, most_operations, report), source.name


def refusal(source, error, machine, report):
    """What to raise for a file that names what is not read: all of it is looked into first, because a harmless name may stand before a
    dangerous one."""
    from scanning.scan import judged           # which needs this module
    status, sentence = judged(source, report)
    kind = {"unknown": NotJudged, "unsupported": NotSupported, "unreadable": MalformedPickle}.get(status, UnsafePickle)
    return kind(sentence or (f"{source.name} asks for {error} at byte {machine.position}, which no feature pickle needs: it is refused and nothing of "
                             "it was run; do not trust this file."))

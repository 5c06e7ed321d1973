"""Read a pickle without trusting it.

`load` never imports, calls or changes anything that a file names; see `pickle_machine.py` for how, `allow_list.py` for
what a file may name at all, `stand_ins.py` for what arrays become, and `torch_archive.py` for files of torch.save.
Neither NumPy nor PyTorch is needed.
"""

from faults import LimitExceeded, MalformedPickle, NotJudged, NotSupported, TwoReadings, UnreadContent, UnsafePickle
from pickles.damage import after_the_end, line_ends
from pickles.file_kind import pickle_in_npy, refuse_other_kinds
from pickles.opcode_table import Truncated
from pickles.pickle_machine import Machine
from archives.legacy_torch import is_legacy
from archives.torch_archive import open_archive
from archives.torch_machine import TorchMachine

MOST_BYTES = 16 << 30              # of one file
MOST_OPERATIONS = 48_000_000       # of one file; the largest one in use today takes two million


def load(data, name, report=lambda position: None, most_operations=MOST_OPERATIONS):
    """The content of the pickle `data` (bytes), as plain containers and stand-ins.

    `name` is the file's name for messages; `report(position)` is called now and then and may raise to stop.
    Raises MalformedPickle, UnsafePickle or LimitExceeded, with one sentence.
    """
    whole, file = data, name
    if is_legacy(data) or pickle_in_npy(data) is not None:
        raise refusal(data, name, None, None, report)
    archive = open_kind(data, name)
    if archive is None:
        machine = Machine(data, most_operations, report)
    else:
        machine, data, name = TorchMachine(archive, most_operations, report), archive.pickle, archive.pickle_name
    try:
        content = machine.run()
    except Truncated:
        raise MalformedPickle(
            f"{name} is cut short: the pickle claims more than the {len(data)} bytes that the file has{line_ends(data) or '; download it again'}.") from None
    except TwoReadings as error:
        raise TwoReadings(
            f"{name} can be read in two ways, because {error} (at byte {machine.position}): it is refused and nothing of it was run; "
            "download it again, and do not load it with Python's pickle.") from None
    except (UnsafePickle, UnreadContent) as error:
        raise refusal(whole, file, error, machine, report) from None
    except LimitExceeded as error:
        raise LimitExceeded(f"{name} holds {error} (at byte {machine.position}): it is refused.") from None
    except MalformedPickle as error:
        raise MalformedPickle(f"{name} is a damaged pickle: {error} at byte {machine.position}{line_ends(data) or '; download it again'}.") from None
    if machine.position < len(data):
        raise MalformedPickle(after_the_end(data, machine.position, name))
    return content


def refusal(data, name, error, machine, report):
    """What to raise for a file that names what is not read: all of it is looked into first, because a harmless name may stand before a
    dangerous one."""
    from scanning.scan import judged           # which needs this module
    status, sentence = judged(data, name, report)
    kind = {"unknown": NotJudged, "unsupported": NotSupported, "unreadable": MalformedPickle}.get(status, UnsafePickle)
    return kind(sentence or (f"{name} asks for {error} at byte {machine.position}, which no feature pickle needs: it is refused and nothing of "
                             "it was run; do not trust this file."))


def open_kind(data, name):
    """None for what can be a pickle, a TorchArchive for what torch.save wrote; raises for any other kind of file."""
    archive = open_archive(data, name)
    if archive is None:
        refuse_other_kinds(data, name)
    if len(data) > MOST_BYTES:
        raise LimitExceeded(f"{name} has {len(data)} bytes, more than the {MOST_BYTES} that are read: split the dataset.")
    return archive

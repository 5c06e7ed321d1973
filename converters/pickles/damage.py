"""What damage looks like from outside: line ends that were changed, and bytes after the end."""

from pickles.opcode_table import Truncated
from faults import ConversionFault

SHOWN = 1 << 20


def line_ends(data):
    """What to add about a damaged file of which every line feed follows a carriage return; '' for any other."""
    count = data.count(b"\n")
    if count < 2 or count != data.count(b"\r\n"):
        return ""
    return (f"; all of its {count} line feeds follow a carriage return, as after a transfer in text mode, which changes line ends: "
            "copy it again in binary mode")


def after_the_end(data, end, name):
    """The sentence for a pickle that ends before its file does: how many bytes follow, and what they are."""
    count = len(data) - end
    rest = bytes(data[end:end + SHOWN])
    if not any(rest) and not any(data[end + SHOWN:]):
        what = f"has {count} more bytes after the end of its pickle at byte {end}, all of them zero: cut them off, or download it again"
    elif begins_a_pickle(data, end):
        what = f"holds another pickle of up to {count} more bytes after the end of its pickle at byte {end}: give a file with one"
    else:
        what = f"has {count} more bytes after the end of its pickle at byte {end}, which are no pickle: download it again"
    return f"{name} {what}."


def begins_a_pickle(data, begin):
    """Whether a whole pickle of moderate size stands there, which is followed and not used."""
    from scanning.scan_machine import ScanMachine
    try:
        ScanMachine(bytes(data[begin:begin + (64 << 20)]), 1_000_000, lambda position: None).run()
    except (ConversionFault, Truncated):
        return False
    return True

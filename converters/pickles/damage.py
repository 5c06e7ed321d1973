"""What damage looks like from outside: line ends that were changed, and bytes after the end."""

from faults import ConversionFault
from pickles.name_kinds import DANGEROUS
from pickles.opcode_table import Truncated

SHOWN = 1 << 20


def line_ends(data):
    """What to add about a damaged file of which every line feed follows a carriage return; '' for any other."""
    count = data.count(b"\n")
    if not count and data[:1] != b"\x80" and data.count(b"\r") > 1:
        return ("; it has carriage returns and no line feed, as after a transfer in text mode, which changes line ends: copy it again in "
                "binary mode")
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
    elif (further := pickle_behind(data, end)) is not None:
        dangerous = next((text for text in further.foreign if further.kinds[text][0] == DANGEROUS), None)
        told = f", which names {dangerous}: that is dangerous, so do not trust this file" if dangerous else ": give a file with one"
        what = f"holds another pickle of up to {count} more bytes after the end of its pickle at byte {end}{told}"
    else:
        what = f"has {count} more bytes after the end of its pickle at byte {end}, which are no pickle: download it again"
    return f"{name} {what}."


def pickle_behind(data, begin):
    """The machine that followed a whole pickle of moderate size that stands there, or None where there is none."""
    from scanning.scan_machine import PlainScanMachine
    machine = PlainScanMachine(bytes(data[begin:begin + (64 << 20)]), 1_000_000, lambda position: None)
    try:
        machine.run()
    except (ConversionFault, Truncated):
        return None
    return machine

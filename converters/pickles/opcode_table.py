"""The rarer opcodes: a table of short functions, filled by `opcodes_values.py`, `opcodes_containers.py` and
`opcodes_globals.py`. Each takes the machine and the position after the opcode, and gives the position after the
argument. The frequent opcodes are spelt out in `pickle_machine.Machine.run`.
"""

import re
from struct import Struct

WHOLE = re.compile(rb"0|-?[1-9][0-9]*").fullmatch      # a whole number as pickle writes it in text
LONGEST_NUMBER = 1024         # bytes of an integer, characters of a number in text

unpack_i32 = Struct("<i").unpack_from
unpack_u32 = Struct("<I").unpack_from
unpack_u64 = Struct("<Q").unpack_from
unpack_f64 = Struct(">d").unpack_from

RARE = [None] * 256


class Truncated(Exception):
    """The bytes end inside an operation, or claim more than is left."""


def opcode(*codes):
    """Register an operation under its opcodes."""
    def register(action):
        for code in codes:
            RARE[ord(code)] = action
        return action
    return register


def constant(code, make):
    """Register an operation without argument that pushes `make()`."""
    def push(machine, position):
        machine.stack.append(make())
        return position
    opcode(code)(push)

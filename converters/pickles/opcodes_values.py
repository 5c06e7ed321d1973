"""Opcodes that push a constant, a number, bytes or text, and those that keep stack, memo and frames."""

import codecs
import re

from faults import LimitExceeded, MalformedPickle
from pickles.opcode_table import LONGEST_NUMBER, WHOLE, constant, opcode, unpack_i32, unpack_u32, unpack_u64

# Numbers in text as pickle writes them. Readers differ in what else they take: 010 is 8 to C and a fault to Python.
FLOAT = re.compile(rb"-?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|inf|nan)").fullmatch
INDEX = re.compile(rb"[0-9]+").fullmatch

constant(b"N", lambda: None)
constant(b"\x88", lambda: True)
constant(b"\x89", lambda: False)


# Numbers

@opcode(b"J")
def binint(machine, position):
    machine.stack.append(unpack_i32(machine.data, position)[0])
    return position + 4


def number(line, form):
    """The line, which must be a number as pickle writes it."""
    if form(line) is None:
        if line.endswith(b"\r"):
            raise MalformedPickle("a number that ends in CR LF")
        raise MalformedPickle(f"the number {str(line[:40], 'ascii', 'backslashreplace')!r}, which pickle never writes so and readers read in different ways")
    return line


@opcode(b"I", b"L")
def int_text(machine, position):
    is_long = machine.data[position - 1:position] == b"L"
    line, position = machine.line(position, LONGEST_NUMBER)
    if not is_long and line in (b"00", b"01"):                 # protocol 0 writes booleans so
        value = line == b"01"
    else:
        value = int(number(line.removesuffix(b"L") if is_long else line, WHOLE))
    machine.stack.append(value)
    return position


@opcode(b"F")
def float_text(machine, position):
    line, position = machine.line(position, LONGEST_NUMBER)
    machine.stack.append(float(number(line, FLOAT)))
    return position


def long_bytes(machine, position, size):
    if size > LONGEST_NUMBER:
        raise LimitExceeded(f"an integer of {size} bytes, more than the {LONGEST_NUMBER} that are read")
    machine.stack.append(int.from_bytes(machine.piece(position, size), "little", signed=True))
    return position + size


@opcode(b"\x8a")
def long1(machine, position):
    return long_bytes(machine, position + 1, machine.data[position])


@opcode(b"\x8b")
def long4(machine, position):
    return long_bytes(machine, position + 4, unpack_u32(machine.data, position)[0])


# Bytes and text. Python 2 wrote both as 'S', 'T' or 'U'; whoever uses them decides which it is.

@opcode(b"T", b"B")
def binstring(machine, position):
    size = unpack_u32(machine.data, position)[0]
    piece = machine.piece(position + 4, size)
    if size >> 31 and machine.data[position - 1:position] == b"T":
        raise MalformedPickle("a string of a negative size")
    machine.stack.append(piece)
    return position + 4 + size


@opcode(b"\x8e", b"\x96")
def binbytes8(machine, position):
    size = unpack_u64(machine.data, position)[0]
    machine.stack.append(machine.piece(position + 8, size))
    return position + 8 + size


@opcode(b"S")
def string_text(machine, position):
    line, position = machine.line(position)
    if len(line) < 2 or line[:1] not in (b"'", b'"') or line[-1:] != line[:1]:
        if line.endswith(b"\r"):
            raise MalformedPickle("a string that ends in CR LF")
        raise MalformedPickle("a string without its quotes")
    machine.stack.append(codecs.escape_decode(line[1:-1])[0])
    return position


@opcode(b"V")
def unicode_text(machine, position):
    line, position = machine.line(position)
    if line.endswith(b"\r") and machine.has_changed_line_ends():      # old writers left a carriage return as it is, so one alone says nothing
        raise MalformedPickle("a text that ends in CR LF")
    machine.stack.append(codecs.raw_unicode_escape_decode(line)[0])
    return position


@opcode(b"\x8d")
def binunicode8(machine, position):
    size = unpack_u64(machine.data, position)[0]
    machine.stack.append(machine.text(position + 8, size))
    return position + 8 + size


# Stack, memo, frames

@opcode(b"0")
def pop(machine, position):
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()
    else:
        machine.stack.pop()
    return position


@opcode(b"1")
def pop_mark(machine, position):
    machine.marked()
    return position


@opcode(b"2")
def duplicate(machine, position):
    machine.stack.append(machine.stack[-1])
    return position


@opcode(b"p")
def put_text(machine, position):
    line, position = machine.line(position, LONGEST_NUMBER)
    machine.memo[int(number(line, INDEX))] = machine.stack[-1]
    return position


@opcode(b"g")
def get_text(machine, position):
    line, position = machine.line(position, LONGEST_NUMBER)
    machine.stack.append(machine.memo[int(number(line, INDEX))])
    return position


@opcode(b"\x80")
def protocol(machine, position):
    if machine.data[position] > 5:
        raise MalformedPickle(f"protocol {machine.data[position]}, which is not known")
    return position + 1

"""Opcodes that name a global or do something with one. What may be named, and what it does: `allow_list.py`."""

from allow_list import find, perform
from faults import MalformedPickle, UnsafePickle
from opcode_table import opcode
from stand_ins import Array, DataType

LONGEST_NAME = 1024           # characters of a global's module or name


def global_name(machine, position):
    module, position = machine.line(position, LONGEST_NAME)
    name, position = machine.line(position, LONGEST_NAME)
    return str(module, "utf-8", "replace"), str(name, "utf-8", "replace"), position


@opcode(b"c")
def find_global(machine, position):
    module, name, position = global_name(machine, position)
    machine.stack.append(find(module, name))
    return position


@opcode(b"\x93")
def stack_global(machine, position):
    name, module = machine.stack.pop(), machine.stack.pop()
    if type(module) is not str or type(name) is not str:
        raise MalformedPickle("a global whose name is no text")
    machine.stack.append(find(module, name))
    return position


@opcode(b"R")
def reduce(machine, position):
    arguments, target = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(perform(target, arguments, machine.spend))
    return position


@opcode(b"i")
def instance(machine, position):
    module, name, position = global_name(machine, position)
    find(module, name)
    raise UnsafePickle(f"an instance of {name} (INST)")


@opcode(b"o")
def build_object(machine, position):
    machine.marked()
    raise UnsafePickle("an instance of an old-style class (OBJ)")


@opcode(b"\x81", b"\x92")
def new_object(machine, position):
    raise UnsafePickle("a new instance of a class (NEWOBJ)")


@opcode(b"b")
def build(machine, position):
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is Array or type(target) is DataType:
        target.set_state(state)
    else:
        raise UnsafePickle(f"a change of the attributes of a {type(target).__name__} (BUILD)")
    return position


@opcode(b"P", b"Q")
def persistent(machine, position):
    raise UnsafePickle("an object by persistent id")


@opcode(b"\x82", b"\x83", b"\x84")
def extension(machine, position):
    raise UnsafePickle("an object by extension code")


@opcode(b"\x97")
def next_buffer(machine, position):
    raise MalformedPickle("array data that were kept outside of the file (protocol 5 with out-of-band buffers)")


@opcode(b"\x98")
def readonly_buffer(machine, position):
    if not machine.stack:
        raise MalformedPickle("a buffer that is not there")
    return position

"""Opcodes that name a global or do something with one. What may be named, and what it does: `allow_list.py`.

The machine decides what a name is (`find`), what a call or a new object gives (`perform`, `new`), and what becomes of
anything else that a feature pickle never holds (`refuse`, which gives a stand-in or raises).
"""

from faults import MalformedPickle
from pickles.opcode_table import opcode
from pickles.stand_ins import Array, DataType, Record

LONGEST_NAME = 1024           # characters of a global's module or name


def global_name(machine, position):
    machine.position = position
    module, position = machine.line(position, LONGEST_NAME)
    name, position = machine.line(position, LONGEST_NAME)
    if module.endswith(b"\r") and name.endswith(b"\r"):
        raise MalformedPickle("a name that ends in CR LF")
    return str(module, "utf-8", "replace"), str(name, "utf-8", "replace"), position


@opcode(b"c")
def find_global(machine, position):
    module, name, position = global_name(machine, position)
    machine.stack.append(machine.find(module, name))
    return position


@opcode(b"\x93")
def stack_global(machine, position):
    name, module = machine.stack.pop(), machine.stack.pop()
    if type(module) is not str or type(name) is not str:
        raise MalformedPickle("a global whose name is no text")
    machine.position = position
    machine.stack.append(machine.find(module, name))
    return position


@opcode(b"R")
def reduce(machine, position):
    arguments, target = machine.stack.pop(), machine.stack.pop()
    machine.position = position
    machine.stack.append(machine.perform(target, arguments))
    return position


@opcode(b"i")
def instance(machine, position):
    module, name, position = global_name(machine, position)
    arguments = tuple(machine.marked())
    machine.stack.append(machine.instance(machine.find(module, name), arguments, f"an instance of {name} (INST)"))
    return position


@opcode(b"o")
def build_object(machine, position):
    items = machine.marked()
    machine.position = position
    machine.stack.append(machine.instance(items[0] if items else None, tuple(items[1:]), "an instance of an old-style class (OBJ)"))
    return position


@opcode(b"\x81")
def new_object(machine, position):
    arguments, target = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(machine.new(target, arguments))
    machine.spend(4)
    return position


@opcode(b"\x92")
def new_object_with_keywords(machine, position):
    keywords, arguments, target = machine.stack.pop(), machine.stack.pop(), machine.stack.pop()
    plain = type(keywords) is dict and not keywords
    machine.stack.append(
        machine.new(target, arguments) if plain else machine.refuse("a new instance of a class with keywords (NEWOBJ_EX)"))
    machine.spend(4)
    return position


@opcode(b"b")
def build(machine, position):
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) in (Array, DataType, Record):
        if type(target) is Record:
            machine.spend(16 * sum(len(part) for part in (state, *(state if type(state) is tuple else ())) if type(part) is dict))
        machine.set_state(target, state)
    else:
        machine.position = position
        machine.change(target, state)
    return position


@opcode(b"P")
def persistent_text(machine, position):
    machine.position = position
    _, position = machine.line(position)
    machine.stack.append(machine.pass_over("an object by persistent id"))
    return position


@opcode(b"Q")
def persistent(machine, position):
    machine.position = position
    machine.stack.append(machine.persistent(machine.stack.pop()))
    return position


def extension(code, size):
    def push(machine, position):
        machine.position = position
        machine.stack.append(machine.pass_over("an object by extension code"))
        return position + size
    opcode(code)(push)


extension(b"\x82", 1)
extension(b"\x83", 2)
extension(b"\x84", 4)


@opcode(b"\x97")
def next_buffer(machine, position):
    raise MalformedPickle("array data that were kept outside of the file (protocol 5 with out-of-band buffers)")


@opcode(b"\x98")
def readonly_buffer(machine, position):
    if not machine.stack:
        raise MalformedPickle("a buffer that is not there")
    return position

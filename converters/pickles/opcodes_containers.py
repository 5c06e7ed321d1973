"""Opcodes that build lists, tuples, dictionaries and sets."""

from pickles.allow_list import SCALAR_KEYS, check_keys
from faults import MalformedPickle
from pickles.opcode_table import constant, opcode

LONGEST_KEY = 4096            # bytes of a dictionary's key

constant(b"}", dict)
constant(b")", tuple)


@opcode(b"a")
def append(machine, position):
    item = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is not list:
        raise MalformedPickle("an item for something that is no list")
    target.append(item)
    return position


@opcode(b"l")
def make_list(machine, position):
    machine.stack.append(machine.marked())
    return position


@opcode(b"t")
def make_tuple(machine, position):
    machine.stack.append(tuple(machine.marked()))
    return position


def short_tuple(code, count):
    def make(machine, position):
        stack = machine.stack
        if len(stack) < count:
            raise MalformedPickle("a tuple of more items than there are")
        stack[-count:] = [tuple(stack[-count:])]
        return position
    opcode(code)(make)


short_tuple(b"\x85", 1)
short_tuple(b"\x86", 2)
short_tuple(b"\x87", 3)


def put_items(machine, target, keys, values):
    """`target[key] = value` for a dict and scalar keys, the only kind whose hash is cheap whatever a file holds."""
    if type(target) is not dict:
        raise MalformedPickle("an entry for something that is no dictionary")
    if len(keys) != len(values):
        raise MalformedPickle("a key without its value")
    for key, value in zip(keys, values):
        if type(key) is memoryview and len(key) <= LONGEST_KEY:
            machine.spend(len(key))           # each dictionary holds a copy of its own
            key = bytes(key)
        if type(key) not in SCALAR_KEYS:
            check_keys((key,))
        target[key] = value


@opcode(b"s")
def set_item(machine, position):
    value, key = machine.stack.pop(), machine.stack.pop()
    put_items(machine, machine.stack[-1], (key,), (value,))
    return position


@opcode(b"u")
def set_items(machine, position):
    items = machine.marked()
    put_items(machine, machine.stack[-1], items[::2], items[1::2])
    return position


@opcode(b"d")
def make_dict(machine, position):
    items = machine.marked()
    made = {}
    put_items(machine, made, items[::2], items[1::2])
    machine.stack.append(made)
    return position


@opcode(b"\x8f")
def empty_set(machine, position):
    machine.spend(4)
    machine.stack.append(set())
    return position


@opcode(b"\x90")
def add_items(machine, position):
    items = machine.marked()
    target = machine.stack[-1]
    if type(target) is not set:
        raise MalformedPickle("members for something that is no set")
    check_keys(items)
    target.update(items)
    return position


@opcode(b"\x91")
def make_frozenset(machine, position):
    items = machine.marked()
    machine.spend(4 + 4 * len(items))
    check_keys(items)
    machine.stack.append(frozenset(items))
    return position

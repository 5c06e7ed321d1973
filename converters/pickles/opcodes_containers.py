"""Opcodes that build lists, tuples, dictionaries and sets."""

from faults import MalformedPickle
from pickles.keys import LARGE, SCALARS, KeyCounter, as_key
from pickles.opcode_table import constant, opcode

constant(b"}", dict)
constant(b")", tuple)


@opcode(b"a")
def append(machine, position):
    item = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is list:
        target.append(item)
    else:
        machine.extend(target, "an item")
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
    """`target[key] = value` for a dict."""
    if len(keys) != len(values):
        raise MalformedPickle("a key without its value")
    if type(target) is not dict:
        machine.extend(target, "an entry")
        return
    for key, value in zip(keys, values):
        kind = type(key)
        if kind not in SCALARS or (kind is int and not -LARGE < key < LARGE):
            key = as_key(key, machine.spend, machine.counter_of(target))
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
        machine.extend(target, "members")
        return position
    counter = machine.counter_of(target)
    target.update(as_key(item, machine.spend, counter) for item in items)
    return position


@opcode(b"\x91")
def make_frozenset(machine, position):
    items = machine.marked()
    machine.spend(4 + 4 * len(items))
    counter = KeyCounter()
    machine.stack.append(frozenset(as_key(item, machine.spend, counter) for item in items))
    return position

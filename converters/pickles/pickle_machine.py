"""A pickle interpreter of our own: it knows the opcodes and nothing else.

Python's own unpickler finds and calls what a file names. This one has no way to do so: an opcode can push numbers,
text, bytes and plain containers, and a global is a tag that `allow_list.py` looks up. Long byte strings are views of
the file's bytes, so that a feature matrix is never copied here.
"""

import struct
from itertools import repeat

from pickles import opcodes_containers  # noqa: F401  (they register themselves in RARE)
from pickles import opcodes_globals  # noqa: F401
from pickles import opcodes_values  # noqa: F401
from pickles.allow_list import ALLOWED, RECONSTRUCT, find, new, perform
from pickles.array_runs import read_array
from pickles.damage import line_ends
from pickles.keys import KeyCounter
from faults import LimitExceeded, MalformedPickle, TwoReadings, UnsafePickle
from pickles.opcode_table import RARE, Truncated, unpack_f64, unpack_u32, unpack_u64

OPERATIONS_BETWEEN_REPORTS = 1 << 15
LONGEST_COPY = 256            # longer byte strings stay views


class Machine:
    """One run over `data` (bytes). `budget` bounds the operations, and with them the objects, of one file.

    `report(position)` is called every few ten thousand operations; what it raises ends the run.
    """

    known = ALLOWED               # the names that may be mentioned

    def __init__(self, data, budget, report):
        self.data, self.view, self.end = data, memoryview(data), len(data)
        self.stack, self.marks, self.memo = [], [], {}
        self.budget, self.report = budget, report
        self.position = 0
        self.counters = {}
        self.skip = 0             # bytes after the operation that are none
        self.changed_line_ends = None

    def spend(self, units):
        """Charge `units` operations to the budget."""
        self.budget -= units
        if self.budget < 0:
            raise LimitExceeded("more objects than any feature pickle holds")

    def find(self, module, name):
        """What stands for a global: see `allow_list.find`."""
        return find(module, name, self.known)

    def perform(self, target, arguments):
        """What a call gives: see `allow_list.perform`."""
        return perform(target, arguments, self.spend)

    def new(self, target, arguments):
        """What a new object is: see `allow_list.new`."""
        return new(target, arguments)

    def instance(self, target, arguments, what):
        """What INST and OBJ give: no feature pickle has them."""
        return self.refuse(what)

    def set_state(self, target, state):
        """A BUILD on a stand-in."""
        target.set_state(state)

    def extend(self, target, what):
        """Items for something that takes none."""
        kind = {"an item": "list", "items": "list", "an entry": "dictionary", "members": "set"}[what]
        raise MalformedPickle(f"{what} for something that is no {kind}")

    def counter_of(self, target):
        """What counts the keys of a dictionary or set."""
        return self.counters.setdefault(id(target), KeyCounter())

    def change(self, target, state):
        """A BUILD on something that has no state."""
        self.refuse(f"a change of the attributes of a {type(target).__name__} (BUILD)")

    def persistent(self, identity):
        """What a persistent id stands for: only PyTorch archives have them."""
        return self.pass_over("an object by persistent id")

    def pass_over(self, what):
        """Something that only the program that wrote the file can tell."""
        raise UnsafePickle(what)

    def refuse(self, what):
        """Something that no feature pickle holds."""
        raise UnsafePickle(what)

    def ambiguous(self, what):
        """Something that Python's own readers read in another way."""
        raise TwoReadings(what)

    def begin_frame(self, position, frame_end):
        """Where the frame ends whose size stands at `position`, in the file or in a frame up to `frame_end`."""
        size = unpack_u64(self.data, position)[0]
        begin = position + 8
        if size > self.end - begin:
            raise Truncated()
        if begin - 9 < frame_end <= self.end:
            self.ambiguous("a frame begins inside another one")
        return begin + size

    def marked(self):
        """The items above the last MARK, taken off the stack."""
        if not self.marks or self.marks[-1] > len(self.stack):
            raise MalformedPickle("a group of items without its beginning")
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def piece(self, position, size):
        """`size` bytes at `position`, as bytes or, where they are many, as a view; never beyond the end."""
        if size > self.end - position:
            raise Truncated()
        return self.data[position:position + size] if size < LONGEST_COPY else self.view[position:position + size]

    def text(self, position, size):
        """`size` bytes of UTF-8 at `position`. Python writes lone surrogates too."""
        if size > self.end - position:
            raise Truncated()
        return str(self.view[position:position + size], "utf-8", "surrogatepass")

    def line(self, position, limit=None):
        """The bytes up to the next newline, at most `limit`, and the position after it."""
        stop = self.data.find(b"\n", position, self.end if limit is None else position + limit + 1)
        if stop < 0:
            if limit is not None and self.end - position > limit:
                raise LimitExceeded(f"a name or number of more than {limit} characters")
            raise Truncated()
        return self.data[position:stop], stop + 1

    def has_changed_line_ends(self):
        """Whether every line feed of the file follows a carriage return."""
        if self.changed_line_ends is None:
            self.changed_line_ends = line_ends(self.data) != ""
        return self.changed_line_ends

    def run(self, begin=0):
        """Interpret from `begin` up to STOP and return the object; `position` then stands behind STOP."""
        data, view, stack, marks, memo, rare = self.data, self.view, self.stack, self.marks, self.memo, RARE
        position = begin
        # Python reads a frame as a whole and drops what an operation leaves of it: only an end between two operations is sound.
        frame_end = no_frame = self.end + 1
        try:
            while True:
                self.report(position)
                for _ in repeat(None, OPERATIONS_BETWEEN_REPORTS):
                    op = data[position]
                    if position >= frame_end:
                        if position > frame_end:
                            self.ambiguous("a frame ends inside an operation")
                        frame_end = no_frame
                    position += 1
                    if op == 0x6A:                                     # LONG_BINGET
                        value = memo[unpack_u32(data, position)[0]]
                        run = read_array(data, view, position - 1, memo, frame_end) if value is RECONSTRUCT else None
                        if run is None:
                            position += 4
                        else:
                            value, position = run
                        stack.append(value)
                    elif op == 0x68:                                   # BINGET
                        stack.append(memo[data[position]])
                        position += 1
                    elif op == 0x72:                                   # LONG_BINPUT
                        memo[unpack_u32(data, position)[0]] = stack[-1]
                        position += 4
                    elif op == 0x71:                                   # BINPUT
                        memo[data[position]] = stack[-1]
                        position += 1
                    elif op == 0x94:                                   # MEMOIZE
                        memo[len(memo)] = stack[-1]
                    elif op == 0x4B:                                   # BININT1
                        stack.append(data[position])
                        position += 1
                    elif op == 0x28:                                   # MARK
                        marks.append(len(stack))
                    elif op == 0x55 or op == 0x43:                     # SHORT_BINSTRING, SHORT_BINBYTES
                        begin = position + 1
                        position = begin + data[position]
                        stack.append(data[begin:position])
                    elif op == 0x8C:                                   # SHORT_BINUNICODE
                        begin = position + 1
                        position = begin + data[position]
                        stack.append(str(data[begin:position], "utf-8", "surrogatepass"))
                    elif op == 0x58:                                   # BINUNICODE
                        begin = position + 4
                        size = unpack_u32(data, position)[0]
                        position = begin + size
                        stack.append(self.text(begin, size))
                    elif op == 0x5D:                                   # EMPTY_LIST
                        stack.append([])
                    elif op == 0x65:                                   # APPENDS
                        items = self.marked()
                        target = stack[-1]
                        if type(target) is list:
                            target.extend(items)
                        else:
                            self.extend(target, "items")
                    elif op == 0x47:                                   # BINFLOAT
                        stack.append(unpack_f64(data, position)[0])
                        position += 8
                    elif op == 0x4D:                                   # BININT2
                        stack.append(data[position] | data[position + 1] << 8)
                        position += 2
                    elif op == 0x95:                                   # FRAME
                        frame_end = self.begin_frame(position, frame_end)
                        position += 8
                    elif op == 0x2E:                                   # STOP
                        return stack.pop()
                    else:
                        action = rare[op]
                        if action is None:
                            raise MalformedPickle(f"the unknown opcode {op:#04x}")
                        position = action(self, position)
                        if self.skip:
                            if position > frame_end:
                                self.ambiguous("a frame ends inside an operation")
                            frame_end = no_frame if position == frame_end else frame_end
                            position, self.skip = position + self.skip, 0
                self.spend(OPERATIONS_BETWEEN_REPORTS)
        except (IndexError, struct.error) as error:
            if position >= self.end or isinstance(error, struct.error):
                raise Truncated() from error
            raise MalformedPickle("an operation on something that is not there") from error
        except KeyError as error:
            raise MalformedPickle("a reference to something that was never stored") from error
        except UnicodeDecodeError as error:
            raise (Truncated() if position > self.end else MalformedPickle("text that is not UTF-8")) from error
        except (ValueError, OverflowError) as error:
            raise MalformedPickle("a malformed number or text") from error
        finally:
            self.position = position

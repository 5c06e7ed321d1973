"""The pickle interpreter for looking only: whatever a file names becomes a stand-in that can do nothing, and is noted.

Nothing is imported or called here either. A file that names what is not read is followed to its end, so that all that it asks for can
be told: what a stand-in takes part in becomes a stand-in, and is no damage.
"""

from itertools import islice

from archives.torch_machine import ArchiveNames, LegacyNames, PlainNames
from faults import ConversionFault, MalformedPickle, UnreadContent, UnsafePickle
from pickles.allow_list import new, printable
from pickles.name_kinds import DANGEROUS, LOAD_FROM_BYTES, ONLY_NAMED, kind_of_name
from pickles.opcode_table import Truncated
from pickles.pickle_machine import Machine
from pickles.stand_ins import DataType, Foreign, item_count

MOST_NAMES = 200                 # kept
NOTED = ("allowed", "foreign", "asked", "passed", "readings", "unread")     # what is counted of a machine
NAME_OF_LOAD, CALLED = ".".join(LOAD_FROM_BYTES), {".".join(name) for name in ONLY_NAMED}


class ScanMachine(Machine):
    """`allowed`, `foreign`: 'module.name' -> times named; `kinds`: name -> what `kind_of_name` says; `asked`: what else no feature
    pickle holds, likewise; `passed`: what only the file's writer can tell; `readings`: what other programs read in another way; `unread`: sound data of kinds that are not
    read; `places`: where each of them came first."""

    def __init__(self, data, budget, report):
        super().__init__(data, budget, report)
        self.allowed, self.foreign, self.asked, self.passed, self.readings = {}, {}, {}, {}, {}
        self.kinds, self.places, self.unread = {}, {}, {}

    def note(self, kept, what):
        if what in kept or len(kept) < MOST_NAMES:
            kept[what] = kept.get(what, 0) + 1
            self.places.setdefault(what, self.position)

    def find(self, module, name):
        text = printable(f"{module}.{name}")
        if (module, name) in self.known:
            self.note(self.allowed, text)
            return self.known[module, name]
        kind = kind_of_name(module, name)
        if kind[0] == DANGEROUS and len(self.foreign) >= MOST_NAMES and text not in self.foreign:
            self.note(self.asked, "more names than are kept, dangerous ones among them")
        self.note(self.foreign, text)
        self.kinds.setdefault(text, kind)
        return Foreign(text)

    def perform(self, target, arguments):
        if type(target) is Foreign:
            return self.called(target, arguments, "a call of")
        if holds_foreign(arguments):
            return Foreign("an object", is_made=True)
        try:
            return super().perform(target, arguments)
        except UnsafePickle as error:
            return self.refuse(str(error))
        except UnreadContent as error:
            return self.unread_content(error)

    def new(self, target, arguments):
        if type(target) is Foreign:
            return self.called(target, arguments, "a new instance of")
        try:
            return new(target, arguments)
        except UnsafePickle as error:
            return self.refuse(str(error))

    def instance(self, target, arguments, what):
        return self.called(target, arguments, "an instance of") if type(target) is Foreign else self.refuse(what)

    def called(self, target, arguments, how):
        """What would come out of a name that is not read. Of a dangerous one, and of some others, the call itself is told."""
        kind = self.kinds.get(target.name, (None,))[0]
        if kind == DANGEROUS or target.name in CALLED:
            self.note(self.asked, f"{how} {target.name}")
        elif target.name == NAME_OF_LOAD:
            self.note(self.asked, f"a call of {NAME_OF_LOAD} inside of what PyTorch saved")
        return Foreign(target.name, is_made=True)

    def take_over(self, found):
        """Note what was found in something that stands inside of this, as if it stood here."""
        for name in NOTED:
            for what in getattr(found, name):
                self.note(getattr(self, name), what)
        self.kinds.update(found.kinds)

    def set_state(self, target, state):
        if holds_foreign(state):
            return
        try:
            super().set_state(target, state)
        except UnreadContent as error:
            self.unread_content(error)

    def change(self, target, state):
        if type(target) is not Foreign:
            super().change(target, state)
        elif not target.is_made:
            self.note(self.asked, f"a change of {target.name} (BUILD)")

    def extend(self, target, what):
        if type(target) is not Foreign:
            super().extend(target, what)

    def ambiguous(self, what):
        self.note(self.readings, what)

    def refuse(self, what):
        self.note(self.asked, what)
        return Foreign(what, is_made=True)

    def pass_over(self, what):
        self.note(self.passed, what)
        return Foreign(what, is_made=True)

    def unread_content(self, error):
        """Sound data of a kind that is not read. What follows is looked at all the same."""
        self.note(self.unread, str(error))
        return Foreign(str(error), is_made=True)


class NotFollowed(MalformedPickle):
    """The bytes from here on are no operations that could be followed."""


class ScanNames:
    """What goes before the names of a machine that scans: nothing is made of what is not read."""

    def perform(self, target, arguments):
        if type(target) is not Foreign and holds_foreign(arguments):
            return Foreign("an object", is_made=True)
        try:
            return super().perform(target, arguments)
        except UnsafePickle as error:
            return self.refuse(str(error))
        except UnreadContent as error:
            return self.unread_content(error)

    def persistent(self, identity):
        if holds_foreign(identity):
            return Foreign("an object", is_made=True)
        try:
            return super().persistent(identity)
        except UnreadContent as error:
            return self.unread_content(error)


class ArchiveScanMachine(ScanNames, ArchiveNames, ScanMachine):
    """For data.pkl of a PyTorch archive."""


class LegacyScanMachine(ScanNames, LegacyNames, ScanMachine):
    """For the pickles in PyTorch's old format, whose storages follow behind them."""


class PlainScanMachine(ScanNames, PlainNames, ScanMachine):
    """For a plain pickle."""

    archive_machine, legacy_machine = ArchiveScanMachine, LegacyScanMachine

    def absorb(self, reader):
        super().absorb(reader)
        for machine in getattr(reader, "machines", [reader]):
            self.take_over(machine)

    def absorb_pickle(self, inner, begin):
        super().absorb_pickle(inner, begin)
        self.take_over(inner)

    def array_behind(self, state):
        """The bytes of an array of a class or type that is not read are passed over."""
        if not holds_foreign(state):
            try:
                return super().array_behind(state)
            except UnreadContent as error:
                return self.unread_content(error)
        kind, shape = (state.get("dtype"), state.get("shape")) if type(state) is dict else (None, None)
        if type(kind) is not DataType or kind.kind == "O":
            raise NotFollowed("an array of a type that is not read, as joblib writes it, behind which other operations follow")
        begin = self.behind_padding(state, self.position)
        size = item_count(shape) * kind.size
        if size > self.end - begin:
            raise Truncated()
        self.skip = begin + size - self.position
        return Foreign("an array", is_made=True)


class Findings:
    """What several pickles in a row name, whether all of them could be followed (`is_whole`), and how many bytes they are (`used`)."""

    def __init__(self):
        self.allowed, self.foreign, self.asked, self.passed, self.readings, self.kinds, self.places = {}, {}, {}, {}, {}, {}, {}
        self.unread, self.is_whole, self.position = {}, False, 0

    def add(self, machine):
        """Count what a machine has found, whose places are those of the file."""
        for name in NOTED:
            kept = getattr(self, name)
            for what, times in getattr(machine, name).items():
                kept[what] = kept.get(what, 0) + times
        self.position = machine.position
        self.kinds.update(machine.kinds)
        for what, place in machine.places.items():
            self.places.setdefault(what, place)


def look_at(data, begin, report, budget):
    """The Findings in the pickle that begins there."""
    found, machine = Findings(), PlainScanMachine(data, budget, report)
    try:
        machine.run(begin)
        found.is_whole = True
    except (ConversionFault, Truncated):
        pass
    found.add(machine)
    return found


def holds_foreign(value, depth=2):
    """Whether something that is not read is among these arguments, or in a tuple, list or dictionary of few among them."""
    kind = type(value)
    if kind is Foreign:
        return True
    if depth and kind in (tuple, list):
        return any(holds_foreign(item, depth - 1) for item in value[:16])
    return bool(depth) and kind is dict and any(type(item) is Foreign for item in islice(value.values(), 16))

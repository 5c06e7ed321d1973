"""The pickle interpreter for looking only: whatever a file names becomes a stand-in that can do nothing, and is noted.

Nothing is imported or called here either. An unsafe file is read to its end, so that all that it asks for can be told.
"""

from archives.torch_machine import TorchNames
from pickles.allow_list import new, perform, printable
from faults import UnsafePickle
from pickles.pickle_machine import Machine

MOST_NAMES = 200                 # kept


class Foreign:
    """A name that no feature pickle needs, or whatever would come out of it."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class ScanMachine(Machine):
    """`allowed`, `foreign`: 'module.name' -> times named; `asked`: what else no feature pickle holds, likewise; `readings`: what
    other programs read in another way, likewise."""

    def __init__(self, data, budget, report):
        super().__init__(data, budget, report)
        self.allowed, self.foreign, self.asked = {}, {}, {}
        self.readings = {}

    @property
    def is_unsafe(self):
        return bool(self.foreign or self.asked or self.readings)

    @staticmethod
    def note(kept, what):
        if what in kept or len(kept) < MOST_NAMES:
            kept[what] = kept.get(what, 0) + 1

    def find(self, module, name):
        text = printable(f"{module}.{name}")
        if (module, name) in self.known:
            self.note(self.allowed, text)
            return self.known[module, name]
        self.note(self.foreign, text)
        return Foreign(text)

    def perform(self, target, arguments):
        if type(target) is Foreign:
            return self.refuse(f"a call of {target.name}")
        try:
            return perform(target, arguments, self.spend)
        except UnsafePickle as error:
            return self.refuse(str(error))

    def new(self, target, arguments):
        if type(target) is Foreign:
            return self.refuse(f"a new instance of {target.name} (NEWOBJ)")
        try:
            return new(target, arguments)
        except UnsafePickle as error:
            return self.refuse(str(error))

    def change(self, target, state):
        if type(target) is Foreign:
            self.note(self.asked, f"a change of {target.name} (BUILD)")
        else:
            super().change(target, state)

    def ambiguous(self, what):
        self.note(self.readings, what)

    def refuse(self, what):
        self.note(self.asked, what)
        return Foreign(what)


class TorchScanMachine(TorchNames, ScanMachine):
    """The same for the pickle of a PyTorch archive."""

"""The pickle interpreter for data.pkl of a PyTorch archive: tensors by persistent id, and the few names that go with them.

Outside of an archive these names and ids are refused as any others are.
"""

from pickles.allow_list import ALLOWED
from faults import LimitExceeded, MalformedPickle
from pickles.pickle_machine import Machine
from pickles.stand_ins import Global
from archives.torch_tensors import STORAGE_TAGS, TORCH_ACTIONS, TORCH_NAMES, Storage

FREE_BYTES = 64 << 20             # what tensors that must be copied may take, besides four times the file's size


class TorchNames:
    """What is added to a machine; `archive` is the TorchArchive."""

    known = {**ALLOWED, **TORCH_NAMES}

    def __init__(self, archive, budget, report):
        super().__init__(archive.pickle, budget, report)
        self.archive, self.storages = archive, {}
        self.bytes_left = FREE_BYTES + 4 * archive.size

    def persistent(self, identity):
        """`('storage', class, key, location, number of items)`: the same bytes for the same key, wherever it was saved."""
        if type(identity) is not tuple or len(identity) != 5 or identity[0] != "storage" or not is_tag(identity[1]) or type(identity[2]) is not str:
            return self.refuse("an object by a persistent id that is no storage")
        _, tag, key, _, count = identity
        made = self.storages.get((tag, key))
        if made is None:
            self.storages[tag, key] = made = Storage(tag, self.archive.storage(key), count, self.archive.order)
        elif made.count != count:
            raise MalformedPickle("a storage with two sizes")
        return made

    def perform(self, target, arguments):
        action = TORCH_ACTIONS.get(target) if type(target) is Global else None
        if action is None:
            return super().perform(target, arguments)
        self.spend(16)
        try:
            return action(self.spend_bytes, *arguments)
        except (ValueError, TypeError, IndexError) as error:
            raise MalformedPickle(f"a call of {target.name} with malformed arguments") from error

    def spend_bytes(self, size):
        """Charge bytes that have to be copied."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise LimitExceeded("tensors that expand to far more than the file's size")

    def change(self, target, state):
        """A state_dict is an OrderedDict with one attribute, the versions of its modules, which nobody needs here."""
        if type(target) is not dict or type(state) is not dict or set(state) != {"_metadata"}:
            super().change(target, state)


def is_tag(value):
    return type(value) is Global and value in STORAGE_TAGS


class TorchMachine(TorchNames, Machine):
    """For conversion."""

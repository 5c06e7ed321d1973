"""The pickle interpreter where PyTorch's tensors are among the content: in a file of torch.save, and in a plain pickle.

A tensor's bytes are a member of an archive, or follow behind the pickle, or, in a plain pickle, are a whole file of torch.save in a byte
string. Whatever is pickled in such a file is read by a machine like these, under the same rules, and holds no further file.
"""

from archives.joblib_arrays import JoblibNames
from archives.legacy_torch import LegacyReader, is_legacy
from archives.torch_archive import open_archive
from archives.torch_tensors import LOAD_FROM_BYTES, OLD_NAMES, PLAIN_NAMES, STORAGE_TAGS, TORCH_ACTIONS, TORCH_NAMES, Storage
from archives.zip_directory import BadArchive
from faults import LimitExceeded, MalformedPickle, UnreadContent, UnsafePickle
from pickles.allow_list import ALLOWED
from pickles.opcode_table import Truncated
from pickles.pickle_machine import Machine
from pickles.stand_ins import Global, as_text

FREE_BYTES = 64 << 20             # what tensors that must be copied may take, besides four times the file's size


class TensorNames:
    """What is added to a machine for tensors; `size`: bytes of the file, against which copies are measured."""

    known = {**ALLOWED, **TORCH_NAMES}

    def __init__(self, data, budget, report, size=None):
        super().__init__(data, budget, report)
        self.storages = {}
        self.bytes_left = FREE_BYTES + 4 * (len(data) if size is None else size)

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


class ArchiveNames(TensorNames):
    """For data.pkl of the TorchArchive `archive`, whose tensors' bytes are its members."""

    def __init__(self, archive, budget, report):
        super().__init__(archive.pickle, budget, report, archive.size)
        self.archive = archive

    def persistent(self, identity):
        """`('storage', class, key, location, number of items)`: the same bytes for the same key, wherever it was saved."""
        if not is_storage(identity, (5,)) or type(identity[2]) is not str:
            return self.refuse("an object by a persistent id that is no storage")
        _, tag, key, _, count = identity
        made = self.storages.get((tag, key))
        if made is None:
            made = Storage(tag, count, self.archive.order)
            made.fill(self.archive.storage(key))
            self.storages[tag, key] = made
        elif made.count != count:
            raise MalformedPickle("a storage with two sizes")
        return made


class LegacyNames(TensorNames):
    """For the pickles of PyTorch's old format. `storages`: key -> Storage, whose bytes are still to come."""

    known = {**TensorNames.known, **OLD_NAMES}

    def persistent(self, identity):
        """The same with, since 0.1.6, what part of another storage it is."""
        if type(identity) is tuple and as_text(identity[0] if identity else "") == "module":
            return self.pass_over("a module of PyTorch, which is a program")
        if not is_storage(identity, (5, 6)) or not as_text(identity[2]):
            return self.refuse("an object by a persistent id that is no storage")
        _, tag, key, _, count, *part = identity
        if any(part):
            raise UnreadContent("a storage of PyTorch that is a part of another one")
        key = as_text(key)
        made = self.storages.get(key)
        if made is None:
            self.storages[key] = made = Storage(tag, count)
        elif made.count != count or made.type.name != Storage(tag, count).type.name:
            raise MalformedPickle("a storage with two sizes or types")
        return made


class PlainNames(JoblibNames, TensorNames):
    """For a pickle that is a file of its own: tensors whose bytes stand in it, and arrays as joblib writes them."""

    known = {**TensorNames.known, **PLAIN_NAMES, **JoblibNames.joblib_names}
    archive_machine = legacy_machine = None

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.loaded = {}

    def perform(self, target, arguments):
        if target is not LOAD_FROM_BYTES:
            return super().perform(target, arguments)
        content = arguments[0] if type(arguments) is tuple and len(arguments) == 1 else None
        if type(content) not in (bytes, memoryview):
            raise UnsafePickle("a call of torch.storage._load_from_bytes with something that is no tensor's bytes")
        kept = self.loaded.get(id(content))
        if kept is None:
            kept = self.loaded[id(content)] = content, self.load_bytes(content)
        return kept[1]

    def load_bytes(self, content):
        """What torch.save wrote into a byte string."""
        self.spend(64 + len(content) // 256)
        reader = self.reader_of(content)
        try:
            made = reader.run()
        except Truncated:
            raise MalformedPickle("a tensor whose bytes are cut short") from None
        finally:
            self.absorb(reader)
        if reader.position < len(reader.data):
            raise MalformedPickle("a tensor whose bytes go on behind their end")
        return made

    def reader_of(self, content):
        """A machine for a file of torch.save of either format."""
        if is_legacy(content):
            return LegacyReader(content, self.legacy_machine, self.budget, self.report_here)
        try:
            archive = open_archive(bytes(content), "a tensor's archive")
        except BadArchive as error:
            raise MalformedPickle(f"a tensor whose bytes are a zip archive {error}") from None
        if archive is None:
            raise UnsafePickle("a call of torch.storage._load_from_bytes with bytes that are no tensor's")
        return self.archive_machine(archive, self.budget, self.report_here)

    def report_here(self, position):
        """Where the bytes stand is the place that a reader of theirs has come to."""
        self.report(self.position)

    def absorb(self, reader):
        """What else is to be known of a machine that has run inside: its work counts."""
        self.spend(reader.position // 2)


def is_storage(identity, lengths):
    """Whether a persistent id is a storage's."""
    return (type(identity) is tuple and len(identity) in lengths and as_text(identity[0]) == "storage"
            and type(identity[1]) is Global and identity[1] in STORAGE_TAGS)


class ArchiveMachine(ArchiveNames, Machine):
    """For conversion: data.pkl of an archive."""


class LegacyMachine(LegacyNames, Machine):
    """For conversion: the old format."""


class PlainMachine(PlainNames, Machine):
    """For conversion: a plain pickle."""

    archive_machine, legacy_machine = ArchiveMachine, LegacyMachine

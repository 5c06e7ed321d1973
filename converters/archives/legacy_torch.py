"""PyTorch's old format: five pickles in a row (a magic number, a version, the machine, the content, the keys of its storages), then the
storages' bytes, each behind its number of items. `torch.save` wrote files so before 1.6, and every tensor in a plain pickle still is one."""

import re

from faults import MalformedPickle, UnreadContent
from pickles.file_kind import is_tar
from pickles.opcode_table import Truncated
from pickles.stand_ins import as_text

MAGIC = re.compile(rb"(?:\x80[\x02-\x05](?:\x95.{8})?\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19|L119547037146038801333356L?\n)(?:\x94|q.|p\d+\n)?\.", re.DOTALL).match
NUMBER, VERSION = 0x1950A86A20F9469CFC6C, 1001
HEAD = 1 << 16                    # the pickles of a single tensor take a few hundred bytes


def is_legacy(data):
    """Whether a file begins as PyTorch's old format does, and not as a tar archive too, which PyTorch would try first."""
    head = bytes(data[:512])
    return MAGIC(head) is not None and not is_tar(head)


class LegacyReader:
    """One file of the old format. `data`: bytes, or a view of them; `machine`: the class that reads its pickles, of LegacyNames.

    `machines`: those that have run, `position`: where reading stopped.
    """

    def __init__(self, data, machine, budget, report):
        self.data, self.machine, self.budget, self.report = data, machine, budget, report
        self.machines, self.position = [], 0

    def run(self):
        """The content."""
        whole = self.data if isinstance(self.data, bytes) else None
        if whole is None and len(self.data) > HEAD:         # a copy of the pickles is enough, wherever they are small
            try:
                return self.read(bytes(self.data[:HEAD]))
            except Truncated:
                self.machines = []
        return self.read(bytes(self.data) if whole is None else whole)

    def read(self, data):
        """The content, from pickles in `data` and storages in the file."""
        self.position = 0
        if self.pickled(data) != NUMBER or self.pickled(data) != VERSION:
            raise UnreadContent("a file of PyTorch of a version that is not known")
        self.pickled(data)
        content = self.pickled(data)
        storages = self.machines[-1].storages
        keys = self.pickled(data)
        if type(keys) is not list or sorted(map(as_text, keys)) != sorted(storages):
            raise MalformedPickle("tensors whose bytes are not those that are listed")
        view = memoryview(self.data)
        for key in keys:
            self.take(view, storages[as_text(key)])
            self.report(self.position)
        return content

    def pickled(self, data):
        """What the next pickle holds."""
        machine = self.machine(data, self.budget, self.report, len(self.data))
        self.machines.append(machine)
        try:
            return machine.run(self.position)
        finally:
            self.position = machine.position

    def take(self, view, storage):
        """Give a storage its bytes."""
        begin = self.position + 8
        end = begin + storage.count * storage.size
        if end > len(view):
            raise Truncated()
        stated = int.from_bytes(view[self.position:begin], "little")
        if stated != storage.count:
            raise MalformedPickle(f"a tensor of {storage.count} items behind which {stated} are said to stand")
        storage.fill(view[begin:end])
        self.position = end

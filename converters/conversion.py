"""What the converter calls: read files one by one, put them together, hand out rows."""

import gc
import json

from dataset.assembly import Assembly
from faults import WrongLayout
from dataset.field_reader import FieldReader
from dataset.fields import outermost
from layouts import recognise
from dataset.own_layout import OwnLayout
from archives.containers import unpack
from pickles.safe_pickle import load_source
from dataset.splits import Options


class Conversion:
    """One dataset on its way from pickles to a store."""

    def __init__(self):
        gc.disable()          # a file's objects are a tree that lives to the end: looking for cycles in it only takes time
        self.contributions, self.assembly = [], None
        self.own, self.options = None, Options()

    def configure(self, options):
        """`options`: JSON with the arguments of `Options`."""
        self.options = Options(**json.loads(options))

    def use_layout(self, source, path):
        """Read files by the user's own module, given as its text."""
        self.own = OwnLayout(source, path)

    def read(self, name, data, dataset, report):
        """Read and recognise one file (bytes). `dataset`: the one that is expected, or ''. Returns the layout's name."""
        source = unpack(data, name, report)
        content = outermost(load_source(source, report))
        further = ""
        if self.own and self.own.recognise(content):
            layout = self.own
        else:
            layout, content, further = recognise(content, name)
        check_dataset(layout.DATASET, dataset, layout, name)
        reader = FieldReader(name, len(source.data), self.options.frames, self.options.regression_classes)
        if further:
            reader.warnings.append(f"{name} is {layout.NAME} and holds more, which is left out: {further}.")
        made = layout.read(content, reader)
        check_dataset(made.dataset, dataset, layout, name)
        if self.options.regression_classes and not reader.made_classes:
            raise WrongLayout(f"{name} is {made.layout}, whose labels are classes already: leave out --regression-classes.")
        self.contributions.append(made)
        reader.finish()
        return made.layout

    def assemble(self):
        """Check the files against each other and return the dataset's description as JSON."""
        self.assembly = Assembly(self.contributions, self.options)
        return json.dumps(self.assembly.description(), ensure_ascii=False)

    def blocks(self, feature):
        """An iterator of `(type code, bytes)`: the rows of the feature of that name, in the store's order."""
        found = next(f for f in self.assembly.features if f.name == feature)
        return found.rows.blocks(self.assembly.order)


def check_dataset(found, wanted, layout, name):
    """Raise WrongLayout where a file is of another dataset than the user asked for."""
    if wanted and found is not None and found.name != wanted:
        raise WrongLayout(f"{name} is {layout.NAME}, but {wanted} was asked for: give {wanted}'s files.")

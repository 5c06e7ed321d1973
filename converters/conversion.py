"""What the converter calls: read files one by one, put them together, hand out rows."""

import gc
import json

from dataset.assembly import Assembly
from faults import WrongLayout
from dataset.field_reader import FieldReader
from dataset.fields import outermost
from layouts import is_one_split, recognise
from dataset.own_layout import OwnLayout
from dataset.split_files import SplitFile, joined
from archives.containers import unpack
from archives.numpy_arrays import dictionary_of, is_export
from pickles.safe_pickle import load_source
from dataset.splits import Options


class Conversion:
    """One dataset on its way from pickles to a store."""

    def __init__(self):
        gc.disable()          # a file's objects are a tree that lives to the end: looking for cycles in it only takes time
        self.contributions, self.assembly = [], None
        self.files = []       # for each file its contribution, or the SplitFile that it is
        self.own, self.options = None, Options()

    def configure(self, options):
        """`options`: JSON with the arguments of `Options`."""
        self.options = Options(**json.loads(options))

    def use_layout(self, source, path):
        """Read files by the user's own module, given as its text."""
        self.own = OwnLayout(source, path)

    def read(self, name, data, dataset, report):
        """Read and recognise one file (bytes). `dataset`: the one that is expected, or ''. Returns the layout's name."""
        content, size = content_of(data, name, report)
        own = self.own and self.own.recognise(content)
        if not own and is_one_split(content):
            self.files.append(SplitFile(name, content, size))
            return "one split"
        self.take(content, name, size, dataset, self.own if own else None)
        self.files.append(self.contributions[-1])
        return self.contributions[-1].layout

    def take(self, content, name, size, dataset, layout=None):
        """Read what is in a file, or in several that are one."""
        further = ""
        if layout is None:
            layout, content, further = recognise(content, name)
        check_dataset(layout.DATASET, dataset, layout, name)
        reader = FieldReader(name, size, self.options.frames, self.options.regression_classes)
        if further:
            reader.warnings.append(f"{name} is {layout.NAME} and holds more, which is left out: {further}.")
        made = layout.read(content, reader)
        check_dataset(made.dataset, dataset, layout, name)
        if self.options.regression_classes and not reader.made_classes:
            raise WrongLayout(f"{name} is {made.layout}, whose labels are classes already: leave out --regression-classes.")
        self.contributions.append(made)
        reader.finish()

    def join_splits(self):
        """Read the files that are one split each as one."""
        parts = [file for file in self.files if type(file) is SplitFile]
        if not parts:
            return
        content = parts[0].content if len(parts) == 1 else joined(parts)          # which is refused with what it lacks
        self.take(content, ", ".join(part.name for part in parts), sum(part.size for part in parts), "")
        self.files = [self.contributions[-1] if type(file) is SplitFile else file for file in self.files]

    def assemble(self):
        """Check the files against each other and return the dataset's description as JSON."""
        self.join_splits()
        self.assembly = Assembly(self.contributions, self.options, [made.layout for made in self.files])
        return json.dumps(self.assembly.description(), ensure_ascii=False)

    def blocks(self, feature):
        """An iterator of `(type code, bytes)`: the rows of the feature of that name, in the store's order."""
        found = next(f for f in self.assembly.features if f.name == feature)
        return found.rows.blocks(self.assembly.order)


def content_of(data, name, report):
    """`(content, bytes unpacked)` of a pickle, or of a NumPy archive that 'vuemo export' wrote."""
    if is_export(data, name):
        return dictionary_of(data, name)
    source = unpack(data, name, report)
    return outermost(load_source(source, report)), len(source.data)


def check_dataset(found, wanted, layout, name):
    """Raise WrongLayout where a file is of another dataset than the user asked for."""
    if wanted and found is not None and found.name != wanted:
        raise WrongLayout(f"{name} is {layout.NAME}, but {wanted} was asked for: give {wanted}'s files.")

"""What the converter calls: read files one by one, put them together, hand out rows."""

import gc
import json

from assembly import Assembly
from faults import WrongLayout
from field_reader import FieldReader
from layouts import recognise
from safe_pickle import load


class Conversion:
    """One dataset on its way from pickles to a store."""

    def __init__(self):
        gc.disable()          # a file's objects are a tree that lives to the end: looking for cycles in it only takes time
        self.contributions, self.assembly = [], None

    def read(self, name, data, dataset, report):
        """Read and recognise one file (bytes). `dataset`: the one that is expected, or ''. Returns the layout's name."""
        content = load(data, name, report)
        layout = recognise(content, name)
        if dataset and layout.DATASET.name != dataset:
            raise WrongLayout(f"{name} is {layout.NAME}, but {dataset} was asked for: give {dataset}'s files.")
        reader = FieldReader(name, len(data))
        self.contributions.append(layout.read(content, reader))
        reader.finish()
        return layout.NAME

    def assemble(self):
        """Check the files against each other and return the dataset's description as JSON."""
        self.assembly = Assembly(self.contributions)
        return json.dumps(self.assembly.description(), ensure_ascii=False)

    def blocks(self, feature):
        """An iterator of `(type code, bytes)`: the rows of the feature of that name, in the store's order."""
        found = next(f for f in self.assembly.features if f.name == feature)
        return found.rows.blocks(self.assembly.order)

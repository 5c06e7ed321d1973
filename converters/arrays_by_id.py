"""A pickle of id -> array, whose arrays a list of utterances is joined with: first all ids are asked for, then one array after the other."""

import json

from dataset.feature_rows import FeatureRows, row_major
from dataset.field_reader import FieldReader
from dataset.fields import outermost
from dataset.places import shown_value
from pickles.safe_pickle import load
from pickles.stand_ins import Array

DEPTH = 3                         # dictionaries within each other: split, dialogue, utterance


class ArraysById(FeatureRows):
    """`arrays`: id -> value. Of dictionaries within each other, and of keys that are tuples, the parts of an id are joined by '_'."""

    def __init__(self, name, data, report):
        self.reader, self.what, self.arrays = FieldReader(name, len(data)), "its arrays", {}
        content = outermost(load(data, name, report))
        if not isinstance(content, dict):
            raise self.reader.fault(
                f"is {shown_value(content)} where a dictionary of id -> array is expected; 'vuemo convert' reads whole datasets, and 'vuemo scan' "
                "tells what is in the file")
        self.take(content, "", 1)
        if not self.arrays:
            raise self.reader.fault("holds no arrays")

    def take(self, content, prefix, depth):
        """Note the arrays of a dictionary."""
        for key, value in content.items():
            name = prefix + self.name_of(key)
            if isinstance(value, dict):
                if depth == DEPTH:
                    raise self.reader.fault(f"'{name}' is a dictionary more than {DEPTH} deep, where an array is expected")
                self.take(value, name + "_", depth + 1)
                continue
            if name in self.arrays:
                raise self.reader.fault(f"two of its arrays have the id '{name}'")
            self.arrays[name] = value

    def name_of(self, key):
        """The text of a key: text, a whole number, or a tuple of such."""
        if type(key) is tuple and key:
            return "_".join(map(self.name_of, key))
        if type(key) is int:
            return str(key)
        return self.reader.text(key, "a key of its dictionary")

    def ids(self):
        """All ids, as JSON."""
        return json.dumps(list(self.arrays), ensure_ascii=False)

    def array(self, name):
        """`(type code, extents, bytes)` of one array, row after row: '<f4', '3 100', …"""
        value = self.arrays[name]
        if type(value) in (list, tuple) and value:
            value = self.listed(value, f"the array '{name}'")
        if type(value) is not Array or value.data is None or value.type.code is None:
            raise self.reader.fault(f"the array '{name}' is {shown_value(value)} where numbers are expected")
        raw = row_major(value) if value.fortran and len(value.shape) == 2 else value.data
        return f"{value.type.order}{value.type.kind}{value.type.size}", " ".join(map(str, value.shape)), bytes(raw)

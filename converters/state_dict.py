"""A model's parameters, as `torch.save(model.state_dict(), path)` writes them: names and arrays."""

from arrays_by_id import ArraysById
from dataset.fields import outermost
from dataset.places import shown_value
from dataset.field_reader import FieldReader
from dataset.feature_rows import row_major
from pickles.safe_pickle import load
from pickles.stand_ins import Array


class StateDict(ArraysById):
    """`arrays`: name -> array. A checkpoint may hold them under a name of its own, such as 'state_dict', beside other things."""

    def __init__(self, name, data, report):
        self.reader, self.what, self.arrays = FieldReader(name, len(data)), "its arrays", {}
        content = outermost(load(data, name, report))
        if type(content) is not dict:
            raise self.reader.fault(f"is {shown_value(content)} where the state dict of a model is expected: save model.state_dict() with torch.save")
        if not holds_arrays(content):
            inner = [key for key, value in content.items() if type(value) is dict and holds_arrays(value)]
            if len(inner) != 1:
                found = ", ".join(map(shown_value, inner)) or "none"
                raise self.reader.fault(f"holds no arrays under names, and of what is in it, one is expected to be a state dict ({found})")
            content = content[inner[0]]
        for key, value in content.items():
            if is_array(value):
                self.arrays[self.name_of(key)] = value

    def array(self, name):
        """`(type code, extents, bytes)` of one array, row after row."""
        value = self.arrays[name]
        raw = value.data
        if value.fortran:
            flat = Array()          # extents of 1 have no order
            flat.fill(tuple(extent for extent in value.shape if extent != 1), value.type, True, value.data)
            if len(flat.shape) > 2:
                raise self.reader.fault(f"the array '{name}' lies column by column; save it with .contiguous()")
            raw = row_major(flat) if len(flat.shape) == 2 else value.data
        return f"{value.type.order}{value.type.kind}{value.type.size}", " ".join(map(str, value.shape)), bytes(raw)


def is_array(value):
    return type(value) is Array and value.data is not None and value.type.code is not None


def holds_arrays(content):
    """Whether most of a dictionary is arrays."""
    return 2 * sum(map(is_array, content.values())) > len(content)

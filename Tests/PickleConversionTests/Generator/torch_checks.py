"""What the tests of PyTorch archives ask of Python: known weights, known values, damage byte by byte."""

import collections
import json

import torch_hostile
from faults import ConversionFault
from dataset.feature_rows import row_major
from pickles.safe_pickle import load
from pickles.stand_ins import Array
from torch_files import Parameter, Storage, Tensor, write


def kinds():
    """The names of all hostile archives, with spaces between them."""
    return " ".join(torch_hostile.KINDS)


def weights():
    """A state_dict of twenty weights, parameters among them."""
    def weight(number):
        tensor = Tensor(Storage("FloatStorage", bytes(48), 12), 0, (4, 3), (3, 1))
        return tensor if number % 2 else Parameter(tensor)
    return write(collections.OrderedDict((f"layer.{number}.weight", weight(number)) for number in range(20)))


def wrong_tensors(data):
    """JSON: names of the tensors of `torch_sample.py` that are not as they were made."""
    content = load(data, "tensors.pth")
    known = json.loads(content.pop("known"))
    wrong = [name for name, (shape, values) in known.items()
             if list(content[name].shape) != shape or items(content[name]) != values]
    return json.dumps(wrong + sorted(set(content) ^ set(known)))


def items(array):
    """All items in row-major order."""
    if not array.fortran:
        return array.items()
    turned = Array()
    turned.fill(array.shape, array.type, False, row_major(array))
    return turned.items()


def wrong_after_damage(data, count):
    """JSON: seeds of one-byte changes after which something else was read than before, or anything but a fault was raised."""
    before, wrong = plain(load(data, "whole.pth")), []
    for seed in range(int(count)):
        try:
            if plain(load(torch_hostile.damage(data, seed), "damaged.pth")) != before:
                wrong.append(seed)
        except ConversionFault:
            pass
        except BaseException as error:
            wrong.append(f"{seed}: {error!r}")
    return json.dumps(wrong)


def plain(content):
    """A content as nested tuples of Python values, to be compared."""
    if type(content) is Array:
        return content.type.name, content.shape, tuple(content.items())
    if isinstance(content, dict):
        return tuple((key, plain(value)) for key, value in content.items())
    return tuple(map(plain, content)) if isinstance(content, (list, tuple)) else content

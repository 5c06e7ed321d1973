"""PyTorch's old format: five pickles in a row (a magic number, a version, the machine, the content, the keys of its storages), then the
storages' bytes. It is told apart and looked into here, and not read."""

import re

from faults import MalformedPickle

MAGIC = re.compile(rb"(?:\x80[\x02-\x05](?:\x95.{8})?\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19|L119547037146038801333356L?\n)(?:\x94|q.|p\d+\n)?\.", re.DOTALL).match
PICKLES = 5


def is_legacy(data):
    """Whether a file begins as PyTorch's old format does."""
    return MAGIC(bytes(data[:64])) is not None


def stored_pickles(data):
    """How many pickles such a file begins with; MalformedPickle for any other."""
    if not is_legacy(data):
        raise MalformedPickle("bytes that PyTorch did not write")
    return PICKLES

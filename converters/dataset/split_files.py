"""Files that hold one split each (`train.pkl`, `dev.pkl`, `test.pkl`, as MISA and MMIM keep them), put together to what holds all of them."""

import re

from dataset.contribution import SPLITS
from faults import WrongLayout


class SplitFile:
    """One of them: its `name`, its `content` and the bytes that this was made of."""

    def __init__(self, name, content, size):
        self.name, self.content, self.size, self.split = name, content, size, split_of(name)


def split_of(name):
    """The split that a file is called by, as mosi_train.pkl is by train; None where its name has no such word or several."""
    found = {SPLITS[word] for word in re.split("[^a-z]+", name.lower()) if word in SPLITS}
    return found.pop() if len(found) == 1 else None


def joined(files):
    """The contents by split."""
    content = {}
    for file in files:
        if file.split is None:
            raise WrongLayout(f"{file.name} is one split, and its name does not say which: call the files by their splits, train.pkl, dev.pkl and test.pkl.")
        if file.split in content:
            raise WrongLayout(f"{file.name} is the second file of the split {file.split}: give one for each split.")
        content[file.split] = file.content
    return content

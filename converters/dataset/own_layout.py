"""A user's own layout: a Python module like the ones here, given with --layout.

It is the user's own code and runs as such. What it does wrong is told in one sentence with its line.
"""

import sys
import traceback
import types

from dataset import contribution, datasets
from dataset.contribution import Contribution
from dataset.places import shown_value
from faults import ConversionFault, Misuse, WrongLayout

# Layouts that were written before there was vuemo_layout import these two.
sys.modules["contribution"], sys.modules["datasets"] = contribution, datasets


class OwnLayout:
    """The module in the place of one of ours: NAME, DATASET, recognise (all files, where it has none) and read."""

    def __init__(self, source, path):
        self.path = path
        self.module = types.ModuleType("own_layout_of_the_user")
        self.module.__file__ = path
        self.guarded(lambda: exec(compile(source, path, "exec"), vars(self.module)))
        if not callable(getattr(self.module, "read", None)):
            raise WrongLayout(f"{path} has no function read(content, reader): see docs/custom-layouts.md for an example.")
        self.NAME = self.guarded(lambda: str(getattr(self.module, "NAME", path)))
        self.DATASET = None

    def recognise(self, content):
        """Whether the module says that the content is its own; without a word of its own it is."""
        recognise = getattr(self.module, "recognise", None)
        return recognise is None or bool(self.guarded(lambda: recognise(content)))

    def read(self, content, reader):
        made = self.guarded(lambda: self.module.read(content, reader))
        if type(made) is not Contribution:
            raise WrongLayout(f"{self.path}: read() gives {shown_value(made)} instead of a Contribution.")
        if made.labels is None:
            raise WrongLayout(f"{self.path}: read() gives no labels: call take_labels.")
        return made

    def guarded(self, action):
        """Run the user's code; its exceptions become one sentence."""
        try:
            return action()
        except ConversionFault:
            raise
        except MemoryError:
            raise
        except BaseException as error:
            if is_stop(error):
                raise
            raise WrongLayout(f"{self.path}: {self.line_of(error)}{told(error)}.") from None

    def line_of(self, error):
        """'line 5: ', the last one of the user's own; '' where there is none."""
        if isinstance(error, SyntaxError) and error.filename == self.path:
            return f"line {error.lineno}: "
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self.path]
        return f"line {lines[-1]}: " if lines else ""


def is_stop(error):
    """Whether this is how the program stops Python, which is no fault of the user's code."""
    return (type(error).__module__, type(error).__name__) == ("vuemo", "Stopped")


def told(error):
    """What an exception says, whatever the user's class does to say it."""
    try:
        text = " ".join(str(error).split())[:200].rstrip(".")
    except Exception:
        text = ""
    if isinstance(error, Misuse) or (isinstance(error, SyntaxError) and error.msg):
        return error.msg if isinstance(error, SyntaxError) else text
    return f"{type(error).__name__}{': ' + text if text else ''}"

"""The layouts that are known: every module in this folder, found by itself.

A layout has NAME, DATASET, FIELDS, SPLITS and USERS (what docs/layouts.md says of it), `recognise(content)`, which is true of its own
content and of no other layout's, and `read(content, reader)`, which gives a Contribution.
"""

import importlib
import pkgutil

from dataset.fields import describe
from dataset.likeness import nearest
from faults import WrongLayout
from pickles.stand_ins import as_text


def names():
    """The modules of this folder: in the program they come out of the binary, elsewhere out of the folder."""
    loader = __spec__.loader
    if hasattr(loader, "modules_of"):
        return loader.modules_of(__name__)
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


LAYOUTS = [importlib.import_module(f"{__name__}.{name}") for name in names()]


def recognise(content, name):
    """The layout module of `content`, told by its shape and never by the file's name."""
    found = [layout for layout in LAYOUTS if layout.recognise(content)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongLayout(f"{name} fits several layouts ({', '.join(layout.NAME for layout in found)}): it cannot be told what it is.")
    unlike = nearest(content, LAYOUTS)
    if type(content) is dict and as_text(content.get("format")).startswith("vuemo-export"):
        raise WrongLayout(f"{name} was written by 'vuemo export' and is not read back: use the store that it was exported from, or the files behind it.")
    known = ": " + "; ".join(layout.NAME for layout in LAYOUTS) if not unlike else ""
    listed = "; 'vuemo convert --list-layouts' lists them" if unlike else ""
    raise WrongLayout(
        f"{name} is {describe(content)}, which is none of the layouts that are read{known}{unlike}{listed}; a layout of your own is given with --layout.")


def table():
    """All layouts as rows of docs/layouts.md: name, fields, splits, who uses it."""
    return [(layout.NAME, layout.FIELDS, layout.SPLITS, layout.USERS) for layout in LAYOUTS]

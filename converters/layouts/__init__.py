"""The layouts that are known: every module in this folder, found by itself.

A layout has NAME, DATASET, FIELDS, SPLITS, USERS and EXAMPLE (what docs/layouts.md says of it), `recognise(content)`, which is true of its own
content and of no other layout's, and `read(content, reader)`, which gives a Contribution. It may have `unlike(content)`, which says of a
content that comes near it what is unlike, as `(distance, words)`, and `is_split(content)`, which is true of one of its splits alone.
"""

import importlib
import pkgutil

from dataset.contribution import SPLITS
from dataset.datasets import OTHER
from dataset.fields import IDENTIFIERS, describe, kind_of
from dataset.likeness import MOST_FURTHER, nearest
from dataset.places import shown_value
from faults import WrongLayout, first_few
from pickles.stand_ins import as_text


def names():
    """The modules of this folder: in the program they come out of the binary, elsewhere out of the folder."""
    loader = __spec__.loader
    if hasattr(loader, "modules_of"):
        return loader.modules_of(__name__)
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


LAYOUTS = [importlib.import_module(f"{__name__}.{name}") for name in names()]


def recognise(content, name):
    """`(layout module, content, what is left out)`: told by the content's shape and never by the file's name. The last is '' or a few words
    about fields that no layout knows, without which the content is given back."""
    found = fitting(content)
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongLayout(f"{name} fits several layouts ({', '.join(layout.NAME for layout, _, _ in found)}): it cannot be told what it is.")
    unlike = nearest(content, LAYOUTS)
    if type(content) is dict and as_text(content.get("format")).startswith("vuemo-export"):
        own = importlib.import_module(f"{__name__}.vuemo_export")
        raise WrongLayout(f"{name} says that 'vuemo export' wrote it; the nearest is {own.NAME}, {own.what_lacks(content)}; export the store again.")
    known = ": " + "; ".join(layout.NAME for layout in LAYOUTS) if not unlike else ""
    listed = "; 'vuemo convert --list-layouts' lists them" if unlike else ""
    raise WrongLayout(
        f"{name} is {describe(content)}, which is none of the layouts that are read{known}{unlike}{listed}; a layout of your own is given with --layout.")


def fitting(content):
    """The layouts that a content has, as `recognise` gives one; where it has none, those that it has without its further fields."""
    found = [(layout, content, "") for layout in LAYOUTS if layout.recognise(content)]
    if found:
        return found
    cut = [(layout, less, told) for less, told in without_further(content) for layout in LAYOUTS if layout.DATASET is not OTHER and layout.recognise(less)]
    return [one for one in cut if one[1] is cut[0][1]]


def is_one_split(content):
    """Whether a content is one split of a layout that is a dict of splits, and nothing else that is known."""
    return any(layout.is_split(content) for layout in LAYOUTS if hasattr(layout, "is_split")) and not fitting(content)


def without_further(content):
    """`(content, what is left out)`: without its last fields, one more each time, or without what is no split."""
    if type(content) is dict:
        splits = {key: value for key, value in content.items() if as_text(key) in SPLITS}
        if splits and len(splits) < len(content):
            yield splits, first_few([repr(as_text(key))[:40] if as_text(key) else shown_value(key) for key in content if key not in splits], 6)
    elif type(content) in (list, tuple):
        for count in range(1, min(MOST_FURTHER, len(content) - 1) + 1):
            further = content[-count:]
            if kind_of(further[0]) == IDENTIFIERS:               # whose splits they are would be lost
                return
            yield content[:-count], first_few(
                [f"field {len(content) - count + at + 1} ({shown_value(field)})" for at, field in enumerate(further)], MOST_FURTHER)


def table():
    """All layouts as rows of docs/layouts.md: name, fields, splits, who uses it."""
    return [(layout.NAME, layout.FIELDS, layout.SPLITS, layout.USERS) for layout in LAYOUTS]

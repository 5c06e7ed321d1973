"""The layouts that are known. A new one is one module with NAME, DATASET, recognise(content), read(content, reader), and a line here."""

import iemocap_base
import iemocap_roberta
import meld_base
import meld_roberta
from faults import WrongLayout
from fields import describe

LAYOUTS = [iemocap_base, iemocap_roberta, meld_base, meld_roberta]


def recognise(content, name):
    """The layout module of `content`, told by its shape and never by the file's name."""
    found = [layout for layout in LAYOUTS if layout.recognise(content)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongLayout(f"{name} fits several layouts ({', '.join(layout.NAME for layout in found)}): it cannot be told what it is.")
    known = "; ".join(layout.NAME for layout in LAYOUTS)
    raise WrongLayout(f"{name} is {describe(content)}, which is none of the layouts that are read: {known}.")

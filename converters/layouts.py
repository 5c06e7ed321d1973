"""The layouts that are known. A new one is one module with NAME, DATASET, recognise(content), read(content, reader), and a line here."""

import cogmen_samples
import corect_samples
import dailydialog_roberta
import emorynlp_roberta
import iemocap_base
import iemocap_combined
import iemocap_roberta
import meld_base
import meld_base_no_visual
import meld_combined
import meld_combined_sentiment
import meld_roberta
import mosei_base
import other_base
import other_roberta
from faults import WrongLayout
from fields import describe

LAYOUTS = [
    iemocap_base, iemocap_roberta, iemocap_combined, meld_base, meld_base_no_visual, meld_roberta, meld_combined,
    meld_combined_sentiment, emorynlp_roberta, dailydialog_roberta, corect_samples, cogmen_samples, mosei_base,
    other_base, other_roberta]


def recognise(content, name):
    """The layout module of `content`, told by its shape and never by the file's name."""
    found = [layout for layout in LAYOUTS if layout.recognise(content)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongLayout(f"{name} fits several layouts ({', '.join(layout.NAME for layout in found)}): it cannot be told what it is.")
    known = "; ".join(layout.NAME for layout in LAYOUTS)
    raise WrongLayout(
        f"{name} is {describe(content)}, which is none of the layouts that are read: {known}; a layout of your own is given with --layout.")

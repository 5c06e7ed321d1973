"""Why a content has none of the layouts: the one that it comes nearest to, and what is unlike."""

from dataset import fields
from dataset.datasets import OTHER
from dataset.fields import ONE_HOT, TEXTS, VECTORS, first_items, has_texts, is_missing, is_one_hot, kind_of, kind_of_item, kinds_wanted, size_of
from dataset.places import Place, shown_value
from pickles.stand_ins import Array, as_text

MOST_UNLIKE, MOST_FURTHER, FEWEST_ALIKE = 2, 6, 6
WORDS = {
    "texts": "texts", "numbers": "whole numbers", "one-hot": "one-hot vectors", "vectors": "rows of numbers", "nested": "frames or nested lists",
    "identifiers": "dialogue ids", "empty": "nothing", "nothing": "None", "real numbers": "numbers with fractions", "other": "something else"}


def nearest(content, layouts):
    """What to add to the sentence that a content has none of the `layouts`: the nearest one and what is unlike; '' where none is near."""
    told = [(*unlike, layout) for layout in layouts for unlike in [getattr(layout, "unlike", no_word)(content)] if unlike]
    if told:
        _, words, layout = min(told, key=lambda one: one[0])
        return f"; the nearest is {layout.NAME}, but {words}"
    if type(content) not in (list, tuple):
        return ""
    found = []
    fields.WATCHED.append(content)
    try:
        for number, layout in enumerate(layouts):
            fields.TRIED.clear()
            layout.recognise(content)
            for signature, names in list(fields.TRIED):
                unlike, further = differences(content, signature), len(content) - len(signature)
                alike = min(len(content), len(signature)) - len(unlike)
                if len(unlike) <= MOST_UNLIKE and abs(further) <= MOST_FURTHER and alike >= FEWEST_ALIKE and (unlike or further):
                    trimmed = not unlike and further > 0 and not layout.recognise(content[:len(signature)])
                    strange = strangeness(content, names, layout.DATASET)
                    found.append((len(unlike) + bool(further) + 0.5 * trimmed + strange, number, layout, signature, names, unlike, further))
    finally:
        fields.WATCHED.pop()
    if not found:
        return ""
    *_, layout, signature, names, unlike, further = min(found, key=lambda one: one[:2])
    parts = [complaint(content[at], signature[at], names[at] if at < len(names) else f"field {at + 1}", at) for at in unlike]
    if further:
        count = abs(further)
        fields_ = "field" if count == 1 else "fields"
        parts.append(f"this one has {count} more {fields_}" if further > 0 else f"this one lacks {count} {fields_}")
    return f"; the nearest is {layout.NAME}, but {' and '.join(parts)}"


def strangeness(content, names, dataset):
    """How little the speakers' names are those of a layout's dataset: less than any field that is unlike counts."""
    at = names.index("speakers") if "speakers" in names else None
    if at is None or at >= len(content) or kind_of(content[at]) != TEXTS or dataset is None:
        return 0
    if dataset.speakers is None:
        return 0.2 if dataset is OTHER else 0.3
    return 0 if has_texts(content[at], dataset.speakers) else 0.4


def no_word(content):
    """What a layout says that has no word of its own on what is unlike it."""


def differences(content, signature):
    """The places at which a content is of another kind than a signature wants."""
    return [at for at, (field, wanted) in enumerate(zip(content, signature)) if wanted is not None and kind_of(field) not in kinds_wanted(wanted)]


def complaint(field, wanted, name, at):
    """What is wrong with one field, with its first odd item where there is one."""
    expected = " or ".join(WORDS[kind] for kind in kinds_wanted(wanted) if kind not in ("empty", "nothing", "nested"))
    kind = kind_of(field)
    is_one = kind == VECTORS and ONE_HOT in kinds_wanted(wanted)
    odd = odd_item(field, is_one) if kind == "other" or is_one else None
    held = f"hold {odd}" if odd else f"are {WORDS[kind]}"
    return f"the {name} (field {at + 1}) {held} where {expected} are expected"


def odd_item(field, wants_one_hot):
    """The first item that makes a field one of no kind, with its place; None where there is none."""
    if type(field) is not dict:
        return shown_value(field)
    for key, entry in field.items():
        place = f"dialogue {(as_text(key) or shown_value(key).removeprefix('the number '))[:64]}"
        if not size_of(entry):
            if is_missing(entry):
                continue
            return f"{shown_value(entry)} for {place}"
        items = first_items(entry, 4096)
        if type(entry) is Array and len(entry.shape) > 1:
            return f"{shown_value(entry)} for {place}"
        kinds = [kind_of_item(item) for item in items]
        usual = next((kind for kind in kinds if kind != "other"), "other")
        for index, (item, kind) in enumerate(zip(items, kinds)):
            listed = item.items() if type(item) is Array and item.data is not None and item.type.code else item
            if kind == "other" or (wants_one_hot and not (type(listed) in (list, tuple) and is_one_hot(listed))) or kind != usual and not wants_one_hot:
                what = "a vector without exactly one 1" if wants_one_hot and kind in (VECTORS, ONE_HOT) else shown_value(item)
                return f"{what} in {Place(place, index).exact.rstrip(',')},"
    return None

"""What a file that 'vuemo export --layout mmsa' wrote gives a loader of MMSA's kind. Runs in the embedded interpreter."""

import json

from pickles.safe_pickle import load


def seen(array):
    return {"type": f"{array.type.kind}{array.type.size}", "shape": list(array.shape), "values": array.items()}


def mmsa(data):
    """As JSON, what such a loader takes out of the dictionary, split after split."""
    content = load(data, "mmsa.pkl")
    modes = {}
    for mode in content:
        part = content[mode]
        modes[mode] = {
            "id": list(part["id"]), "raw_text": list(part["raw_text"]), "annotations": list(part["annotations"]),
            "text": seen(part["text"]), "audio": seen(part["audio"]), "vision": seen(part["vision"]),
            "classification_labels": seen(part["classification_labels"]),
            "audio_lengths": list(part["audio_lengths"]), "vision_lengths": list(part["vision_lengths"]),
            "regression_labels": seen(part["regression_labels"]) if "regression_labels" in part else None}
    return json.dumps(modes)


def fields(data):
    """As JSON, the fields of a tuple or list, arrays by their shapes."""
    content = load(data, "fields.pkl")
    return json.dumps({"outer": type(content).__name__, "fields": [plain(field) for field in content]})


def field(data, place):
    """As JSON, one field of such a file."""
    return json.dumps(plain(load(data, "fields.pkl")[int(place)]))


def plain(field):
    if type(field) is dict:
        return {"numbered": all(type(key) is int for key in field),
                "entries": {str(key): list(entry.shape) if hasattr(entry, "shape") else entry for key, entry in field.items()}}
    return {"numbered": all(type(key) is int for key in field), "ids": [str(key) for key in field]}

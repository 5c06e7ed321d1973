"""What is in NumPy's own files: `.npy` and `.npz`. Their headers are read; the numbers behind them are not. Python objects in them are a
pickle, which is looked at as every other one is."""

from archives.containers import DEFLATED, STORED, content_of, files_of
from archives.numpy_arrays import LONGEST_HEADER, check_size, header_of
from archives.zip_directory import shown
from faults import ConversionFault, first_few


def scan_npy(data, name, found, look):
    """The findings in a .npy file; `look()` scans the pickle in one of objects."""
    header = header_of(bytes(data[:LONGEST_HEADER + 12]), name)
    found.update(kind="npy")
    if header.holds_objects:
        return look()
    check_size(header, len(data), name)
    return tell(found, [header.title], "array")


def tell(found, text, kind):
    found.update(tree=[{"kind": kind}], tree_text=text)
    return found


def scan_npz(data, name, report, found, look):
    """The findings in a .npz archive; `look(content, member's name)` gives those of one with Python objects in it."""
    arrays, objects = [], []
    for member in files_of(data, name):
        called = f"{shown(member.name)} of {name}"
        if member.method not in (STORED, DEFLATED):
            content_of(member, name, report)                # which says what it is packed with
        header = header_of(content_of(member, name, report, LONGEST_HEADER + 12), called)
        label = member.name.removesuffix(".npy")
        if header.holds_objects:
            objects.append(look(content_of(member, name, report), called))
            arrays.append(f"  {label}: {header.title}, a pickle: {objects[-1]['status']}")
        else:
            check_size(header, member.size, called)
            arrays.append(f"  {label}: {header.title}")
    found.update(kind="npz")
    more = [f"  and {len(arrays) - MOST_ARRAYS} more"] if len(arrays) > MOST_ARRAYS else []
    tell(found, [f"archive of {len(arrays)} arrays, whose headers were read"] + arrays[:MOST_ARRAYS] + more, "archive")
    return with_worst(found, objects, name)


WORST = ("unsafe", "unknown", "unsupported", "unreadable")


def with_worst(found, inside, name):
    """Findings of an archive with those of its members: the worst of them is told, and all names are listed."""
    for status in WORST:
        reasons = [one["reason"] for one in inside if one["status"] == status]
        if reasons:
            found.update(status=status, reason=reasons[0])
            break
    for listed, key in (("globals", "name"), ("asks_for", "what")):
        merged = {}
        for one in inside:
            for entry in one.get(listed, ()):
                if entry[key] in merged:
                    merged[entry[key]]["times"] += entry["times"]
                else:
                    merged[entry[key]] = dict(entry)
        if merged:
            found[listed] = list(merged.values())
    return found


def scan_zip(data, name, report, found, look):
    """The findings in a zip archive of several files; `look(content, member's name)` gives those of one."""
    files, left = files_of(data, name), MOST_UNPACKED
    lines, inside = [], []
    for member in files[:MOST_MEMBERS]:
        called = f"{shown(member.name)} of {name}"
        if member.size > left:
            break
        left -= member.size
        try:
            one = look(content_of(member, name, report), called)
        except ConversionFault as error:
            one = {"status": "unreadable", "kind": "other", "reason": str(error)}
        inside.append(one)
        lines.append(f"  {member.name}: {one['status']}, {one['kind']}")
        lines += ["    " + line for line in one.get("tree_text", ())[:MOST_LINES]]
    part = f", {len(inside)} of {len(files)} looked at" if len(inside) < len(files) else ""
    found.update(kind="zip")
    tell(found, [f"archive of {len(files)} files{part}"] + lines, "archive")
    with_worst(found, inside, name)
    if part and found["status"] == "safe":
        others = first_few(shown(member.name) for member in files[len(inside):])
        found.update(status="unknown", reason=f"{name} is a zip archive of which {len(inside)} of {len(files)} files were looked at and are safe; the others ({others}) are not judged: "
                     "unpack it and scan them.")
    return found


# Files of a zip archive, bytes of theirs, lines for each that are shown; arrays of a .npz archive that are.
MOST_MEMBERS, MOST_UNPACKED, MOST_LINES, MOST_ARRAYS = 256, 2 << 30, 40, 1000

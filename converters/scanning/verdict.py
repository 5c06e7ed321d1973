"""What is to be said of a file that names what is not read: the worst thing first, in one sentence."""

from pickles.name_kinds import DANGEROUS, UNKNOWN, UNSUPPORTED

SAVE_PLAIN = "where you trust it, load it with Python and save its content as plain lists, dictionaries, numbers and NumPy arrays"


def verdict(found, name):
    """`(status, sentence)`: 'unsafe', 'unknown' or 'unsupported'; `(None, None)` where nothing is to be said. `found`: a ScanMachine
    or Findings."""
    def first(kind):
        return next((text for text in found.foreign if found.kinds[text][0] == kind), None)

    def place(what):
        return f"at byte {found.places[what]}"

    refused = "it is refused and nothing of it was run; do not trust this file, and do not load it with Python"
    dangerous = first(DANGEROUS)
    if dangerous is not None:
        return "unsafe", (f"{name} asks for {dangerous} {place(dangerous)}, which no feature pickle needs and which is dangerous, because it can "
                          f"run code or programs or reach other files: {refused}.")
    if found.asked:
        what = next(iter(found.asked))
        return "unsafe", f"{name} asks for {what} {place(what)}, which no feature pickle needs: {refused}."
    if found.readings:
        return "unsafe", two_readings(name, next(iter(found.readings)))
    unknown = first(UNKNOWN)
    if unknown is not None:
        return "unknown", (f"{name} names {unknown} {place(unknown)}, which is not among the names that are read or known, so that it is not "
                           f"judged whether it is safe, and nothing of it was run: {SAVE_PLAIN}.")
    if found.passed:
        what = next(iter(found.passed))
        return "unknown", (f"{name} refers to {what} {place(what)}, which only the program that wrote it can tell, so that it is not judged "
                           f"whether it is safe, and nothing of it was run: {SAVE_PLAIN}.")
    unsupported = first(UNSUPPORTED)
    if unsupported is not None:
        what, advice = next((found.kinds[text][1] for text in found.foreign if is_telling(found.kinds[text])), found.kinds[unsupported][1])
        named = next(text for text in found.foreign if found.kinds[text][0] == UNSUPPORTED and found.kinds[text][1][0] == what)
        return "unsupported", f"{name} holds {what} ({named} {place(named)}), which is known and not supported: {advice}."
    if found.unread:
        what = next(iter(found.unread))
        return "unsupported", f"{name} holds {what} {place(what)}, which is not supported: write the file without it."
    return None, None


def partly(sentence, position):
    """The same for a file that could not be looked into to its end."""
    return f"{sentence.removesuffix('.')}; what stands behind byte {position} could not be looked into."


def is_telling(kind):
    """Helpers such as slice stand in pickles of many things and say less than those."""
    return kind[0] == UNSUPPORTED and not kind[1][0].startswith("objects of")


def two_readings(name, what):
    """What to say of a file that other programs read in another way."""
    return (f"{name} can be read in two ways, because {what}: what Python's pickle would run cannot be told from what is seen here, "
            "so do not load it.")

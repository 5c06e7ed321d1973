"""What a text file under a pickle's name is: a web page, JSON, a table, or a message of a server."""

HTML_STARTS = ("<!doctype", "<html", "<head", "<?xml", "<!--")
LEADERS_OF_PICKLES = "(]})cSVP"   # characters that a pickle in text begins with, and hardly any text
HEAD = 512


def text_kind(data):
    """What the file is and what to do, or None for what is no text or can be a pickle in text."""
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
    if wide:
        return "is text in UTF-16 and not a pickle: give the dataset's feature pickles"
    text = readable(bytes(data[:HEAD].removeprefix(b"\xef\xbb\xbf")))
    if text is None:
        return None
    begun = text.lstrip()
    if begun.lower().startswith(HTML_STARTS):
        return "is a web page (HTML) and not a pickle: a download link has answered with a page; download the file itself"
    if is_json(begun):
        return "is JSON and not a pickle: give the dataset's feature pickles, or a list of utterances to 'vuemo convert table'"
    if data[-1:] == b".":
        return None
    lines = begun.splitlines()
    if len(lines) > 1 and any(0 < lines[0].count(mark) == lines[1].count(mark) for mark in ",\t;"):
        return "is a table in text (CSV) and not a pickle: give it to 'vuemo convert table'"
    if begun[0] in LEADERS_OF_PICKLES:
        return None
    return f"is text and not a pickle: it begins with {begun[:24]!r}; give the dataset's feature pickles"


def readable(head):
    """The text of some bytes, whose last character may be cut; None where they are no text."""
    for cut in range(4 if len(head) > HEAD - 4 else 1):
        try:
            text = str(head[:len(head) - cut], "utf-8")
        except UnicodeDecodeError:
            continue
        return text if text.strip() and all(c.isprintable() or c in "\t\r\n" for c in text) else None
    return None


def is_json(text):
    """Whether a text begins as an object or a list does. '}' and ']' at the beginning are pickles'."""
    inside = text[1:].lstrip()[:1]
    return text[:1] == "{" and inside in ('"', "}") or text[:1] == "[" and inside != "" and inside in '"{[]-0123456789tfn'

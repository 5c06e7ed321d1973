"""What can be wrong with a user's file: one sentence each, ready to be shown."""


class ConversionFault(Exception):
    """A fault of the input. Its text is one sentence that says what is wrong, where, and what to do."""

    def __init__(self, text):
        super().__init__(one_line(text))


class UnsafePickle(ConversionFault):
    """The pickle asks for something outside the allow-list. Nothing of it has been imported, called or changed."""


class NotJudged(ConversionFault):
    """The pickle names what is neither read here nor known as dangerous. Nothing of it has been imported or called."""


class NotSupported(ConversionFault):
    """The pickle holds objects that are known, harmless, and not read here."""


class TwoReadings(UnsafePickle):
    """Other programs read the bytes in another way than this one, so that what is seen here need not be what they run."""


class MalformedPickle(ConversionFault):
    """The bytes are not a complete, well-formed pickle, or claim sizes that they do not have."""


class UnreadContent(MalformedPickle):
    """A sound pickle that holds data of a kind that is not read here."""


class LimitExceeded(ConversionFault):
    """The pickle would expand beyond the bounds that keep a small file from exhausting the machine."""


class WrongLayout(ConversionFault):
    """A sound pickle whose content is not a layout that we know, or breaks its rules."""


class Misuse(Exception):
    """A layout asks for something that there is not. Its text says what, without an end: the layout's file and line are put before it."""


class Disagreement(ConversionFault):
    """Files that should describe one dataset contradict each other."""


def one_line(text):
    """A text that may quote a file, fit for a terminal: line ends, control and invisible characters become '?'."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def first_few(items, limit=3):
    """The first `limit` items as text, with a count of the rest: 'a, b, c and 7 more'."""
    items = list(items)
    shown = ", ".join(str(item) for item in items[:limit])
    return shown if len(items) <= limit else f"{shown} and {len(items) - limit} more"


def plural(count, noun):
    """'1 dialogue', '2 dialogues'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

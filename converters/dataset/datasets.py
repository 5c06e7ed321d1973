"""What the files do not say of themselves: the names behind their numbers."""

from dataset.places import shown_value
from faults import Misuse

LONGEST_NAME = 512                # bytes of UTF-8: a store keeps all names of a kind in a column of one width


class Dataset:
    """`labels`, `speakers`: names in the order of their numbers, None where they are whatever a file holds.

    `speaker_scope` 'dialogue': a speaker's number says nothing across dialogues; 'corpus': it is one person everywhere;
    None: the latter where speakers have names.
    """

    def __init__(self, name, labels=None, speakers=None, speaker_scope=None):
        check_name(name, "a dataset's name")
        self.labels, self.speakers = check_names(labels, "labels"), check_names(speakers, "speakers")
        if speaker_scope not in ("corpus", "dialogue", None):
            raise Misuse(f"speaker_scope is {shown_value(speaker_scope)}, and should be 'corpus', 'dialogue' or None")
        self.name, self.speaker_scope = name, speaker_scope


def check_name(name, what, limit=LONGEST_NAME):
    """Raise Misuse for anything but a text of moderate length."""
    if type(name) is not str or not name or "\0" in name or len(name.encode("utf-8", "replace")) > limit:
        raise Misuse(f"{what} is {shown_value(name)}, and should be a text of 1 to {limit} bytes")


def check_names(names, what):
    """The names as a list, or Misuse."""
    if names is None:
        return None
    if type(names) not in (list, tuple) or not names:
        raise Misuse(f"the names of {what} are {shown_value(names)}, and should be a list of texts or None")
    for name in names:
        check_name(name, f"one of the names of {what}")
    if len(set(names)) != len(names):
        raise Misuse(f"the names of {what} hold one twice")
    return list(names)


# M and F are the two speakers of one session; the man of one session is not the man of another.
IEMOCAP = Dataset("IEMOCAP", ["happy", "sad", "neutral", "angry", "excited", "frustrated"], ["M", "F"], "dialogue")

# Speakers are one-hot, numbered by first appearance within the dialogue.
MELD = Dataset("MELD", ["neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"], None, "dialogue")
SENTIMENT = ["neutral", "positive", "negative"]          # MELD's, beside its emotions
EMORYNLP = Dataset(
    "EmoryNLP", ["joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared"], None, "dialogue")

DAILYDIALOG = Dataset(
    "DailyDialog", ["happy", "neutral", "anger", "sad", "fear", "surprise", "disgust"], ["0", "1"], "dialogue")

# Sentiment from -3 to 3, rounded.
SENTIMENT_STEPS = ["highly negative", "negative", "weakly negative", "neutral", "weakly positive", "positive", "highly positive"]
SIGNS = ["negative", "neutral", "positive"]
MOSEI = Dataset("MOSEI")

# A file in a known layout that is of none of these: its names are what it holds.
OTHER = Dataset("unnamed")

# (modality, width) -> what made it, where a width is known to stand for one extractor.
EXTRACTORS = {
    ("IEMOCAP", "audio", 1582): "openSMILE IS10", ("IEMOCAP", "visual", 342): "DenseNet",
    ("IEMOCAP", "text", 100): "TextCNN on GloVe", ("IEMOCAP", "visual", 512): "3D-CNN",
    ("IEMOCAP", "audio", 100): "openSMILE", ("IEMOCAP", "text", 768): "Sentence-BERT",
    ("MELD", "text", 600): "GloVe", ("MELD", "audio", 300): "openSMILE", ("MELD", "visual", 342): "DenseNet",
}
ROBERTA = "RoBERTa-large"

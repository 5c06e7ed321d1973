"""What the files do not say of themselves: the names behind their numbers."""


class Dataset:
    """`labels`, `speakers`: names in the order of their numbers, None where they are whatever a file holds.

    `speaker_scope` 'dialogue': a speaker's number says nothing across dialogues; 'corpus': it is one person everywhere;
    None: the latter where speakers have names.
    """

    def __init__(self, name, labels=None, speakers=None, speaker_scope=None):
        self.name, self.labels, self.speakers, self.speaker_scope = name, labels, speakers, speaker_scope


# M and F are the two speakers of one session; the man of one session is not the man of another.
IEMOCAP = Dataset("IEMOCAP", ["happy", "sad", "neutral", "angry", "excited", "frustrated"], ["M", "F"], "dialogue")

# Speakers are one-hot, numbered by first appearance within the dialogue.
MELD = Dataset("MELD", ["neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"], None, "dialogue")
EMORYNLP = Dataset(
    "EmoryNLP", ["joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared"], None, "dialogue")

DAILYDIALOG = Dataset(
    "DailyDialog", ["happy", "neutral", "anger", "sad", "fear", "surprise", "disgust"], ["0", "1"], "dialogue")

# Sentiment from -3 to 3, rounded.
SENTIMENT_STEPS = ["highly negative", "negative", "weakly negative", "neutral", "weakly positive", "positive", "highly positive"]
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

"""What the files do not say of themselves: the names behind their numbers."""


class Dataset:
    """`speaker_scope` 'dialogue': a speaker's number says nothing across dialogues."""

    def __init__(self, name, labels, speakers, speaker_scope):
        self.name, self.labels, self.speakers, self.speaker_scope = name, labels, speakers, speaker_scope


# M and F are the two speakers of one session; the man of one session is not the man of another.
IEMOCAP = Dataset("IEMOCAP", ["happy", "sad", "neutral", "angry", "excited", "frustrated"], ["M", "F"], "dialogue")

# Speakers are numbered by first appearance within the dialogue.
MELD = Dataset(
    "MELD", ["neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"],
    [str(number) for number in range(9)], "dialogue")

DATASETS = {dataset.name: dataset for dataset in (IEMOCAP, MELD)}

# (modality, width) -> what made it, where a width is known to stand for one extractor.
EXTRACTORS = {
    ("IEMOCAP", "audio", 1582): "openSMILE IS10", ("IEMOCAP", "visual", 342): "DenseNet",
    ("IEMOCAP", "text", 100): "TextCNN on GloVe", ("IEMOCAP", "visual", 512): "3D-CNN",
    ("IEMOCAP", "audio", 100): "openSMILE", ("MELD", "text", 600): "GloVe", ("MELD", "audio", 300): "openSMILE",
    ("MELD", "visual", 342): "DenseNet",
}
ROBERTA = "RoBERTa-large"

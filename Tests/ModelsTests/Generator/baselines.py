"""The baselines in plain PyTorch, with no care for speed: what the Swift models of Sources/Models are held against.

A batch is a dict: text, a list of [N, D]; audio, visual [N, D]; speaker [N]; lengths, a list of B numbers that add up to
N. Every model returns log-probabilities [N, C]. Parameters have the names of the Swift models. Modality letters: a audio,
v visual, l text; the order of streams is l, a, v.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import rnn

ORDER = 'lav'


def features(batch, modalities):
    """The features side by side, [N, ·]: the text layers one after the other, audio, visual."""
    parts = {'l': batch['text'], 'a': [batch['audio']], 'v': [batch['visual']]}
    return torch.cat([x for m in ORDER if m in modalities for x in parts[m]], -1)


def width(dims, text_layers, modalities):
    return sum(dims[m] * (text_layers if m == 'l' else 1) for m in modalities)


def over_dialogues(layer, x, lengths):
    """A recurrent layer over every dialogue on its own: [N, in] -> [N, 2 H]."""
    packed = rnn.pack_sequence(x.split(lengths), enforce_sorted=False)
    y, _ = rnn.pad_packed_sequence(layer(packed)[0])
    return torch.cat([y[:n, k] for k, n in enumerate(lengths)])


class LinearClassifier(nn.Module):
    """Logistic regression."""

    def __init__(self, dims, classes, speakers, modalities='avl', text_layers=4, dropout=0.0, standardize=True):
        super().__init__()
        self.modalities = modalities
        inputs = width(dims, text_layers, modalities)
        if standardize:
            self.norm = nn.BatchNorm1d(inputs, affine=False)
        self.classify = nn.Linear(inputs, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch):
        x = features(batch, self.modalities)
        if hasattr(self, 'norm'):
            x = self.norm(x)
        return F.log_softmax(self.classify(self.dropout(x)), -1)


class ConcatenationGRU(nn.Module):
    """Every modality through one linear layer with ReLU (each text layer through one of its own, summed), side by side;
    a bidirectional GRU over the dialogue; a linear classifier."""

    def __init__(self, dims, classes, speakers, modalities='avl', text_layers=4, hidden=256, layers=2, dropout=0.5):
        super().__init__()
        self.modalities = modalities
        if 'l' in modalities:
            self.text = nn.ModuleList(nn.Linear(dims['l'], hidden) for _ in range(text_layers))
        if 'a' in modalities:
            self.audio = nn.Linear(dims['a'], hidden)
        if 'v' in modalities:
            self.visual = nn.Linear(dims['v'], hidden)
        self.context = nn.GRU(hidden * len(modalities), hidden, layers, bidirectional=True,
                              dropout=dropout if layers > 1 else 0)
        self.classify = nn.Linear(2 * hidden, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch):
        streams = {}
        if 'l' in self.modalities:
            streams['l'] = sum(F.relu(layer(x)) for layer, x in zip(self.text, batch['text']))
        if 'a' in self.modalities:
            streams['a'] = F.relu(self.audio(batch['audio']))
        if 'v' in self.modalities:
            streams['v'] = F.relu(self.visual(batch['visual']))
        x = torch.cat([streams[m] for m in ORDER if m in streams], -1)
        states = over_dialogues(self.context, x, batch['lengths'])
        return F.log_softmax(self.classify(self.dropout(states)), -1)


class BcLSTM(nn.Module):
    """A bidirectional contextual LSTM (Poria et al., ACL 2017) over the features side by side."""

    def __init__(self, dims, classes, speakers, modalities='avl', text_layers=4, hidden=100, layers=2, dense=100,
                 dropout=0.5):
        super().__init__()
        self.modalities = modalities
        self.lstm = nn.LSTM(width(dims, text_layers, modalities), hidden, layers, bidirectional=True,
                            dropout=dropout if layers > 1 else 0)
        self.dense = nn.Linear(2 * hidden, dense)
        self.classify = nn.Linear(dense, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch):
        states = over_dialogues(self.lstm, features(batch, self.modalities), batch['lengths'])
        return F.log_softmax(self.classify(self.dropout(F.relu(self.dense(states)))), -1)


class DialogueRNN(nn.Module):
    """DialogueRNN (Majumder et al., AAAI 2019) with its simple attention, in both directions."""

    class Direction(nn.Module):
        def __init__(self, utterance, global_, party, emotion):
            super().__init__()
            self.cells = {'global': nn.GRUCell(utterance + party, global_),
                          'party': nn.GRUCell(utterance + global_, party), 'emotion': nn.GRUCell(party, emotion)}
            for name, cell in self.cells.items():
                self.add_module(name, cell)
            self.attention = nn.Linear(global_, 1, bias=False)

        def forward(self, utterances, speakers, dropout):
            """One dialogue, [n, ·] and n numbers -> [n, E]"""
            state = {name: torch.zeros(cell.hidden_size) for name, cell in self.cells.items()}
            parties, history, emotions = {}, [], []
            step = lambda name, x, h: dropout(self.cells[name](x[None], h[None])[0])
            for u, speaker in zip(utterances, speakers):
                party = parties.get(speaker, state['party'])
                state['global'] = step('global', torch.cat([u, party]), state['global'])
                context = torch.zeros_like(state['global'])
                if history:
                    heard = torch.stack(history)
                    context = torch.softmax(self.attention(heard)[:, 0], 0) @ heard
                history.append(state['global'])
                parties[speaker] = step('party', torch.cat([u, context]), party)
                state['emotion'] = step('emotion', parties[speaker], state['emotion'])
                emotions.append(state['emotion'])
            return torch.stack(emotions)

    def __init__(self, dims, classes, speakers, modalities='avl', text_layers=4, utterance=100, global_=500, party=500,
                 emotion=500, dense=1000, dropout=0.1):
        super().__init__()
        self.modalities = modalities
        self.utterance = nn.Linear(width(dims, text_layers, modalities), utterance)
        self.forwards, self.backwards = (self.Direction(utterance, global_, party, emotion) for _ in range(2))
        self.dense = nn.Linear(2 * emotion, dense)
        self.classify = nn.Linear(dense, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch):
        lengths, rows = batch['lengths'], []
        x = self.utterance(features(batch, self.modalities))
        for u, speakers in zip(x.split(lengths), batch['speaker'].split(lengths)):
            speakers = speakers.tolist()
            ahead = self.forwards(u, speakers, self.dropout)
            back = self.backwards(u.flip(0), speakers[::-1], self.dropout).flip(0)
            rows.append(torch.cat([ahead, back], -1))
        fused = F.relu(self.dense(self.dropout(torch.cat(rows))))
        return F.log_softmax(self.classify(self.dropout(fused)), -1)


class MMGCN(nn.Module):
    """A deep graph convolution over utterances and modalities (Hu et al., ACL 2021)."""

    def __init__(self, dims, classes, speakers, modalities='avl', text_layers=4, unimodal=200, hidden=100, layers=4,
                 alpha=0.1, lamda=0.5, use_speaker=True, dropout=0.4):
        super().__init__()
        self.modalities, self.alpha, self.lamda = modalities, alpha, lamda
        if 'l' in modalities:
            self.text = nn.Linear(dims['l'], unimodal)
            self.context = nn.LSTM(unimodal, unimodal // 2, 2, bidirectional=True, dropout=dropout)
            if use_speaker:
                self.speaker = nn.Embedding(speakers, unimodal)
        if 'a' in modalities:
            self.audio = nn.Linear(dims['a'], unimodal)
        if 'v' in modalities:
            self.visual = nn.Linear(dims['v'], unimodal)
        self.enter = nn.Linear(unimodal, hidden)
        bound = 1 / math.sqrt(hidden)
        self.convolutions = nn.ParameterList(
            torch.empty(hidden, 2 * hidden).uniform_(-bound, bound) for _ in range(layers))
        self.classify = nn.Linear((unimodal + hidden) * len(modalities), classes)
        self.dropout = nn.Dropout(dropout)

    @staticmethod
    def adjacency(x):
        """x [M, n, W] of one dialogue -> D^-1/2 A D^-1/2 over its M n nodes, stream after stream."""
        m, n, _ = x.shape
        nodes = x.reshape(m * n, -1)
        unit = nodes / nodes.norm(dim=1, keepdim=True)
        weight = 1 - torch.acos(0.99999 * (unit @ unit.T)) / math.pi
        stream, utterance = torch.arange(m * n) // n, torch.arange(m * n) % n
        edge = (stream[:, None] == stream[None]) | (utterance[:, None] == utterance[None])
        a = torch.where(edge, weight, torch.zeros_like(weight))
        scale = a.sum(1) ** -0.5
        return scale[:, None] * a * scale[None]

    def forward(self, batch):
        lengths, streams = batch['lengths'], {}
        if 'l' in self.modalities:
            text = self.text(sum(batch['text']) / len(batch['text']))
            streams['l'] = over_dialogues(self.context, text, lengths)
            if hasattr(self, 'speaker'):
                streams['l'] = streams['l'] + self.speaker(batch['speaker'])
        if 'a' in self.modalities:
            streams['a'] = self.audio(batch['audio'])
        if 'v' in self.modalities:
            streams['v'] = self.visual(batch['visual'])
        rows = []
        for parts in zip(*(streams[m].split(lengths) for m in ORDER if m in streams)):
            x = torch.stack(parts)
            m, n, _ = x.shape
            a = self.adjacency(x)
            x = self.dropout(x.reshape(m * n, -1))
            first = y = F.relu(self.enter(x))
            for number, weight in enumerate(self.convolutions):
                theta = math.log(self.lamda / (number + 1) + 1)
                heard = a @ self.dropout(y)
                mixed = (1 - self.alpha) * heard + self.alpha * first
                y = F.relu(theta * (torch.cat([heard, first], -1) @ weight.T) + (1 - theta) * mixed)
            nodes = torch.cat([x, self.dropout(y)], -1).view(m, n, -1)
            rows.append(torch.cat(list(nodes), -1))
        fused = F.relu(self.dropout(torch.cat(rows)))
        return F.log_softmax(self.classify(fused), -1)

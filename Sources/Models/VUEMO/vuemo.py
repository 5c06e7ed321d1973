"""VUEMO in PyTorch, as `vuemo export RUN --to pytorch` wrote it, with the weights beside it in model.safetensors.

    model = load()                                                   # ready for evaluation
    log_p = model(text, audio, visual, speakers, lengths)            # [N, C]

Utterances are rows, the dialogues end to end, so that no argument holds padding:

    text      list of layers, [N, text_width] each      speakers  [N] whole numbers, as `model.data["speakers"]` counts them
    audio     [N, audio_width]                          lengths   utterances of each dialogue; their sum is N
    visual    [N, visual_width]                         result    [N, C] natural logarithms, classes as `model.data["classes"]`

What a model does not use may be None. Letters: a audio, v visual, l text (language), g the virtual unified emotion. N utterances
of all dialogues, n of one, H the hidden width, M modalities in use, S = M + 1 streams.

There are two variants. "released" computes what the authors' public code computes: the GRU runs over the padding of a minibatch, and
hyperedges and nodes have weights by their position in the minibatch, so that a dialogue's result depends on who shares it. "corrected"
computes what the paper describes.
"""
import itertools
import json
import pathlib

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


def load(folder=pathlib.Path(__file__).parent):
    """The model of an exported folder, in evaluation mode."""
    with safe_open(str(pathlib.Path(folder) / "model.safetensors"), "pt") as file:
        metadata, state = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    positions = {name: state[f"lgl.{name}"].numel() for name in ("hyperedge_weight", "node_weight")}
    model = VUEMO(json.loads(metadata["model"]), json.loads(metadata["data"]), positions)
    model.load_state_dict(state)
    return model.eval()


class VUEMO(nn.Module):
    """settings: the keys under `model` of a run's config.yaml. data: classes, speakers and widths."""

    def __init__(self, settings, data, positions):
        super().__init__()
        self.settings, self.data = settings, data
        self.released = settings["variant"] == "released"
        self.modalities = [letter for letter in "lav" if letter in settings["modalities"]]
        hidden, dropout = settings["hiddenSize"], settings["dropout"]
        norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(settings["textNorm"])
        if norm:
            self.text_norms = nn.ModuleList(norm(data["text_width"]) for _ in range(data["text_layers"]))
        if "l" in self.modalities:
            width = hidden if settings["projectText"] else data["text_width"]
            if settings["projectText"]:
                self.text = nn.Linear(data["text_width"], hidden)
            self.context = nn.GRU(width, hidden // 2, 2, bidirectional=True, dropout=dropout)
        if "a" in self.modalities:
            self.audio = nn.Linear(data["audio_width"], hidden)
        if "v" in self.modalities:
            self.visual = nn.Linear(data["visual_width"], hidden)
        self.speaker = nn.Embedding(len(data["speakers"]), hidden)
        self.vue = VirtualUnifiedEmotion(len(self.modalities), hidden, settings["vueLayers"])
        streams = self.modalities + ["g"]
        self.gai = GlobalAttentionInteraction(streams, hidden, self.released, 0.1 if dropout else 0.0)
        self.lgl = LocalGraphLearning(self.modalities, hidden, settings["hypergraphLayers"], self.released, positions)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(len(streams) * hidden, len(data["classes"]))

    def forward(self, text, audio, visual, speakers, lengths):
        streams = {}                                                                  # [N, H] each
        if "l" in self.modalities:
            streams["l"] = self.encode_text(text, speakers, lengths)
        if "a" in self.modalities:
            streams["a"] = self.audio(audio)
        if "v" in self.modalities:
            streams["v"] = self.visual(visual)
        streams["g"] = self.vue(list(streams.values()), lengths)
        streams = self.gai(streams, lengths)
        fused = F.relu(self.dropout(self.lgl(streams, lengths)))                      # [N, S·H]
        return F.log_softmax(self.classify(fused), dim=1)

    def encode_text(self, layers, speakers, lengths):
        """Norm of every layer, their sum, projection, a bidirectional GRU over each dialogue, and who speaks. -> [N, H]"""
        def summed(layers):
            if hasattr(self, "text_norms"):
                layers = [norm(x.flatten(0, -2)).view(x.shape) for norm, x in zip(self.text_norms, layers)]
            x = sum(layers)
            return self.text(x) if hasattr(self, "text") else x

        def padded(x):
            return pad_sequence(x.split(lengths))                                     # [T, B, D]

        if self.released:       # padding is rows of zeros, which norm, projection and GRU take for utterances
            states, _ = self.context(summed([padded(x) for x in layers]))
        else:
            packed = pack_padded_sequence(padded(summed(layers)), lengths, enforce_sorted=False)
            states, _ = pad_packed_sequence(self.context(packed)[0])
        states = torch.cat([states[:n, dialogue] for dialogue, n in enumerate(lengths)])
        return states + self.speaker(speakers) if self.settings["speakerEmbedding"] else states


class VirtualUnifiedEmotion(nn.Module):
    """A graph of a dialogue's utterances in their modalities; gives one more stream, g.  list of [N, H] -> [N, H]"""

    def __init__(self, modalities, hidden, layers):
        super().__init__()
        self.project = nn.Linear(hidden, hidden)
        self.gates = nn.ModuleList(nn.Linear(2 * hidden, 1) for _ in range(layers))
        self.fuse = nn.Linear(modalities * hidden, hidden)

    def forward(self, streams, lengths):
        out = []
        for parts in zip(*(stream.split(lengths) for stream in streams)):
            x = self.project(torch.stack(parts))                                      # [M, n, H]
            y = x
            for gate in self.gates:
                y = y + self.convolve(y, gate)
            out.append(torch.cat(tuple(x + y), dim=1))                                # [n, M·H]
        return self.fuse(torch.cat(out))

    @staticmethod
    def convolve(x, gate):
        """Every node hears the other utterances of its modality and the other modalities of its utterance.  [M, n, H] -> same"""
        m, n, hidden = x.shape
        neighbours = (n - 1) + (m - 1)
        if neighbours == 0:
            return torch.zeros_like(x)
        receiver = x @ gate.weight[0, :hidden] + gate.bias                            # [M, n]
        sender = x @ gate.weight[0, hidden:]
        utterances = torch.tanh(receiver[:, :, None] + sender[:, None, :]) * (1 - torch.eye(n, device=x.device))
        modalities = torch.tanh(receiver[:, None] + sender[None]) * (1 - torch.eye(m, device=x.device))[:, :, None]
        return (utterances @ x + torch.einsum("kmn,mnh->knh", modalities, x)) / neighbours


class GlobalAttentionInteraction(nn.Module):
    """Adds gated context to every stream.  dict of [N, H] -> same"""

    def __init__(self, streams, hidden, released, dropout):
        super().__init__()
        self.released = released
        self.expand, self.shrink = nn.Linear(hidden, 2 * hidden), nn.Linear(2 * hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.gate = nn.Linear(2 * hidden, hidden)
        if not released:
            self.temporal = nn.ModuleDict({stream: nn.TransformerEncoderLayer(
                hidden, 1, 2 * hidden, dropout, "gelu", batch_first=True, norm_first=True) for stream in streams})

    def forward(self, streams, lengths):
        if not self.released:
            streams = {name: torch.cat([self.temporal[name](part[None])[0] for part in x.split(lengths)])
                       for name, x in streams.items()}
        enhanced = {name: self.norm(self.shrink(F.relu(self.expand(x)))) for name, x in streams.items()}
        if self.released:       # one number for each utterance, the same for all streams and all of H
            context = sum(x.mean(dim=1, keepdim=True) for x in enhanced.values())
            contexts = {name: context.expand_as(x) for name, x in streams.items()}
        else:
            contexts = self.attend(enhanced, lengths)
        out = {}
        for name, x in streams.items():
            residual = contexts[name] + x
            out[name] = x + torch.sigmoid(self.gate(torch.cat([x, residual], dim=1))) * residual
        return out

    @staticmethod
    def attend(streams, lengths):
        """Every utterance attends to the means over time of its dialogue's streams."""
        parts = {name: x.split(lengths) for name, x in streams.items()}
        means = [torch.stack([x[dialogue].mean(dim=0) for x in parts.values()]) for dialogue in range(len(lengths))]
        return {name: torch.cat([torch.softmax(part @ mean.T / part.shape[1] ** 0.5, dim=1) @ mean      # [n, S] @ [S, H]
                                 for part, mean in zip(x, means)]) for name, x in parts.items()}


class LocalGraphLearning(nn.Module):
    """A hypergraph of every dialogue: one hyperedge for each stream, and for each utterance one for every pair of modalities with g and
    one for every modality with g.  dict of [N, H] -> [N, S·H]"""

    def __init__(self, modalities, hidden, layers, released, positions):
        super().__init__()
        self.released = released
        self.project = nn.Linear(hidden, hidden)
        # One for each position in a minibatch (released), or for each kind of hyperedge and each stream (corrected).
        self.hyperedge_weight = nn.Parameter(torch.ones(positions["hyperedge_weight"]))
        self.node_weight = nn.Parameter(torch.ones(positions["node_weight"]))
        self.biases = nn.ParameterList(torch.zeros(hidden) for _ in range(layers))
        g = len(modalities)
        pairs = [[first, second, g] for first, second in itertools.combinations(range(g), 2)]
        self.kinds = pairs + [[modalities.index(letter), g] for letter in "avl" if letter in modalities]

    def incidence(self, streams, n):
        """Which node is in which hyperedge: node s·n + i is utterance i of stream s.  -> [S·n, S + n·kinds]"""
        members = torch.zeros(streams * n, streams + n * len(self.kinds))
        for stream in range(streams):
            members[stream * n:(stream + 1) * n, stream] = 1
        for i in range(n):
            for k, kind in enumerate(self.kinds):
                members[[stream * n + i for stream in kind], streams + i * len(self.kinds) + k] = 1
        return members

    def forward(self, streams, lengths):
        out, edges, nodes = [], 0, 0
        for parts in zip(*(x.split(lengths) for x in streams.values())):
            n, s = len(parts[0]), len(parts)
            x1 = self.project(torch.cat(parts))                                       # [S·n, H]
            members = self.incidence(s, n).to(x1.device)
            if self.released:
                edge_weight = self.hyperedge_weight[edges:edges + members.shape[1]]
                node_weight = self.node_weight[nodes:nodes + members.shape[0]]
            else:
                edge_weight = torch.cat([self.hyperedge_weight[:s], self.hyperedge_weight[s:].repeat(n)])
                node_weight = self.node_weight.repeat_interleave(n)
            edges, nodes = edges + members.shape[1], nodes + members.shape[0]
            size, degree = members.T @ node_weight, members @ edge_weight             # of hyperedges, of nodes
            x = x1
            for bias in self.biases:
                gathered = divide(members.T @ x, size)
                x = F.leaky_relu(divide(members @ gathered, degree) + bias, 0.01)
            out.append(torch.cat((x + x1).split(n), dim=1))                           # [n, S·H]
        return torch.cat(out)


def divide(rows, by):
    """Every row by its number; 0 where the number is 0."""
    return rows * torch.where(by == 0, torch.zeros_like(by), 1 / by)[:, None]

"""VUEMO with its module switches as a small statement in PyTorch, and golden files made with it.

    python vuemo_switches.py FOLDER

writes one file for each case below, in the form that Tests/Golden/README.md describes. It needs PyTorch, NumPy and h5py and is
run by hand; the suite reads the files. Names of parameters and keys are those of vuemo; dialogues are computed one by one, and
padding is made only where the released variant lets it take part.
"""
import json
import os
import sys

import h5py
import numpy
import torch
from torch import nn
from torch.nn import functional

ORDER = "lav"
DEFAULTS = {"vue": "true", "gai": "joint", "lgl": "true", "textLayers": "all", "textNorm": "batch",
            "encoder": "gru", "encodeAudioVisual": "false"}


class Context(nn.Module):
    """A modality's encoder over the dialogue. x [B, T, D], padded with what zeros become; -> list of [n, H]"""

    def __init__(self, kind, inputs, hidden):
        super().__init__()
        self.kind = kind
        if kind in ("gru", "lstm"):
            layers = {"gru": nn.GRU, "lstm": nn.LSTM}[kind]
            self.recurrent = layers(inputs, hidden // 2, 2, bidirectional=True, batch_first=True)
        if kind == "transformer":
            self.layers = nn.ModuleList(nn.TransformerEncoderLayer(
                hidden, 1, 2 * hidden, 0.0, "gelu", batch_first=True, norm_first=True) for _ in range(2))

    def forward(self, x, lengths, released):
        if self.kind == "none":
            return [row[:n] for row, n in zip(x, lengths)]
        if self.kind == "transformer":
            out, h = [], x.shape[-1]
            for row, n in zip(x, lengths):
                angle = torch.arange(n)[:, None] / 10000 ** (torch.arange(0, h, 2) / h)
                row = row[None, :n] + torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
                for layer in self.layers:
                    row = layer(row)
                out.append(row[0])
            return out
        if released:
            return [row[:n] for row, n in zip(self.recurrent(x)[0], lengths)]
        return [self.recurrent(row[None, :n])[0][0] for row, n in zip(x, lengths)]


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, self.released = c, c["variant"] == "released"
        self.s = dict(DEFAULTS, **c.get("switches", {}), textNorm=c["norm"])
        h, self.used = c["hidden"], [m for m in ORDER if m in c["modalities"]]
        dims, text = c["dims"], self.s["textLayers"]
        self.layers = range(c["text_layers"]) if text == "all" else [int(n) - 1 for n in text.split(",")]
        norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(self.s["textNorm"])
        if norm:
            self.text_norms = nn.ModuleDict({str(k): norm(dims["l"]) for k in self.layers})
        project = c["project_text"]
        for name, letter in (("audio", "a"), ("visual", "v")):
            if letter in self.used:
                setattr(self, name, nn.Linear(dims[letter], h))
                if self.s["encodeAudioVisual"] == "true":
                    setattr(self, name + "_context", Context(self.s["encoder"], h, h))
        if "l" in self.used:
            if project:
                self.text = nn.Linear(dims["l"], h)
            self.context = Context(self.s["encoder"], h if project else dims["l"], h)
        self.speaker = nn.Embedding(c["speakers"], h)
        self.streams = self.used + (["g"] if self.s["vue"] == "true" else [])
        m, s = len(self.used), len(self.streams)
        if "g" in self.streams:
            self.vue = nn.ModuleDict({"project": nn.Linear(h, h), "fuse": nn.Linear(m * h, h), "gates": nn.ModuleList(
                nn.Linear(2 * h, 1) for _ in range(c["vue_layers"]))})
        if self.s["gai"] != "off":
            self.gai = nn.ModuleDict({"expand": nn.Linear(h, 2 * h), "shrink": nn.Linear(2 * h, h),
                                      "norm": nn.LayerNorm(h), "gate": nn.Linear(2 * h, h)})
            if not self.released:
                self.gai["temporal"] = nn.ModuleDict({k: nn.TransformerEncoderLayer(
                    h, 1, 2 * h, 0.0, "gelu", batch_first=True, norm_first=True) for k in self.streams})
        if self.s["lgl"] == "true":
            kinds = m * (m - 1) // 2 + (m if "g" in self.streams else 0)
            sizes = (c["max_hyperedges"], c["max_nodes"]) if self.released else (s + kinds, s)
            self.lgl = nn.ModuleDict({"project": nn.Linear(h, h)})
            self.lgl.hyperedge_weight, self.lgl.node_weight = (nn.Parameter(torch.ones(n)) for n in sizes)
            self.lgl.biases = nn.ParameterList(torch.zeros(h) for _ in range(c["hyper_layers"]))
        self.classify = nn.Linear(s * h, c["classes"])

    def unimodal(self, text, audio, visual, speaker, lengths):
        pad = lambda rows: nn.utils.rnn.pad_sequence(rows.split(lengths), batch_first=True)
        out = {}
        if "l" in self.used:
            layers = []
            for k in self.layers:
                x, norm = text[k], self.s["textNorm"]
                if norm == "dialogue":      # the public code's LN2: one mean and variance for a dialogue's rows and features
                    parts = pad(x) if self.released else x.split(lengths)
                    parts = [functional.layer_norm(part, part.shape) for part in parts]
                    layers.append(torch.stack(parts) if self.released else pad(torch.cat(parts)))
                elif norm == "none":
                    layers.append(pad(x))
                elif self.released:
                    padded = pad(x)
                    layers.append(self.text_norms[str(k)](padded.flatten(0, 1)).view_as(padded))
                else:
                    layers.append(pad(self.text_norms[str(k)](x)))
            x = sum(layers)
            x = self.text(x) if self.c["project_text"] else x
            out["l"] = torch.cat(self.context(x, lengths, self.released))
            if self.c["use_speaker"]:
                out["l"] = out["l"] + self.speaker(speaker)
        for name, letter, x in (("audio", "a", audio), ("visual", "v", visual)):
            if letter in self.used:
                layer, context = getattr(self, name), getattr(self, name + "_context", None)
                out[letter] = torch.cat(context(layer(pad(x)), lengths, self.released)) if context else layer(x)
        return {k: out[k] for k in self.used}

    def emotion(self, parts):
        """[M, n, H] of one dialogue -> g [n, H]"""
        x1 = self.vue["project"](parts)
        m, n, h = x1.shape
        y = x1
        for gate in self.vue["gates"]:
            out = torch.zeros_like(y)
            for a in range(m):
                for b in range(m):
                    weight = torch.tanh((y[a] @ gate.weight[0, :h])[:, None] + (y[b] @ gate.weight[0, h:])[None]
                                        + gate.bias)
                    mask = 1 - torch.eye(n) if a == b else torch.eye(n)
                    out[a] = out[a] + (weight * mask) @ y[b]
            y = y + out / max(1, n - 1 + m - 1)
        return self.vue["fuse"](torch.cat(list(x1 + y), -1))

    def interact(self, streams):
        """[S, n, H] of one dialogue -> the same"""
        if not self.released:
            streams = torch.stack([self.gai["temporal"][k](x[None])[0] for k, x in zip(self.streams, streams)])
        e = self.gai["norm"](self.gai["shrink"](functional.relu(self.gai["expand"](streams))))
        if self.released:
            context = e.mean(2).sum(0)[None, :, None].expand_as(streams)
        else:
            p = e.mean(1)                                              # [S, H]
            scores = torch.einsum("snh,qh->snq", e, p)
            if self.s["gai"] == "joint":
                weights = torch.softmax(scores / e.shape[-1] ** 0.5, 2)
            else:                                                      # each of the terms on its own, over the dialogue
                weights = torch.softmax(scores, 1)
            context = weights @ p
        r = context + streams
        return streams + torch.sigmoid(self.gai["gate"](torch.cat([streams, r], -1))) * r

    def hyperedges(self):
        m, names = len(self.used), self.streams
        g = [m] if "g" in names else []
        sets = [[a, b] + g for a in range(m) for b in range(a + 1, m)]
        return sets + ([[self.used.index(s), m] for s in "avl" if s in self.used] if g else [])

    def graph(self, streams, edge_at, node_at):
        """[S, n, H] of one dialogue -> [n, S·H]"""
        s, n, h = streams.shape
        x1 = self.lgl["project"](streams)
        edges = [[(k, i) for i in range(n)] for k in range(s)]
        edges += [[(k, i) for k in members] for i in range(n) for members in self.hyperedges()]
        kinds = list(range(s)) + [s + k for _ in range(n) for k in range(len(self.hyperedges()))]
        w = [self.lgl.hyperedge_weight[edge_at + e if self.released else kinds[e]] for e in range(len(edges))]
        u = lambda k, i: self.lgl.node_weight[node_at + k * n + i if self.released else k]
        incidence = torch.zeros(s * n, len(edges))
        for e, members in enumerate(edges):
            for k, i in members:
                incidence[k * n + i, e] = 1
        nodes = torch.stack([u(k, i) for k in range(s) for i in range(n)])
        to_edges = incidence.T / (incidence.T @ nodes)[:, None]
        to_nodes = incidence / (incidence @ torch.stack(w))[:, None]
        x = x1.reshape(s * n, h)
        for bias in self.lgl.biases:
            x = functional.leaky_relu(to_nodes @ (to_edges @ x) + bias, 0.01)
        return torch.cat(list(x.view(s, n, h) + x1), -1), len(edges), s * n

    def forward(self, text, audio, visual, speaker, lengths):
        stages = {"features": self.unimodal(text, audio, visual, speaker, lengths)}
        rows, g, gai, edge_at, node_at = [], [], [], 0, 0
        for parts in zip(*(x.split(lengths) for x in stages["features"].values())):
            streams = torch.stack(parts)
            if "g" in self.streams:
                g.append(self.emotion(streams))
                streams = torch.cat([streams, g[-1][None]])
            if self.s["gai"] != "off":
                streams = self.interact(streams)
                gai.append(streams)
            if self.s["lgl"] == "true":
                row, edges, nodes = self.graph(streams, edge_at, node_at)
                edge_at, node_at = edge_at + edges, node_at + nodes
                rows.append(row)
            else:
                rows.append(torch.cat(list(streams), -1))
        if g:
            stages["vue"] = torch.cat(g)
        if gai:
            stages["gai"] = dict(zip(self.streams, torch.cat(gai, 1)))
        if self.s["lgl"] == "true":
            stages["lgl"] = torch.cat(rows)
        return functional.log_softmax(self.classify(functional.relu(torch.cat(rows))), -1), stages

    def named(self):
        """Parameters and buffers by vuemo's names."""
        rename = lambda name: name.replace("context.recurrent.", "context.").replace("context.layers.", "context.")
        return ({rename(k): v for k, v in self.named_parameters()}, {rename(k): v for k, v in self.named_buffers()})


CASES = {
    "switch-corrected-no-vue": dict(variant="corrected", switches={"vue": "false"}),
    "switch-released-no-vue": dict(variant="released", switches={"vue": "false", "textLayers": "1,3"}),
    "switch-corrected-no-gai": dict(variant="corrected", modalities="al", norm="none", switches={"gai": "off"}),
    "switch-released-no-lgl": dict(variant="released", switches={"lgl": "false"}),
    "switch-corrected-only-v": dict(variant="corrected", modalities="v", norm="none", switches={"vue": "false"}),
    "switch-corrected-separate": dict(variant="corrected", norm="dialogue", switches={"gai": "separate"}),
    "switch-released-dialogue-norm": dict(variant="released", norm="dialogue", project_text=False,
                                          switches={"encodeAudioVisual": "true"}),
    "switch-corrected-contexts": dict(variant="corrected", modalities="al", norm="layer",
                                      switches={"encodeAudioVisual": "true", "textLayers": "2"}),
    "switch-released-transformer": dict(variant="released", modalities="avl", norm="dialogue", switches={
        "encoder": "transformer", "encodeAudioVisual": "true", "lgl": "false"}),
    "switch-released-lstm": dict(variant="released", norm="dialogue", project_text=False, switches={
        "encoder": "lstm", "encodeAudioVisual": "true", "lgl": "false"}),
    "switch-corrected-lstm": dict(variant="corrected", modalities="al", switches={"encoder": "lstm", "gai": "off"}),
    "switch-released-no-encoder": dict(variant="released", switches={"encoder": "none", "gai": "off"}),
}


def write(path, c):
    torch.manual_seed(3)
    h5, lengths, n = h5py.File(path, "w"), c["lengths"], sum(c["lengths"])
    h5.attrs["config"] = json.dumps(c)
    text = [torch.randn(n, c["dims"]["l"]) + 0.3 * k for k in range(c["text_layers"])]
    audio, visual = torch.randn(n, c["dims"]["a"]), torch.randn(n, c["dims"]["v"])
    speaker, label = torch.randint(c["speakers"], (n,)), torch.randint(c["classes"], (n,))
    weight = torch.linspace(0.5, 2, c["classes"])
    model = Model(c)
    parameters, buffers = model.named()
    with torch.no_grad():
        for value in parameters.values():
            value.add_(0.1 * torch.randn_like(value))
        for name, value in buffers.items():
            if name.endswith("running_var"):
                value.add_(0.3 * torch.rand_like(value))
    def put(name, value):
        h5[name] = numpy.asarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value)
    for k, x in enumerate(text):
        put(f"inputs/text/{k}", x)
    for name, value in (("audio", audio), ("visual", visual), ("class_weight", weight)):
        put("inputs/" + name, value)
    for name, value in (("speaker", speaker), ("label", label), ("lengths", torch.tensor(lengths))):
        put("inputs/" + name, value.int())
    for name, value in list(parameters.items()) + list(buffers.items()):
        put("parameters/" + name, value.float())
    run = lambda: model(text, audio, visual, speaker, lengths)
    model.eval()
    put("eval/log_probabilities", run()[0])
    model.train()
    log_p, stages = run()
    put("train/log_probabilities", log_p)
    for name, value in stages.items():
        for key, part in (value.items() if isinstance(value, dict) else [("", value)]):
            put(f"train/stages/{name}/{key}".rstrip("/"), part)
    def loss_of(log_p, name=c["loss"]):
        target = functional.one_hot(label, c["classes"]) * log_p
        return functional.nll_loss(log_p, label, weight) if name == "weighted-nll" else (
            -((1 - target) ** 2.5) * log_p).mean()
    for name in ("weighted-nll", "focal-released"):
        put("train/losses/" + name, loss_of(log_p, name).reshape(1))
    loss_of(log_p).backward()
    for name, value in parameters.items():
        if value.grad is not None:
            put("train/gradients/" + name, value.grad)
    for name, value in buffers.items():
        put("train/buffers_after/" + name, value.float())
    rates = {"lr": 1e-3, "weight_decay": 1e-2, "eps": 1e-8}
    optimizer, losses = torch.optim.AdamW(model.parameters(), **rates), []
    for step in range(3):
        if step:
            optimizer.zero_grad()
            loss_of(run()[0]).backward()
        for value in parameters.values():       # AdamW decays what has a gradient, as vuemo's does with every parameter
            value.grad = torch.zeros_like(value) if value.grad is None else value.grad
        optimizer.step()
        losses.append(loss_of(run()[0]))
    put("adamw/losses_after_each_step", torch.stack(losses))
    h5["adamw"].attrs.update(rates)
    for name, value in parameters.items():
        put("adamw/parameters_after_3_steps/" + name, value)
    h5.close()


if __name__ == "__main__":
    for name, case in CASES.items():
        c = dict(dims={"a": 6, "v": 5, "l": 9}, classes=4, speakers=2, modalities="avl", text_layers=3, hidden=8,
                 vue_layers=2, hyper_layers=2, norm="batch", project_text=True, use_speaker=True, loss="weighted-nll",
                 lengths=[3, 5, 1], max_hyperedges=100, max_nodes=60)
        c.update(case)
        write(os.path.join(sys.argv[1], name + ".h5"), c)

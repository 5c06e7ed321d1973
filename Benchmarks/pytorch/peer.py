"""VUEMO in PyTorch for a CPU, as fast as we could make it: the peer that vuemo is timed against.

It computes what vuemo_reference.py computes (check.py holds it to that). Against torch_peer.py it saves more padding: a minibatch
is flat rows [N, D], padded only inside the GRU (with the released variant's norms and projection), the VUE blocks and the
attention; the hypergraph is one 4x4 matrix per utterance and the streams' sums instead of indexed sums over hyperedges.
"""
import functools

import torch
from torch import nn
from torch.nn import functional as F

import vuemo_reference as R


class Layout:
    """The index tensors of a minibatch, which depend on its dialogues' lengths alone."""

    def __init__(self, lengths, streams, kinds):
        n, s, b = sum(lengths), streams, len(lengths)
        self.lengths, self.utterances = lengths, n
        counts = torch.tensor(lengths)
        self.steps = max(lengths)
        self.real = torch.arange(self.steps)[None] < counts[:, None]                        # [B, T]
        self.rows = torch.nonzero(self.real.reshape(-1))[:, 0]                              # flat row -> row of [B*T]
        self.rows_in_time = torch.nonzero(self.real)[:, 1] * b + torch.nonzero(self.real)[:, 0]   # -> row of [T*B]
        self.dialogue = torch.repeat_interleave(torch.arange(b), counts)                    # [N]
        self.membership = F.one_hot(self.dialogue, b).float()                               # [N, B]
        self.counts = counts.float()
        self.degree = (counts - 1)[self.dialogue].float()                                   # n - 1 of every utterance
        off = (1 - torch.eye(self.steps))[None] * self.real[:, :, None] * self.real[:, None, :]
        self.block = off.float()                                                            # [B, T, T]
        first = torch.cumsum(counts, 0) - counts
        inside = torch.arange(n) - first[self.dialogue]
        first_edge = torch.arange(b) * s + first * kinds
        self.stream_edge = first_edge[:, None] + torch.arange(s)                            # [B, S]
        self.utterance_edge = (first_edge[self.dialogue] + s + inside * kinds)[:, None] + torch.arange(kinds)   # [N, K]
        self.node = (first[self.dialogue] * s + inside)[:, None] + torch.arange(s) * counts[self.dialogue][:, None]   # [N, S]

    def pad(self, x):
        """[N, D] -> [B, T, D], zeros in the padding."""
        return x.new_zeros(len(self.lengths) * self.steps, x.shape[-1]).index_copy(0, self.rows, x).view(
            len(self.lengths), self.steps, -1)

    def flatten(self, x):
        """[B, T, D] -> [N, D]"""
        return x.reshape(-1, x.shape[-1]).index_select(0, self.rows)


@functools.lru_cache(maxsize=4096)
def layout(lengths, streams, kinds):
    return Layout(list(lengths), streams, kinds)


class Peer(R.VUEMO):
    """Same parameters and names as the reference."""

    def forward(self, text, visual, audio, speaker, lengths):
        """text: list of [N, D]; visual, audio [N, D]; speaker [N]; lengths list of B.  -> log-probabilities [N, C]"""
        m = len(self.modalities)
        at = layout(tuple(lengths), m + 1, m * (m + 1) // 2)
        streams = {}
        if "l" in self.modalities:
            streams["l"] = self.text_stream(text, speaker, at)
        if "a" in self.modalities:
            streams["a"] = self.audio(audio)
        if "v" in self.modalities:
            streams["v"] = self.visual(visual)
        x = torch.stack([streams[k] for k in R.ORDER if k in streams], 1)                   # [N, M, H]
        x = torch.cat([x, self.emotion(x, at)[:, None]], 1)                                 # [N, S, H]
        x = self.hypergraph(self.interaction(x, at), at)
        return F.log_softmax(self.classify(F.relu(self.dropout(x.flatten(1)))), -1)

    def text_stream(self, text, speaker, at):
        if self.variant == "corrected":
            x = self.text(sum(norm(x) for norm, x in zip(self.norms(text), text)))
            packed = nn.utils.rnn.pack_padded_sequence(
                at.pad(x), at.lengths, batch_first=True, enforce_sorted=False)
            y, _ = nn.utils.rnn.pad_packed_sequence(self.context(packed)[0], batch_first=True)
            y = at.flatten(y)
        else:
            steps, b = at.steps, len(at.lengths)
            def padded(x):
                return x.new_zeros(steps * b, x.shape[1]).index_copy(0, at.rows_in_time, x)
            x = self.text(sum(norm(padded(x)) for norm, x in zip(self.norms(text), text)))
            y, _ = self.context(x.view(steps, b, -1))
            y = y.reshape(steps * b, -1).index_select(0, at.rows_in_time)
        return y + self.speaker(speaker) if self.use_speaker else y

    def norms(self, text):
        return self.text_norms if self.norm in ("batch", "layer") else [nn.Identity()] * len(text)

    def emotion(self, x, at):
        """[N, M, H] -> g [N, H]"""
        n, m, h = x.shape
        x1 = self.vue.project(x)
        degree = (at.degree + (m - 1)).clamp(min=1)[:, None, None]
        others = 1 - torch.eye(m)
        b, t = len(at.lengths), at.steps
        y = x1
        for gate in self.vue.gates:
            scores = y @ torch.stack([gate.weight[0, :h], gate.weight[0, h:]], 1)           # [N, M, 2]
            target, source = scores[..., 0] + gate.bias, scores[..., 1]
            rows = at.pad(y.flatten(1)).view(b, t, m, h).transpose(1, 2)                    # [B, M, T, H]
            left, right = at.pad(target).transpose(1, 2), at.pad(source).transpose(1, 2)    # [B, M, T]
            within = torch.tanh(left[..., :, None] + right[..., None, :]) * at.block[:, None]
            within = at.flatten(torch.matmul(within, rows).transpose(1, 2).reshape(b, t, m * h)).view(n, m, h)
            across = torch.tanh(target[:, :, None] + source[:, None, :]) * others           # [N, M, M]
            y = y + (within + torch.bmm(across, y)) / degree
        return self.vue.fuse((x1 + y).flatten(1))

    def interaction(self, x, at):
        """[N, S, H] -> same"""
        gai, (n, s, h) = self.gai, x.shape
        if self.variant == "corrected":
            names = list(self.modalities) + ["g"]
            order = [k for k in R.ORDER if k in self.modalities] + ["g"]
            assert set(names) == set(order)
            x = torch.stack([self.encode(gai.temporal[k], x[:, i], at) for i, k in enumerate(order)], 1)
        e = gai.norm(gai.shrink(F.relu(gai.expand(x))))
        w1, w2 = gai.gate.weight.split(h, 1)
        if self.variant == "released":
            context = e.mean(2).sum(1)[:, None, None]                                       # [N, 1, 1]
            gate = F.linear(x, w1 + w2, gai.gate.bias) + context * w2.sum(1)
        else:
            pooled = (at.membership.t() @ e.flatten(1)).view(-1, s, h) / at.counts[:, None, None]
            pooled = pooled[at.dialogue]                                                    # [N, S, H]
            context = torch.bmm(torch.softmax(torch.bmm(e, pooled.transpose(1, 2)) / h ** 0.5, -1), pooled)
            gate = F.linear(x, w1 + w2, gai.gate.bias) + F.linear(context, w2)
        return x + torch.sigmoid(gate) * (context + x)

    def encode(self, layer, x, at):
        """A pre-norm transformer encoder layer with its linear parts on flat rows.  [N, H] -> [N, H]"""
        attention = layer.self_attn
        q, k, v = at.pad(F.linear(layer.norm1(x), attention.in_proj_weight, attention.in_proj_bias)).chunk(3, -1)
        y = F.scaled_dot_product_attention(
            q[:, None], k[:, None], v[:, None], attn_mask=at.real[:, None, None, :],
            dropout_p=attention.dropout if self.training else 0.0)[:, 0]
        x = x + layer.dropout1(attention.out_proj(at.flatten(y)))
        return x + layer.dropout2(layer.linear2(layer.dropout(F.gelu(layer.linear1(layer.norm2(x))))))

    def hypergraph(self, x, at):
        """[N, S, H] -> same"""
        lgl, (n, s, h) = self.lgl, x.shape
        incidence = self.incidence()                                                        # [K, S]
        if self.variant == "released":
            streams, edges, nodes = (
                lgl.hyperedge_weight[at.stream_edge][at.dialogue], lgl.hyperedge_weight[at.utterance_edge], lgl.node_weight[at.node])
        else:
            streams, edges, nodes = lgl.hyperedge_weight[:s].expand(n, s), lgl.hyperedge_weight[s:].expand(n, -1), lgl.node_weight.expand(n, s)
        degree = streams + edges @ incidence                                                # [N, S]
        mean = incidence / (nodes @ incidence.t())[:, :, None]                              # [N, K, S]
        mix = torch.matmul(incidence.t(), mean) / degree[:, :, None]                        # [N, S, S]
        scale = 1 / (degree * (at.membership @ (at.membership.t() @ nodes)))                # [N, S]
        x1 = lgl.project(x)
        y = x1
        for bias in lgl.biases:
            sums = (at.membership @ (at.membership.t() @ y.flatten(1))).view(n, s, h)
            y = F.leaky_relu(torch.baddbmm(torch.addcmul(bias, scale[:, :, None], sums), mix, y), 0.01)
        return y + x1

    @functools.cached_property
    def _incidence(self):
        streams = [k for k in R.ORDER if k in self.modalities] + ["g"]
        s = len(streams)
        edges = [[v for v in edge] for edge in self.lgl.hyperedges(1, 0)[s:]]
        return torch.tensor([[float(k in edge) for k in range(s)] for edge in edges])

    def incidence(self):
        return self._incidence

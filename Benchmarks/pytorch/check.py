"""Holds peer.py to vuemo_reference.py: log-probabilities and gradients of both variants, without dropout."""
import torch
from torch.nn.utils.rnn import pad_sequence

import peer
import vuemo_reference as R


def compare(variant, project):
    torch.manual_seed(1)
    widths, lengths = {"l": 24, "v": 7, "a": 9}, [5, 1, 8, 3]
    settings = dict(hidden=16, vue_layers=2, hyper_layers=3, dropout=0.0, project_text=project, variant=variant, speakers=2, classes=6)
    slow, fast = R.VUEMO(widths, **settings), peer.Peer(widths, **settings)
    fast.load_state_dict(slow.state_dict())
    if variant == "corrected":
        for model in (slow, fast):
            for module in model.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = 0.0
                if isinstance(module, torch.nn.MultiheadAttention):
                    module.dropout = 0.0
    for parameter in (slow.lgl.hyperedge_weight, slow.lgl.node_weight):
        torch.nn.init.uniform_(parameter, 0.5, 1.5)
    fast.load_state_dict(slow.state_dict())
    n = sum(lengths)
    text = [torch.randn(n, 24) for _ in range(4)]
    visual, audio, speaker = torch.randn(n, 7), torch.randn(n, 9), torch.randint(2, (n,))
    label = torch.randint(6, (n,))
    pad = lambda x: pad_sequence(x.split(lengths))
    outputs = []
    for model, inputs in ((slow, ([pad(x) for x in text], pad(visual), pad(audio), pad(speaker), lengths)),
                          (fast, (text, visual, audio, speaker, lengths))):
        out = model(*inputs)
        R.weighted_nll(out, label, R.IEMOCAP_CLASS_WEIGHTS).backward()
        outputs.append(out)
    worst = (outputs[0] - outputs[1]).abs().max().item()
    gradients = {name: p.grad for name, p in fast.named_parameters()}
    for name, p in slow.named_parameters():
        if p.grad is not None:
            worst = max(worst, (p.grad - gradients[name]).abs().max().item() / max(1.0, p.grad.abs().max().item()))
    print(f"{variant}, {'projected' if project else 'unprojected'} text: largest difference {worst:.1e}")
    return worst


if __name__ == "__main__":
    assert max(compare(v, p) for v in ("released", "corrected") for p in (True, False)) < 1e-5

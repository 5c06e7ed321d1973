"""Writes the golden files of the baselines: python write_golden.py FOLDER. Needs PyTorch, NumPy and h5py; run by hand.

The files have the form that Tests/Golden/README.md describes. `settings` in their configuration are keys of the Swift
model.
"""
import copy
import json
import sys

import h5py
import numpy as np
import torch
from torch.nn import functional as F

from baselines import BcLSTM, ConcatenationGRU, DialogueRNN, LinearClassifier, MMGCN

DIMS = {'a': 6, 'v': 5, 'l': 10}
LENGTHS = [3, 7, 1, 5]
CLASSES, SPEAKERS, TEXT_LAYERS = 4, 3, 2
# File, model, class, its arguments, the keys of the Swift model.
CASES = [
    ('linear-avl', 'linear', LinearClassifier, {'modalities': 'avl'}, {}),
    ('linear-l-as-it-is', 'linear', LinearClassifier, {'modalities': 'l', 'standardize': False},
     {'standardize': 'false'}),
    ('gru-avl', 'gru', ConcatenationGRU, {'modalities': 'avl', 'hidden': 6}, {'hiddenSize': '6'}),
    ('gru-l', 'gru', ConcatenationGRU, {'modalities': 'l', 'hidden': 6, 'layers': 1},
     {'hiddenSize': '6', 'layers': '1'}),
    ('bclstm-avl', 'bclstm', BcLSTM, {'modalities': 'avl', 'hidden': 6, 'dense': 7},
     {'hiddenSize': '6', 'denseSize': '7'}),
    ('bclstm-l', 'bclstm', BcLSTM, {'modalities': 'l', 'hidden': 6, 'dense': 7, 'layers': 1},
     {'hiddenSize': '6', 'denseSize': '7', 'layers': '1'}),
    ('dialoguernn-avl', 'dialoguernn', DialogueRNN,
     {'modalities': 'avl', 'utterance': 5, 'global_': 4, 'party': 6, 'emotion': 3, 'dense': 7},
     {'utteranceSize': '5', 'globalSize': '4', 'partySize': '6', 'emotionSize': '3', 'denseSize': '7'}),
    ('dialoguernn-l', 'dialoguernn', DialogueRNN,
     {'modalities': 'l', 'utterance': 3, 'global_': 5, 'party': 2, 'emotion': 4, 'dense': 6},
     {'utteranceSize': '3', 'globalSize': '5', 'partySize': '2', 'emotionSize': '4', 'denseSize': '6'}),
    ('mmgcn-avl', 'mmgcn', MMGCN, {'modalities': 'avl', 'unimodal': 8, 'hidden': 6, 'layers': 3},
     {'unimodalSize': '8', 'hiddenSize': '6', 'graphLayers': '3'}),
    ('mmgcn-av', 'mmgcn', MMGCN,
     {'modalities': 'av', 'unimodal': 8, 'hidden': 6, 'layers': 5, 'alpha': 0.3, 'lamda': 0.9},
     {'unimodalSize': '8', 'hiddenSize': '6', 'graphLayers': '5', 'alpha': '0.3', 'lambda': '0.9'}),
    ('mmgcn-l', 'mmgcn', MMGCN, {'modalities': 'l', 'unimodal': 8, 'hidden': 6, 'layers': 2, 'use_speaker': False},
     {'unimodalSize': '8', 'hiddenSize': '6', 'graphLayers': '2', 'speakerEmbedding': 'false'}),
]


def focal_released(log_p, label, gamma=2.5):
    target = F.one_hot(label, log_p.shape[1]) * log_p
    return (-((1 - target) ** gamma) * log_p).mean()


def write(folder, name, model_name, kind, arguments, settings):
    torch.manual_seed(sum(map(ord, name)))
    n = sum(LENGTHS)
    batch = {
        'text': [torch.randn(n, DIMS['l']) for _ in range(TEXT_LAYERS)], 'audio': torch.randn(n, DIMS['a']),
        'visual': torch.randn(n, DIMS['v']), 'speaker': torch.randint(SPEAKERS, (n,)), 'lengths': LENGTHS,
    }
    label = torch.randint(CLASSES, (n,))
    class_weight = torch.rand(CLASSES) + 0.5
    model = kind(DIMS, CLASSES, SPEAKERS, text_layers=TEXT_LAYERS, dropout=0.0, **arguments)
    with torch.no_grad():
        for key, value in model.state_dict().items():
            if key.endswith('running_var'):
                value.uniform_(0.5, 2)
            elif value.is_floating_point():
                value.add_(0.1 * torch.randn_like(value))
    losses = {
        'weighted-nll': lambda p: F.nll_loss(p, label, class_weight),
        'focal-released': lambda p: focal_released(p, label),
    }
    chosen = 'weighted-nll'
    with h5py.File(f'{folder}/{name}.h5', 'w') as file:
        file.attrs['config'] = json.dumps({
            'model': model_name, 'dims': DIMS, 'classes': CLASSES, 'speakers': SPEAKERS, 'text_layers': TEXT_LAYERS,
            'modalities': arguments['modalities'], 'settings': settings, 'loss': chosen, 'lengths': LENGTHS,
        })

        def put(group, arrays):
            for key, value in arrays.items():
                file[f'{group}/{key}'] = np.asarray(value.detach())

        put('inputs', {
            **{f'text/{k}': x for k, x in enumerate(batch['text'])}, 'audio': batch['audio'],
            'visual': batch['visual'], 'speaker': batch['speaker'].int(), 'label': label.int(),
            'lengths': torch.tensor(LENGTHS, dtype=torch.int32), 'class_weight': class_weight,
        })
        put('parameters', model.state_dict())
        model.eval()
        put('eval', {'log_probabilities': model(batch)})
        model.train()
        before = copy.deepcopy(model.state_dict())
        log_p = model(batch)
        put('train', {'log_probabilities': log_p})
        put('train/losses', {key: loss(log_p) for key, loss in losses.items()})
        losses[chosen](log_p).backward()
        put('train/gradients', {key: p.grad for key, p in model.named_parameters()})
        put('train/buffers_after', dict(model.named_buffers()))
        model.load_state_dict(before)
        rate = {'lr': 1e-3, 'weight_decay': 0.01, 'eps': 1e-8, 'betas': (0.9, 0.999)}
        optimizer = torch.optim.AdamW(model.parameters(), **rate)
        after = []
        for step in range(4):
            loss = losses[chosen](model(batch))
            if step > 0:
                after.append(loss.item())
            if step == 3:
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        file['adamw/losses_after_each_step'] = np.array(after, dtype=np.float32)
        for key, value in rate.items():
            file['adamw'].attrs[key] = value
        put('adamw/parameters_after_3_steps', dict(model.named_parameters()))


if __name__ == '__main__':
    torch.set_num_threads(1)
    for case in CASES:
        write(sys.argv[1], *case)

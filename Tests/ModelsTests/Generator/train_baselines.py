"""Trains a PyTorch baseline as `vuemo train STORE --model M` does, to compare what both learn.

    python train_baselines.py STORE MODEL [--modalities avl] [--epochs 15] [--seeds 1475,1476,1477]

Needs PyTorch, NumPy and h5py. MODEL is linear, gru, bclstm, dialoguernn or mmgcn. It prints a line of JSON for each seed: test W-F1
of the epoch that is best on valid. The order of dialogues, the dropout and the first parameters are PyTorch's own, so
that single runs differ and means agree.
"""
import argparse
import json

import h5py
import numpy as np
import torch
from torch.nn import functional as F

from baselines import BcLSTM, ConcatenationGRU, DialogueRNN, LinearClassifier, MMGCN

MODELS = {'linear': LinearClassifier, 'gru': ConcatenationGRU, 'bclstm': BcLSTM, 'dialoguernn': DialogueRNN, 'mmgcn': MMGCN}
# The published weights of IEMOCAP's classes, which its preset uses.
FREQUENCIES = {'IEMOCAP': [0.086747, 0.144406, 0.227883, 0.160585, 0.127711, 0.252668]}


class Data:
    def __init__(self, path):
        with h5py.File(path) as file:
            features = {name: file['features'][name] for name in file['features']}
            modality = {name: x.attrs['modality'].decode() for name, x in features.items()}
            layers = sorted((n for n, x in features.items() if 'layer' in x.attrs),
                            key=lambda n: features[n].attrs['layer'])
            text = layers or [n for n in features if modality[n] == 'text'][:1]
            self.text = [torch.from_numpy(features[n][:]) for n in text]
            self.audio, self.visual = (
                torch.from_numpy(next(x for n, x in features.items() if modality[n] == m)[:]) for m in ('audio', 'visual'))
            self.label = torch.from_numpy(file['utterances/label'][:]).long()
            self.speaker = torch.from_numpy(file['utterances/speaker'][:].astype(np.int64))
            self.offset = file['dialogues/utterance_offset'][:].astype(int)
            names = [n.decode() for n in file['splits/names'][:]]
            self.split = np.array([names[k] for k in file['dialogues/split'][:]])
            self.classes, self.speakers = len(file['labels/names']), len(file['speakers/names'])
            self.dataset = file.attrs['dataset'].decode()
        self.dims = {'l': self.text[0].shape[1], 'a': self.audio.shape[1], 'v': self.visual.shape[1]}

    def batch(self, dialogues):
        rows = np.concatenate([np.arange(self.offset[d], self.offset[d + 1]) for d in dialogues])
        batch = {'text': [x[rows] for x in self.text], 'audio': self.audio[rows], 'visual': self.visual[rows],
                 'speaker': self.speaker[rows],
                 'lengths': [int(self.offset[d + 1] - self.offset[d]) for d in dialogues]}
        return batch, self.label[rows]


def weighted_f1(label, guess, classes):
    """In per cent; each class's F1 weighs as much as it has utterances."""
    score = 0.0
    for c in range(classes):
        hits = np.sum((label == c) & (guess == c))
        total = np.sum(label == c) + np.sum(guess == c)
        score += np.sum(label == c) * (2 * hits / total if total else 0)
    return 100 * score / len(label)


def run(data, arguments, seed):
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    model = MODELS[arguments.model](data.dims, data.classes, data.speakers, arguments.modalities, len(data.text))
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate, weight_decay=3e-5)
    splits = {name: np.flatnonzero(data.split == name) for name in ('train', 'valid', 'test')}
    counts = np.bincount(data.batch(splits['train'])[1], minlength=data.classes)
    weight = 1 / torch.tensor(FREQUENCIES.get(data.dataset, counts / counts.sum()), dtype=torch.float32)

    def score(name):
        model.eval()
        label, guess = [], []
        with torch.no_grad():
            for first in range(0, len(splits[name]), 16):
                batch, gold = data.batch(splits[name][first:first + 16])
                label.append(gold)
                guess.append(model(batch).argmax(1))
        label, guess = torch.cat(label).numpy(), torch.cat(guess).numpy()
        known = label >= 0
        return weighted_f1(label[known], guess[known], data.classes)

    best = (-1.0, 0, 0.0)
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        shuffled = order.permutation(splits['train'])
        for first in range(0, len(shuffled), 16):
            batch, gold = data.batch(shuffled[first:first + 16])
            optimizer.zero_grad()
            F.nll_loss(model(batch), gold, weight, ignore_index=-1).backward()
            optimizer.step()
        valid = score('valid')
        if valid > best[0]:
            best = (valid, epoch, score('test'))
    print(json.dumps({'model': arguments.model, 'modalities': arguments.modalities, 'seed': seed, 'epoch': best[1],
                      'valid': round(best[0], 2), 'test': round(best[2], 2)}), flush=True)
    return best[2]


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('store')
    parser.add_argument('model', choices=MODELS)
    parser.add_argument('--modalities', default='avl')
    parser.add_argument('--epochs', type=int, default=15)
    parser.add_argument('--seeds', default='1475,1476,1477')
    parser.add_argument('--learning-rate', type=float, default=1e-4)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    store = Data(options.store)
    scores = [run(store, options, int(seed)) for seed in options.seeds.split(',')]
    deviation = np.std(scores, ddof=1) if len(scores) > 1 else 0
    print(json.dumps({'mean': round(float(np.mean(scores)), 2), 'deviation': round(float(deviation), 2)}))

"""Trains VUEMO with PyTorch on a store that vuemo convert wrote, as `vuemo train --protocol paper` does, and times it.

Prints one JSON object per epoch with the keys of vuemo's metrics.jsonl. All features are in memory before the first epoch.
"""
import argparse
import json
import resource
import time

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

import peer
import torch_peer
import vuemo_reference as R
from store import Store


def flat(batch):
    """Inputs of peer.Peer: flat rows, dialogues end to end."""
    join = lambda parts: torch.cat(list(parts))
    inputs = ([join(d.text[k] for d in batch) for k in range(len(batch[0].text))], join(d.visual for d in batch),
              join(d.audio for d in batch), join(d.speakers for d in batch), [len(d.labels) for d in batch])
    return inputs, join(d.labels for d in batch)


def padded(batch):
    """Inputs of the reference: [T, B, D]."""
    pad = lambda parts: pad_sequence(list(parts))
    inputs = ([pad(d.text[k] for d in batch) for k in range(len(batch[0].text))], pad(d.visual for d in batch),
              pad(d.audio for d in batch), pad(d.speakers for d in batch), [len(d.labels) for d in batch])
    return inputs, torch.cat([d.labels for d in batch])


def model_of(store, variant, implementation):
    meld = store.dataset == "MELD"
    make = peer.Peer if implementation == "peer" else R.VUEMO
    model = make(store.widths, store.classes, store.speakers, project_text=not meld, variant=variant)
    if implementation == "torch_peer":
        model.vue.__class__, model.lgl.__class__ = torch_peer.FastVUE, torch_peer.FastLGL
    return model, flat if implementation == "peer" else padded


def weighted_f1(gold, predicted, classes):
    scores = []
    for c in range(classes):
        hits, called, there = ((gold == c) & (predicted == c)).sum(), (predicted == c).sum(), (gold == c).sum()
        scores.append(there * 2 * hits / max(1, called + there))
    return 100 * sum(scores) / len(gold)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("--variant", choices=["released", "corrected"], default="released")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1475)
    parser.add_argument("--implementation", choices=["peer", "torch_peer", "reference"], default="peer")
    parser.add_argument("--compile", action="store_true", help="torch.compile with dynamic shapes")
    parser.add_argument("--steps", type=int, help="stop an epoch after so many steps; processor seconds are printed, too")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)

    store = Store(arguments.store)
    meld = store.dataset == "MELD"
    model, collate = model_of(store, arguments.variant, arguments.implementation)
    run = torch.compile(model, dynamic=True) if arguments.compile else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5 if meld else 1e-4, weight_decay=3e-5, fused=True)
    for epoch in range(1, arguments.epochs + 1):
        order = torch.randperm(len(store.train)).tolist() if meld else range(len(store.train))
        batches = [order[i:i + 16] for i in range(0, len(order), 16)][:arguments.steps]
        model.train()
        start, processor, losses = time.perf_counter(), time.process_time(), []
        for batch in batches:
            inputs, labels = collate([store.train[k] for k in batch])
            optimizer.zero_grad()
            log_p = run(*inputs)
            loss = R.focal_loss(log_p, labels) if meld else R.weighted_nll(log_p, labels, R.IEMOCAP_CLASS_WEIGHTS)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        trained, processor = time.perf_counter(), time.process_time() - processor
        model.eval()
        predicted, gold = [], []
        with torch.inference_mode():
            for i in range(0, len(store.test), 16):
                inputs, labels = collate(store.test[i:i + 16])
                predicted.append(run(*inputs).argmax(1))
                gold.append(labels)
        predicted, gold = torch.cat(predicted).numpy(), torch.cat(gold).numpy()
        row = dict(
            epoch=epoch, train_seconds=round(trained - start, 4), evaluation_seconds=round(time.perf_counter() - trained, 4),
            train_loss=float(np.mean(losses)), test_weighted_f1=round(float(weighted_f1(gold, predicted, store.classes)), 2),
            peak_memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        if arguments.steps:
            row["processor_seconds"] = round(processor, 4)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()

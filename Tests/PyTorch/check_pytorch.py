"""Holds what vuemo hands to PyTorch, and takes from it, against PyTorch itself. Run by hand, in an environment with torch, safetensors and h5py:

    python Tests/PyTorch/check_pytorch.py .build/debug/vuemo [STORE.h5] [--reference vuemo_reference.py]

For both variants and every subset of the modalities a model is trained for one epoch, exported, and run by the exported folder: all
log-probabilities agree within 1e-5. Then a state dict with the names of the authors' public code is saved in both formats of torch.save and
imported: log-probabilities agree within 1e-4 with the module it came from, which is the exported one or, where it is given, the reference.
"""
import argparse
import importlib.util
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL = ["--epochs", "1", "--threads", "2", "--quiet", "--set", "model.hiddenSize=32"]


def vuemo(*words):
    done = subprocess.run([VUEMO, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return done.stdout


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def read_store(path):
    """Dialogues as dictionaries of rows."""
    with h5py.File(path) as file:
        offsets = file["dialogues/utterance_offset"][:]
        modality = lambda m: sorted(n for n in file["features"] if text(file["features"][n].attrs["modality"]) == m)
        rows = lambda n: torch.tensor(file["features"][n][:])
        layers = [rows(n) for n in modality("text")]
        audio, visual = ([rows(n) for n in modality(m)[:1]] for m in ("audio", "visual"))
        speakers = torch.tensor(file["utterances/speaker"][:].astype(np.int64))
        return [dict(text=[x[a:b] for x in layers], audio=[x[a:b] for x in audio], visual=[x[a:b] for x in visual],
                     speakers=speakers[a:b], n=int(b - a)) for a, b in zip(offsets, offsets[1:])]


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def minibatches(dialogues, size=16):
    for first in range(0, len(dialogues), size):
        part = dialogues[first:first + size]
        cat = lambda rows: torch.cat(rows)
        yield ([cat([d["text"][k] for d in part]) for k in range(len(part[0]["text"]))],
               cat([d["audio"][0] for d in part]) if part[0]["audio"] else None,
               cat([d["visual"][0] for d in part]) if part[0]["visual"] else None,
               cat([d["speakers"] for d in part]), [d["n"] for d in part])


def of_exported(model, dialogues):
    with torch.no_grad():
        return torch.cat([model(*batch) for batch in minibatches(dialogues)]).numpy()


def of_reference(model, dialogues):
    """The reference takes [T, B, D], padded."""
    out = []
    for layers, audio, visual, speakers, lengths in minibatches(dialogues):
        pad = lambda x: torch.nn.utils.rnn.pad_sequence(x.split(lengths))
        with torch.no_grad():
            out.append(model([pad(x) for x in layers], pad(visual), pad(audio), pad(speakers), lengths))
    return torch.cat(out).numpy()


def predicted(run, store, folder):
    """Our log-probabilities, from the probabilities of vuemo predict."""
    path = folder / "predictions.jsonl"
    vuemo("predict", run, store, "-o", path, "--force", "--quiet")
    rows = [json.loads(line)["probabilities"] for line in path.read_text().splitlines()]
    return np.log(np.array([list(row.values()) for row in rows]))


def check_exports(store, dialogues, folder):
    for variant, letters in itertools.product(("released", "corrected"), ("avl", "av", "al", "vl", "a", "v", "l")):
        for norm in ("batch", "layer", "none") if letters == "avl" else ("batch",):
            name = f"{variant}-{letters}-{norm}"
            run, out = folder / name, folder / f"{name}-pytorch"
            vuemo("train", store, "--output", run, "--variant", variant, "--modalities", letters, "--set", f"model.textNorm={norm}", *SMALL)
            vuemo("export", run, "--to", "pytorch", "-o", out)
            model = module(out / "model.py", "exported").load(out)
            away = np.abs(of_exported(model, dialogues) - predicted(run, store, folder)).max()
            print(f"export {name}: {away:.2e}")
            assert away < 1e-5, away
    example = subprocess.run([sys.executable, "example.py"], cwd=out, capture_output=True, text=True)
    assert example.returncode == 0 and "[" in example.stdout, example.stderr
    vuemo("export", run, "--to", "safetensors", "-o", folder / "run.safetensors")
    with safe_open(str(folder / "run.safetensors"), "pt") as file:
        metadata, names = file.metadata(), set(file.keys())
        assert metadata["format"] == "pt" and json.loads(metadata["model"])["name"] == "vuemo"
        assert json.loads(metadata["data"])["classes"] and names == set(model.state_dict())
    with h5py.File(run / "checkpoints/best.h5") as file:
        assert names == set(file["parameters"])
        for name, tensor in load_file(folder / "run.safetensors").items():
            assert (tensor.numpy() == file["parameters"][name][()]).all(), name


def public_names(state, norm="BN"):
    """Our names -> those of the public code, with what it has besides and does not use."""
    simple = {"audio": "linear_a", "visual": "linear_v", "text": "linear_l", "context": "gru_l", "speaker": "emotion_modality.speaker_embeddings",
              "vue.project": "emotion_modality.fc1", "vue.fuse": "emotion_modality.fc2", "gai.expand": "Global.memory_net.feature_enhancer.0",
              "gai.shrink": "Global.memory_net.feature_enhancer.2", "gai.norm": "Global.memory_net.ln", "gai.gate": "Global.gated_residual.gate.0",
              "lgl.project": "EA_fusion.fc1", "classify": "smax_fc"}
    public = {}
    for name, tensor in state.items():
        head, _, last = name.rpartition(".")
        if name == "lgl.hyperedge_weight":
            public["EA_fusion.hyperedge_weight"] = tensor
        elif name == "lgl.node_weight":
            public["EA_fusion.EW_weight"] = tensor
        elif head == "lgl.biases":
            public[f"EA_fusion.hyperconv{int(last) + 1}.bias"] = tensor
        elif head.startswith("text_norms."):
            public[f"norm{norm}{'abcd'[int(head[-1])]}.{last}"] = tensor
        elif head.startswith("vue.gates."):
            public[f"emotion_modality.conv{int(head.split('.')[-1]) + 1}.gate.{last}"] = tensor
        else:
            is_convolution = name in ("gai.expand.weight", "gai.shrink.weight")
            public[f"{simple[head]}.{last}"] = tensor[..., None] if is_convolution else tensor
    return public


def check_imports(store, dialogues, folder, reference):
    with h5py.File(store) as file:
        classes, speakers = len(file["labels/names"]), len(file["speakers/names"])
    widths = {"l": dialogues[0]["text"][0].shape[1], "a": dialogues[0]["audio"][0].shape[1], "v": dialogues[0]["visual"][0].shape[1]}
    torch.manual_seed(3)
    if reference:
        make = lambda project: module(reference, "reference").VUEMO(
            widths, classes, speakers, text_layers=len(dialogues[0]["text"]), hidden=64, project_text=project)
        compute = of_reference
    else:
        exported = module(ROOT / "Sources/Models/VUEMO/vuemo.py", "exported")
        make = lambda project: exported.VUEMO(
            dict(variant="released", modalities="avl", hiddenSize=64, vueLayers=4, hypergraphLayers=8, textNorm="batch", projectText=project,
                 speakerEmbedding=True, dropout=0.5),
            dict(classes=range(classes), speakers=range(speakers), text_width=widths["l"], text_layers=len(dialogues[0]["text"]),
                 audio_width=widths["a"], visual_width=widths["v"]), dict(hyperedge_weight=10000, node_weight=20000))
        compute = of_exported
    for project in (True, False):
        model = make(project)
        for name, tensor in model.state_dict().items():         # nothing at its first value
            if tensor.is_floating_point():
                tensor.add_(torch.rand_like(tensor) * 0.05)
        expected = compute(model.eval(), dialogues)
        public = public_names(model.state_dict())
        public |= {"hidfc.weight": torch.randn(64, 8), "EA_fusion.hyperedge_attr1": torch.randn(64)}
        wrapped = {"epoch": 3, "state_dict": {f"module.{name}": tensor for name, tensor in public.items()}, "note": "made up"}
        for form, content, options in (("zip", public, {}), ("legacy", public, {"_use_new_zipfile_serialization": False}), ("wrapped", wrapped, {})):
            name = f"{'projected' if project else 'plain'}-{form}"
            torch.save(content, folder / f"{name}.pth", **options)
            told = json.loads(vuemo("import-checkpoint", folder / f"{name}.pth", store, "--output", folder / name, "--format", "json"))
            assert {entry["name"] for entry in told["unused"]} == {"hidfc.weight", "EA_fusion.hyperedge_attr1"}, told["unused"]
            assert {entry["name"] for entry in told["used"]} == set(public) - {"hidfc.weight", "EA_fusion.hyperedge_attr1"}
            away = np.abs(predicted(folder / name, store, folder) - expected).max()
            print(f"import {name}: {away:.2e}, log-probabilities down to {expected.min():.1f}")
            assert away < 1e-4, away
        # And back: what load_state_dict of the public code takes.
        vuemo("export", folder / name, "--to", "safetensors", "--public-names", "-o", folder / f"{name}.safetensors")
        back = load_file(folder / f"{name}.safetensors")
        used = {key: value for key, value in public.items() if key not in ("hidfc.weight", "EA_fusion.hyperedge_attr1")}
        assert set(back) == set(used) and all(back[key].shape == used[key].shape and torch.equal(back[key], used[key]) for key in back)
        assert all(back[key].dtype == used[key].dtype for key in back)
    trained = folder / "released-avl-batch"
    if trained.exists():                                        # positions beyond the run's are filled up
        vuemo("export", trained, "--to", "safetensors", "--public-names", "-o", folder / "public.safetensors")
        back = load_file(folder / "public.safetensors")
        assert back["EA_fusion.hyperedge_weight"].shape == (10000,) and back["EA_fusion.EW_weight"].shape == (20000,)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vuemo")
    parser.add_argument("store", nargs="?", default=ROOT / "Tests/Stores/1.1.0.h5")
    parser.add_argument("--reference")
    parser.add_argument("--keep", help="a folder for the runs; it must be empty")
    arguments = parser.parse_args()
    VUEMO = arguments.vuemo
    with tempfile.TemporaryDirectory() as scratch:
        place = pathlib.Path(arguments.keep or scratch)
        stored = read_store(arguments.store)
        check_exports(arguments.store, stored, place)
        check_imports(arguments.store, stored, place, arguments.reference)
    print("all agree")

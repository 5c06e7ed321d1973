#!/usr/bin/env python3
"""Writes `tensors.pth` with PyTorch itself: tensors of every type and form, and as JSON text what must be read of them.

    torch_sample.py [tensors.pth]         # needs PyTorch; the file is in the repository, so that the tests need none
"""

import json
import pathlib
import sys

import torch

counted = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 4 - 1
tensors = {
    "weight": torch.nn.Parameter(counted), "turned": counted.t(), "part": counted[:, 1:3], "apart": counted[::2, ::3],
    "repeated": counted[0].expand(3, 4), "half": counted[:2, :3].contiguous().bfloat16(), "halves": counted.t().half(),
    "half_turned": counted.t().bfloat16().t(), "double": counted.double(), "long": counted.long(), "int": counted.int(),
    "short": counted.short(), "char": counted.char(), "byte": counted.abs().byte(), "bool": counted > 0,
    "step": torch.tensor(7), "nothing": torch.zeros(0, 4), "solid": torch.arange(24.).reshape(2, 3, 4).permute(2, 0, 1)}
known = {name: [list(tensor.shape), tensor.flatten().tolist()] for name, tensor in tensors.items()}
target = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("tensors.pth")
torch.save({**tensors, "known": json.dumps(known)}, target)

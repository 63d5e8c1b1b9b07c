#!/usr/bin/python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What `recurve convert` writes plays in PyTorch as `recurve render` plays it.

Debian's Python, which has PyTorch if python3-torch is installed.  The files are
read with ten lines of numpy, so nothing else is needed; the example of
docs/formats.md is run as it stands there.
"""

import json
import os
import random
import re
import subprocess
import sys
import types

try:
    import numpy
    import torch
except ImportError as error:
    print("%s: install python3-torch" % error)
    sys.exit(77)

TOP = os.environ["RECURVE_TOP"]
RECURVE = os.path.join(os.environ["RECURVE_BUILD"], "recurve")
RATE_HZ = 44100
N_FRAMES = 4000
TOLERANCE = 2e-6


def load_file(path):
    """Return the tensors of a safetensors file by their names"""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(
            numpy.frombuffer(data[slice(*t["data_offsets"])], "<f4")
            .reshape(t["shape"])
            .copy()
        )
        for name, t in header.items()
    }


def metadata_of(path):
    """Return what a safetensors file says about its network"""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(size))["__metadata__"]


def recurve(*args):
    subprocess.run([RECURVE, *args], check=True, stderr=subprocess.DEVNULL)


def write_wav(path, x):
    """Write mono floats"""
    data = x.numpy().astype("<f4").tobytes()
    head = b"fmt " + (18).to_bytes(4, "little") + b"\3\0\1\0"
    head += RATE_HZ.to_bytes(4, "little") + (4 * RATE_HZ).to_bytes(4, "little")
    head += b"\4\0\40\0\0\0data" + len(data).to_bytes(4, "little")
    with open(path, "wb") as file:
        size = (4 + len(head) + len(data)).to_bytes(4, "little")
        file.write(b"RIFF" + size + b"WAVE" + head + data)


def read_wav(path):
    with open(path, "rb") as file:
        data = file.read()
    first = data.index(b"data") + 8
    return torch.from_numpy(numpy.frombuffer(data[first:], "<f4").copy())


def write_model(path, unit, n_layers, n_inputs, hidden, skip):
    """Write a model of random weights as GuitarML does"""

    def draw(*shape):
        n = shape[0]
        if len(shape) == 2:
            return [draw(shape[1]) for _ in range(n)]
        return [random.uniform(-0.5, 0.5) for _ in range(n)]

    rows = {"RNN": 1, "LSTM": 4, "GRU": 3}[unit] * hidden
    state = {"lin.weight": draw(1, hidden), "lin.bias": draw(1)}
    for l in range(n_layers):
        state["rec.weight_ih_l%d" % l] = draw(rows, hidden if l else n_inputs)
        state["rec.weight_hh_l%d" % l] = draw(rows, hidden)
        state["rec.bias_ih_l%d" % l] = draw(rows)
        state["rec.bias_hh_l%d" % l] = draw(rows)
    model = {"model": "SimpleRNN", "input_size": n_inputs, "output_size": 1}
    model.update(unit_type=unit, num_layers=n_layers, hidden_size=hidden)
    model.update(skip=skip, bias_fl=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"model_data": model, "state_dict": state}, file)


def play(path, x):
    """Play a file in PyTorch"""
    tensors = load_file(path)
    about = metadata_of(path)
    module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    rec = module[about["cell"]](
        int(about["input_size"]),
        int(about["hidden_size"]),
        int(about["num_layers"]),
        batch_first=True,
    )
    lin = torch.nn.Linear(int(about["hidden_size"]), 1)
    for name, part in [("rec.", rec), ("lin.", lin)]:
        part.load_state_dict(
            {k[4:]: v for k, v in tensors.items() if k.startswith(name)}
        )
    with torch.no_grad():
        y = lin(rec(x[None])[0])[0, :, 0]
    return y + x[:, 0] if about["skip"] == "true" else y


def check_example():
    """Run the example of the documentation"""
    with open(os.path.join(TOP, "docs", "formats.md"), encoding="utf-8") as file:
        section = file.read().split("### In PyTorch")[1]
    example = re.search("```python\n(.*?)```", section, re.DOTALL)[1]
    recurve("convert", TOP + "/presets/chump/model.safetensors", "model.safetensors")

    # In place of the package that reads such files
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = types.ModuleType("safetensors.torch")
    sys.modules["safetensors.torch"].load_file = load_file
    names = {"torch": torch}
    exec(example, names)
    error = (names["y"] - names["t"]["test_output"]).abs().max().item()
    print("docs/formats.md: %.2g" % error)
    return error <= 1e-4  # As much as a self-test may be off


def main():
    random.seed(1)
    torch.manual_seed(1)
    audio = 0.6 * torch.sin(0.03 * torch.arange(N_FRAMES))
    audio += 0.2 * torch.rand(N_FRAMES)
    write_wav("in.wav", audio)

    good = check_example()
    for unit in ["RNN", "LSTM", "GRU"]:
        for n_layers, n_inputs, skip in [(1, 1, 0), (2, 3, 1)]:
            write_model("other.json", unit, n_layers, n_inputs, 9, skip)
            recurve("convert", "other.json", "ours.safetensors")
            knobs = []
            for k in range(1, n_inputs):
                knobs += ["--knob", "knob %d=%g" % (k, 0.25 * k)]
            recurve("render", *knobs, "ours.safetensors", "in.wav", "out.wav")

            x = audio[:, None].repeat(1, n_inputs)
            for k in range(1, n_inputs):
                x[:, k] = 0.25 * k
            error = (play("ours.safetensors", x) - read_wav("out.wav")).abs()
            print("%s %d: %.2g" % (unit, n_layers, error.max()))
            good = good and bool((error <= TOLERANCE).all())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

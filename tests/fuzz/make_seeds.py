#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Writes the seed corpus of the fuzzers: small model files of every kind.

make_seeds.py FOLDER writes FOLDER/KIND/NAME.  The same each time.
"""

import json
import os
import random
import struct
import sys

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def draw(*shape):
    """Return numbers in arrays of this shape"""
    if not shape:
        return round(random.uniform(-0.5, 0.5), 2)
    return [draw(*shape[1:]) for _ in range(shape[0])]


def state_dict(cell, n_layers, n_inputs, hidden):
    rows = GATES[cell] * hidden
    state = {}
    for l in range(n_layers):
        state["rec.weight_ih_l%d" % l] = draw(rows, hidden if l else n_inputs)
        state["rec.weight_hh_l%d" % l] = draw(rows, hidden)
        state["rec.bias_ih_l%d" % l] = draw(rows)
        state["rec.bias_hh_l%d" % l] = draw(rows)
    state["lin.weight"] = draw(1, hidden)
    state["lin.bias"] = draw(1)
    return state


def guitarml(cell, n_layers, n_inputs, hidden):
    data = {"model": "SimpleRNN", "input_size": n_inputs, "output_size": 1}
    data.update(unit_type=cell.upper(), num_layers=n_layers, hidden_size=hidden)
    data.update(skip=1, bias_fl=True)
    metadata = {"samplerate": "48000", "knobs": [{"name": "a", "min": 0, "max": 1}]}
    return {
        "model_data": data,
        "metadata": metadata,
        "state_dict": state_dict(cell, n_layers, n_inputs, hidden),
    }


def keras(layers, n_inputs, **more):
    """Layers are (type, width, activation)"""
    result, width = [], n_inputs
    for kind, n, activation in layers:
        layer = {"type": kind, "activation": activation, "shape": [None, None, n]}
        if kind == "lstm":
            layer["weights"] = [draw(width, 4 * n), draw(n, 4 * n), draw(4 * n)]
        elif kind == "gru":
            layer["weights"] = [draw(width, 3 * n), draw(n, 3 * n), draw(2, 3 * n)]
        elif kind != "activation":
            layer["weights"] = [draw(width, n), draw(n)]
        result += [layer]
        width = n
    return {"in_shape": [None, None, n_inputs], "layers": result, **more}


def nam(n_layers, hidden):
    sizes = [1 + hidden] + [2 * hidden] * (n_layers - 1)
    n = sum(4 * hidden * size + 6 * hidden for size in sizes) + hidden + 1
    return {
        "version": "0.5.4",
        "architecture": "LSTM",
        "config": {"input_size": 1, "hidden_size": hidden, "num_layers": n_layers},
        "weights": draw(n),
        "sample_rate": 48000,
        "metadata": {"name": "x", "loudness": -20.5, "gear_make": "y"},
    }


def flat(values):
    if isinstance(values, list):
        return [x for value in values for x in flat(value)]
    return [values]


def shape_of(values):
    return [len(values)] + shape_of(values[0]) if isinstance(values, list) else []


def mixed_dict(stack):
    """Recurrent layers are (cell, size); a dense layer of 2 is below the second"""
    state, width = {}, 1
    for l, (cell, n) in enumerate(stack):
        if l == 1:
            state["dense_l1.0.weight"] = draw(2, width)
            state["dense_l1.0.bias"] = draw(2)
            width = 2
        rows = GATES[cell] * n
        for name, shape in [("ih", (rows, width)), ("hh", (rows, n))]:
            state["rec.weight_%s_l%d" % (name, l)] = draw(*shape)
            state["rec.bias_%s_l%d" % (name, l)] = draw(rows)
        width = n
    return {**state, "lin.weight": draw(1, width), "lin.bias": draw(1)}


def safetensors(cell, n_layers, n_inputs, hidden, **more):
    if "stack" in more:
        stack = [(layer["cell"], layer["size"]) for layer in json.loads(more["stack"])]
        tensors = mixed_dict(stack)
        tensors["initial_state"] = draw(sum(2 * n for _, n in stack))
    else:
        tensors = state_dict(cell, n_layers, n_inputs, hidden)
    if "dense_in" in more:
        for l in range(n_layers):
            if l == 0:
                tensors["rec.weight_ih_l0"] = draw(GATES[cell] * hidden, 2)
        tensors["dense_in.0.weight"] = draw(2, n_inputs)
        tensors["dense_in.0.bias"] = draw(2)
    both = more.get("bidirectional") == "true"
    if both:
        for name, value in list(tensors.items()):
            tensors[name.replace("rec.", "rec_reverse.")] = value
    if more.pop("initial", False):
        tensors["initial_state"] = draw(n_layers * 2, hidden)
    metadata = {"recurve": "1", "cell": cell, "head": "linear"}
    metadata.update(bidirectional="false", skip="true", input_size=str(n_inputs))
    metadata.update(hidden_size=str(hidden), num_layers=str(n_layers))
    metadata.update(output_size="1", block="0", lookahead="0", sample_rate="48000")
    metadata.update(more)
    header, data = {"__metadata__": metadata}, b""
    for name, value in tensors.items():
        values = flat(value)
        end = len(data) + 4 * len(values)
        header[name] = {"dtype": "F32", "shape": shape_of(value)}
        header[name]["data_offsets"] = [len(data), end]
        data += struct.pack("<%df" % len(values), *values)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def seeds():
    """Yield (kind, content)"""
    for cell in GATES:
        yield "guitarml", guitarml(cell, 1 + (cell == "gru"), 2, 2)
        yield "state_dict", state_dict(cell, 1 + (cell == "gru"), 1, 2)
        yield "safetensors", safetensors(cell, 1, 2, 2, initial=True)
    dense = '[{"size":2,"activation":"tanh"}]'
    yield "safetensors", safetensors("lstm", 1, 1, 2, dense_in=dense)
    stack = '[{"cell":"lstm","size":3},{"cell":"gru","size":1},{"cell":"rnn","size":2}]'
    yield "safetensors", safetensors("mixed", 3, 1, 2, stack=stack, dense_l1=dense)
    yield "safetensors", safetensors(
        "gru", 1, 1, 2, bidirectional="true", block="4", lookahead="2"
    )
    batch = {"input_batch": [0.0] * 4, "output_batch": [0.0] * 4}
    about = {"samplerate": "44100", "name": "x", "esr": 0.1}
    yield "keras", keras(
        [("lstm", 2, "tanh"), ("dense", 1, "")], 1, metadata=about, in_skip=1
    )
    yield "keras", keras(
        [("gru", 2, ""), ("gru", 3, ""), ("dense", 1, "")], 2, in_gain=3
    )
    yield "keras", keras([("gru", 1, ""), ("activation", 1, "relu")], 1, **batch)
    yield "keras", keras(
        [
            ("dense", 2, "elu"),
            ("dense", 3, "softmax"),
            ("lstm", 2, ""),
            ("time-distributed-dense", 2, ""),
            ("lstm", 2, ""),
            ("dense", 1, "sigmoid"),
        ],
        1,
        out_gain=-6,
    )
    yield "keras", keras(
        [
            ("lstm", 3, ""),
            ("dense", 2, ""),
            ("gru", 1, ""),
            ("dense", 2, "tanh"),
            ("activation", 2, "relu"),
            ("lstm", 2, ""),
            ("dense", 1, ""),
        ],
        1,
    )
    state = state_dict("lstm", 1, 1, 2)
    more = {
        k.replace("rec.", "rec2."): v for k, v in state_dict("gru", 1, 2, 1).items()
    }
    yield "state_dict", {**state, **more}
    yield "nam", nam(1, 2)
    yield "nam", nam(2, 1)


def main():
    random.seed(1)
    for i, (kind, content) in enumerate(seeds()):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        for folder in [kind, "model"]:  # The last one takes them all
            path = os.path.join(sys.argv[1], folder)
            os.makedirs(path, exist_ok=True)
            with open(os.path.join(path, "seed%d" % i), "wb") as file:
                file.write(content)


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# `recurve convert`: models of other programs, written as ours, sound the same
# to the bit and keep what is known about them; through the other formats they
# sound the same within 1e-6.

set -eu
export PATH="$RECURVE_BUILD:$PATH"

python3 - <<'PYTHON'
import json, random

random.seed(1)
H = 4

def matrix(rows, cols):
    return [[random.uniform(-0.5, 0.5) for _ in range(cols)] for _ in range(rows)]

def vector(n):
    return matrix(1, n)[0]

def write(name, root):
    with open(name, "w", encoding="utf-8") as file:
        json.dump(root, file)

write("amp.nam", {
    "version": "0.5.4",
    "architecture": "LSTM",
    "config": {"input_size": 1, "hidden_size": H, "num_layers": 2},
    "weights": vector(4 * H * (1 + H + 2 * H) + 2 * 6 * H + H + 1),
    "sample_rate": 44100,
    "metadata": {"name": "Lead", "loudness": -20.5},
})
write("amp.aidax", {
    "in_shape": [None, None, 1],
    "in_skip": 1,
    "metadata": {"name": "Lead", "samplerate": "44100"},
    "layers": [
        {"type": "gru", "shape": [None, None, H],
         "weights": [matrix(1, 3 * H), matrix(H, 3 * H), matrix(2, 3 * H)]},
        {"type": "dense", "activation": "", "shape": [None, None, 1],
         "weights": [matrix(H, 1), [0.25]]},
    ],
})
write("dense.json", {
    "in_shape": [None, None, 2],
    "samplerate": 44100,
    "layers": [
        {"type": "dense", "activation": "elu", "shape": [None, None, 3],
         "weights": [matrix(2, 3), vector(3)]},
        {"type": "lstm", "shape": [None, None, H],
         "weights": [matrix(3, 4 * H), matrix(H, 4 * H), vector(4 * H)]},
        {"type": "dense", "activation": "", "shape": [None, None, 1],
         "weights": [matrix(H, 1), [0.25]]},
        {"type": "activation", "activation": "tanh", "shape": [None, None, 1]},
    ],
})
write("mixed.json", {
    "in_shape": [None, None, 1],
    "samplerate": 44100,
    "layers": [
        {"type": "lstm", "shape": [None, None, 16],
         "weights": [matrix(1, 64), matrix(16, 64), vector(64)]},
        {"type": "dense", "activation": "", "shape": [None, None, 5],
         "weights": [matrix(16, 5), vector(5)]},
        {"type": "gru", "shape": [None, None, 8],
         "weights": [matrix(5, 24), matrix(8, 24), matrix(2, 24)]},
        {"type": "dense", "activation": "", "shape": [None, None, 1],
         "weights": [matrix(8, 1), [0.25]]},
    ],
})
write("between.json", {
    "in_shape": [None, None, 1],
    "samplerate": 44100,
    "layers": [
        {"type": "gru", "shape": [None, None, H],
         "weights": [matrix(1, 3 * H), matrix(H, 3 * H), matrix(2, 3 * H)]},
        {"type": "dense", "activation": "elu", "shape": [None, None, 5],
         "weights": [matrix(H, 5), vector(5)]},
        {"type": "gru", "shape": [None, None, H],
         "weights": [matrix(5, 3 * H), matrix(H, 3 * H), matrix(2, 3 * H)]},
        {"type": "dense", "activation": "", "shape": [None, None, 1],
         "weights": [matrix(H, 1), [0.25]]},
    ],
})
write("amp.json", {
    "model_data": {"model": "SimpleRNN", "input_size": 2, "skip": 0,
                   "output_size": 1, "unit_type": "RNN", "num_layers": 1,
                   "hidden_size": H, "bias_fl": True},
    "state_dict": {
        "rec.weight_ih_l0": matrix(H, 2), "rec.weight_hh_l0": matrix(H, H),
        "rec.bias_ih_l0": vector(H), "rec.bias_hh_l0": vector(H),
        "lin.weight": matrix(1, H), "lin.bias": [0.25]},
})
PYTHON

recurve signal --part riff --rate 44100 riff.wav
for file in amp.nam amp.aidax amp.json dense.json mixed.json between.json; do
  recurve convert "$file" "$file.safetensors"
  for name in "$file" "$file.safetensors"; do
    recurve render "$name" riff.wav "$name.wav" >/dev/null
  done
  cmp "$file.wav" "$file.safetensors.wav"

  recurve info --json "$file" >before.json
  recurve info --json "$file.safetensors" >after.json
  python3 - "$file" <<'PYTHON'
import json, sys

before, after = (json.load(open(f + ".json")) for f in ("before", "after"))
formats = {"amp.nam": "nam", "amp.aidax": "keras json", "amp.json": "guitarml",
           "dense.json": "keras json", "mixed.json": "keras json",
           "between.json": "keras json"}
assert before.pop("format") == formats[sys.argv[1]]
assert after.pop("format") == "safetensors"
assert after.pop("self_test_error") == 0.0
del before["self_test_error"]
assert 0.0 < before.pop("ns_per_sample") < 1e6 > after.pop("ns_per_sample") > 0.0
assert before == after, (before, after)
assert before["sample_rate"] == 44100
assert [k["name"] for k in before["knobs"]] == ["knob 1"] * (before["inputs"] - 1)
PYTHON
done

# Dense layers are listed
recurve info dense.json >text
grep -qx "dense before     3 elu" text
grep -qx "dense after      1 tanh" text
grep -qx "knob 1           knob 1, 0 to 1" text
recurve info --json dense.json |
  grep -q '"dense_in":\[{"size":3,"activation":"elu"}\]'

recurve info between.json >text
grep -qx "dense after 1    5 elu" text
recurve info --json between.json |
  grep -q '"dense_l1":\[{"size":5,"activation":"elu"}\]'

# So are recurrent layers that differ
recurve info mixed.json >text
grep -qx "network          lstm 16, gru 8, 2 layers" text
recurve info --json mixed.json >json
grep -q '"cell":"mixed","hidden_size":8,"num_layers":2,' json
grep -q '"stack":\[{"cell":"lstm","size":16},{"cell":"gru","size":8}\]' json
RECURVE_KERNELS=generic recurve bench mixed.json >text
grep -Eq "^mixed +2 +16/8 +1 +generic " text
RECURVE_KERNELS=generic recurve bench --json mixed.json >json
grep -q '"stack":\[{"cell":"lstm","size":16},{"cell":"gru","size":8}\]' json
recurve info --json amp.aidax >json
grep -q '"cell":"gru","hidden_size":4,"num_layers":1,' json
grep -q '"stack"' json && exit 1

# Nothing goes backward through them
recurve reach dense.json riff.wav riff.wav 2>log && exit 1
grep -q "the model has dense layers" log
recurve reach mixed.json riff.wav riff.wav 2>log && exit 1
grep -q "the model has recurrent layers of different kinds or sizes" log

# pass FILE FORMAT NAME: through another format and back to ours
pass() {
  recurve convert --format "$2" "$1" "$3" 2>log
  recurve convert "$3" back.safetensors 2>>log
  recurve render back.safetensors riff.wav back.wav >/dev/null
  recurve info --json "$3" >passed.json
  python3 - "$1.wav" <<'PYTHON'
import json, struct, sys

def samples(name):
    data = open(name, "rb").read()
    first = data.index(b"data") + 8
    return struct.unpack("<%df" % ((len(data) - first) // 4), data[first:])

# A state that is not kept, or was not there, is heard in the beginning
first = 22050 if "amp.nam" in sys.argv[1] else 0
x, y = samples(sys.argv[1]), samples("back.wav")
error = max(abs(a - b) for a, b in zip(x[first:], y[first:], strict=True))
assert error <= 1e-6 < max(x) - min(x), error
passed = json.load(open("passed.json"))
assert passed["sample_rate"] == 44100, passed
PYTHON
}
pass amp.nam auto out.nam
pass amp.nam auto out.json
grep -q "leaves out the state" log
pass amp.nam guitarml out.json
pass amp.aidax auto out.aidax
pass amp.aidax guitarml out
pass amp.json guitarml out.json
pass dense.json auto out.aidax
pass mixed.json auto out.json
pass between.json auto out.json
for format in nam guitarml; do
  recurve convert --format $format mixed.json other 2>log && exit 1
  grep -q "$format cannot hold recurrent layers of different kinds or sizes; \
these can hold the model: safetensors, keras" log
done
test "$(echo .out* out.*)" = ".out* out.aidax out.json out.nam"

# An installed model is one of ours, whatever it was
recurve install amp.nam --lv2dir lv2 >/dev/null
recurve info --json lv2/*/model.safetensors | grep -q '"format":"safetensors"'

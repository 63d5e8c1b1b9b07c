#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A knob from the device to the render: a grid of captures of LV2's example
# amplifier, a model trained on it, and its knob turned.

set -eu

recurve=$RECURVE_BUILD/recurve
amp=http://lv2plug.in/plugins/eg-amp
"$recurve" capture "$amp" --list >/dev/null 2>&1 || {
  echo "lv2-examples is not installed"
  exit 77
}

"$recurve" signal dry.wav --part short 2>/dev/null
"$recurve" capture "$amp" dry.wav -o grid --grid gain=-20,0,10 2>/dev/null
"$recurve" train grid/dry.wav grid/capture.json -o amp.safetensors \
  --hidden 8 --bptt 512 --segment 100 --updates 1500 --seed 1 2>log || {
  cat log
  exit 1
}
"$recurve" info amp.safetensors --json >info.json
"$recurve" eval amp.safetensors grid/dry.wav grid/capture.json --json >eval.json

# The port goes from -90 to 24 dB
for db in -20 0 10; do
  position=$(python3 -c "print(($db + 90) / 114)")
  "$recurve" render amp.safetensors dry.wav "out$db.wav" --knob "gain=$position"
done

# The knob that a file holds still is the knob on the command line, whatever the
# block, and one that a file moves is not
position=$(python3 -c "print((10 + 90) / 114)")
printf 'seconds,gain\n0,%s\n' "$position" >still.csv
printf 'seconds,gain\n0,%s\n1,0\n' "$position" >moving.csv
"$recurve" render amp.safetensors dry.wav still.wav --automation still.csv
cmp still.wav out10.wav
"$recurve" render amp.safetensors dry.wav moving.wav --automation moving.csv
if cmp -s moving.wav out10.wav; then
  echo "a knob that moves changes nothing"
  exit 1
fi

python3 - <<'END'
import array
import json
import sys


def rms(path):
    data = open(path, "rb").read()
    samples = array.array("f", data[data.index(b"data") + 8 :][: 4 * 48000 * 15])
    return (sum(x * x for x in samples) / len(samples)) ** 0.5


knobs = json.load(open("info.json"))["knobs"]
esr = json.load(open("eval.json"))["esr"]
ratio = rms("out10.wav") / rms("out-20.wav")
print("knobs %s, ESR %.3g, +30 dB turned into %.1f times" % (knobs, esr, ratio))
good = [(k["name"], k["min"], k["max"]) for k in knobs] == [("gain", -90, 24)]
sys.exit(0 if good and esr < 0.1 and ratio > 8 else 1)
END

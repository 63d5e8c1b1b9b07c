#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Make dry.wav, N/wet.wav and capture.json of the simulated Klon.

    prepare.py pairs/klon_spice klon

The simulator began anew for each clip, and its start-up is still there in the
second half as a slow swing of some hundredths, the same in each clip.  No device
does this, and nothing of it is in the input, so it is taken off: a polynomial
through the mean of the training clips, so that validation and test clips say
nothing about it.  Needs sox.
"""

import array
import json
import os
import subprocess
import sys

CLIP = 22050
HALF = CLIP // 2
TRAIN_CLIPS = 340
DEGREE = 5
RAW = ["-t", "f32", "-r", "44100", "-c", "1", "-"]


def read(path):
    samples = array.array("f")
    samples.frombytes(subprocess.run(["sox", path] + RAW, check=True,
                                     stdout=subprocess.PIPE).stdout)
    return samples


def write(path, samples):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run(["sox"] + RAW + ["-e", "float", "-b", "32", path],
                   input=samples.tobytes(), check=True)


def basis(t):
    """Chebyshev's polynomials, which keep the equations well conditioned."""
    u = 2.0 * t / (HALF - 1) - 1.0
    values = [1.0, u]
    while len(values) <= DEGREE:
        values.append(2.0 * u * values[-1] - values[-2])
    return values


def fit(mean):
    """Least squares by Gauss and Jordan."""
    n = DEGREE + 1
    rows = [[0.0] * (n + 1) for _ in range(n)]
    table = [basis(t) for t in range(HALF)]
    for b, y in zip(table, mean):
        for i in range(n):
            for j in range(n):
                rows[i][j] += b[i] * b[j]
            rows[i][n] += b[i] * y
    for i in range(n):
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for k in range(n):
            if k != i:
                rows[k] = [v - rows[k][i] * w for v, w in zip(rows[k], rows[i])]
    return [sum(row[n] * v for row, v in zip(rows, b)) for b in table]


def main(source, target):
    captures = []
    write(f"{target}/dry.wav", read(f"{source}/dry_44k1.flac"))
    for i, gain in enumerate((0.0, 0.5, 1.0)):
        wet = read(f"{source}/wet_gain{round(100 * gain):03}_44k1.flac")
        clips = [wet[s:s + HALF] for s in range(HALF, len(wet), CLIP)]
        swing = fit([sum(c) / TRAIN_CLIPS for c in zip(*clips[:TRAIN_CLIPS])])
        energy = sum(v * v for c in clips for v in c) / len(clips)
        share = sum(v * v for v in swing) / energy
        print(f"gain {gain}: {100 * share:.2f} % of the energy taken off")
        for k, clip in enumerate(clips):
            start = k * CLIP + HALF
            wet[start:start + HALF] = array.array(
                "f", (v - w for v, w in zip(clip, swing)))
        write(f"{target}/{i}/wet.wav", wet)
        captures.append({"file": f"{i}/wet.wav", "knobs": {"Gain": gain}})
    with open(f"{target}/capture.json", "w", encoding="utf-8") as file:
        json.dump({"knobs": [{"symbol": "Gain", "min": 0.0, "max": 1.0}],
                   "captures": captures}, file, indent=2)


main(*sys.argv[1:])

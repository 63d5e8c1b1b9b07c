#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Which cell learns to repeat a pulse k samples later, and how far it looks back.

    tests/bench/copy_memory.py FOLDER [UPDATES]

Trains RNN, LSTM and GRU by the same command on random pulses and the same
pulses k samples later, for k = 5, 50 and 500, and prints the table of
docs/memory.md.  Pictures of the gradients' reach are left in FOLDER.
"""

import os
import random
import struct
import sys
import wave

from bench_run import number, run

RATE = 48000
SECONDS = 40
LAGS = (5, 50, 500)
CELLS = ("rnn", "lstm", "gru")
TRAIN = "--hidden 16 --bptt 2048 --segment 250 --batch 32 --seed 1"
TRAIN += " --optimizer adam --lr 0.005 --no-skip"


def write_wav(path, samples):
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack("<%dh" % len(samples), *samples))


def make_pulses(folder, lag):
    """Write pulses of random size and distance, and the same later"""
    rng = random.Random(lag)
    dry = [0] * (RATE * SECONDS)
    position = 100
    while position + lag < len(dry):
        size = rng.uniform(0.3, 0.9) * rng.choice((-1, 1))
        dry[position] = round(32767 * size)
        position += lag + rng.randrange(20, 20 + 2 * lag)
    wet = [0] * lag + dry[:-lag]
    paths = [os.path.join(folder, "%s_%d.wav" % (n, lag)) for n in ("dry", "wet")]
    write_wav(paths[0], dry)
    write_wav(paths[1], wet)
    return paths


def main():
    folder = sys.argv[1]
    updates = sys.argv[2] if len(sys.argv) > 2 else "4000"
    os.makedirs(folder, exist_ok=True)

    print("| k | cell | validation ESR | gradients | below 1 % at lag |")
    print("|---|---|---|---|---|")
    for lag in LAGS:
        dry, wet = make_pulses(folder, lag)
        for cell in CELLS:
            name = os.path.join(folder, "%s_%d" % (cell, lag))
            model = name + ".safetensors"
            command = ["train", dry, wet, "-o", model, "--cell", cell]
            command += TRAIN.split() + ["--no-align", "--threads", "1"]
            trained = run(*command, "--json", "--updates", updates) or {}
            reach = {}
            if trained:
                command = ["reach", model, dry, wet, "--no-align"]
                command += ["--lags", "2000", "--picture", name + ".svg"]
                reach = run(*command, "--json") or {}
            lost = reach.get("gradients") == "vanish"
            print(
                "| %d | %s | %s | %s | %s |"
                % (
                    lag,
                    cell.upper(),
                    number(trained.get("val_esr"), "%.2g"),
                    reach.get("gradients", "–"),
                    number(reach.get("lag"), "%d") if lost else "–",
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()

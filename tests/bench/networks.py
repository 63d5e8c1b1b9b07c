#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""The networks of the family on one device, each trained for the same time.

    tests/bench/networks.py DRY WET FOLDER [SECONDS [TRAIN OPTIONS...]]

Prints the table of docs/choosing.md.  With --lookahead as the first option it
trains bidirectional networks that look further and further ahead instead.
"""

import os
import sys

from bench_run import run

NETWORKS = [
    ("RNN 32", "--cell rnn --hidden 32"),
    ("LSTM 32", "--cell lstm --hidden 32"),
    ("GRU 32", "--cell gru --hidden 32"),
    ("2 × LSTM 16", "--cell lstm --hidden 16 --layers 2"),
    (
        "bidirectional LSTM 16",
        "--cell lstm --hidden 16 --bidirectional --block 128 --lookahead 128",
    ),
    (
        "LSTM 16, softmax 256",
        "--cell lstm --hidden 16 --head softmax --classes 256",
    ),
]
LOOKAHEADS = (0, 4, 8, 16, 64)
AHEAD = "--cell lstm --hidden 8 --bidirectional --block 16 --lookahead %d"


def cost_ns(model):
    """Return the nanoseconds per sample of the best kernels"""
    return run("bench", model, "--json")[0]["ns_per_sample"]


def train(name, options, arguments, folder):
    """Train one network and return what is known of it"""
    dry, wet, seconds, more = arguments
    model = os.path.join(folder, name.replace(" ", "_") + ".safetensors")
    result = run(
        *["train", dry, wet, "-o", model, "--time", seconds + "s"],
        *["--json", *options.split(), *more],
    )
    if result:
        result["latency"] = run("info", model, "--json")["latency"]
    return model, result


def compare_networks(arguments, folder):
    print("| network | validation ESR | test ESR | ns per sample | latency |")
    print("|---|---|---|---|---|")
    for name, options in NETWORKS:
        model, r = train(name, options, arguments, folder)
        if not r:
            print("| %s | none was worth keeping | | | |" % name, flush=True)
            continue
        row = (name, r["val_esr"], r["test_esr"], cost_ns(model))
        print("| %s | %.4f | %.4f | %.0f | %d |" % (*row, r["latency"]), flush=True)


def compare_lookaheads(arguments, folder):
    print("| lookahead | validation ESR | latency |")
    print("|---|---|---|")
    for ahead in LOOKAHEADS:
        _, r = train("ahead %d" % ahead, AHEAD % ahead, arguments, folder)
        if r:
            row = (ahead, r["val_esr"], r["latency"])
            print("| %d | %.4f | %d |" % row, flush=True)


def main():
    words = sys.argv[1:]
    compare = compare_networks
    if words[:1] == ["--lookahead"]:
        compare = compare_lookaheads
        words = words[1:]

    dry, wet, folder = words[:3]
    seconds = words[3] if len(words) > 3 else "60"
    os.makedirs(folder, exist_ok=True)
    compare((dry, wet, seconds, words[4:]), folder)


if __name__ == "__main__":
    main()

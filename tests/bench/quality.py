#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""How exact a network becomes in a given time, beside the field's recipe.

    tests/bench/quality.py DATA FOLDER [--devices chump,ds1,...]
        [--seconds 15,60,300] [--seeds 0,1,2] [--recipe recurve,...]

Captures the devices, trains an LSTM of each for each time with each seed, and
prints medians (least to greatest) over the seeds: the time that the recipe says it
trained, that of the whole command with reading, trials and tests, the updates, and
the ESR of validation and test.  FOLDER/quality.jsonl has a line for each run: an
interrupted bench goes on where it stood.  The recipes:

recurve         what `recurve train` does by itself
field-torch     that of Wright et al. 2020 in PyTorch: field_recipe.py
field-recurve   what is nearest to it in `recurve train`: Adam at 0.005, windows
                of 1000, segments of 22 032 frames, batches of 48, a skip.  The
                loss is the same; weight decay is not to be had, the rate falls as
                half a cosine and not on plateaus, 1000 frames warm up and not
                200, segments begin anywhere, and gradients are clipped
"""

import json
import os
import subprocess
import time

import bench_run

DEVICES = ["chump", "ds1", "bigmuff", "rat", "w20", "compressor"]
FIELD = "--optimizer adam --lr 0.005 --bptt 1000 --segment 459 --batch 48 --skip"
FIELD_TORCH = os.path.join(bench_run.TOP, "tests", "bench", "field_recipe.py")

FORMS = {"seconds": "%.1f", "whole_seconds": "%.1f", "updates": "%d"}
FORMS.update(val_esr="%.3g", test_esr="%.3g")


def train_recurve(pair, model, seconds, seed, arguments, extra=""):
    options = bench_run.train_options(seconds, seed, arguments)
    options += pair.split() + extra.split()
    return bench_run.train(pair.dry, pair.wet, model, *options)


def train_field(pair, model, seconds, seed, arguments):
    return train_recurve(pair, model, seconds, seed, arguments, FIELD)


def train_torch(pair, model, seconds, seed, arguments):
    options = ["--seconds", str(seconds), "--seed", str(seed)]
    options += ["--threads", str(arguments.threads)]
    options += ["--hidden", str(arguments.hidden)] + pair.split()
    done = subprocess.run(
        [FIELD_TORCH, pair.dry, pair.wet, model, *options],
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


RECIPES = {
    "recurve": train_recurve,
    "field-torch": train_torch,
    "field-recurve": train_field,
}


def measure(pair, run_of, arguments):
    """Train once and return the figures"""
    name = "-".join(str(value) for value in run_of.values())
    model = os.path.join(arguments.folder, name + ".model")
    recipe = RECIPES[run_of["recipe"]]
    start = time.perf_counter()
    result = recipe(pair, model, run_of["seconds"], run_of["seed"], arguments)
    keys = ("val_esr", "test_esr", "seconds", "updates")
    figures = {key: result[key] if result else None for key in keys}
    return dict(figures, whole_seconds=time.perf_counter() - start)


def print_row(pair, device, seconds, recipe, arguments, results):
    """Train with all seeds and print their row of the table"""
    runs = []
    for seed in arguments.seeds:
        run_of = {"device": device, "recipe": recipe, "hidden": arguments.hidden}
        run_of.update(threads=arguments.threads, seconds=seconds, seed=seed)
        runs.append(results.get(run_of, lambda r=run_of: measure(pair, r, arguments)))
    columns = [bench_run.spread([r[key] for r in runs], f) for key, f in FORMS.items()]
    row = (device, recipe, "%d" % seconds, *columns)
    print("| %s |" % " | ".join(row), flush=True)


def main():
    options = bench_run.parser(__doc__, DEVICES, [15, 60, 300])
    options.add_argument("--recipe", type=bench_run.words, default=["recurve"])
    arguments = bench_run.parse(options)
    results = bench_run.Results(os.path.join(arguments.folder, "quality.jsonl"))

    print("| device | recipe | s | trained, s | in all, s | updates | val | test |")
    print("|---|---|---|---|---|---|---|---|")
    for device in arguments.devices:
        pair = bench_run.device_pair(device, arguments.data, arguments.folder)
        for seconds in arguments.seconds:
            for recipe in arguments.recipe:
                print_row(pair, device, seconds, recipe, arguments, results)


if __name__ == "__main__":
    main()

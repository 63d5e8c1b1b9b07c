#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Whether long trainings with SOAP keep what they have reached.

    tests/bench/long_runs.py DATA FOLDER [--devices chump] [--seconds 600]
        [--seeds 0,1,…,9] [--at-once 2] [--options "--lr 0.05"]

Trains with each seed for ten minutes on one thread, so many at once, and reads of
each log how the validation ESR went: the best one and when it was, the last one, and
the greatest ratio of a later one to the best until then, of those too that latched and
were left.  `kept` is the last to the best, 1.05 being five percent lost; `returns` how
often the training went back to weights that it had.  FOLDER/long_runs.jsonl has a line for each run.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import bench_run

COLUMNS = ["device", "seed", "updates", "best", "at", "last", "kept", "worst", "returns"]


def course(log):
    """Return what a log tells of how the validation ESR went"""
    with open(log, encoding="utf-8") as file:
        points = [json.loads(line) for line in file]
    esrs = [point["val_esr"] for point in points]
    bests = [min(esrs[: i + 1]) for i in range(len(esrs))]
    return {
        "updates": points[-1]["updates"],
        "best": bests[-1],
        "at": points[esrs.index(bests[-1])]["updates"],
        "last": esrs[-1],
        "kept": esrs[-1] / bests[-1],
        "worst": max(esr / best for esr, best in zip(esrs, bests)),
        "returns": points[-1]["rollbacks"],
    }


def measure(pair, run_of, arguments):
    """Train once and return the figures"""
    name = "-".join(str(value) for value in run_of.values()).rstrip("-")
    model = os.path.join(arguments.folder, name + ".model")
    log = model + ".jsonl"
    if os.path.exists(log):
        os.remove(log)
    options = bench_run.train_options(run_of["seconds"], run_of["seed"], arguments)
    options += ["--log", log, *run_of["options"].split(), *pair.split()]
    trained = bench_run.train(pair.dry, pair.wet, model, *options)
    return {**course(log), "test": trained["test_esr"]} if trained else {}


def print_row(run_of, figures):
    """Print the row of one run"""
    row = [run_of["device"], "%d" % run_of["seed"]]
    row += [bench_run.number(figures.get(key)) for key in (*COLUMNS[2:], "test")]
    print("| %s |" % " | ".join(row), flush=True)


def main():
    options = bench_run.parser(__doc__, ["chump"], [600])
    options.set_defaults(threads=1, seeds=list(range(10)))
    options.add_argument("--at-once", type=int, default=2)
    options.add_argument("--options", default="")
    arguments = bench_run.parse(options)
    results = bench_run.Results(os.path.join(arguments.folder, "long_runs.jsonl"))

    print("| %s |" % " | ".join([*COLUMNS, "test"]))
    print("|---" * (len(COLUMNS) + 1) + "|")
    for device in arguments.devices:
        pair = bench_run.device_pair(device, arguments.data, arguments.folder)
        runs = [
            {
                "device": device,
                "hidden": arguments.hidden,
                "threads": arguments.threads,
                "seconds": seconds,
                "seed": seed,
                "options": arguments.options,
            }
            for seconds in arguments.seconds
            for seed in arguments.seeds
        ]
        with ThreadPoolExecutor(arguments.at_once) as pool:
            made = pool.map(
                lambda r: results.get(r, lambda: measure(pair, r, arguments)), runs
            )
            for run_of, figures in zip(runs, made):
                print_row(run_of, figures)


if __name__ == "__main__":
    main()

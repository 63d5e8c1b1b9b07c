#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What back-propagation through longer windows is worth in the same time.

    tests/bench/windows.py DATA FOLDER [--devices chump,compressor,leveller]
        [--seconds 60] [--seeds 0,1,2] [--windows 256,1000,4096,full,grow]
        [--segment 500]

Trains an LSTM on each device with windows of so many frames, with whole segments
(`full`, of so many milliseconds) and with windows that grow (`grow`, the default of
`recurve train`), and measures how far the gradients of what came out reach
(`recurve reach`).  Prints medians (least to greatest) over the seeds; the lags are
those where the median gradient by the hidden state, and by the cell state, is below
1 %.  FOLDER/windows.jsonl has a line for each run.

The device with a slow envelope is the leveller: Guitarix's compressor at a release
of 1.5 s.  2.5 s after a sine fell by 20 dB, its gain is still 6 dB below where it ends.
Of the rest of Guitarix the sustainer, multiband compressor, expander, auto-wah, tape
and two amplifiers were tried so: none moved by more than 0.5 dB after half a second.
"""

import os

import bench_run

DEVICES = ["chump", "compressor", "leveller"]
WINDOWS = ["256", "1000", "4096", "full", "grow"]
LAGS = 48000
LOST = 0.01
FORMS = {"seconds": "%.1f", "updates": "%d", "val_esr": "%.3g"}
FORMS.update(test_esr="%.3g", lag_h="%d", lag_c="%d")


def lag_below(reach, name):
    """Return the first lag at which a curve is below 1 %, or the greatest"""
    below = (lag for lag, y in zip(reach["lags"], reach[name]) if y < LOST)
    return next(below, LAGS)


def measure(pair, run_of, arguments):
    """Train once and return the figures"""
    name = "-".join(str(value) for value in run_of.values())
    model = os.path.join(arguments.folder, name + ".model")
    options = bench_run.train_options(run_of["seconds"], run_of["seed"], arguments)
    options += ["--bptt", run_of["window"], "--segment", str(run_of["segment"])]
    result = bench_run.train(pair.dry, pair.wet, model, *options, *pair.split())
    if not result:
        return {}
    figures = {k: result[k] for k in ("seconds", "updates", "val_esr", "test_esr")}
    files = (model, pair.dry, pair.wet)
    reach = bench_run.run("reach", *files, "--lags", str(LAGS), "--json")
    figures["lag_h"] = lag_below(reach, "median")
    figures["lag_c"] = lag_below(reach, "median_c")
    return figures


def print_row(pair, device, seconds, window, arguments, results):
    """Train with all seeds and print their row of the table"""
    runs = []
    for seed in arguments.seeds:
        run_of = {"device": device, "window": window, "segment": arguments.segment}
        run_of.update(hidden=arguments.hidden, threads=arguments.threads)
        run_of.update(seconds=seconds, seed=seed)
        runs.append(results.get(run_of, lambda r=run_of: measure(pair, r, arguments)))
    columns = [
        bench_run.spread([r.get(key) for r in runs], f) for key, f in FORMS.items()
    ]
    print("| %s |" % " | ".join([device, window, *columns]), flush=True)


def main():
    options = bench_run.parser(__doc__, DEVICES, [60])
    options.add_argument("--windows", type=bench_run.words, default=WINDOWS)
    options.add_argument("--segment", type=int, default=500)
    arguments = bench_run.parse(options)
    results = bench_run.Results(os.path.join(arguments.folder, "windows.jsonl"))

    print("| device | window | trained, s | updates | val | test | lag h | lag c |")
    print("|---|---|---|---|---|---|---|---|")
    for device in arguments.devices:
        pair = bench_run.device_pair(device, arguments.data, arguments.folder)
        for seconds in arguments.seconds:
            for window in arguments.windows:
                print_row(pair, device, seconds, window, arguments, results)


if __name__ == "__main__":
    main()

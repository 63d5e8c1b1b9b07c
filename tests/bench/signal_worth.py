#!/usr/bin/python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What the signal of `recurve signal` is worth beside real playing.

    tests/bench/signal_worth.py DATA FOLDER [--devices chump,ds1,compressor]
        [--seconds 60] [--seeds 0,1,2]

Captures each device twice, with the signal and with real playing, trains the same
network on either for the same time, and tests both on the part of the real playing
that neither has heard.  Of the signal nothing else is used: validation is on its own
part.  Prints medians (least to greatest) over the seeds, and the ratio of the
medians.  FOLDER/signal_worth.jsonl has a line for each run.

The delay that was found may differ by a few frames between the two; each is tested
with the delay that it was trained with.  Debian's Python, for python3-soundfile.
"""

import os
import statistics
import subprocess

import bench_audio
import bench_run

DEVICES = ["chump", "ds1", "compressor"]


def signal_pair(name, folder):
    """Return the recordings of the signal through a device"""
    dry = os.path.join(folder, "signal.wav")
    if not os.path.exists(dry):
        command = [bench_run.RECURVE, "signal", dry]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    uri, options = bench_run.DEVICES[name]
    captured = os.path.join(folder, name + "_signal")
    bench_run.capture(uri, dry, captured, options.split())
    return captured + "/dry.wav", captured + "/wet.wav"


def measure(source, real, run_of, arguments):
    """Train on a source, recordings and options, and test on the real playing"""
    name = "-".join(str(value) for value in run_of.values())
    model = os.path.join(arguments.folder, name + ".model")
    options = bench_run.train_options(run_of["seconds"], run_of["seed"], arguments)
    trained = bench_run.train(*source[:2], model, *options, *source[2])
    if not trained:
        return {}
    shifted = os.path.join(arguments.folder, "shifted.wav")
    wet = bench_audio.without_delay(real.wet, trained["delay"], shifted)
    esr = bench_run.test_esr(model, real.dry, wet, real.test_from)
    os.remove(shifted)
    return {"delay": trained["delay"], "val_esr": trained["val_esr"], "test_esr": esr}


def print_row(device, seconds, arguments, results):
    """Train on both with all seeds and print the row of the table"""
    real = bench_run.device_pair(device, arguments.data, arguments.folder)
    sources = {
        "real": (real.dry, real.wet, real.split()),
        "signal": (*signal_pair(device, arguments.folder), []),
    }
    columns = [device, "%d" % seconds]
    medians = []
    for name, source in sources.items():
        runs = []
        for seed in arguments.seeds:
            run_of = {"device": device, "source": name, "hidden": arguments.hidden}
            run_of.update(threads=arguments.threads, seconds=seconds, seed=seed)
            make = lambda s=source, r=run_of: measure(s, real, r, arguments)
            runs.append(results.get(run_of, make))
        esrs = [r.get("test_esr") for r in runs]
        columns.append(bench_run.spread(esrs))
        columns.append("/".join(sorted({str(r.get("delay")) for r in runs})))
        medians.append(None if None in esrs else statistics.median(esrs))
    ratio = medians[1] / medians[0] if None not in medians else None
    columns.append(bench_run.number(ratio, "%.2f"))
    print("| %s |" % " | ".join(columns), flush=True)


def main():
    arguments = bench_run.parse(bench_run.parser(__doc__, DEVICES, [60]))
    results = bench_run.Results(os.path.join(arguments.folder, "signal_worth.jsonl"))

    print("| device | s | real: test | delay | signal: test | delay | ratio |")
    print("|---|---|---|---|---|---|---|")
    for device in arguments.devices:
        for seconds in arguments.seconds:
            print_row(device, seconds, arguments, results)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""How exact a model with knobs is, where it was trained and between.

    tests/bench/knobs.py DATA FOLDER [--devices klon,ds1] [--seconds 300]
        [--seeds 0,1,2]

klon    DATA/pairs/klon_spice: gain at 0, 0.5 and 1 (there are no recordings
        between), clips as presets/klon has them
ds1     DRIVE x TONE at 0, 0.5 and 1 each, captured with `recurve capture --grid`,
        and tested at the nine and at four positions between

Prints medians (least to greatest) over the seeds of the test ESR of each position.
FOLDER/knobs.jsonl has a line for each run.  Each position is tested with the delay
that the model was trained with.  Debian's Python, for python3-soundfile; sox.
"""

import json
import os
import subprocess

import bench_audio
import bench_run

DEVICES = ["klon", "ds1"]
CLIPS = ["--clips", "22050"]
KLON_SPLIT = ("170", "191")


class Device:
    """A pair whose wet part is a capture.json, what is tested, and options"""

    def __init__(self, pair, between, clips):
        self.pair, self.clips = pair, clips
        self.tested = {"trained": pair.wet}
        if between:
            self.tested["between"] = between


def klon(data, folder):
    target = os.path.join(folder, "klon")
    wet = target + "/capture.json"
    if not os.path.exists(wet):
        prepare = os.path.join(bench_run.TOP, "presets", "klon", "prepare.py")
        source = os.path.join(data, "pairs", "klon_spice")
        command = [prepare, source, target]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Device(bench_run.Pair(target + "/dry.wav", wet, *KLON_SPLIT), None, CLIPS)


def ds1(data, folder):
    path, *split = bench_run.guitar(data)
    uri, _ = bench_run.DEVICES["ds1"]
    grids = {"trained": "0,0.5,1", "between": "0.25,0.75"}
    for name, positions in grids.items():
        options = ["--set", "LEVEL=6", "--grid", "DRIVE=" + positions]
        options += ["--grid", "TONE=" + positions]
        bench_run.capture(uri, path, os.path.join(folder, "ds1_" + name), options)
    pair = os.path.join(folder, "ds1_trained")
    between = os.path.join(folder, "ds1_between", "capture.json")
    return Device(
        bench_run.Pair(pair + "/dry.wav", pair + "/capture.json", *split), between, []
    )


MAKERS = {"klon": klon, "ds1": ds1}


def esr_by_position(model, device, capture_path, delay, folder):
    """Return {position: test ESR}, one take after another"""
    with open(capture_path, encoding="utf-8") as file:
        capture = json.load(file)
    take_path = os.path.join(folder, "take.json")
    esrs = {}
    for take in capture["captures"]:
        source = os.path.join(os.path.dirname(capture_path), take["file"])
        wet = bench_audio.without_delay(source, delay, os.path.join(folder, "take.wav"))
        one = {"file": os.path.basename(wet), "knobs": take["knobs"]}
        with open(take_path, "w", encoding="utf-8") as file:
            json.dump({"knobs": capture["knobs"], "captures": [one]}, file)
        position = ", ".join("%s %g" % knob for knob in take["knobs"].items())
        esrs[position] = bench_run.test_esr(
            *(model, device.pair.dry, take_path, device.pair.test_from), *device.clips
        )
        os.remove(wet)
    os.remove(take_path)
    return esrs


def measure(device, run_of, arguments):
    """Train once and return {set of positions: {position: test ESR}}"""
    name = "-".join(str(value) for value in run_of.values())
    model = os.path.join(arguments.folder, "knobs-%s.model" % name)
    options = bench_run.train_options(run_of["seconds"], run_of["seed"], arguments)
    options += device.pair.split() + device.clips
    trained = bench_run.train(device.pair.dry, device.pair.wet, model, *options)
    if not trained:
        return {}
    return {
        tested: esr_by_position(model, device, path, trained["delay"], arguments.folder)
        for tested, path in device.tested.items()
    }


def print_rows(name, device, seconds, arguments, results):
    """Train with all seeds and print a row for each position"""
    runs = []
    for seed in arguments.seeds:
        run_of = {"device": name, "hidden": arguments.hidden}
        run_of.update(threads=arguments.threads, seconds=seconds, seed=seed)
        runs.append(results.get(run_of, lambda r=run_of: measure(device, r, arguments)))
    if not all(runs):
        print("| %s | %d | none was worth keeping | | |" % (name, seconds), flush=True)
        return
    for tested in runs[0]:
        for position in runs[0][tested]:
            esr = bench_run.spread([r[tested][position] for r in runs])
            row = (name, seconds, position, tested, esr)
            print("| %s | %d | %s | %s | %s |" % row, flush=True)


def main():
    arguments = bench_run.parse(bench_run.parser(__doc__, DEVICES, [300]))
    results = bench_run.Results(os.path.join(arguments.folder, "knobs.jsonl"))

    print("| device | s | position | | test |")
    print("|---|---|---|---|---|")
    for name in arguments.devices:
        device = MAKERS[name](arguments.data, arguments.folder)
        for seconds in arguments.seconds:
            print_rows(name, device, seconds, arguments, results)


if __name__ == "__main__":
    main()

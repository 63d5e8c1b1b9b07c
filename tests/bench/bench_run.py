# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What the benches share: the command, devices, recordings, runs and their results.

DATA is a folder of recordings that are not part of the project: `dry` has
dry_main_48k.flac with its segments.csv, `pairs` recordings of devices.  Devices
are plugins of guitarix-lv2, captured once into FOLDER.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
from typing import NamedTuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECURVE = os.path.join(os.environ.get("RECURVE_BUILD", "build"), "recurve")

GUITARIX = "http://guitarix.sourceforge.net/plugins/"
COMPRESSOR = GUITARIX + "gx_compressor#_compressor"

# Name: plugin and the options of `recurve capture`
DEVICES = {
    # In blocks that are no power of two it leaves its cabinet off
    "chump": (
        GUITARIX + "gx_redeye#chump",
        "--block 100 --set Gain=0.9 --set Tone=0.5 --set Volume=0.7",
    ),
    "ds1": (
        GUITARIX + "gx_bossds1_#_bossds1_",
        "--set DRIVE=0.7 --set TONE=0.5 --set LEVEL=6",
    ),
    "bigmuff": (
        GUITARIX + "gx_bmp_#_bmp_",
        "--set SUSTAIN=1 --set TONE=0.5 --set VOLUME=0.5",
    ),
    "rat": (
        GUITARIX + "gx_aclipper_#_aclipper_",
        "--set DRIVE=0.7 --set TONE=0.5 --set LEVEL=-7",
    ),
    "w20": (GUITARIX + "gx_w20#w20", "--set gain=1 --set level=0.35"),
    "compressor": (
        COMPRESSOR,
        "--set RATIO=20 --set KNEE=0 --set THRESHOLD=-45 "
        "--set ATTACK=0.02 --set RELEASE=0.2",
    ),
    # Set as one levels a track; windows.py says why
    "leveller": (
        COMPRESSOR,
        "--set RATIO=4 --set KNEE=3 --set THRESHOLD=-35 "
        "--set ATTACK=0.05 --set RELEASE=1.5",
    ),
}

# Recorded devices: folder below DATA/pairs, where validation and testing begin
RECORDED = {"ds1_hardware": ("16", "18.5")}


class Pair(NamedTuple):
    """Recordings, and where their validation and test parts begin, in seconds"""

    dry: str
    wet: str
    val_from: str
    test_from: str

    def split(self):
        """Return the options of `recurve train`"""
        return ["--val-from", self.val_from, "--test-from", self.test_from]


def run(*arguments, log=subprocess.DEVNULL):
    """Run a command and return the JSON that it prints, or None"""
    done = subprocess.run(
        [RECURVE, *arguments], stdout=subprocess.PIPE, stderr=log, check=False
    )
    return json.loads(done.stdout or "null") if done.returncode == 0 else None


def guitar(data):
    """Return the path of the real playing, and where its parts begin"""
    path = os.path.join(data, "dry", "dry_main_48k.flac")
    with open(path.replace(".flac", ".segments.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    starts = [
        next(row["start_s"] for row in rows if row["split"] == split)
        for split in ("val", "test")
    ]
    return (path, *starts)


def capture(uri, dry, folder, options):
    """Play a recording through a plugin into a folder, unless that was done"""
    if not os.path.isdir(folder):
        part = folder + ".part"
        command = [RECURVE, "capture", uri, dry, "-o", part, *options]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        os.rename(part, folder)


def device_pair(name, data, folder):
    """Return a device's recordings of real playing"""
    if name in RECORDED:
        pair = os.path.join(data, "pairs", name)
        return Pair(pair + "/dry.flac", pair + "/wet.flac", *RECORDED[name])
    path, val_from, test_from = guitar(data)
    uri, options = DEVICES[name]
    pair = os.path.join(folder, name)
    capture(uri, path, pair, options.split())
    return Pair(pair + "/dry.wav", pair + "/wet.wav", val_from, test_from)


def train(dry, wet, model, *options):
    """Train a model and return what is known of it, or None; MODEL.log has the rest"""
    with open(model + ".log", "w", encoding="utf-8") as log:
        return run("train", dry, wet, "-o", model, "--json", *options, log=log)


def test_esr(model, dry, wet, test_from, *options):
    """Return the ESR from there on, of a recording whose delay is taken off"""
    options = ["--no-align", "--from", test_from, "--json", *options]
    result = run("eval", model, dry, wet, *options)
    return result and result["esr"]


def number(value, form="%.3g"):
    """Return how a table shows a number that may be missing"""
    return form % value if isinstance(value, (int, float)) else "–"


def spread(values, form="%.3g"):
    """Return the median, least and greatest of some numbers as a table shows them"""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return "%d of %d found none" % (len(values) - len(known), len(values))
    words = [number(f(known), form) for f in (statistics.median, min, max)]
    return words[0] if len(known) == 1 else "%s (%s–%s)" % tuple(words)


class Results:
    """A file with one line of JSON per run, so that a bench goes on where it stood"""

    def __init__(self, path):
        self.path = path
        self.done = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    run_of, result = json.loads(line)
                    self.done[json.dumps(run_of)] = result

    def get(self, run_of, make):
        """Return the result of a run, by making it if it was not made before"""
        key = json.dumps(run_of)
        if key not in self.done:
            self.done[key] = make()
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps([run_of, self.done[key]]) + "\n")
        return self.done[key]


def words(text):
    """Return the parts of a list with commas"""
    return text.split(",")


def numbers(text):
    return [int(word) for word in words(text)]


def parser(doc, devices, seconds):
    """Return the parser of what all benches of training can be told"""
    options = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("data", metavar="DATA")
    options.add_argument("folder", metavar="FOLDER")
    options.add_argument("--devices", type=words, default=devices)
    options.add_argument("--seconds", type=numbers, default=seconds)
    options.add_argument("--seeds", type=numbers, default=[0, 1, 2])
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--hidden", type=int, default=32)
    return options


def parse(options):
    """Return the arguments, with the folder made"""
    arguments = options.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    return arguments


def train_options(seconds, seed, arguments):
    """Return the options that trainings of a bench share"""
    return [
        *["--time", "%ds" % seconds, "--seed", str(seed)],
        *["--threads", str(arguments.threads)],
        *["--hidden", str(arguments.hidden)],
    ]

#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What playing each shipped preset at other rates than its own costs in exactness.

    tests/bench/rates.py

Prints the table of docs/rates.md, as measured when a model is loaded.
"""

import os
import re
import subprocess
import tempfile
import wave

from bench_run import RECURVE, TOP

RATES_HZ = (44100, 48000, 88200, 96000, 192000)


def write_silence(path, rate_hz):
    """Write a short recording for the command to render"""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(bytes(2 * 1000))


def measure(preset, rate_hz, folder):
    """Return the cell of the table for a preset and a rate"""
    model = os.path.join(TOP, "presets", preset, "model.safetensors")
    silence = os.path.join(folder, "silence.wav")
    write_silence(silence, rate_hz)
    done = subprocess.run(
        [RECURVE, "render", "--low-latency", model, silence, silence + ".out"],
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    late = re.search(r": (\d+) frames late", done.stderr)
    ratios = re.search(
        r"SNR (\S+) dB without latency \((\w+)\), (\S+) dB resampled",
        done.stderr,
    )
    if not ratios:
        return "own rate"

    direct, stable, resampled = ratios.groups()
    return "%s / %s%s" % (
        resampled,
        direct if stable == "stable" else "unstable",
        "" if late[1] != "0" else " *",
    )


def main():
    """Print the table"""
    presets = sorted(
        name
        for name in os.listdir(os.path.join(TOP, "presets"))
        if os.path.isdir(os.path.join(TOP, "presets", name))
    )
    print("| preset |" + "".join(" %g kHz |" % (r / 1000) for r in RATES_HZ))
    print("|---|" + "---|" * len(RATES_HZ))
    with tempfile.TemporaryDirectory() as folder:
        for preset in presets:
            cells = [measure(preset, rate, folder) for rate in RATES_HZ]
            print("| %s | %s |" % (preset, " | ".join(cells)))


if __name__ == "__main__":
    main()

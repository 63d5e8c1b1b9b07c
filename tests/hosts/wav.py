#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Audio for the scripts beside this, without other packages

wav.py make WAV               a test signal: 1 s of silence, then 3 s of sound
wav.py to-raw WAV RAW [N]     channel N (0) as 32-bit floats
wav.py compare RAW1 RAW2      fail unless equal to -90 dB RMS after the silence
"""

import array
import math
import random
import struct
import sys
import wave

RATE = 48000
SILENT_FRAMES = RATE
LIMIT_DB = -90.0


def make(path):
    """Write a test signal, 16 bit"""
    noise = random.Random(1)
    frames = array.array("h", [0] * SILENT_FRAMES)
    for t in range(3 * RATE):
        envelope = math.exp(-3.0 * (t % 24000) / 24000)
        tone = math.sin(2 * math.pi * 110 * (1 + t // 24000) * t / RATE)
        value = envelope * (0.5 * tone + 0.05 * noise.uniform(-1, 1))
        frames.append(round(32767 * value))
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, len(frames), "NONE", ""))
        file.writeframes(frames.tobytes())


def read(path, channel):
    """Return one channel of a WAV of 16-bit or 32-bit float samples"""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        sys.exit(path + " is no WAV")
    place, kind, n_channels, bits = 12, 0, 0, 0
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + size]
        if name == b"fmt ":
            kind, n_channels, _, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if kind == 0xFFFE:  # The kind proper is in the extension
                kind = struct.unpack_from("<H", body, 24)[0]
        elif name == b"data":
            if channel >= n_channels:
                sys.exit("%s has %d channels" % (path, n_channels))
            body = body[: len(body) - len(body) % (n_channels * bits // 8)]
            if (kind, bits) == (3, 32):
                return array.array("f", body)[channel::n_channels]
            if (kind, bits) == (1, 16):
                samples = array.array("h", body)[channel::n_channels]
                return array.array("f", [x / 32768 for x in samples])
            sys.exit("%s: format %d with %d bits" % (path, kind, bits))
        place += 8 + size + size % 2
    sys.exit(path + " has no data")


def read_raw(path):
    """Return 32-bit floats"""
    with open(path, "rb") as file:
        return array.array("f", file.read())


def compare(one, two):
    """Print how far apart two signals are; return if that is near enough"""
    n_frames = min(len(one), len(two))
    if n_frames < 3.9 * RATE:
        print("there are %d and %d frames" % (len(one), len(two)))
        return False

    def power(values):
        return sum(x * x for x in values) / (n_frames - SILENT_FRAMES) + 1e-30

    one = one[SILENT_FRAMES:n_frames]
    two = two[SILENT_FRAMES:n_frames]
    level_db = 10 * math.log10(power(one))
    error_db = 10 * math.log10(power(a - b for a, b in zip(one, two)))
    print("level %.1f dB, difference %.1f dB RMS" % (level_db, error_db))
    return level_db > -60 and error_db <= LIMIT_DB


def main(command, *args):
    """Do what the command line says; return the exit status"""
    if command == "make":
        make(*args)
    elif command == "to-raw":
        with open(args[1], "wb") as file:
            channel = int(args[2]) if len(args) > 2 else 0
            file.write(read(args[0], channel).tobytes())
    elif command == "compare":
        return 0 if compare(read_raw(args[0]), read_raw(args[1])) else 1
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

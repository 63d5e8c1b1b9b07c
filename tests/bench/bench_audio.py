# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Recordings read and written by the benches that need their frames.

Needs Debian's Python with python3-soundfile: what is louder than full scale in a
file of floats must stay so, which sox does not do.
"""

import os

import numpy
import soundfile


def read(path):
    """Return the frames of a mono recording as floats, and its rate"""
    return soundfile.read(path, dtype="float32")


def without_delay(wet, delay, path):
    """Write a recording that begins so many frames later, as long as it was"""
    frames, rate = read(wet)
    delay = round(delay)
    frames = numpy.roll(frames, -delay)
    if delay:
        frames[-delay if delay > 0 else 0 : None if delay > 0 else -delay] = 0.0
    os.makedirs(os.path.dirname(path), exist_ok=True)
    soundfile.write(path, frames, rate, subtype="FLOAT")
    return path

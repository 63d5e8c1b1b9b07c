#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""ardour_import.py DIR NAME WAV: put a mono WAV at the start of the track "amp"
of a closed session of Ardour 7, on each of its channels, and set the session's
range to it
"""

import os
import re
import shutil
import sys
import wave

SUPERCLOCK = 282240000  # Ardour's ticks per second


def main(folder, name, path):
    """Edit the session file"""
    session = os.path.join(folder, name + ".ardour")
    with open(session, encoding="utf-8") as file:
        text = file.read()
    with wave.open(path) as file:
        length = file.getnframes() * SUPERCLOCK // file.getframerate()

    base = os.path.splitext(os.path.basename(path))[0]
    files = os.path.join(folder, "interchange", name, "audiofiles")
    shutil.copy(path, os.path.join(files, base + ".wav"))
    first = int(re.search(r'id-counter="(\d+)"', text)[1]) + 1000
    source = first + 20

    def region(number, whole):
        return (
            '<Region name="%s" muted="0" opaque="1" locked="0" automatic="%d" '
            'whole-file="%d" import="0" external="0" start="a0" '
            'length="a%d@a0" sync-position="a0" stretch="1" shift="1" '
            'layering-index="0" default-fade-in="0" default-fade-out="0" '
            'fade-in-active="0" fade-out-active="0" scale-amplitude="1" '
            'id="%d" type="audio" first-edit="nothing" source-0="%d" '
            'master-source-0="%d" channels="1"/>'
        ) % (
            base if whole else base + ".1",
            whole,
            whole,
            length,
            number,
            source,
            source,
        )

    edits = [
        (
            "<Sources/>",
            '<Sources><Source name="%s.wav" type="audio" flags="" id="%d" '
            'natural-position="a0" channel="0" origin="" gain="1"/></Sources>'
            % (base, source),
        ),
        ("<Regions/>", "<Regions>%s</Regions>" % region(first + 2, True)),
        (
            r'(<Playlist [^>]*name="amp"[^>]*)/>',
            r"\1>%s</Playlist>" % region(first + 3, False),
        ),
        (
            "<Locations/>",
            '<Locations><Location id="%d" name="session" start="a0" end="a%d" '
            'flags="IsSessionRange" locked="0" cue="0"/></Locations>'
            % (first + 4, length),
        ),
        (r'id-counter="\d+"', 'id-counter="%d"' % (first + 40)),
    ]
    for pattern, replacement in edits:
        text, n_found = re.subn(pattern, replacement, text)
        if n_found != 1:
            sys.exit("%s: %s was found %d times" % (session, pattern, n_found))
    with open(session, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])

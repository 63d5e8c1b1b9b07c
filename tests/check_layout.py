#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""The layout's law: who may include whom, and what the audio code may call.

Run by `./waf check`; CONTRIBUTING.md has the same law in words.
"""

import glob
import os
import re
import subprocess
import sys

TOP = os.environ.get("RECURVE_TOP") or os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))
)
BUILD = os.environ.get("RECURVE_BUILD") or os.path.join(TOP, "build")

MAX_LINES = 400

# The folders of train, each of which may include those before it
TRAIN = [
    "train/" + name
    for name in (
        *("numbers", "file", "bptt", "optimizer", "model", "signal"),
        *("data", "lv2", "trainer", "report", "command", "main.c"),
    )
]

# The parts and those that each may include, besides itself
MAY_INCLUDE = {
    "dsp": set(),
    "dsp/model": {"dsp"},
    "plugin": {"dsp", "dsp/model"},
    "tests": {"dsp", "dsp/model", "plugin", *TRAIN},
    **{part: {"dsp", "dsp/model", *TRAIN[:i]} for i, part in enumerate(TRAIN)},
}

# A library's headers, and where alone they may be included (paths by prefix)
LIBRARIES = [
    (r"sndfile\.h", ["train/file/audio_file.c"]),
    (r"lv2/|lv2\.h|lilv/", ["plugin/", "train/", "tests/"]),
    (r"cblas\.h", ["train/optimizer/"]),
    (r"jansson\.h", ["dsp/model/", "train/", "tests/"]),
    (
        r"stdio\.h|pthread\.h|threads\.h|malloc\.h|unistd\.h",
        ["dsp/model/", "plugin/", "train/", "tests/"],
    ),
]

# What no object of the audio code may want from outside.  Names that begin with
# two underscores are the fortified or the sanitizer's forms of the same.
FORBIDDEN = re.compile(
    r"(_*)(malloc|calloc|realloc\w*|reallocarray|free|aligned_alloc|"
    r"posix_memalign|strn?dup|mmap|"
    r"v?[fsd]?n?printf|v?[fs]?scanf|f?puts|f?putc|putchar|perror|"
    r"f(open|close|read|write|flush|seek|tell|gets|getc)\w*|"
    r"stdin|stdout|stderr|open|read|write|close|"
    r"(pthread|mtx|thrd|cnd|sem)_\w+)(_chk)?(@.*)?"
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def part_of(path):
    """Return the part that a file belongs to"""
    names = path.split("/")
    is_part = names[0] == "train" or path.startswith("dsp/model/")
    return "/".join(names[:2]) if is_part else names[0]


def sources(*endings):
    """Yield the paths of all our files with these endings, from the top"""
    for folder in ["dsp", "plugin", "train", "tests", "wafscripts"]:
        for path in glob.glob(os.path.join(TOP, folder, "**"), recursive=True):
            if path.endswith(endings) and os.path.isfile(path):
                yield os.path.relpath(path, TOP)


def includes_of(path):
    """Return (quoted, name) for each include of a file"""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return [(m[0] == '"', m[1]) for m in INCLUDE.findall(file.read())]


def check_includes(graph):
    """Yield what is wrong with the includes of each file"""
    for path, includes in graph.items():
        allowed = MAY_INCLUDE[part_of(path)] | {part_of(path)}
        for quoted, name in includes:
            if not quoted:
                for header, places in LIBRARIES:
                    if re.match(header, name) and not path.startswith(
                        tuple(places)
                    ):
                        yield "%s may not include <%s>" % (path, name)
            elif not os.path.isfile(os.path.join(TOP, name)):
                yield '%s: "%s" is no path from the top' % (path, name)
            elif part_of(name) not in allowed:
                yield '%s may not include "%s"' % (path, name)


def check_cycles(graph):
    """Yield the circles in which headers include each other"""
    done = set()

    def visit(path, trail):
        if path in trail:
            yield "includes in a circle: " + " ".join(
                trail[trail.index(path) :] + [path]
            )
        elif path not in done:
            for quoted, name in graph.get(path, []):
                if quoted:
                    yield from visit(name, trail + [path])
            done.add(path)

    for path in graph:
        yield from visit(path, [])


def names_from_nm(*args):
    """Return the symbols' names that nm prints"""
    lines = subprocess.check_output(["nm", "-P", *args], text=True)
    return [line.split()[0] for line in lines.splitlines() if " " in line]


def audio_objects():
    """Yield the objects of dsp outside dsp/model"""
    for path in glob.glob(os.path.join(BUILD, "dsp", "**", "*.o"), recursive=True):
        source = re.sub(r"\.\d+\.o$", "", os.path.relpath(path, BUILD))
        # An object may be left over from a source that is gone
        if part_of(source) == "dsp" and os.path.isfile(os.path.join(TOP, source)):
            yield path


def check_symbols():
    """Yield what the audio code calls though it must not"""
    n_objects = 0
    for path in audio_objects():
        n_objects += 1
        for name in names_from_nm("-u", path):
            if FORBIDDEN.fullmatch(name):
                yield "%s calls %s" % (os.path.relpath(path, BUILD), name)
    if n_objects == 0:
        yield "no object of dsp in " + BUILD


def check_plugin():
    """Yield what the plugin exports though it must not"""
    path = os.path.join(BUILD, "recurve.lv2", "recurve.so")
    if not os.path.isfile(path):
        yield path + " was not built"
        return
    names = names_from_nm("-D", "--defined-only", path)
    if names != ["lv2_descriptor"]:
        yield "recurve.so exports %s, not lv2_descriptor alone" % names


def check_lengths():
    """Yield the files that have become too long"""
    for path in sources(".c", ".h", ".py"):
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            n_lines = sum(1 for _ in file)
        if n_lines > MAX_LINES:
            yield "%s has %d lines, %d at most" % (path, n_lines, MAX_LINES)


def main():
    graph = {path: includes_of(path) for path in sources(".c", ".h")}
    problems = [
        *check_includes(graph),
        *check_cycles(graph),
        *check_symbols(),
        *check_plugin(),
        *check_lengths(),
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

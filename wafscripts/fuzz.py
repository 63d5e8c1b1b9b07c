# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Running the fuzzers of tests/fuzz on what was built"""

import os
import re
import shutil
import subprocess
import sys

SECONDS = 60  # All together, unless --seconds says otherwise
MAX_LENGTH = 16384
LIMIT_MB = 1024
LIMIT_S = 20  # For one input

# The last line of libFuzzer that has the coverage
STATE = re.compile(r"#(\d+)\s+\S+\s+cov: (\d+) ft: (\d+) corp: (\d+)")


def names(bld):
    """Return the names of the fuzzers"""
    nodes = bld.path.ant_glob("tests/fuzz/fuzz_*.c")
    return sorted(os.path.splitext(node.name)[0] for node in nodes)


def run_one(folder, program, seeds, words, seconds):
    """Fuzz for some seconds; return whether nothing was found"""
    corpus = os.path.join(folder, "corpus")
    os.makedirs(corpus, exist_ok=True)
    run = subprocess.run(
        [program, "-max_total_time=%d" % seconds, "-max_len=%d" % MAX_LENGTH]
        + ["-rss_limit_mb=%d" % LIMIT_MB, "-timeout=%d" % LIMIT_S]
        + ["-artifact_prefix=" + folder + "/", "-dict=" + words, corpus, seeds],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = run.stdout.decode("utf-8", "replace")
    states = STATE.findall(output)
    result = "executions %s, edges %s, features %s, inputs %s" % (
        states[-1] if states else ("0",) * 4
    )
    good = run.returncode == 0 and states
    word = "ok" if good else "FAILED"
    print("%-7s %s: %s" % (word, os.path.basename(program), result))
    if not good:
        print("\n".join(output.splitlines()[-60:]))
        print("What it found is in " + folder)
    sys.stdout.flush()
    return good


def run(bld):
    """Run every fuzzer in turn"""
    build = bld.bldnode.abspath()
    folder = os.path.join(build, "fuzz")
    seeds = os.path.join(folder, "seeds")
    shutil.rmtree(seeds, ignore_errors=True)
    sources = os.path.join(bld.path.abspath(), "tests", "fuzz")
    script = os.path.join(sources, "make_seeds.py")
    subprocess.run([sys.executable, script, seeds], check=True)

    n_failed = 0
    fuzzers = names(bld)
    seconds = int(bld.options.seconds or SECONDS)
    for name in fuzzers:
        kind = name[len("fuzz_") :]
        n_failed += not run_one(
            os.path.join(folder, kind),
            os.path.join(build, "tests", "fuzz", name),
            os.path.join(seeds, kind),
            os.path.join(sources, "words.dict"),
            max(1, seconds // len(fuzzers)),
        )
    if n_failed or not fuzzers:
        bld.fatal("Some fuzzers failed")

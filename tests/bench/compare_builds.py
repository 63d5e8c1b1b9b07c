#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""What playing costs in two builds, taken in turn in one run.

    tests/bench/compare_builds.py RECURVE_A RECURVE_B [RUNS [MODEL]]

Runs `recurve bench` of both commands A B A B ..., and prints for each network
and table of kernels the medians and the ratio A / B: above 1, B is faster.
RECURVE_KERNELS restricts it to one table.
"""

import json
import statistics
import subprocess
import sys

KEYS = ("cell", "layers", "hidden", "channels", "kernels")


def bench(command, model):
    """Return {network: ns per sample} of one run of `recurve bench`"""
    done = subprocess.run(
        [command, "bench", "--json"] + model,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {
        tuple(row[key] for key in KEYS): row["ns_per_sample"]
        for row in json.loads(done.stdout)
    }


def main(arguments):
    if not 2 <= len(arguments) <= 4:
        sys.exit(__doc__.strip())

    commands = arguments[:2]
    n_runs = int(arguments[2]) if len(arguments) > 2 else 5
    runs = {command: [] for command in commands}
    for _ in range(n_runs):
        for command in commands:
            runs[command].append(bench(command, arguments[3:]))

    print("| network | kernels | A, ns | B, ns | A / B |")
    print("|---|---|---|---|---|")
    for network in runs[commands[0]][0]:
        if network not in runs[commands[1]][0]:
            continue
        a, b = (
            statistics.median(run[network] for run in runs[command])
            for command in commands
        )
        cell, layers, hidden, channels, kernels = network
        name = "%s %s%d%s" % (
            cell.upper(),
            "%d × " % layers if layers > 1 else "",
            hidden,
            ", stereo" if channels > 1 else "",
        )
        print("| %s | %s | %.1f | %.1f | %.2f |" % (name, kernels, a, b, a / b))


if __name__ == "__main__":
    main(sys.argv[1:])

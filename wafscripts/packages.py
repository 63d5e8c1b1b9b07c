# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""The system packages that each command needs, and how they are had"""

import os
import shutil
import subprocess
import sys

# Debian's package, and the program it is wanted for (None: a library).  A
# program that is already there is good, wherever it comes from.
BUILD = [
    ("pkg-config", "pkg-config"),
    ("libc6-dev", None),
    ("lv2-dev", None),
    ("liblilv-dev", None),
    ("libsndfile1-dev", None),
    ("libsoxr-dev", None),
    ("libjansson-dev", None),
    ("libfftw3-dev", None),
    ("libopenblas-serial-dev", None),
    ("libcmocka-dev", None),  # Here, so that a later `check` finds it configured
    ("gnuplot-nox", "gnuplot"),
]
CHECK = [
    ("sordi", "sord_validate"),
    ("lilv-utils", "lv2info"),
    ("lv2-examples", None),  # Plugins that our LV2 host is tested with
]
LINT = [
    ("clang-format", "clang-format"),
    ("clang-tidy", "clang-tidy"),
    ("cppcheck", "cppcheck"),
]
DEMO = [("guitarix-lv2", None)]  # Holds the device that the demo captures

# What clang needs for --sanitize and for fuzzing, by its name
RUNTIMES = {"clang": "libclang-rt-14-dev", "clang-22": "libclang-rt-22-dev"}
COMPILERS = {"aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu"}


def wanted(commands):
    """Return (package, program) for everything that the commands need"""
    if commands and commands <= {"clean", "distclean"}:
        return []

    compiler = os.environ.get("CC", "").split() or ["gcc"]
    package = COMPILERS.get(compiler[0], os.path.basename(compiler[0]))
    result = BUILD[:]
    if "CC" in os.environ or not shutil.which("clang"):
        result.insert(0, (package, compiler[0]))
    sanitizes = any(word.startswith("--sanitize") for word in sys.argv)
    if compiler[0] in RUNTIMES and (sanitizes or "fuzz" in commands):
        result.append((RUNTIMES[compiler[0]], None))
    if commands & {"check", "lint"}:
        result += CHECK
    if "lint" in commands:
        result += LINT
    if "demo" in commands:
        result += DEMO
    return result


def missing(packages):
    """Return the names of those that are not installed"""
    libraries = [package for package, program in packages if not program]
    query = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Package}\n"]
    found = subprocess.run(
        query + libraries, capture_output=True, text=True, check=False
    ).stdout.splitlines()

    return [
        package
        for package, program in packages
        if not (
            shutil.which(program) if program else "installed " + package in found
        )
    ]


def ensure(commands):
    """Install what is missing, or say how to and exit"""
    packages = wanted(commands)
    if not packages or not shutil.which("dpkg-query"):
        return  # Not a Debian: configure names the libraries it misses

    names = missing(packages)
    if not names:
        return

    install = ["apt-get", "install", "-y", "--no-install-recommends"] + names
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and (
        sys.stdin.isatty()
        or not subprocess.run(
            ["sudo", "-n", "true"], stderr=subprocess.DEVNULL, check=False
        ).returncode
    ):
        prefix = ["sudo"]
    else:
        sys.exit("waf: packages are missing, run:\nsudo " + " ".join(install))

    print("waf: installing " + " ".join(names), file=sys.stderr, flush=True)
    environ = ["env", "DEBIAN_FRONTEND=noninteractive"]
    run = prefix + environ + install
    if subprocess.run(run, stdout=sys.stderr, check=False).returncode:
        # Most often the lists are old or, on a fresh system, not there yet
        update = prefix + ["apt-get", "update"]
        subprocess.run(update, stdout=sys.stderr, check=False)
        if subprocess.run(run, stdout=sys.stderr, check=False).returncode:
            sys.exit("waf: could not install packages, run:\n" + " ".join(run))

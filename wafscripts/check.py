# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Running the tests, the benchmarks and the demo on what was built"""

import concurrent.futures
import fnmatch
import glob
import os
import re
import shutil
import signal
import subprocess
import time

JOBS = 2
LIMIT_S = 300
SKIPPED = 77  # The exit status by which a script says so

# The lines with which cmocka ends
CLOSING = re.compile(r"\[  (PASSED|SKIPPED|FAILED)\s*\] (?:(\d+) test\(s\))?")


class Result:
    """What came out of one test program or script"""

    def __init__(self, name):
        self.name = name
        self.passed = self.failed = 0
        self.skips = []
        self.closing = []
        self.output = ""
        self.seconds = 0.0


def test_sources(bld):
    """Return every tests/**/test_*.c"""
    nodes = bld.path.ant_glob("tests/**/test_*.c")
    return sorted(node.path_from(bld.path) for node in nodes)


def benchmark_sources(bld):
    """Return every tests/bench/*.c"""
    nodes = bld.path.ant_glob("tests/bench/*.c")
    return sorted(node.path_from(bld.path) for node in nodes)


def executables(bld, *patterns):
    """Return the executable scripts that match, relative to the top"""
    return sorted(
        node.path_from(bld.path)
        for node in bld.path.ant_glob(list(patterns))
        if os.access(node.abspath(), os.X_OK)
    )


def selected(names, patterns):
    """Return the names that --only asks for"""
    patterns = [p for p in (patterns or "").split(",") if p]
    wanted = [p for p in patterns if not p.startswith("!")]
    unwanted = [p[1:] for p in patterns if p.startswith("!")]

    def matches(name, pattern):
        return pattern in name or fnmatch.fnmatch(name, pattern)

    return [
        name
        for name in names
        if (not wanted or any(matches(name, p) for p in wanted))
        and not any(matches(name, p) for p in unwanted)
    ]


def environment(bld, scratch):
    """Return the environment of a test: nothing of the user's own is in reach"""
    build = bld.bldnode.abspath()
    lv2_dirs = ["/usr/lib/lv2"] + sorted(glob.glob("/usr/lib/*-linux-gnu*/lv2"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    env.update(
        HOME=scratch,
        TMPDIR=scratch,
        LC_ALL="C.UTF-8",
        LV2_PATH=":".join([os.path.join(build, "lv2")] + lv2_dirs),
        RECURVE_TOP=bld.path.abspath(),
        RECURVE_BUILD=build,
        RECURVE_SANITIZE=bld.env.SANITIZE or "",
    )
    env.pop("CMOCKA_MESSAGE_OUTPUT", None)  # Our reader knows the usual form
    return env


def judge(result, status, is_script):
    """Fill in a result's counts from the exit status and the output"""
    lines = result.output.rstrip().splitlines()
    if is_script:
        if status == SKIPPED:
            result.skips = [lines[-1] if lines else "no reason given"]
        elif status == 0:
            result.passed = 1
        else:
            result.failed = 1
        return

    for line in lines:
        match = CLOSING.match(line)
        if not match:
            continue
        kind, count = match.groups()
        if count is None and kind == "SKIPPED":
            result.skips += [line[match.end() :].strip()]
        elif count is not None:
            result.closing += [line]
            if kind == "PASSED":
                result.passed += int(count)
            elif kind == "FAILED":
                result.failed += int(count)
    if "[  SKIPPED ]" in result.output:  # cmocka names each one twice
        result.skips = list(dict.fromkeys(result.skips))
    if status and not result.failed:
        result.failed = 1  # A crash, a leak, or a failure outside of any test
    if not status and not result.passed and not result.skips:
        result.output += "\nno test was run"
        result.failed = 1


def run_one(bld, name):
    """Run one test in a folder of its own"""
    result = Result(name)
    build = bld.bldnode.abspath()
    scratch = os.path.join(build, "scratch", name)
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    is_script = name.endswith((".py", ".sh"))
    program = os.path.join(bld.path.abspath() if is_script else build, name)

    start = time.monotonic()
    with subprocess.Popen(
        [program],
        cwd=scratch,
        env=environment(bld, scratch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # So that all of it can be ended
    ) as process:
        try:
            output, _ = process.communicate(timeout=LIMIT_S)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += b"\nended after %d s" % LIMIT_S
            status = 1
    result.seconds = time.monotonic() - start
    result.output = output.decode("utf-8", "replace")
    if status < 0:
        result.output += "\nended by " + signal.Signals(-status).name
    judge(result, status, is_script)
    if not result.failed:
        shutil.rmtree(scratch, ignore_errors=True)
    return result


def report(result):
    """Print one result: in short, or all of its output if it failed"""
    word = "FAILED" if result.failed else "ok" if result.passed else "skipped"
    print("%-7s %s (%.1f s)" % (word, result.name, result.seconds))
    if result.failed:
        print(result.output.rstrip())
    else:
        for line in result.closing:
            print("        " + line)
        for skip in result.skips:
            print("        skipped: " + skip)


def run_tests(bld):
    """Run every test; end with the one line that sums up"""
    programs = [os.path.splitext(s)[0] for s in test_sources(bld)]
    scripts = executables(bld, "tests/**/check_*.py", "tests/**/check_*.sh")
    names = selected(programs + scripts, bld.options.only)
    names.sort(key=lambda name: "_slow" not in name)  # Else one may run on alone

    # A test that is never built is worse than one that fails.  Both the source
    # and the build are asked anew, not the list that was built from.
    orphans = []
    for folder, _folders, files in os.walk(bld.path.find_node("tests").abspath()):
        for file in fnmatch.filter(files, "test_*.c"):
            source = os.path.relpath(os.path.join(folder, file), bld.path.abspath())
            if not bld.bldnode.find_node(os.path.splitext(source)[0]):
                orphans += [source]

    results = []
    with concurrent.futures.ThreadPoolExecutor(min(JOBS, bld.jobs)) as pool:
        futures = [pool.submit(run_one, bld, name) for name in names]
        for future in concurrent.futures.as_completed(futures):
            results += [future.result()]
            report(results[-1])

    results.sort(key=lambda result: result.name)
    for result in results:
        for skip in result.skips:
            print("skipped: %s: %s" % (result.name, skip))
    for result in results:
        if result.failed:
            print("failed: " + result.name)
    for source in orphans:
        print("failed: %s is in no build" % source)

    n_passed = sum(result.passed for result in results)
    n_failed = sum(result.failed for result in results) + len(orphans)
    n_skipped = sum(len(result.skips) for result in results)
    print(
        "%d passed, %d failed, %d skipped" % (n_passed, n_failed, n_skipped),
        flush=True,
    )
    if n_failed:
        bld.fatal("Some tests failed")
    if not n_passed:
        bld.fatal("No test was run")


def run_script(bld, script):
    """Run a script that prints for the user; stop if it fails"""
    env = environment(bld, os.path.join(bld.bldnode.abspath(), "scratch"))
    os.makedirs(env["HOME"], exist_ok=True)
    command = [os.path.join(bld.path.abspath(), script)]
    if subprocess.run(command, cwd=bld.path.abspath(), env=env).returncode:
        bld.fatal(script + " failed")


def run_benchmarks(bld):
    """Run every benchmark in turn: two at once would disturb each other"""
    scripts = executables(bld, "tests/bench/bench_*.sh")
    for script in selected(scripts, bld.options.only):
        print(script, flush=True)
        run_script(bld, script)


def run_demo(bld):
    """Run the demo"""
    run_script(bld, "tests/demo.sh")

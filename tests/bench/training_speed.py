#!/usr/bin/env python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Training speed beside PyTorch and oneDNN, the same work in turn on one machine.

    tests/bench/training_speed.py FOLDER [--runs N] [--hidden 16,32,...]
        [--windows 1000,22080] [--batches 16,64] [--threads 1,2]

An LSTM with a linear head over windows of 1000 frames with carried state, and
by full back-propagation through segments of 22 080 frames: forward, backward
and an Adam update; of oneDNN the LSTM forward and backward alone, which is less
work (onednn/lstm.c).  Prints million steps (a frame of a sequence) per second,
medians of the runs, the ratio to the faster of the two, and the peak memory of
the processes; of `--bf16-backward`, where the processor has it, too.  Needs
python3-torch, for which OPENBLAS_CORETYPE is unset, and libdnnl-dev.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import time

from bench_run import RECURVE, TOP, number, numbers

ONEDNN = os.path.join(TOP, "tests", "bench", "onednn", "lstm.c")

SEGMENT_MS = 460
FULL = SEGMENT_MS * 48
HEADING = "| H | window | B | threads | Recurve | bf16 | PyTorch | oneDNN | ratio "
HEADING += "| MB | bf16 | PyTorch | oneDNN |"
FORMS = ("%.2f", "%.2f", "%.3f", "%.3f")
VALIDATION = ("--val-from", "9", "--test-from", "10.5")

TORCH = """
import sys, time, torch
hidden, window, batch, threads, updates = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(0)
rec = torch.nn.LSTM(1, hidden, batch_first=True)
lin = torch.nn.Linear(hidden, 1)
adam = torch.optim.Adam(list(rec.parameters()) + list(lin.parameters()), 1e-3)
x = torch.randn(batch, window, 1)
target = torch.tanh(3 * x)
state = None
def update():
    global state
    h, state = rec(x, state)
    state = tuple(s.detach() for s in state)
    loss = ((lin(h) - target) ** 2).mean()
    adam.zero_grad()
    loss.backward()
    adam.step()
update()
start = time.perf_counter()
for _ in range(updates):
    update()
print(updates * batch * window / (time.perf_counter() - start))
"""


def peak_mb():
    """Peak memory of the largest child so far"""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measured(command, environment=None):
    """Run in a child of its own, so that its peak memory is its own"""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
                check=False,
            )
            os.write(write, json.dumps([done.stdout, peak_mb()]).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    os.waitpid(pid, 0)
    return json.loads(text)


def last_line(log):
    """The newest validation in a log, or none"""
    try:
        with open(log, encoding="utf-8") as stream:
            return json.loads(stream.readlines()[-1])
    except (OSError, IndexError, json.JSONDecodeError):
        return {"updates": 0}


def has_bf16():
    """Whether this processor has AVX-512 BF16"""
    with open("/proc/cpuinfo", encoding="utf-8") as stream:
        return "avx512_bf16" in stream.read().split()


def recurve(folder, hidden, window, batch, threads, updates, *options):
    """Return (steps per second, MB); the tests at the end are not waited for"""
    bptt = "full" if window == FULL else str(window)
    log = folder + "/speed.jsonl"
    if os.path.exists(log):
        os.remove(log)
    process = subprocess.Popen(
        [RECURVE, "train", folder + "/dry.wav", folder + "/wet.wav"]
        + ["-o", folder + "/speed.safetensors", "--log", log]
        + ["--no-skip", "--no-align", "--optimizer", "adam", "--bptt", bptt]
        + ["--hidden", str(hidden), "--batch", str(batch)]
        + ["--segment", str(SEGMENT_MS), "--threads", str(threads)]
        + ["--updates", str(updates)]
        + list(VALIDATION + options),
        stderr=subprocess.DEVNULL,
    )
    while last_line(log)["updates"] < updates and process.poll() is None:
        time.sleep(0.1)
    process.kill()
    _, _, usage = os.wait4(process.pid, 0)
    return last_line(log)["update_steps_per_second"], usage.ru_maxrss / 1024


def pytorch(hidden, window, batch, threads, updates):
    """Return (steps per second, MB)"""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    environment.pop("OPENBLAS_CORETYPE", None)
    out, memory = measured(
        ["/usr/bin/python3", "-c", TORCH]
        + [str(n) for n in (hidden, window, batch, threads, updates)],
        environment,
    )
    return float(out), memory


def onednn(program, hidden, window, batch, threads, updates):
    """Return (steps per second, MB)"""
    out, memory = measured(
        [program] + [str(n) for n in (hidden, window, batch, updates)],
        dict(os.environ, OMP_NUM_THREADS=str(threads)),
    )
    return float(out), memory


def median(speeds):
    """Return the median in millions, or None"""
    known = [speed / 1e6 for speed in speeds if speed is not None]
    return statistics.median(known) if known else None


def print_row(folder, program, hidden, window, batch, threads, n_runs):
    """Measure all in turn and print their row of the table"""
    n = int(4e7 / hidden / batch / window) + 1  # About the same time for all
    ours = (folder, hidden, window, batch, threads, 8 * n)
    theirs = (hidden, window, batch, threads, -(-n // 8))
    runs = [
        (
            recurve(*ours),
            recurve(*ours, "--bf16-backward") if has_bf16() else (None, None),
            pytorch(*theirs),
            onednn(program, *theirs),
        )
        for _ in range(n_runs)
    ]
    columns = list(zip(*runs))
    speeds = [median(speed for speed, _ in column) for column in columns]
    memory = [max(mb or 0 for _, mb in column) or None for column in columns]
    row = ["%d" % value for value in (hidden, window, batch, threads)]
    row += [number(speed, form) for speed, form in zip(speeds, FORMS)]
    row += ["%.1f" % (speeds[0] / max(speeds[2:]))]
    row += [number(mb, "%.0f") for mb in memory]
    print("| %s |" % " | ".join(row), flush=True)


def parse():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", metavar="FOLDER")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--hidden", type=numbers, default=[16, 32, 40, 64, 96])
    options.add_argument("--windows", type=numbers, default=[1000, FULL])
    options.add_argument("--batches", type=numbers, default=[16, 64])
    options.add_argument("--threads", type=numbers, default=[1, 2])
    return options.parse_args()


def main():
    arguments = parse()
    folder = arguments.folder
    os.makedirs(folder, exist_ok=True)
    dry = folder + "/dry.wav"
    subprocess.run([RECURVE, "signal", dry, "--part", "riff"], check=True)
    # Any recording of the same length will do: speed does not depend on it
    subprocess.run(["cp", dry, folder + "/wet.wav"], check=True)

    program = folder + "/onednn_lstm"
    subprocess.run(["cc", "-O2", ONEDNN, "-o", program, "-ldnnl"], check=True)

    print(HEADING)
    print("|---" * (HEADING.count("|") - 1) + "|")
    for window in arguments.windows:
        for batch in arguments.batches:
            for threads in arguments.threads:
                for hidden in arguments.hidden:
                    work = (hidden, window, batch, threads)
                    print_row(folder, program, *work, arguments.runs)


if __name__ == "__main__":
    main()

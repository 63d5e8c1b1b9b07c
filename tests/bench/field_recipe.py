#!/usr/bin/python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Train as Wright et al. 2020 and their program do, in PyTorch, for a given time.

    tests/bench/field_recipe.py DRY WET MODEL --val-from S [--test-from S]
        [--seconds 60] [--seed 0] [--threads 2] [--hidden 32]

An LSTM with a skip; segments of 22 050 frames in random order, in batches of 48;
200 frames to warm up, then windows of 1000 with carried state and an update each;
0.75 ESR after pre-emphasis + 0.25 DC; Adam at 0.005 with a weight decay of 1e-4;
the rate is halved when validation after every second pass over the data was not
better for five times.  (A. Wright, E.-P. Damskägg, L. Juvela, V. Välimäki,
"Real-Time Guitar Amplifier Emulation with Deep Learning"; the defaults of
Automated-GuitarAmpModelling, but for the batches of 48 instead of 50.)

The delay is taken off as `recurve train` does.  The best network is chosen on
part of the validation data, one twentieth of the time is for that, and it counts.
MODEL is a file of GuitarML's kind; its plain ESR on all of the data is measured by
`recurve eval` after the time.  Prints one JSON object.  Debian's Python, for
python3-torch and python3-soundfile; OPENBLAS_CORETYPE should be unset.
"""

import argparse
import copy
import json
import os
import time

import numpy

import bench_audio
import bench_run

# Before PyTorch is loaded: threads that wait in a loop cost it many times its time
# as soon as another program has one of the processors
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import torch

SEGMENT = 22050
WINDOW = 1000
WARM_UP = 200
BATCH = 48
VAL_PIECES = 100
VAL_PIECE = 4800
VAL_WARM_UP = 1200
VAL_SHARE = 0.05


class Network(torch.nn.Module):
    """Frames first: [frames][sequences][1]"""

    def __init__(self, hidden):
        super().__init__()
        self.rec = torch.nn.LSTM(1, hidden)
        self.lin = torch.nn.Linear(hidden, 1)

    def forward(self, x, state=None):
        h, state = self.rec(x, state)
        return self.lin(h) + x, state

    def write(self, path, rate_hz):
        """Write a file as their program does, and its rate as ours does"""
        about = {"model": "SimpleRNN", "unit_type": "LSTM", "num_layers": 1}
        about.update(input_size=1, output_size=1, skip=1, bias_fl=True)
        about["hidden_size"] = self.rec.hidden_size
        weights = {name: w.tolist() for name, w in self.state_dict().items()}
        with open(path, "w", encoding="utf-8") as file:
            metadata = {"samplerate": rate_hz}
            model = {"model_data": about, "state_dict": weights, "metadata": metadata}
            json.dump(model, file)


def ratio(error, target):
    return error / ((target**2).mean() + 1e-5)


def loss_of(y, target):
    """Pre-emphasis by 1 - 0.85 / z, with zeros before the window"""
    zero = torch.zeros(1, y.shape[1], 1)
    error = torch.cat((zero, target - y))
    before = torch.cat((zero, target))
    pre_error = error[1:] - 0.85 * error[:-1]
    pre_target = before[1:] - 0.85 * before[:-1]
    dc = ((target.mean(0) - y.mean(0)) ** 2).mean()
    esr = ratio((pre_error**2).mean(), pre_target)
    return 0.75 * esr + 0.25 * ratio(dc, target)


def pieces(x, start, end, length, count=None):
    """Return [length][pieces][1]: all there are, or so many spread evenly"""
    n = (end - start) // length
    where = numpy.linspace(0, n - 1, min(n, count or n)).astype(int)
    rows = [x[start + i * length : start + (i + 1) * length] for i in where]
    return torch.from_numpy(numpy.stack(rows, 1)).unsqueeze(2)


class Training:
    """One run: the network, what it learns from and what was best"""

    def __init__(self, network, data, validation, seconds):
        self.network, self.data, self.validation = network, data, validation
        self.adam = torch.optim.Adam(network.parameters(), 5e-3, weight_decay=1e-4)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            self.adam, factor=0.5, patience=5
        )
        self.best = (float("inf"), copy.deepcopy(network.state_dict()))
        self.n_updates = 0
        self.seconds_wanted = seconds
        self.validated = self.start = time.perf_counter()
        self.cost = 0.6 * VAL_SHARE * seconds  # A guess, until it is measured

    def validate(self):
        begun = time.perf_counter()
        x, target = self.validation
        with torch.no_grad():
            y, _ = self.network(x)
            loss = float(loss_of(y[VAL_WARM_UP:], target[VAL_WARM_UP:]))
        if loss < self.best[0]:
            self.best = (loss, copy.deepcopy(self.network.state_dict()))
        self.validated = time.perf_counter()
        self.cost = self.validated - begun
        return loss

    def seconds(self):
        return time.perf_counter() - self.start

    def train_batch(self, x, target):
        """Return whether there is time for more; leave enough to validate"""
        _, state = self.network(x[:WARM_UP])
        for t in range(WARM_UP, SEGMENT, WINDOW):
            state = tuple(s.detach() for s in state)
            self.adam.zero_grad()
            y, state = self.network(x[t : t + WINDOW], state)
            loss_of(y, target[t : t + WINDOW]).backward()
            self.adam.step()
            self.n_updates += 1
            if self.seconds() + 1.1 * self.cost > self.seconds_wanted:
                return False
            if time.perf_counter() - self.validated > self.cost / VAL_SHARE:
                self.validate()
        return True

    def train(self):
        n = self.data[0].shape[1]
        epoch = 0
        more = True
        while more:
            order = torch.randperm(n)
            for k in range(0, n, BATCH):
                batch = (part[:, order[k : k + BATCH]] for part in self.data)
                more = self.train_batch(*batch)
                if not more:
                    break
            epoch += 1
            if more and epoch % 2 == 0:
                self.plateau.step(self.validate())
        self.validate()


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("dry", "wet", "model"):
        parser.add_argument(name)
    parser.add_argument("--val-from", required=True)
    parser.add_argument("--test-from", default="0")
    parser.add_argument("--seconds", type=float, default=60)
    for name, default in (("seed", 0), ("threads", 2), ("hidden", 32)):
        parser.add_argument("--" + name, type=int, default=default)
    return parser.parse_args()


def main():
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    network = Network(arguments.hidden)
    dry, rate = bench_audio.read(arguments.dry)
    network.write(arguments.model, rate)

    def evaluate(*options):
        files = (arguments.model, arguments.dry, arguments.wet)
        return bench_run.run("eval", *files, "--json", *options)

    delay = round(evaluate("--to", "1")["delay"])
    wet = numpy.roll(bench_audio.read(arguments.wet)[0], -delay)
    val_from = round(float(arguments.val_from) * rate)
    test_from = round(float(arguments.test_from) * rate) or len(dry)

    data = [pieces(x, 0, val_from, SEGMENT) for x in (dry, wet)]
    part = (val_from, test_from, VAL_PIECE, VAL_PIECES)
    validation = [pieces(x, *part) for x in (dry, wet)]
    training = Training(network, data, validation, arguments.seconds)
    training.train()
    result = {"seconds": training.seconds(), "updates": training.n_updates}
    network.load_state_dict(training.best[1])
    network.write(arguments.model, rate)

    options = ["--from", arguments.val_from, "--to", arguments.test_from]
    result["val_esr"] = evaluate(*options)["esr"]
    has_test = test_from < len(dry)
    options = ["--from", arguments.test_from]
    result["test_esr"] = evaluate(*options)["esr"] if has_test else None
    print(json.dumps(dict(result, delay=delay)))


if __name__ == "__main__":
    main()

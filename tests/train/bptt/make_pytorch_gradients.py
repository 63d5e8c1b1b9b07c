#!/usr/bin/python3
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

"""Compute with PyTorch what tests/train/bptt/test_pytorch.c compares with.

    apt-get install python3-torch
    tests/train/bptt/make_pytorch_gradients.py > tests/train/bptt/pytorch_gradients.txt

The networks, inputs and losses are those of tests/train/bptt/network_case.h.
"""

import torch

FRAMES, BLOCK, LOOKAHEAD = 40, 16, 5
INPUTS, HIDDEN, CLASSES = 2, 3, 5
N_CASES = 48
SEQUENCE_WEIGHT, DC_WEIGHT, PRE_EMPHASIS = 0.5, 0.1, 0.85

torch.set_default_dtype(torch.float64)


class Random:
    """case_random() of network_case.h"""

    def __init__(self):
        self.state = 1

    def draw(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) / 8388608.0 - 1.0


class Network(torch.nn.Module):
    """One network of the family, made of PyTorch's own layers"""

    def __init__(self, index):
        super().__init__()
        layers = 3 if (index // 3) % 2 else 1
        cell = (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU)[index % 3]
        self.softmax = (index // 12) % 2 == 1
        self.both = (index // 6) % 2 == 1
        self.skip = (index // 24) % 2 == 1
        self.rec = cell(INPUTS, HIDDEN, layers)
        if self.both:
            self.rec_reverse = cell(INPUTS, HIDDEN, layers)
        self.lin = torch.nn.Linear(HIDDEN, CLASSES if self.softmax else 1)

    def forward(self, x):
        top = self.rec(x[:FRAMES])[0]
        if self.both:
            parts = []
            for start in range(0, FRAMES, BLOCK):
                end = min(start + BLOCK, FRAMES)
                window = x[start : end + LOOKAHEAD].flip(0)
                parts.append(self.rec_reverse(window)[0].flip(0)[: end - start])
            top = top + torch.cat(parts)
        return self.lin(top)


def loss_of(network, x, target, classes):
    output = network(x)
    if network.softmax:
        total = torch.nn.functional.cross_entropy(output, classes, reduction="sum")
        return SEQUENCE_WEIGHT * total
    y = output[:, 0] + (x[:FRAMES, 0] if network.skip else 0.0)
    error = y - target
    before = torch.cat([torch.zeros(1), error[:-1]])
    emphasised = error - PRE_EMPHASIS * before
    return (
        SEQUENCE_WEIGHT * (emphasised**2).sum() + DC_WEIGHT * error.sum() ** 2
    )


def run_case(index):
    """Return the loss and the gradient of all parameters, in the file's order"""
    random = Random()
    network = Network(index)
    with torch.no_grad():
        for parameter in network.parameters():
            for i in range(parameter.numel()):
                parameter.view(-1)[i] = 0.6 * random.draw()

    ahead = LOOKAHEAD if network.both else 0
    x = torch.tensor(
        [[random.draw() for _ in range(INPUTS)] for _ in range(FRAMES + ahead)]
    )
    target, classes = [], []
    n_classes = CLASSES if network.softmax else 1
    for _ in range(FRAMES):
        target.append(random.draw())
        classes.append(int((random.draw() + 1.0) * 0.499 * n_classes))

    loss = loss_of(network, x, torch.tensor(target), torch.tensor(classes))
    loss.backward()
    gradients = [p.grad.reshape(-1) for p in network.parameters()]
    return loss.item(), torch.cat(gradients).tolist()


def main():
    print("# PyTorch %s, made by make_pytorch_gradients.py" % torch.__version__)
    for index in range(N_CASES):
        loss, gradients = run_case(index)
        print("case %d %d %.9g" % (index, len(gradients), loss))
        for start in range(0, len(gradients), 6):
            print(" ".join("%.8g" % g for g in gradients[start : start + 6]))


if __name__ == "__main__":
    main()

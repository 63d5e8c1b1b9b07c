#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# What is wrong with recordings is said by `recurve train`, of every take, with
# a way out, in its JSON and in the report; two takes are compared by
# `recurve eval --floor`.

set -u
export PATH="$RECURVE_BUILD:$PATH"
n_failed=0

fail() {
  printf 'FAILED: %s\n' "$1"
  sed 's/^/  /' stderr
  n_failed=$((n_failed + 1))
}

# expect WORDS: that they are on standard error
expect() {
  grep -qF -- "$1" stderr || fail "does not say \"$1\""
}

python3 - <<'PYTHON'
import json, math, random, struct, wave

RATE = 16000
N = 20 * RATE

def write(name, values):
    with wave.open(name, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", round(32767 * v)) for v in values))

# Silent for the first second
random.seed(1)
dry = [0.0] * N
low = 0.0
for t in range(RATE, N):
    low += 0.3 * (random.gauss(0, 1) - low)
    dry[t] = max(-0.99, min(0.99, 0.3 * low * (1 + math.sin(t * 1e-3))))
write("dry.wav", dry)

device = [0.6 * math.tanh(2 * v) for v in dry]
noise = [random.gauss(0, 0.01) for _ in range(N)]
write("good.wav", device)
write("inverted.wav", [-v for v in device])
write("noisy.wav", [0.5 * v + 0.4 + 2 * r for v, r in zip(device, noise)])
write("clipped.wav", [max(-0.6, min(0.6, 4 * v)) for v in device])
write("quiet.wav", [0.01 * v for v in device])
write("late.wav", [0.0] * 50 + device[:-50])
write("drifting.wav", [device[t - t // 40000] for t in range(N)])
write("unrelated.wav", [8 * r for r in noise])
write("second.wav", [0.5 * v + 0.5 * r for v, r in zip([0.0] * 9 + device[:-9], noise)])
takes = "good inverted noisy clipped quiet late drifting".split()
with open("takes.json", "w") as file:
    json.dump({"knobs": [{"symbol": "gain", "min": 0, "max": 1}],
               "captures": [{"file": name + ".wav", "knobs": {"gain": i / 6}}
                            for i, name in enumerate(takes)]}, file)
PYTHON

train=(--hidden 2 --no-skip --updates 2 --threads 1 -o model.safetensors)

# Of one take, of which all is well
recurve train dry.wav good.wav "${train[@]}" --json >good.json 2>stderr ||
  fail "training"
expect 'wet: peak -4.'
expect 'no clipping, polarity kept, drift '
grep -q warning stderr && fail "a warning of a good recording"

# Of what has nothing to do with the dry recording
recurve train dry.wav unrelated.wav "${train[@]}" 2>stderr
expect 'warning: wet: no clear delay was found'


# Several, and a report without gnuplot, whose tables remain
PATH=/nonexistent "$RECURVE_BUILD/recurve" train dry.wav takes.json \
  "${train[@]}" --report takes.html --json >takes.out 2>stderr ||
  fail "training with takes"
[ "$(grep -c '^take [1-7] (gain [01]\.[0-9]*): peak ' stderr)" -eq 7 ] ||
  fail "not a line for each take"
expect 'polarity inverted'
[ "$(grep -c '^warning: ' stderr)" -eq 6 ] || fail "not six warnings"
[ "$(grep -c '^warning: .*; ' stderr)" -eq 6 ] || fail "no way out"
expect 'warning: take 3 (gain 0.33): has a DC of 0.4 beside'
expect 'warning: take 3 (gain 0.33): its noise floor is only'
expect 'warning: take 4 (gain 0.50): '
expect 'frames look clipped'
expect 'warning: take 5 (gain 0.67): is quiet, with a peak of -4'
expect 'warning: take 6 (gain 0.83): is 50 frames later than the other'
expect 'warning: take 7 (gain 1.00): drifts by 8.'

python3 - <<'PYTHON' || fail "the JSON is not what it should be"
import json

good = json.load(open("good.json"))
assert good["floor"] is None and len(good["takes"]) == 1
assert good["takes"][0]["polarity"] == 1
assert abs(good["takes"][0]["drift_frames"]) < 0.1

takes = json.load(open("takes.out"))["takes"]
assert [take["polarity"] for take in takes] == [1, -1, 1, 1, 1, 1, 1]
assert [take["delay"] for take in takes[:6]] == [0, 0, 0, 0, 0, 50]
assert [take["clipped"] > 1000 for take in takes] == [i == 3 for i in range(7)]
assert abs(takes[2]["dc"] - 0.4) < 0.01
assert takes[1]["peak_db"] - takes[4]["peak_db"] > 39
assert abs(takes[6]["drift_ppm"] - 25) < 2
PYTHON

# count N WORDS: so many lines of the report have them
count() {
  [ "$(grep -cE "$2" takes.html)" -eq "$1" ] || fail "not $1 times $2"
}
count 7 '^<tr><th>take [1-7] \(gain [01]\.[0-9]+\)</th>'
count 6 '^<li>take [3-7] \(gain '
count 1 '^<tr><th>take 2 .*<td>inverted</td>'
count 8 '^<p>No picture: install gnuplot'
count 3 '^<tr><th>-(4|15|27) dB</th><th>model</th>(<td>-?[0-9.]+</td>){10}'
count 1 'with the knobs in the middle: .*Of the model only'

# Segments have their own figures; the last is too short for some
recurve eval model.safetensors dry.wav good.wav --segment 6.65 --json >eval.json \
  2>stderr || fail "eval"
python3 - <<'PYTHON' || fail "not the segments"
import json

segments = json.load(open("eval.json"))["segments"]
assert [round(segment["start_s"], 2) for segment in segments] == [0, 6.65, 13.3, 19.95]
for segment in segments[:3]:
    assert segment["mr_stft"] > 0 and segment["rest_level"] >= 0
assert segments[3]["mr_stft"] is None and segments[3]["rest_level"] is None
assert segments[3]["esr"] > 0
PYTHON
recurve eval model.safetensors dry.wav good.wav --segment 6.65 >eval 2>stderr
grep -qE '^ *19.95s .* nan +nan$' eval || fail "not the table: $(cat eval)"

# Two takes of the same
recurve eval --floor good.wav second.wav >floor 2>stderr || fail "--floor"
grep -q '^the second take is 9.0.. frames later, needs 5.9. dB$' floor ||
  fail "not the delay and the gain: $(head -1 floor)"
grep -q 'no model can be expected to do better' floor || fail "no explanation"
recurve eval --floor good.wav second.wav --json >floor.json 2>stderr
python3 - <<'PYTHON' || fail "not the floor: $(cat floor.json)"
import json

floor = json.load(open("floor.json"))
assert 0.8e-3 < floor["esr"] < 2e-2
assert abs(floor["floor"] / floor["esr"] - 0.5) < 0.01
assert floor["polarity"] == 1
PYTHON
recurve eval good.wav inverted.wav --floor >floor 2>stderr || fail "--floor"
grep -q 'and is inverted$' floor || fail "not inverted"
recurve eval --floor good.wav drifting.wav >floor 2>stderr || fail "drift"
expect 'warning: the takes drift by 8.'
for bad in unrelated.wav missing.wav takes.json; do
  recurve eval --floor good.wav "$bad" >floor 2>stderr && fail "$bad is taken"
  grep -q "^recurve eval: $bad: .*;" stderr || fail "$bad: no name or way out"
  [ -s floor ] && fail "$bad: something is printed"
done

exit "$((n_failed > 0))"

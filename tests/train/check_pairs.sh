#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# `recurve train` learns one model from several pairs of recordings, each aligned
# by itself, and from the regions that a CSV file names.

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
import math, random, struct, wave

RATE = 16000

def write(name, values, rate=RATE):
    with wave.open(name, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", round(32767 * v)) for v in values))

def sound(seed, n):
    random.seed(seed)
    low = 0.0
    values = []
    for t in range(n):
        low += 0.3 * (random.gauss(0, 1) - low)
        values.append(max(-0.99, min(0.99, 0.3 * low * (1 + math.sin(t * 1e-3)))))
    return values

def device(values, delay):
    return [0.0] * delay + [0.6 * math.tanh(2 * v) for v in values[:len(values) - delay]]

a, b = sound(1, 6 * RATE), sound(2, 4 * RATE)
write("a_dry.wav", a)
write("a_wet.wav", device(a, 30))
write("b_dry.wav", b)
write("b_wet.wav", device(b, 0))
write("b_quiet.wav", [0.005 * v for v in device(b, 0)])
write("c.wav", a, 44100)
PYTHON
cat >use.csv <<'CSV'
pair,start_s,end_s,use
1,0,3,train
1,3,3.5,skip
1,3.5,4.5,validation
1,4.5,6,train
2,0,1,test
2,2,4,train
CSV

train=(--hidden 4 --no-skip --lr 0.02 --threads 1)
a=(a_dry.wav a_wet.wav)
b=(b_dry.wav b_wet.wav)

# Two, split as one is
recurve train "${a[@]}" "${b[@]}" "${train[@]}" --updates 120 -o both.safetensors \
  --report both.html --json >both.json 2>stderr || fail "two pairs"
expect 'pair 1: a_dry.wav a_wet.wav'
expect 'delay 30 frames (taken off)'
expect 'pair 2: b_dry.wav b_wet.wav'
expect 'delay 0 frames'
expect 'train 8.0 s, validation 1.0 s, test 1.0 s'
recurve eval both.safetensors "${b[@]}" --from 3.6 --json >eval.json 2>stderr ||
  fail "eval"
python3 - <<'PYTHON' || fail "the JSON is not what it should be: $(cat both.json)"
import json

both = json.load(open("both.json"))
first, second = both["pairs"]
assert (first["dry"], first["wet"]) == ("a_dry.wav", "a_wet.wav")
assert (first["delay"], second["delay"], both["delay"]) == (30, 0, 30)
assert abs(first["train_s"] - 4.8) < 0.01 and abs(second["train_s"] - 3.2) < 0.01
assert len(both["takes"]) == 2 and both["takes"][0]["delay"] == 30
assert both["test_esr"] < 0.5
assert json.load(open("eval.json"))["esr"] < 0.5
PYTHON
for words in '<h3>Pair 1: a_dry.wav a_wet.wav</h3>' \
  '<h3>Pair 2: b_dry.wav b_wet.wav</h3>' \
  'training: 0.00 to 3.20 s, validation: 3.20 to 3.60 s, test: 3.60 to 4.00 s' \
  '<tr><th>validation, pair 1</th>' '<tr><th>test, pair 2</th>'; do
  grep -qF "$words" both.html || fail "the report lacks \"$words\""
done

# The delay that was taken off is what is found again, and can be given; another
# one is worse, and a fraction is allowed
esr() {
  recurve eval both.safetensors "${a[@]}" --from 5 --json "$@" 2>stderr |
    python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["delay"], r["esr"])'
}
read -r found esr < <(esr)
read -r given same < <(esr --delay 30)
read -r half worse < <(esr --delay 28.5)
if [ "$found $given $half" != "30 30 28.5" ] || [ "$esr" != "$same" ] ||
  ! python3 -c "import sys; sys.exit(not $worse > 1.1 * $esr)"; then
  fail "not by the delay: $found $esr, $given $same, $half $worse"
fi
recurve eval both.safetensors "${a[@]}" --delay 60000 >out 2>stderr &&
  fail "a delay that is too long"
expect 'a_dry.wav: has 96000 frames, too few to take off a delay of 60000'

# What a warning is about is named
recurve train "${a[@]}" b_dry.wav b_quiet.wav "${train[@]}" --updates 2 \
  -o quiet.safetensors 2>stderr || fail "a quiet one"
expect 'warning: pair 2: wet: is quiet'

# By regions
recurve train "${a[@]}" "${b[@]}" "${train[@]}" --updates 40 --regions use.csv \
  -o cut.safetensors --json --report cut.html >cut.json 2>stderr || fail "regions"
expect 'train 6.5 s, validation 1.0 s, test 1.0 s'
grep -qF 'training: 0.00 to 3.00 s, 4.50 to 6.00 s, validation: 3.50 to 4.50 s' \
  cut.html || fail "the report does not name the regions"
python3 - <<'PYTHON' || fail "not the recipe: $(cat cut.json)"
import json

cut = json.load(open("cut.json"))
assert cut["recipe"].endswith(" --updates 40 --regions use.csv")
assert [pair["test_s"] for pair in cut["pairs"]] == [0, 1]
PYTHON

# The recipe has all that it takes to make the same again
recurve train a_dry.wav a_wet.wav "${train[@]}" --updates 2 --no-align --until 1e-9 \
  --patience 9 --val-from 3.0000625 -o again.safetensors --json >again.json \
  2>stderr || fail "again"
grep -qF -- '--updates 2 --until 1e-09 --patience 9 --val-from 3.0000625 --no-align"' \
  again.json || fail "not all of the recipe: $(cat again.json)"

# A run goes on with the same regions only.  In the background timeout would send a
# second signal, to its group, which ends at once what has seen the first
timeout --foreground -s INT 3 recurve train "${a[@]}" "${b[@]}" "${train[@]}" --updates 20000 \
  --regions use.csv -o long.safetensors >out 2>stderr
[ -e long.safetensors.resume ] || fail "there is no state"
sed 's/4.5,validation/4.4,validation/' use.csv >other.csv
recurve train "${a[@]}" "${b[@]}" "${train[@]}" --updates 20000 --resume \
  --regions other.csv -o long.safetensors >out 2>stderr && fail "other regions"
expect 'cannot go on: recordings was'
timeout --foreground -s INT 2 recurve train "${a[@]}" "${b[@]}" "${train[@]}" --updates 20000 \
  --resume --regions use.csv -o long.safetensors >out 2>stderr
expect 'long.safetensors.resume: goes on from there'
expect 'to go on, --resume'

# refuse WORDS ARGUMENT...: exit with 1 or 2, and say so
refuse() {
  local words=$1
  shift
  recurve train "$@" "${train[@]}" --updates 2 -o no.safetensors >out 2>stderr &&
    fail "$* is taken"
  expect "$words"
  [ -e no.safetensors ] && fail "$*: there is a model"
}
refuse 'WET of b_dry.wav is missing' "${a[@]}" b_dry.wav
refuse 'c.wav: has 44100 Hz, but a_wet.wav has 16000 Hz' "${a[@]}" c.wav c.wav
refuse 'none.csv: cannot be opened' "${a[@]}" --regions none.csv
refuse 'use.csv: line 6: "2" is not the number of a pair' "${a[@]}" --regions use.csv
refuse '--regions says all that' "${a[@]}" --regions use.csv --val-from 3
refuse '--regions says all that' "${a[@]}" --regions use.csv --clips 1000
printf 'start_s,end_s,use\n0,4,train\n' >half.csv
refuse 'half.csv: 4.00 s to train on and 0.00 s to validate by' "${a[@]}" \
  --regions half.csv

exit "$((n_failed > 0))"

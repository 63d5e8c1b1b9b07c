#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A training that is killed goes on with --resume to the same bytes as one that
# was never interrupted; what does not belong to it is refused.  RECURVE_KILLS
# moments are drawn, 2 by default.

set -u
export PATH="$RECURVE_BUILD:$PATH"
n_failed=0

fail() {
  printf 'FAILED: %s\n' "$1"
  [ -s stderr ] && sed 's/^/  stderr: /' stderr
  n_failed=$((n_failed + 1))
}

python3 - <<'PYTHON'
import math, random, struct, wave

RATE = 16000

def write(name, function):
    with wave.open(name, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        values = [function(t) for t in range(8 * RATE)]
        file.writeframes(b"".join(struct.pack("<h", int(32767 * v)) for v in values))

random.seed(1)
dry = [0.0]
for t in range(8 * RATE):
    dry.append(0.9 * dry[-1] + random.gauss(0, 0.06) * (1 + math.sin(t * 1e-3)))
write("dry.wav", lambda t: max(-1, min(1, dry[t])))
write("wet.wav", lambda t: 0.8 * math.tanh(3 * dry[t]))
write("other.wav", lambda t: 0.7 * math.tanh(3 * dry[t]))
PYTHON

train=(recurve train dry.wav wet.wav --hidden 6 --updates 300 --threads 1
  --seed 3 --name same --log log.jsonl)

# run MODEL OPTION...: train, always the same
run() {
  "${train[@]}" -o "$@" 2>stderr
}

# run_and_kill LINES OPTION...: kill it after so many validations and a bit
run_and_kill() {
  local lines=$1 pid
  shift
  rm -f killed.st killed.st.resume log.jsonl
  "${train[@]}" -o killed.st "$@" 2>stderr &
  pid=$!
  for _ in $(seq 3000); do
    [ "$(cat log.jsonl 2>/dev/null | wc -l)" -ge "$lines" ] && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.01
  done
  sleep "0.0$((RANDOM % 9))"
  kill -9 "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

# refuse WORDS MODEL OPTION...: train, which must say no in one line
refuse() {
  local words=$1
  shift
  run "$@"
  [ $? -eq 1 ] || fail "$*: was not refused"
  [ "$(grep -c '^recurve' stderr)" -eq 1 ] || fail "$*: not one line"
  grep '^recurve.*;' stderr | grep -qF -- "$words" || fail "$*: not \"$words\""
}

run whole.st || fail "training"
[ -e whole.st.resume ] && fail "the state of a run that is over is left"
n_lines=$(wc -l <log.jsonl)
strip='s/"seconds":[^,]*,//;s/"update_steps_per_second":[^,]*,//'
sed "$strip" log.jsonl >whole.jsonl

python3 - <<'PYTHON' || fail "the log is not what it should be"
import json

KEYS = "seconds updates steps update_steps_per_second train_loss val_esr best lr window rollbacks"
lines = [json.loads(line) for line in open("log.jsonl")]
assert all(list(line) == KEYS.split() for line in lines)
assert lines[-1]["updates"] == 300
assert lines[-1]["best"] == min(line["val_esr"] for line in lines)
assert [line["window"] for line in lines] == sorted(line["window"] for line in lines)
PYTHON

for _ in $(seq "${RECURVE_KILLS:-2}"); do
  lines=$((1 + RANDOM % (n_lines - 2)))
  run_and_kill "$lines"
  [ -e killed.st.resume ] || fail "no state after $lines validations"
  done_before=$(wc -l <log.jsonl)
  run killed.st --resume --threads 2 || fail "resuming"
  cmp -s whole.st killed.st ||
    fail "killed after $done_before of $n_lines validations: other bytes"
  sed "$strip" log.jsonl | cmp -s whole.jsonl - || fail "another log"
  [ -e killed.st.resume ] && fail "the state is left"
done

# Killed before there was a state: from the beginning
run killed.st --resume || fail "resuming from nothing"
grep -q 'from the beginning' stderr || fail "does not say that it begins"
cmp -s whole.st killed.st || fail "from the beginning: other bytes"

# What is rounded for playing is not what goes on being trained
run whole.st --bf16 || fail "training with --bf16"
run_and_kill 2 --bf16
run killed.st --bf16 --resume || fail "resuming with --bf16"
cmp -s whole.st killed.st || fail "resumed with --bf16: other bytes"

run_and_kill 3
cp killed.st.resume kept
refuse "hidden was 6 and is now 7" killed.st --resume --hidden 7
refuse "seed was 3 and is now 4" killed.st --resume --seed 4
refuse "optimizer was soap and is now adam" killed.st --resume \
  --optimizer adam --lr 0.03
refuse "weights was float and is now bfloat16" killed.st --resume --bf16
if grep -qw avx512_bf16 /proc/cpuinfo; then
  refuse "backward was float and is now bfloat16" killed.st --resume \
    --bf16-backward
fi
mv wet.wav kept.wav && mv other.wav wet.wav
refuse "recordings was" killed.st --resume
mv kept.wav wet.wav
[ "$(wc -l <log.jsonl)" -ge 3 ] || fail "a refusal emptied the log"
cmp -s kept killed.st.resume || fail "a refusal changed the state"
python3 - <<'PYTHON'
data = bytearray(open("kept", "rb").read())
data[-100] ^= 1
open("killed.st.resume", "wb").write(data)
PYTHON
refuse "damaged" killed.st --resume
head -c 5000 kept >killed.st.resume
refuse "killed.st.resume" killed.st --resume

[ -z "$(find . -name '*.tmp' -not -name '.killed*')" ] || fail "files are left"

exit "$((n_failed > 0))"

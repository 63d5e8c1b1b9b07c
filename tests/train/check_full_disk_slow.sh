#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A disk that is full while something is saved: one line with the file, the
# problem and a way out, status 1, what was there is still there to the byte,
# and nothing else is left.  A limit on the size of files fails as it does.

set -u
export PATH="$RECURVE_BUILD:$PATH"
export TMPDIR="$PWD"
n_failed=0

fail() {
  printf 'FAILED: %s\n' "$1"
  [ -s stderr ] && sed 's/^/  stderr: /' stderr
  n_failed=$((n_failed + 1))
}

# sums: of all files but those that a command may change
sums() {
  find . -type f ! -name stderr ! -name "${may_change:-none}" \
    -exec md5sum {} + | sort
}

# full KIB FILE COMMAND...: run recurve with so much space for each file, which
# must fail for FILE and leave all files as they were
full() {
  local kib=$1 file=$2 status before after
  shift 2
  before=$(sums)
  (
    trap '' XFSZ
    ulimit -f "$kib"
    exec recurve "$@" 2>stderr >/dev/null
  )
  status=$?
  after=$(sums)
  [ "$status" -eq 1 ] || fail "$*: status $status"
  [ "$(grep -c '^recurve' stderr)" -eq 1 ] || fail "$*: not one line"
  grep -q "^recurve $1: .*$file.*: writing failed: File too large; " stderr ||
    fail "$*: not the file, the problem and a way out"
  [ "$before" = "$after" ] || {
    fail "$*: files are left or changed"
    diff <(echo "$before") <(echo "$after")
  }
}

recurve signal dry.wav --part short --rate 16000 2>stderr || fail "signal"
python3 - <<'PYTHON'
import math, struct, wave

with wave.open("dry.wav", "rb") as file:
    n = file.getnframes()
    data = file.readframes(n)
values = [int.from_bytes(data[3 * i : 3 * i + 3], "little", signed=True) / 2**23
          for i in range(n)]
with wave.open("wet.wav", "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(16000)
    file.writeframes(b"".join(struct.pack("<h", round(20000 * math.tanh(3 * v)))
                              for v in values))
PYTHON

train=(train dry.wav wet.wav --hidden 6 --no-skip --updates 120 --threads 1
  --seed 3 --name same)
recurve "${train[@]}" -o whole.st --report report.html 2>stderr ||
  fail "training"
cp whole.st model.st
[ "$(stat -c %s model.st)" -lt 16384 ] || fail "the model is larger than thought"

# The model itself, and its state
full 4 model.st "${train[@]}" -o model.st --seed 4
may_change=other.st
full 16 other.st.resume "${train[@]}" -o other.st
recurve info other.st >/dev/null 2>&1 || fail "the best so far is torn"

# Of a run without a report the model is there, and what makes the report too
may_change='model.st*'
full 512 report.html "${train[@]}" -o model.st --report report.html
may_change=
cmp -s whole.st model.st || fail "no report: another model"
recurve "${train[@]}" -o model.st --report report.html --resume 2>stderr ||
  fail "no report: cannot go on"
grep -q '^model.st.resume: goes on from there' stderr || fail "no report: no state"
cmp -s whole.st model.st || fail "with the report: another model"

# A state that was there, which the run then goes on from
recurve "${train[@]}" -o killed.st --log log.jsonl 2>stderr &
pid=$!
for _ in $(seq 3000); do
  [ "$(cat log.jsonl 2>/dev/null | wc -l)" -ge 3 ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.01
done
kill -9 "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
rm -f .killed.st*.tmp log.jsonl
[ -e killed.st.resume ] || fail "there is no state"
may_change=killed.st
full 16 killed.st.resume "${train[@]}" -o killed.st --resume
may_change=
recurve "${train[@]}" -o killed.st --resume 2>stderr || fail "resuming"
cmp -s whole.st killed.st || fail "goes on to other bytes"

# What other commands write, over what is there and anew
recurve render model.st dry.wav out.wav 2>stderr || fail "render"
full 64 out.wav render model.st dry.wav out.wav
full 64 new.wav render model.st dry.wav new.wav
full 64 out.wav signal out.wav
if command -v gnuplot >/dev/null; then
  full 1 recurve-plot reach model.st dry.wav wet.wav --picture reach.svg
fi
recurve convert model.st model.json 2>stderr || fail "convert"
full 1 model.json convert model.st model.json

exit "$((n_failed > 0))"

#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# Bad input to every command: one line that names it, the exit status 1 (2 for
# wrong usage), no crash, and no output or temporary file left behind.

set -u
export PATH="$RECURVE_BUILD:$PATH"
n_checks=0
n_failed=0

fail() {
  n_failed=$((n_failed + 1))
  printf 'FAILED: %s\n  %s\n' "$command" "$1"
  sed 's/^/  stderr: /' ../stderr
}

# refuse STATUS WORDS COMMAND...: run recurve and check how it refuses
refuse() {
  local wanted=$1 words=$2 before status=0 lines
  shift 2
  command="recurve $*"
  n_checks=$((n_checks + 1))
  before=$(find . ../other | sort)
  timeout 60 recurve "$@" >../stdout 2>../stderr </dev/null || status=$?
  lines=$(grep -c '^recurve' ../stderr)

  if [ "$status" -ne "$wanted" ]; then
    fail "exit status $status instead of $wanted"
  elif [ "$lines" -ne 1 ]; then
    fail "$lines lines from recurve"
  elif ! grep '^recurve' ../stderr | grep -qF -- "$words"; then
    fail "the line does not name $words"
  elif [ "$wanted" -eq 1 ] && ! grep '^recurve' ../stderr | grep -q ';'; then
    fail "the line shows no way out"
  elif [ -s ../stdout ]; then
    fail "there is something on standard output"
  elif [ "$before" != "$(find . ../other | sort)" ]; then
    fail "files are left: $(find . -newer ../stdout)"
  fi
}

# Recordings that are good, and those that are not
make_files() {
  python3 - <<'PYTHON'
import math, struct, wave

def write(name, rate=16000, channels=1, seconds=3.0, level=0.5, until=1e9):
    with wave.open(name, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        frames = []
        for t in range(int(rate * seconds)):
            value = level * math.sin(0.05 * t + 1e-6 * t * t) * (t < until * rate)
            frames += [struct.pack("<h", int(32767 * value))] * channels
        file.writeframes(b"".join(frames))

write("dry.wav")
write("wet.wav", level=0.3)
write("rate.wav", rate=44100)
write("length.wav", seconds=2.5)
write("silent.wav", level=0.0)
write("stereo.wav", channels=2)
write("gated.wav", level=0.3, until=2.0)
write("slow.wav", rate=8, seconds=100)
write("brief.wav", seconds=0.01)
write("none.wav", seconds=0.0)
whole = open("dry.wav", "rb").read()
open("cut.wav", "wb").write(whole[: len(whole) // 2])
open("head.wav", "wb").write(whole[:30])
open("empty.wav", "wb").close()
open("text.wav", "w").write("This is no audio file.\n")
open("take.json", "w").write("""{"knobs": [{"symbol": "gain", "min": 0, "max": 1}],
  "captures": [{"file": "wet.wav", "knobs": {"gain": 0.5}}]}""")
PYTHON
}

# A model, and pieces of it
make_models() {
  recurve train dry.wav wet.wav -o model.safetensors --hidden 4 --updates 150 \
    --batch 8 --segment 100 --threads 1 2>../stderr || return 1
  python3 - <<'PYTHON'
import os
whole = open("model.safetensors", "rb").read()
for k in range(40):
    size = k if k < 12 else len(whole) * (k - 11) // 29 - 1
    open("cut%d.safetensors" % k, "wb").write(whole[:size])
wrong = bytearray(whole)
wrong[-1] ^= 0x41
open("wrong.safetensors", "wb").write(wrong)
PYTHON
}

rm -rf work other
mkdir work other
cd work || exit 1
command="preparation"
: >../stderr
if ! make_files || ! make_models; then
  fail "the files cannot be made"
  exit 1
fi
mkdir folder
mkfifo fifo
train=(--updates 3 --hidden 4 --batch 4 --segment 100 --threads 1)

# Recordings that cannot be used
for bad in missing.wav cut.wav head.wav empty.wav text.wav none.wav folder \
  stereo.wav silent.wav slow.wav; do
  refuse 1 "$bad" train "$bad" wet.wav -o out.safetensors "${train[@]}"
  refuse 1 "$bad" train dry.wav "$bad" -o out.safetensors "${train[@]}"
  refuse 1 "$bad" eval model.safetensors "$bad" wet.wav
  refuse 1 "$bad" eval model.safetensors dry.wav "$bad"
  refuse 1 "$bad" eval --floor dry.wav "$bad"
done
for bad in rate.wav length.wav; do
  refuse 1 "$bad" train dry.wav "$bad" -o out.safetensors "${train[@]}"
  refuse 1 "$bad" eval model.safetensors dry.wav "$bad"
done
refuse 1 brief.wav train brief.wav brief.wav -o out.safetensors "${train[@]}"
refuse 1 "silent in the part for validation" \
  train dry.wav gated.wav -o out.safetensors "${train[@]}"
refuse 1 "--rate 16000" eval model.safetensors rate.wav rate.wav
refuse 1 "--rate 16000" reach model.safetensors rate.wav rate.wav
refuse 1 "number of knobs" eval model.safetensors dry.wav take.json
for bad in missing.wav cut.wav head.wav empty.wav text.wav none.wav folder; do
  refuse 1 "$bad" render model.safetensors "$bad" out.wav
  refuse 1 "$bad" capture urn:none "$bad" -o out
done
refuse 1 urn:none capture urn:none dry.wav -o out

RECURVE_KERNELS=generic refuse 2 "AVX-512 BF16" train dry.wav wet.wav \
  -o out.safetensors "${train[@]}" --bf16-backward

# Models that cannot be read
for k in $(seq 0 39); do
  refuse 1 "cut$k.safetensors" info "cut$k.safetensors"
done
for bad in missing.safetensors cut20.safetensors wrong.safetensors dry.wav \
  folder fifo; do
  refuse 1 "$bad" info "$bad"
  refuse 1 "$bad" info --json "$bad"
  refuse 1 "$bad" render "$bad" dry.wav out.wav
  refuse 1 "$bad" eval "$bad" dry.wav wet.wav
  refuse 1 "$bad" install "$bad" --name X --lv2dir ../other
done

# Models of other programs that do not fit, and damaged ones
echo '{"version": "0.5.4", "architecture": "WaveNet"}' >wavenet.nam
echo '{"model_data": {"model": "RecNet"}}' >recnet.json
echo '{"layers": [{"type": "conv1d"}]}' >conv.json
echo '{"layers": [' >cut.json
for bad in wavenet.nam recnet.json conv.json cut.json cut20.safetensors; do
  refuse 1 "$bad" info "$bad"
  refuse 1 "$bad" convert "$bad" out.safetensors
done
refuse 2 model.safetensors convert model.safetensors model.safetensors
refuse 2 out.wav convert model.safetensors out.wav
refuse 2 wav convert --format wav model.safetensors out.json
for out in out.json out.AIDAX out.nam out.safetensors; do
  refuse 1 missing/$out convert model.safetensors missing/$out
done

# What a format cannot hold
python3 - <<'PYTHON'
import json
with open("rnn.json", "w", encoding="utf-8") as file:
    json.dump({"model_data": {"model": "SimpleRNN", "input_size": 1, "skip": 1,
                              "output_size": 1, "unit_type": "RNN",
                              "num_layers": 1, "hidden_size": 1},
               "state_dict": {"rec.weight_ih_l0": [[1]], "rec.bias_ih_l0": [1],
                              "rec.weight_hh_l0": [[1]], "rec.bias_hh_l0": [1],
                              "lin.weight": [[1]], "lin.bias": [1]}}, file)
PYTHON
for out in out.nam out.aidax out.json; do
  refuse 1 "rnn cells" convert rnn.json $out
done

# A file that names neither its rate nor its knobs is compared as it is
sed 's/"input_size": 1/"input_size": 2/; s/ih_l0": \[\[1\]\]/ih_l0": [[1, 1]]/' \
  rnn.json >knob.json
for files in "rnn.json dry.wav wet.wav" "knob.json dry.wav take.json"; do
  command="recurve eval $files"
  n_checks=$((n_checks + 1))
  # shellcheck disable=SC2086
  if ! recurve eval $files >../stdout 2>../stderr; then
    fail "is refused"
  elif ! grep -q 'does not say its rate' ../stderr; then
    fail "does not say that the rate is assumed"
  fi
done

# Outputs that cannot be written
for bad in folder missing/out dry.wav/out; do
  refuse 1 "$bad" train dry.wav wet.wav -o "$bad" "${train[@]}"
  refuse 1 "$bad" render model.safetensors dry.wav "$bad"
done
refuse 1 missing/x install model.safetensors --name X --lv2dir missing/x/y
refuse 1 dry.wav install model.safetensors --name X --lv2dir dry.wav
refuse 1 dry.wav capture urn:none dry.wav -o dry.wav
if [ "$(id -u)" -ne 0 ]; then
  mkdir locked
  chmod 500 locked
  refuse 1 locked/out.wav render model.safetensors dry.wav locked/out.wav
fi

# Outputs that are read, or another output
mkdir captured
cp dry.wav captured
ln -s nowhere link
for bad in dry.wav ./wet.wav; do
  refuse 2 "$bad" train dry.wav wet.wav -o "$bad" "${train[@]}"
  for option in --report --log; do
    refuse 2 "$bad" train dry.wav wet.wav -o out.safetensors "${train[@]}" \
      $option "$bad"
  done
done
for same in out ./out ../work/out; do
  refuse 2 out train dry.wav wet.wav -o out --report "$same" "${train[@]}"
  refuse 2 out train dry.wav wet.wav -o out --log "$same.resume" "${train[@]}"
done
refuse 2 model.safetensors render model.safetensors dry.wav model.safetensors
refuse 2 dry.wav render model.safetensors dry.wav dry.wav
refuse 2 dry.wav reach model.safetensors dry.wav wet.wav --picture dry.wav
refuse 2 captured/dry.wav capture urn:none captured/dry.wav -o captured \
  --channel 1
refuse 1 link render model.safetensors dry.wav link

# Names that are too long, with what is put after them, or as they are
long=$(printf 'x%.0s' {1..250})
for name in "$long" "$long$long"; do
  refuse 1 "shorter name" train dry.wav wet.wav -o "$name" "${train[@]}"
done
refuse 1 "shorter name" render model.safetensors dry.wav "$long$long"

# What was saved of an interrupted run is there when the command was mistyped
touch model.safetensors.resume
refuse 1 missing.wav train missing.wav wet.wav -o model.safetensors \
  "${train[@]}"

# Another preset whose name is the same but for signs
recurve install model.safetensors --name "A +" --lv2dir ../other >../stdout 2>&1
recurve install model.safetensors --name "A +" --lv2dir ../other >../stdout 2>&1
refuse 2 recurve-a.lv2 install model.safetensors --name "A -" --lv2dir ../other

# Wrong usage
for name in train render eval info install capture signal convert; do
  refuse 2 --no-such-option "$name" --no-such-option
  refuse 2 "" "$name"
  refuse 2 "" "$name" a b c d e f
done
refuse 2 traim traim
refuse 2 -o train dry.wav wet.wav
refuse 2 -o capture urn:none dry.wav
refuse 2 --hidden train dry.wav wet.wav -o out.safetensors --hidden 0
refuse 2 --hidden train dry.wav wet.wav -o out.safetensors --hidden 99999
refuse 2 --hidden train dry.wav wet.wav -o out.safetensors --hidden 4x
refuse 2 --lr train dry.wav wet.wav -o out.safetensors --lr nan
refuse 2 --lr train dry.wav wet.wav -o out.safetensors --lr -1
refuse 2 --time train dry.wav wet.wav -o out.safetensors --time soon
refuse 2 --bptt train dry.wav wet.wav -o out.safetensors --bptt -5
refuse 2 --cell train dry.wav wet.wav -o out.safetensors --cell lstn
refuse 2 --val-from train dry.wav wet.wav -o out.safetensors --val-from -1
refuse 2 --block render model.safetensors dry.wav out.wav --block 0
refuse 2 --oversample render model.safetensors dry.wav out.wav --oversample 3
refuse 2 TAKE eval --floor dry.wav
refuse 2 model.safetensors eval --floor dry.wav wet.wav model.safetensors
refuse 2 --from eval --floor dry.wav wet.wav --from 1
refuse 2 --clips eval --floor dry.wav wet.wav --clips 100
refuse 2 --classes train dry.wav wet.wav -o out.safetensors --classes 64
refuse 2 --bidirectional train dry.wav wet.wav -o out.safetensors --lookahead 9
refuse 2 --lookahead train dry.wav wet.wav -o out.safetensors --bidirectional \
  --block 1 --lookahead 255
refuse 2 --clips train dry.wav wet.wav -o out.safetensors --clips 4000 \
  --segment 100
refuse 2 --segment eval model.safetensors dry.wav wet.wav --segment 0

echo "$n_checks checks, $n_failed failed"
[ "$n_failed" -eq 0 ]

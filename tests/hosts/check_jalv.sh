#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# jalv, on a JACK server without a sound card, plays what `recurve render` does.

set -u

hosts=$RECURVE_TOP/tests/hosts
. "$hosts/jack_server.sh"

python3 "$hosts/wav.py" make in.wav
python3 "$hosts/wav.py" to-raw in.wav in.raw
model=$RECURVE_BUILD/recurve.lv2/presets/chump/model.safetensors
"$RECURVE_BUILD/recurve" render "$model" in.wav expected.wav || exit 1
python3 "$hosts/wav.py" to-raw expected.wav expected.raw

# jalv ends when its standard input does.  Of two channels one has the sound and
# the other silence, so that one which is taken for the other would be noticed.
play() {
  local kind=$1 input=$2 output=$3
  local fifo=$kind-$output.fifo
  mkfifo "$fifo"
  jalv -n "recurve-$kind" -x "urn:recurve:$kind" <"$fifo" >"$kind.txt" 2>&1 &
  jalv=$!
  exec 9>"$fifo"
  sleep 2
  ./jack_render in.raw "$kind.raw" "recurve-$kind:$input" "recurve-$kind:$output"
  local status=$?
  exec 9>&-
  wait "$jalv" || status=1
  jalv=
  echo "jalv, $kind, $output:"
  python3 "$hosts/wav.py" compare expected.raw "$kind.raw" || status=1
  [ $status = 0 ] || cat "$kind.txt"
  return $status
}

status=0
play mono in out || status=1
play stereo in_left out_left || status=1
play stereo in_right out_right || status=1
exit $status

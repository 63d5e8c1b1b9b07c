#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# jalv, on a JACK server without a sound card, plays what `recurve render` does.

set -u

for tool in jackd jalv cc python3; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not installed"
    exit 77
  }
done
hosts=$RECURVE_TOP/tests/hosts
echo '#include <jack/jack.h>' | cc -E -x c - >/dev/null 2>&1 || {
  echo "libjack-jackd2-dev is not installed"
  exit 77
}
cc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 "$hosts/jack_render.c" \
  -o jack_render -ljack || exit 1
if [ -n "${RECURVE_SANITIZE:-}" ]; then
  echo "jalv cannot load a plugin with a sanitizer"
  exit 77
fi

export JACK_DEFAULT_SERVER=recurve-$$ JACK_NO_AUDIO_RESERVATION=1
jack=
jalv=
finish() {
  exec 9>&-
  [ -n "$jalv" ] && kill "$jalv" 2>/dev/null
  [ -n "$jack" ] && kill "$jack" 2>/dev/null
  wait 2>/dev/null
}
trap finish EXIT

jackd --name "$JACK_DEFAULT_SERVER" --no-realtime -d dummy -r 48000 -p 256 \
  >jackd.txt 2>&1 &
jack=$!
sleep 1
kill -0 "$jack" 2>/dev/null || {
  cat jackd.txt
  echo "jackd does not run here"
  exit 77
}

python3 "$hosts/wav.py" make in.wav
python3 "$hosts/wav.py" to-raw in.wav in.raw
model=$RECURVE_BUILD/recurve.lv2/presets/chump/model.safetensors
"$RECURVE_BUILD/recurve" render "$model" in.wav expected.wav || exit 1
python3 "$hosts/wav.py" to-raw expected.wav expected.raw

# jalv ends when its standard input does
play() {
  local kind=$1 input=$2 output=$3
  mkfifo "$kind.fifo"
  jalv -n "recurve-$kind" -x "urn:recurve:$kind" <"$kind.fifo" >"$kind.txt" 2>&1 &
  jalv=$!
  exec 9>"$kind.fifo"
  sleep 2
  ./jack_render in.raw "$kind.raw" "recurve-$kind:$input" "recurve-$kind:$output"
  local status=$?
  exec 9>&-
  wait "$jalv" || status=1
  jalv=
  echo "jalv, $kind:"
  python3 "$hosts/wav.py" compare expected.raw "$kind.raw" || status=1
  [ $status = 0 ] || cat "$kind.txt"
  return $status
}

status=0
play mono in out || status=1
play stereo in_right out_right || status=1
exit $status

#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# The whole way once: capture a device, train, install, play the model through
# the real plugin in an LV2 host, and compare it with the device on a riff that
# neither training nor validation has heard.  `./waf demo` runs this.

set -eu

build=${RECURVE_BUILD:-$(cd "$(dirname "$0")/.." && pwd)/build}
device=http://guitarix.sourceforge.net/plugins/gx_redeye#chump
PATH=$build:$PATH
LV2_PATH=$build/lv2:/usr/lib/lv2
for folder in /usr/lib/*-linux-gnu*/lv2; do
  [ -d "$folder" ] && LV2_PATH=$LV2_PATH:$folder
done
export PATH LV2_PATH

rm -rf "$build/demo"
mkdir -p "$build/demo"
cd "$build"

say() {
  printf '\n--- %s\n' "$1"
}

run() {
  echo "\$ $*" >&2
  "$@"
}

# made FILE...: a step is done when what it makes is there and not empty
made() {
  for file in "$@"; do
    [ -s "$file" ] || {
      echo "demo: the last step did not make $build/$file" >&2
      exit 1
    }
  done
}

# The same settings for training and for the comparison.  In blocks that are no
# power of two the device leaves its cabinet off: this is the amplifier alone.
capture_device() {
  run recurve capture "$device" "$1" -o "$2" --block 100 \
    --set Gain=0.3 --set Tone=0.5 --set Volume=0.4
  made "$2/dry.wav" "$2/wet.wav"
}

say "1. The signal to send through the device"
run recurve signal demo/dry.wav
made demo/dry.wav

say "2. The device: a small valve amplifier of Guitarix"
capture_device demo/dry.wav demo/capture

say "3. Train a model of it, for four minutes or until the ESR is 0.10"
run recurve train demo/capture/dry.wav demo/capture/wet.wav \
  -o demo/model.safetensors --until 0.10 --time 4m --report demo/report.html
made demo/model.safetensors demo/report.html

say "4. Make a preset that every LV2 host lists"
preset=$(run recurve install demo/model.safetensors --name "Recurve demo" \
  --lv2dir demo/lv2 | tail -n 1)
[ -n "$preset" ] || {
  echo "demo: install did not print the preset's URI" >&2
  exit 1
}
echo "$preset"

say "5. A riff through the plugin, and through the device"
run recurve signal demo/riff.wav --part riff
made demo/riff.wav
LV2_PATH=$build/demo/lv2:$LV2_PATH run recurve capture urn:recurve:mono \
  demo/riff.wav --preset "$preset" -o demo/plugin
made demo/plugin/wet.wav
capture_device demo/riff.wav demo/device

say "6. How near the model is to the device on the riff"
run recurve eval demo/model.safetensors demo/device/dry.wav \
  demo/device/wet.wav --json >demo/eval.json
made demo/eval.json
esr=$(sed -n 's/.*"esr": *\([0-9.eE+-]*\).*/\1/p' demo/eval.json | head -n 1)
[ -n "$esr" ] || {
  echo "demo: eval printed no ESR" >&2
  exit 1
}

cat <<END

Listen:
  dry     $build/demo/riff.wav
  device  $build/demo/device/wet.wav
  plugin  $build/demo/plugin/wet.wav
Report:   $build/demo/report.html
ESR:      $esr (0 is the device itself)
END

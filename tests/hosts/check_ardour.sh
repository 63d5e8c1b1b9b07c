#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A session of Ardour with a preset, opened again in another folder, exports what
# `recurve render` does.

set -u

for tool in ardour7-lua ardour7-export python3; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not installed"
    exit 77
  }
done
if [ -n "${RECURVE_SANITIZE:-}" ]; then
  echo "Ardour cannot load a plugin with a sanitizer"
  exit 77
fi

# Ardour 7.3 corrupts memory on processors with AVX-512 unless told so
export ARDOUR_FPU_FLAGS=0

# The standard's own bundles and ours: Ardour starts in 2 s instead of 8
mkdir lv2
for folder in ${LV2_PATH//:/ }; do
  for name in atom buf-size core dynmanifest event log midi morph options \
    parameters patch port-groups port-props presets resize-port schemas state \
    time ui units uri-map urid worker; do
    [ -d "$folder/$name.lv2" ] && [ ! -e "lv2/$name.lv2" ] &&
      ln -s "$folder/$name.lv2" lv2/
  done
done
export LV2_PATH=$RECURVE_BUILD/lv2:$PWD/lv2

hosts=$RECURVE_TOP/tests/hosts
python3 "$hosts/wav.py" make riff.wav

# Of 40 exports one hangs, whatever the plugin: try again, once
try() {
  timeout 60 "$@" >out.txt 2>&1 || timeout 60 "$@" >out.txt 2>&1
}

check() {
  local preset=$1 kind=$2 channels=$3
  local name=$preset-$kind model=$RECURVE_BUILD/recurve.lv2/presets/$preset
  local uri=file://$RECURVE_BUILD/lv2/recurve.lv2/presets/$preset/preset.ttl#$kind

  echo "Ardour, preset $preset, $kind:"
  "$RECURVE_BUILD/recurve" render "$model/model.safetensors" riff.wav \
    "$name.expected.wav" || return 1
  create() {
    rm -rf "$name"
    ardour7-lua "$hosts/ardour_create.lua" "$PWD/$name" "$name" "$channels" \
      "urn:recurve:$kind" "$uri"
  }
  export -f create
  export hosts name channels kind uri
  try bash -c create || {
    cat out.txt
    return 1
  }
  python3 "$hosts/ardour_import.py" "$name" "$name" riff.wav || return 1

  # Moved beside where it was: Ardour itself links to files outside of a session
  # by their way from there
  mv "$name" "$name.moved"

  # Judged by the audio: it may end badly after all is written
  try ardour7-export -b float -o "$PWD/$name.wav" "$PWD/$name.moved" "$name"
  [ -f "$name.wav" ] || {
    cat out.txt
    return 1
  }
  python3 "$hosts/wav.py" to-raw "$name.expected.wav" expected.raw
  for ((channel = 0; channel < channels; ++channel)); do
    python3 "$hosts/wav.py" to-raw "$name.wav" exported.raw "$channel" || return 1
    python3 "$hosts/wav.py" compare expected.raw exported.raw || return 1
  done
}

status=0
check chump mono 1 || status=1
check ds1 mono 1 || status=1
check ds1 stereo 2 || status=1
exit $status

#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A real Boss DS-1, dry and wet: 16 s of training must beat by far the best
# linear filter (1024 taps: ESR 0.255) on the rest.  The recordings are not part
# of the project; RECURVE_TEST_DATA names their folder.

set -eu

pair=${RECURVE_TEST_DATA:-}/pairs/ds1_hardware
[ -r "$pair/dry.flac" ] || {
  echo "RECURVE_TEST_DATA has no pairs/ds1_hardware"
  exit 77
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$RECURVE_BUILD/recurve" train "$pair/dry.flac" "$pair/wet.flac" \
  -o "$folder/ds1.safetensors" --hidden 16 --val-from 16 --updates 6000 \
  --seed 0 --json 2>"$folder/log" >"$folder/result.json" || {
  cat "$folder/log"
  exit 1
}

python3 - "$folder/result.json" <<'END'
import json
import sys

esr = json.load(open(sys.argv[1]))["val_esr"]
print("validation ESR %.4f, linear 0.255" % esr)
sys.exit(0 if esr < 0.05 else 1)
END

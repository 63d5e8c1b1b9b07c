#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# Install what is built into a folder, look whether all of it is there and works,
# and take it away again.
#
# usage: tests/install.sh BUILD    (the folder of a configured build)

set -eu -o pipefail
top=$(realpath "$(dirname "$0")/..")
build=$(realpath "${1:?usage: tests/install.sh BUILD}")
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT

fail() {
  echo "$0: $1" >&2
  exit 1
}

cd "$top"
./waf -o "$build" install --destdir="$there" >"$there/log" 2>&1 || {
  cat "$there/log" >&2
  exit 1
}
prefix=$(sed -n "s/^PREFIX = '\(.*\)'$/\1/p" "$build/c4che/_cache.py")
bin=$there$prefix/bin/recurve
bundle=$(find "$there" -name recurve.lv2 -type d)

"$bin" --version | grep -q '^recurve ' || fail "the command does not run"
[ -s "$there$prefix/share/man/man1/recurve.1" ] || fail "there is no man page"
for folder in presets/*/preset.ttl; do
  name=$(basename "$(dirname "$folder")")
  [ -s "$bundle/presets/$name/preset.ttl" ] || fail "preset $name is missing"
  "$bin" info "$bundle/presets/$name/model.safetensors" >/dev/null ||
    fail "the model of preset $name is none"
done
LV2_PATH=$(dirname "$bundle") "$bin" capture --list urn:recurve:mono |
  grep -q '^output_gain ' || fail "the installed plugin is not found"

./waf -o "$build" uninstall --destdir="$there" >"$there/log" 2>&1
left=$(find "$there" -type f ! -name log)
[ -z "$left" ] || fail "uninstall leaves $left"
echo "installed, looked at and taken away again"

#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# The bundle as built is valid, and hosts can read both plugins.

set -u

for tool in lv2_validate lv2info; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not installed"
    exit 77
  }
done

bundle=$RECURVE_BUILD/recurve.lv2
[ -f "$bundle/manifest.ttl" ] || {
  echo "$bundle/manifest.ttl was not built"
  exit 1
}

status=0
shopt -s nullglob globstar
if ! lv2_validate "$bundle"/**/*.ttl \
  "$RECURVE_TOP/tests/hosts/mod-stub.ttl"; then
  status=1
fi

# It also says 0 after errors, so what it prints is judged as well
for uri in urn:recurve:mono urn:recurve:stereo; do
  if ! lv2info "$uri" >info.txt 2>errors.txt ||
    grep -Eiq 'error|warning|failed' errors.txt ||
    ! grep -qx "$uri" info.txt; then
    echo "lv2info $uri:"
    cat errors.txt
    status=1
  fi
done
exit $status

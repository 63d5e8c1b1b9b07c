#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# lv2bench, which offers no worker, passes over our plugins and does not crash.

set -u

command -v lv2bench >/dev/null || {
  echo "lv2bench is not installed"
  exit 77
}
if [ -n "${RECURVE_SANITIZE:-}" ]; then
  echo "lv2bench cannot load a plugin with a sanitizer"
  exit 77
fi

status=0
for uri in urn:recurve:mono urn:recurve:stereo; do
  lv2bench -b 64 -n 4800 "$uri" >out.txt 2>&1
  ended=$?
  cat out.txt
  # Once it can host us it prints seconds and the URI
  if [ $ended != 0 ] || ! grep -Eq \
    "^<$uri> requires feature .*, skipping|^[0-9.]+ $uri" out.txt; then
    echo "lv2bench $uri: status $ended"
    status=1
  fi
done
exit $status

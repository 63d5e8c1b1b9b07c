#!/bin/sh
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# What playing costs, and the longest blocks of ten minutes of it.

exec "$RECURVE_BUILD/tests/bench/playing_cost" "$RECURVE_TOP/presets"

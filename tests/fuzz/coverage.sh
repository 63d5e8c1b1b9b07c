#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# How much of the readers the fuzzers reach.
#
#   tests/fuzz/coverage.sh CORPORA
#
# CORPORA is what `./waf fuzz` leaves in build-fuzz/fuzz.  Builds the fuzzers anew
# in a temporary folder, runs each on its corpus, and prints the lines, regions
# and branches of dsp/model that they enter.  Needs clang-14 and its llvm-cov.

set -eu
top=$(realpath "$(dirname "$0")/../..")
corpora=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

flags="-std=c11 -O1 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I$top"
flags="$flags -DRCV_FEW_KERNEL_SIZES=1 -DRCV_ISA=generic"
coverage="-fprofile-instr-generate -fcoverage-mapping"
for file in "$top"/dsp/*.c "$top"/dsp/kernels/*.c "$top"/dsp/model/*.c; do
  case $file in
    */dsp/model/*) more=$coverage ;;
    *) more="" ;;
  esac
  # shellcheck disable=SC2086
  clang-14 $flags $more -c "$file"
done

objects=()
for file in "$top"/tests/fuzz/fuzz_*.c; do
  name=$(basename "$file" .c)
  kind=${name#fuzz_}
  # shellcheck disable=SC2086
  clang-14 $flags $coverage -fsanitize=fuzzer "$file" ./*.o -ljansson -lm -o "$name"
  LLVM_PROFILE_FILE=$kind.profraw "./$name" -runs=0 "$corpora/$kind/corpus" \
    "$corpora/seeds/$kind" 2>"$kind.log" || { tail "$kind.log"; exit 1; }
  [ ${#objects[@]} -eq 0 ] || objects+=(-object)
  objects+=("$name")
done

llvm-profdata-14 merge -o all.profdata ./*.profraw
llvm-cov-14 report "${objects[@]}" -instr-profile=all.profdata \
  "$top"/dsp/model/*.c

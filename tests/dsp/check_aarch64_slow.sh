#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# The kernels and all of dsp/ but the readers, compiled for AArch64 without a
# warning, agree with the readable cells there, under qemu.

set -eu

cc=aarch64-linux-gnu-gcc
for program in "$cc" qemu-aarch64; do
  if ! command -v "$program" >/dev/null; then
    echo "no $program: install gcc-aarch64-linux-gnu, libc6-dev-arm64-cross" \
      "and qemu-user"
    exit 77
  fi
done

flags=(-std=c11 -O3 -Wall -Wextra -Werror -fno-math-errno -I "$RECURVE_TOP")

# Compile in the background: OBJECT SOURCE FLAGS...
jobs=()
compile() {
  "$cc" "${flags[@]}" "${@:3}" -c "$RECURVE_TOP/$2" -o "$1" &
  jobs+=($!)
}

for source in "$RECURVE_TOP"/dsp/*.c "$RECURVE_TOP"/dsp/kernels/*.c; do
  name=$(basename "$source" .c)
  case $name in
  *_body)
    compile "$name.o" "dsp/kernels/$name.c" -DRCV_ISA=generic \
      -ffp-contract=fast
    compile "${name}_fast.o" "dsp/kernels/$name.c" -DRCV_ISA=generic_fast \
      -DRCV_FAST_ACTIVATIONS -ffp-contract=fast
    ;;
  *) compile "$name.o" "${source#"$RECURVE_TOP/"}" -ffp-contract=off ;;
  esac
done
for name in rnn lstm gru dense; do
  compile "${name}_exact.o" "dsp/$name.c" -DRCV_DOUBLE
done
compile reference.o train/model/reference_exact.c -DRCV_DOUBLE
compile compare_cells.o tests/dsp/cross/compare_cells.c -D_XOPEN_SOURCE=700
for job in "${jobs[@]}"; do
  wait "$job"
done

"$cc" ./*.o -o compare_cells -lm
qemu-aarch64 -L /usr/aarch64-linux-gnu ./compare_cells

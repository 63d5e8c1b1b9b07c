// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/nam.h"
#include "tests/fuzz/fuzz_json.h"

static RcvModel*
read(json_t* const root, const RcvJsonFile* const file)
{
  return rcv_nam_read(root, file);
}

int
LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  return fuzz_json(data, size, read);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/state_dict.h"
#include "tests/fuzz/fuzz_json.h"

int
LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  return fuzz_json(data, size, rcv_state_dict_read);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#define RCV_REFERENCE_LAYER reference_layer_float
#define RCV_REFERENCE_NETWORK reference_network_float

#include "tests/support/reference_body.h"

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// The same sources as the product's, compiled for double
#define RCV_DOUBLE 1

#define RCV_REFERENCE_LAYER rcv_reference_layer_exact
#define RCV_REFERENCE_NETWORK rcv_reference_network_exact

#include "train/model/reference_body.h"

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#define RCV_REFERENCE_LAYER rcv_reference_layer_float
#define RCV_REFERENCE_NETWORK rcv_reference_network_float

#include "train/model/reference_body.h"

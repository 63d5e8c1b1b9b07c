// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_PORTS_H
#define PLUGIN_PORTS_H

#include "dsp/realtime.h"

#include <stdint.h>

/**
   @file

   The plugins' ports, in their order: the messages, the audio inputs, the audio
   outputs, the values.  ttl/recurve.ttl.in says the same to hosts, and
   tests/plugin/test_ports.c holds the two together.
*/

/// The ports before the values; audio: RCV_PORT_AUDIO + channel, inputs first
enum {
  RCV_PORT_CONTROL, ///< Messages to the plugin
  RCV_PORT_NOTIFY,  ///< Messages from the plugin
  RCV_PORT_AUDIO,   ///< The first audio input
};

/// X(NAME, symbol, is_input, min, max, default) for each value port, in order
#define RCV_VALUES(X)                                           \
  X(ENABLED, "enabled", 1, 0.0f, 1.0f, 1.0f)                    \
  X(INPUT_GAIN, "input_gain", 1, -40.0f, 40.0f, 0.0f)           \
  X(OUTPUT_GAIN, "output_gain", 1, -40.0f, 40.0f, 0.0f)         \
  X(NORMALIZE, "normalize", 1, 0.0f, 1.0f, 0.0f)                \
  X(MIX, "mix", 1, 0.0f, 100.0f, 100.0f)                        \
  X(OVERSAMPLE, "oversample", 1, 1.0f, 4.0f, 1.0f)              \
  X(KNOB_1, "knob_1", 1, 0.0f, 1.0f, 0.5f)                      \
  X(KNOB_2, "knob_2", 1, 0.0f, 1.0f, 0.5f)                      \
  X(KNOB_3, "knob_3", 1, 0.0f, 1.0f, 0.5f)                      \
  X(KNOB_4, "knob_4", 1, 0.0f, 1.0f, 0.5f)                      \
  X(LATENCY, "latency", 0, 0.0f, 131008.0f, 0.0f)               \
  X(LOAD, "load", 0, 0.0f, 100.0f, 0.0f)                        \
  X(STATUS, "status", 0, 0.0f, (float)RCV_STATUS_REFUSED, 0.0f) \
  X(LOW_LATENCY, "low_latency", 1, 0.0f, 1.0f, 0.0f)

/// What a port with one float means
typedef enum {
#define X(name, symbol, is_input, min, max, value) RCV_VALUE_##name,
  RCV_VALUES(X)
#undef X
    RCV_N_VALUES,
} RcvValue;

enum { RCV_N_KNOB_PORTS = RCV_VALUE_KNOB_4 - RCV_VALUE_KNOB_1 + 1 };

/// What the port `status` says
typedef enum {
  RCV_STATUS_NO_MODEL,  ///< The input is passed
  RCV_STATUS_LOADING,   ///< A file was asked for and is not here yet
  RCV_STATUS_PLAYING,   ///< The model that was asked for plays
  RCV_STATUS_RESAMPLED, ///< It plays, at its own sample rate
  RCV_STATUS_MISSING,   ///< There is no such file; what played goes on
  RCV_STATUS_REFUSED,   ///< The file is no good; what played goes on
} RcvPlayStatus;

/// What is known of a value port
typedef struct {
  const char* symbol;
  int         is_input;
  float       min;
  float       max;
  float       value; ///< Default
} RcvValueInfo;

/// Describe a value port
RCV_REALTIME static inline RcvValueInfo
rcv_value_info(const RcvValue value)
{
  static const RcvValueInfo infos[] = {
#define X(name, symbol, is_input, min, max, value_) \
  {symbol, is_input, min, max, value_},
    RCV_VALUES(X)
#undef X
  };

  return infos[value];
}

/// Index of a value port in the plugin with so many channels
static inline uint32_t
rcv_value_port(const RcvValue value, const uint32_t n_channels)
{
  return RCV_PORT_AUDIO + (2U * n_channels) + (uint32_t)value;
}

#endif // PLUGIN_PORTS_H

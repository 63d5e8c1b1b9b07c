// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/lv2/plugin_render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PORTS = 16 };

/// A rendering on its way
typedef struct {
  RcvLv2Plugin*   plugin;
  const RcvAudio* dry;
  float*          in;             ///< [block]
  float*          outs;           ///< [MAX_PORTS][block]
  const float*    ins[MAX_PORTS]; ///< All the same
  float*          out[MAX_PORTS];
  uint32_t        block;
} Rendering;

/// Run one block of the recording; beyond either of its ends there is silence
static void
run_block(Rendering* const r, const int64_t start, const uint32_t n_frames)
{
  const int64_t n_dry = (int64_t)r->dry->n_frames;
  for (uint32_t i = 0U; i < n_frames; ++i) {
    const int64_t at = start + i;
    r->in[i]         = at >= 0 && at < n_dry ? r->dry->samples[at] : 0.0F;
  }
  rcv_lv2_plugin_run(r->plugin, r->ins, r->out, n_frames);
}

/// Keep what falls into the output, which starts at `start` of the recording
static void
keep_block(const Rendering* const r,
           float* const           samples,
           const int64_t          start,
           const uint32_t         n_frames)
{
  const int64_t n_wet = (int64_t)r->dry->n_frames;
  for (uint32_t i = 0U; i < n_frames; ++i) {
    const int64_t at = start + i;
    if (at >= 0 && at < n_wet) {
      samples[at] = r->outs[i];
    }
  }
}

static RcvStatus
check_output(const float* const samples,
             const size_t       n,
             const char* const  uri,
             const double       rate_hz,
             float* const       peak,
             RcvError* const    error)
{
  for (size_t i = 0U; i < n; ++i) {
    if (!isfinite(samples[i])) {
      return rcv_error_set(error,
                           RCV_BAD_DATA,
                           "%s: its output at %.3f s is not a finite number; "
                           "try other settings or another --block",
                           uri,
                           (double)i / rate_hz);
    }
    *peak = fmaxf(*peak, fabsf(samples[i]));
  }
  return RCV_OK;
}

/// Run the warm-up and the recording, and return the latency
static uint32_t
run_all(Rendering* const               r,
        const RcvRenderSettings* const settings,
        float* const                   samples)
{
  const int64_t n_warm =
    (int64_t)(settings->warm_up_s * (double)r->dry->rate_hz);
  int64_t  end     = (int64_t)r->dry->n_frames;
  uint32_t latency = 0U;

  // A plugin may know its latency only after its first block
  run_block(r, -n_warm - 1, 0U);
  for (int64_t at = -n_warm; at < end;) {
    const int64_t  rest = (at < 0 ? 0 : end) - at;
    const uint32_t n    = rest < r->block ? (uint32_t)rest : r->block;
    run_block(r, at, n);
    latency = rcv_lv2_plugin_latency(r->plugin);

    const int64_t delay = settings->trim_latency ? (int64_t)latency : 0;
    keep_block(r, samples, at - delay, n);
    at += n;
    end = (int64_t)r->dry->n_frames + delay;
  }
  return latency;
}

RcvStatus
rcv_plugin_render(RcvLv2Plugin* const            plugin,
                  const RcvAudio* const          dry,
                  const RcvRenderSettings* const settings,
                  RcvAudio* const                wet,
                  RcvRenderResult* const         result,
                  RcvError* const                error)
{
  const RcvLv2Info* const info = rcv_lv2_plugin_info(plugin);
  if (!info->n_in || !info->n_out || info->n_in > MAX_PORTS ||
      info->n_out > MAX_PORTS) {
    return rcv_error_set(error,
                         RCV_UNSUPPORTED,
                         "%s: has %u audio inputs and %u outputs; choose a "
                         "plugin with at least one of each",
                         info->uri,
                         info->n_in,
                         info->n_out);
  }

  const size_t block   = settings->block;
  float* const samples = (float*)calloc(dry->n_frames, sizeof(float));
  float* const buffers =
    (float*)calloc((MAX_PORTS + 1U) * block, sizeof(float));
  Rendering r = {plugin, dry, buffers, NULL, {NULL}, {NULL}, settings->block};
  RcvStatus status = RCV_OK;
  if (!samples || !buffers) {
    status =
      rcv_error_set(error, RCV_NO_MEMORY, "%s: out of memory", info->uri);
  } else {
    r.outs = buffers + block;
    for (size_t i = 0U; i < MAX_PORTS; ++i) {
      r.ins[i] = r.in;
      r.out[i] = r.outs + i * block;
    }
    memset(result, 0, sizeof(*result));
    result->latency = run_all(&r, settings, samples);
    status          = check_output(samples,
                          dry->n_frames,
                          info->uri,
                          (double)dry->rate_hz,
                          &result->peak,
                          error);
  }
  free(buffers);
  if (status) {
    free(samples);
    return status;
  }

  const RcvAudio rendered = {samples, dry->n_frames, 1U, dry->rate_hz};
  *wet                    = rendered;
  return RCV_OK;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/findings.h"

#include "dsp/model/metadata_values.h"
#include "train/model/model_file.h"

#include <math.h>

static void
add_takes(json_t* const list, const RcvPair* const pair)
{
  for (size_t i = 0; i < pair->takes.n_takes; ++i) {
    const RcvTakeCheck* const check = &pair->checks[i];
    const RcvDrift* const     drift = &check->drift;

    const double none = (double)NAN;
    json_array_append_new(
      list,
      json_pack(
        "{s:f,s:f,s:f,s:f,s:I,s:o,s:o,s:o,s:o}",
        "peak_db",
        rcv_levels_db(check->levels.peak),
        "rms_db",
        rcv_levels_db(check->levels.rms),
        "noise_floor_db",
        rcv_levels_db(check->levels.noise_floor),
        "dc",
        check->levels.dc,
        "clipped",
        (json_int_t)check->levels.n_clipped,
        "delay",
        rcv_json_frames(check->delay_frames),
        "polarity",
        rcv_json_number(check->clear ? check->polarity : none),
        "drift_ppm",
        rcv_json_number(drift->measured ? drift->ppm : none),
        "drift_frames",
        rcv_json_number(drift->measured ? rcv_drift_frames(drift) : none)));
  }
}

json_t*
rcv_findings_json_takes(const RcvPairs* const pairs)
{
  json_t* const list = json_array();
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    add_takes(list, &pairs->pairs[i]);
  }
  return list;
}

json_t*
rcv_findings_json_pairs(const RcvPairs* const pairs)
{
  json_t* const list = json_array();
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    const RcvPair* const   pair   = &pairs->pairs[i];
    const RcvRepeat* const repeat = &pair->repeat;
    const double           rate   = pair->rate_hz;

    json_array_append_new(
      list,
      json_pack(
        "{s:o,s:o,s:I,s:o,s:f,s:f,s:f,s:o}",
        "dry",
        rcv_metadata_text(pair->dry_path),
        "wet",
        rcv_metadata_text(pair->wet_path),
        "takes",
        (json_int_t)pair->takes.n_takes,
        "delay",
        rcv_json_frames(pair->delay_frames),
        "train_s",
        (double)rcv_pair_length(pair, RCV_USE_TRAIN) / rate,
        "validation_s",
        (double)rcv_pair_length(pair, RCV_USE_VALIDATION) / rate,
        "test_s",
        (double)rcv_pair_length(pair, RCV_USE_TEST) / rate,
        "floor",
        rcv_json_number(repeat->measured ? repeat->floor : (double)NAN)));
  }
  return list;
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/eval_floor.h"

#include "train/data/pair.h"
#include "train/data/repeat.h"
#include "train/model/model_file.h"
#include "train/numbers/levels.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>

static RcvStatus
print(const RcvRepeat* const repeat,
      const RcvDrift* const  drift,
      const bool             json,
      RcvError* const        error)
{
  const double gain_db = rcv_levels_db(fabs(repeat->gain));
  const double frames = drift->measured ? rcv_drift_frames(drift) : (double)NAN;
  if (json) {
    return rcv_json_print(json_pack("{s:f,s:f,s:f,s:f,s:i,s:o}",
                                    "esr",
                                    repeat->esr,
                                    "floor",
                                    repeat->floor,
                                    "delay",
                                    repeat->delay_frames,
                                    "gain_db",
                                    gain_db,
                                    "polarity",
                                    repeat->gain < 0.0 ? -1 : 1,
                                    "drift_frames",
                                    rcv_json_number(frames)),
                          error);
  }

  printf("the second take is %.3f frames later, needs %.2f dB%s\n"
         "ESR between the takes %.4g\n"
         "ESR floor %.4g: the noise of one take; no model can be expected to "
         "do better\n",
         repeat->delay_frames,
         gain_db,
         repeat->gain < 0.0 ? " and is inverted" : "",
         repeat->esr,
         repeat->floor);
  if (rcv_drift_matters(drift)) {
    fprintf(stderr,
            "warning: the takes drift by %.2f frames, which is in the ESR: "
            "they ran on two clocks; record both on one\n",
            frames);
  }
  return RCV_OK;
}

int
rcv_eval_floor(const char* const* const    paths,
               const RcvPairOptions* const options,
               const bool                  json)
{
  RcvError error = {RCV_OK, ""};
  RcvPair  pair;

  // As if one had gone into a device, and the other come out
  RcvStatus status = rcv_pair_read(&pair, paths[0], paths[1], options, &error);
  if (!status && pair.takes.n_takes != 1) {
    status = rcv_error_set(&error,
                           RCV_BAD_DATA,
                           "%s: has several takes; give two recordings",
                           paths[1]);
  }

  RcvRepeat repeat;
  RcvDrift  drift;
  if (!status) {
    const float* const wet = pair.takes.takes[0].wet;

    RcvError problem = {RCV_OK, ""};
    status =
      rcv_repeat_measure(pair.dry, wet, pair.n_frames, &repeat, &problem);
    if (status) {
      rcv_error_set(&error, status, "%s: %.400s", paths[1], problem.message);
    } else {
      repeat.delay_frames += (double)pair.delay_frames;
      status = rcv_drift_measure(pair.dry, wet, pair.n_frames, &drift, &error);
    }
    if (!status) {
      status = print(&repeat, &drift, json, &error);
    }
  }

  rcv_pair_clear(&pair);
  if (status) {
    fprintf(stderr, "recurve eval: %s\n", error.message);
  }
  return status ? 1 : 0;
}

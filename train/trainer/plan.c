// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/plan.h"

#include <math.h>

static uint32_t
round_up(const uint32_t n, const uint32_t multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

RcvPlan
rcv_plan_make(const RcvWindows windows,
              const uint32_t   window_frames,
              const uint32_t   segment_frames,
              const uint32_t   multiple_frames,
              const double     rate)
{
  // Early the number of updates decides, so windows are short; whole segments
  // come last, where it shows whether the longer reach still pays
  static const uint32_t grown[RCV_PLAN_STAGES]  = {512, 2048, 8192, UINT32_MAX};
  static const double   shares[RCV_PLAN_STAGES] = {0.5, 0.3, 0.1, 0.1};

  RcvPlan plan  = {0};
  plan.rate     = rate;
  plan.n_stages = windows == RCV_WINDOWS_GROW ? RCV_PLAN_STAGES : 1;

  plan.segment_frames = round_up(segment_frames, multiple_frames);
  for (uint32_t i = 0; i < plan.n_stages; ++i) {
    const uint32_t wanted = windows == RCV_WINDOWS_GROW   ? grown[i]
                            : windows == RCV_WINDOWS_FULL ? UINT32_MAX
                                                          : window_frames;

    plan.window_frames[i] = wanted < plan.segment_frames
                              ? round_up(wanted, multiple_frames)
                              : plan.segment_frames;
    plan.share[i]         = plan.n_stages == 1 ? 1.0 : shares[i];
  }
  return plan;
}

/// Updates per frame of a sequence, on average
static double
update_density(const RcvPlan* const plan)
{
  double density = 0.0;
  for (uint32_t i = 0; i < plan->n_stages; ++i) {
    const double n_windows =
      ceil((double)plan->segment_frames / (double)plan->window_frames[i]);

    density += plan->share[i] * n_windows / (double)plan->segment_frames;
  }
  return density;
}

void
rcv_plan_set_updates(RcvPlan* const plan, const size_t n_updates)
{
  plan->n_frames = (double)n_updates / update_density(plan);
}

size_t
rcv_plan_updates_for(const RcvPlan* const plan, const double n_frames)
{
  return (size_t)fmax(1.0, ceil(n_frames * update_density(plan)));
}

uint32_t
rcv_plan_window(const RcvPlan* const plan, const double frames_done)
{
  uint32_t stage = 0;
  double   end   = plan->share[0] * plan->n_frames;
  while (stage + 1 < plan->n_stages && frames_done >= end) {
    end += plan->share[++stage] * plan->n_frames;
  }
  return plan->window_frames[stage];
}

double
rcv_plan_rate(const RcvPlan* const plan, const double frames_done)
{
  const double rise   = 0.01; // Part of the run in which Adam finds its moments
  const double least  = 0.2;  // What is left of the rate at the end
  const double done   = fmin(frames_done / plan->n_frames, 1.0);
  const double cosine = 0.5 * (1.0 + cos(3.14159265358979323846 * done));

  return plan->rate * fmin(1.0, (done + 1e-4) / rise) *
         (least + ((1.0 - least) * cosine));
}

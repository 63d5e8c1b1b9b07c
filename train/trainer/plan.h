// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TRAIN_TRAINER_PLAN_H
#define TRAIN_TRAINER_PLAN_H

#include <stddef.h>
#include <stdint.h>

/**
   @file

   The course of a training run: how long the windows are and how large the
   learning rate is, as a function of the updates made alone, so that a run can
   be repeated.
*/

/// How far gradients go back
typedef enum {
  RCV_WINDOWS_GROW,  ///< Windows that grow and end in whole segments
  RCV_WINDOWS_FULL,  ///< Whole segments from the first update
  RCV_WINDOWS_FIXED, ///< Windows of one length
} RcvWindows;

enum { RCV_PLAN_STAGES = 4 };

/// The stages of a run, by the frames of each sequence that it goes through
typedef struct {
  uint32_t segment_frames;
  uint32_t n_stages;
  uint32_t window_frames[RCV_PLAN_STAGES]; ///< Of each stage
  double   share[RCV_PLAN_STAGES]; ///< Part of all frames; they add up to 1
  double   n_frames;               ///< Of each sequence in the whole run
  double   rate;                   ///< Greatest learning rate
} RcvPlan;

/**
   Make a plan without a length.

   @param window_frames Of RCV_WINDOWS_FIXED.
   @param multiple_frames Windows are whole multiples of this (1: any).
*/
RcvPlan
rcv_plan_make(RcvWindows windows,
              uint32_t   window_frames,
              uint32_t   segment_frames,
              uint32_t   multiple_frames,
              double     rate);

/// Give it so many updates
void
rcv_plan_set_updates(RcvPlan* plan, size_t n_updates);

/// Number of updates of a plan of so many frames of each sequence
size_t
rcv_plan_updates_for(const RcvPlan* plan, double n_frames);

/// Length of the windows after so many frames
uint32_t
rcv_plan_window(const RcvPlan* plan, double frames_done);

/**
   Learning rate after so many frames: a short rise, then half a cosine down to
   a fifth.

   With less than that the last third of a short run gains little; that the
   weights go to and fro is what their mean is for (weight_mean.h).
*/
double
rcv_plan_rate(const RcvPlan* plan, double frames_done);

#endif // TRAIN_TRAINER_PLAN_H

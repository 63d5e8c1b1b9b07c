// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/trainer/steadiness.h"

#include "train/trainer/evaluate.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

// Silences, each twice as long as the one before: a compressor that lets go
// slowly takes some seconds to come to rest
enum { N_SILENCES = 4 };

/// Pieces of sound, silence after each, and what a model makes of them
typedef struct {
  const RcvModel* model;
  RcvPlaces       places;
  size_t          n_sound;    // Frames of a piece
  size_t          n_shortest; // Frames of the shortest silence after it
  double          quiet;      // Louder than this, it has a longer one
} Pieces;

/// Where a piece is, and where the knobs stand
typedef struct {
  const RcvPair* pair;
  size_t         start;
  const float*   knobs; // NULL: in the middle
  size_t         rest;  // Index of what is at rest with these knobs
} Spot;

/// Every n-th of the places, on one thread
typedef struct {
  const Pieces* pieces;
  size_t        first;
  size_t        step;
  double        level; // The greatest of these places
  RcvStatus     status;
  RcvError      error;
  float*        audio; // [n_sound and longest silence] owned
  float*        y;     // [2] of that, owned
  double*       rests; // [n_rests()][N_SILENCES] owned; NaN: not known yet
} Part;

/// Positions of the knobs that are tried in turn: the takes', and the middle
static size_t
n_positions(const RcvPair* const pair)
{
  return pair->takes.n_knobs ? pair->takes.n_takes + 1 : 1;
}

/// Positions of the knobs in the pairs of the first passages
static size_t
n_rests(const Pieces* const pieces, const size_t n_passages)
{
  size_t n = 0;
  for (size_t i = 0; i < n_passages; ++i) {
    const RcvPair* const pair = pieces->places.passages[i].pair;
    n +=
      !i || pair != pieces->places.passages[i - 1].pair ? n_positions(pair) : 0;
  }
  return n;
}

/// Frames of a passage at which a piece can begin, beside its first
static size_t
room(const Pieces* const pieces, const size_t passage)
{
  const size_t n = rcv_region_length(pieces->places.passages[passage].region);

  return n > pieces->n_sound ? n - pieces->n_sound : 0;
}

/// One of the places, which are spread evenly over all passages
static Spot
find_spot(const Pieces* const pieces, const size_t place)
{
  size_t all   = 0;
  size_t found = 0;
  for (size_t i = 0; i < pieces->places.n_passages; ++i) {
    all += room(pieces, i);
  }

  // Where none has room, the first that a piece just fits into
  size_t offset =
    (size_t)((double)all * ((double)place + pieces->places.shift) /
             (double)pieces->places.n_starts);
  while (all ? offset >= room(pieces, found)
             : rcv_region_length(pieces->places.passages[found].region) <
                 pieces->n_sound) {
    offset -= room(pieces, found++);
  }

  const RcvPassage* const passage  = &pieces->places.passages[found];
  const RcvPair* const    pair     = passage->pair;
  const size_t            n        = n_positions(pair);
  const size_t            position = place % n;

  const Spot spot = {pair,
                     passage->region.start + offset,
                     position + 1 < n ? pair->takes.takes[position].knobs
                                      : NULL,
                     n_rests(pieces, found + 1) - n + position};
  return spot;
}

static RcvStatus
no_memory(RcvError* const error)
{
  return rcv_error_set(error, RCV_NO_MEMORY, "No memory to test a model");
}

/**
   Play the piece at one of the places.

   @param gain Of the piece.
   @param n_after Frames of silence after it.
   @param y [n_sound + n_after] set.
*/
static RcvStatus
play(Part* const  part,
     const size_t place,
     const float  gain,
     const size_t n_after,
     float* const y)
{
  const Pieces* const pieces = part->pieces;
  const Spot          spot   = find_spot(pieces, place);
  for (size_t t = 0; t < pieces->n_sound; ++t) {
    part->audio[t] = gain * spot.pair->dry[spot.start + t];
  }

  const size_t n = pieces->n_sound + n_after;
  float* const x = rcv_evaluate_inputs(
    pieces->model->shape.input_size, part->audio, spot.knobs, n);

  const RcvStatus status =
    x ? rcv_model_run(pieces->model, x, y, n, &part->error)
      : no_memory(&part->error);
  free(x);
  return status;
}

/// RMS of the distance between a signal and another, or a constant
static double
distance_rms(const float* const a,
             const float* const b,
             const double       constant,
             const size_t       n)
{
  double energy = 0.0;
  for (size_t t = 0; t < n; ++t) {
    const double distance = (double)a[t] - (b ? (double)b[t] : constant);

    energy += distance * distance;
  }
  return sqrt(energy / (double)n);
}

static double
greater(const double a, const double b)
{
  return b <= a ? a : b; // NaN is greater
}

/// The last 50 ms, in which a model must be silent
static size_t
n_last(const uint32_t rate_hz)
{
  return rate_hz / 20;
}

RcvStatus
rcv_evaluate_silence(const RcvModel* const model,
                     const float* const    knobs,
                     const uint32_t        rate_hz,
                     const size_t          n_frames,
                     double* const         rest,
                     RcvError* const       error)
{
  float* const audio = calloc(n_frames, sizeof(float));
  float* const y     = calloc(n_frames, sizeof(float));
  float* const x =
    audio ? rcv_evaluate_inputs(model->shape.input_size, audio, knobs, n_frames)
          : NULL;
  free(audio);
  if (!x || !y) {
    free(x);
    free(y);
    return no_memory(error);
  }

  const RcvStatus status = rcv_model_run(model, x, y, n_frames, error);
  if (!status) {
    const size_t n   = n_last(rate_hz);
    double       sum = 0.0;
    for (size_t t = n_frames - n; t < n_frames; ++t) {
      sum += (double)y[t];
    }
    *rest = sum / (double)n;
  }
  free(x);
  free(y);
  return status;
}

/// Frames of one of the silences
static size_t
n_silence(const Pieces* const pieces, const size_t silence)
{
  return pieces->n_shortest << silence;
}

/// What the model comes to without any sound before, which is not heard.  It is
/// the same for all places with the same positions of the knobs.
static double
rest_of(Part* const part, const size_t place, const size_t silence)
{
  const Pieces* const pieces = part->pieces;
  const Spot          spot   = find_spot(pieces, place);
  double* const       rest   = &part->rests[(spot.rest * N_SILENCES) + silence];
  if (isnan(*rest)) {
    part->status =
      rcv_evaluate_silence(pieces->model,
                           spot.knobs,
                           spot.pair->rate_hz,
                           pieces->n_sound + n_silence(pieces, silence),
                           rest,
                           &part->error);
  }
  return *rest;
}

/// How loud the model is at rest after the sound at one place
static void
test_rest(Part* const part, const size_t place)
{
  static const float gains[] = {1.0f, 4.0f, 0.25f};

  const Pieces* const pieces = part->pieces;
  const size_t        n      = n_last(pieces->places.passages[0].pair->rate_hz);
  for (size_t k = 0; !part->status && k < 3; ++k) {
    // What is not quiet yet may be slow, or go on for ever
    double level = (double)NAN;
    for (size_t i = 0;
         !part->status && i < N_SILENCES && !(level <= pieces->quiet);
         ++i) {
      const size_t n_after = n_silence(pieces, i);
      const double rest    = rest_of(part, place, i);
      if (!part->status) {
        part->status = play(part, place, gains[k], n_after, part->y);
        level =
          distance_rms(part->y + pieces->n_sound + n_after - n, NULL, rest, n);
      }
    }
    part->level = greater(part->level, level);
  }
}

/// How far rounding carries the model at one place
static void
test_rounding(Part* const part, const size_t place)
{
  static const float nearly_1 = 1.0f + 1.0f / (1 << 22); // Two steps of a float

  // What a network does just after it was started in the midst of sound is not
  // trained, and over soon
  const size_t n      = part->pieces->n_sound;
  const size_t n_skip = n / 4;
  float* const other  = part->y + n;

  part->status = play(part, place, 1.0f, 0, part->y);
  part->status =
    part->status ? part->status : play(part, place, nearly_1, 0, other);
  part->level =
    greater(part->level,
            distance_rms(part->y + n_skip, other + n_skip, 0.0, n - n_skip));
}

typedef void (*Test)(Part* part, size_t place);

typedef struct {
  Part* parts;
  Test  test;
} Job;

static void
run_part(void* const handle, const uint32_t index)
{
  const Job* const    job    = handle;
  Part* const         part   = &job->parts[index];
  const Pieces* const pieces = part->pieces;
  const size_t n_rest = n_rests(pieces, pieces->places.n_passages) * N_SILENCES;
  const size_t n      = pieces->n_sound + n_silence(pieces, N_SILENCES - 1);

  part->audio = calloc(n, sizeof(float));
  part->y     = calloc(2 * n, sizeof(float));
  part->rests = calloc(n_rest, sizeof(double));
  if (!part->audio || !part->y || !part->rests) {
    part->status = no_memory(&part->error);
  }
  for (size_t i = 0; !part->status && i < n_rest; ++i) {
    part->rests[i] = (double)NAN;
  }
  for (size_t i = part->first; !part->status && i < pieces->places.n_starts;
       i += part->step) {
    job->test(part, i);
  }
  free(part->audio);
  free(part->y);
  free(part->rests);
}

/// Test all places; the greatest level does not depend on who tests which
static RcvStatus
test_all(const Pieces* const pieces,
         const Test          test,
         RcvWorkers* const   workers,
         double* const       level,
         RcvError* const     error)
{
  const uint32_t n_parts = rcv_workers_n_threads(workers);
  Part* const    parts   = calloc(n_parts, sizeof(Part));
  if (!parts) {
    return no_memory(error);
  }
  for (uint32_t i = 0; i < n_parts; ++i) {
    parts[i].pieces = pieces;
    parts[i].first  = i;
    parts[i].step   = n_parts;
  }

  Job job = {parts, test};
  rcv_workers_run(workers, run_part, &job, n_parts);

  RcvStatus status = RCV_OK;
  *level           = 0.0;
  for (uint32_t i = 0; i < n_parts; ++i) {
    *level = greater(*level, parts[i].level);
    if (!status && parts[i].status) {
      status =
        rcv_error_set(error, parts[i].status, "%s", parts[i].error.message);
    }
  }
  free(parts);
  return status;
}

/// Frames of the longest passage
static size_t
longest(const RcvPassage* const passages, const size_t n_passages)
{
  size_t n_most = 0;
  for (size_t i = 0; i < n_passages; ++i) {
    const size_t n = rcv_region_length(passages[i].region);
    n_most         = n > n_most ? n : n_most;
  }
  return n_most;
}

RcvStatus
rcv_evaluate_rest(const RcvModel* const  model,
                  const RcvPlaces* const places,
                  const double           quiet,
                  RcvWorkers* const      workers,
                  double* const          level,
                  RcvError* const        error)
{
  const size_t rate   = places->passages[0].pair->rate_hz;
  const Pieces pieces = {model, *places, rate / 4, rate / 2, quiet};
  if (longest(places->passages, places->n_passages) < pieces.n_sound) {
    *level = (double)NAN;
    return RCV_OK;
  }
  return test_all(&pieces, test_rest, workers, level, error);
}

RcvStatus
rcv_evaluate_rounding(const RcvModel* const  model,
                      const RcvPlaces* const places,
                      RcvWorkers* const      workers,
                      double* const          level,
                      RcvError* const        error)
{
  const size_t n_region = longest(places->passages, places->n_passages);
  const size_t n_second = places->passages[0].pair->rate_hz;
  const size_t n        = n_region < n_second ? n_region : n_second;
  Pieces       pieces   = {model, *places, n, 0, 0.0};

  pieces.places.n_starts = n ? places->n_starts : 0;
  return test_all(&pieces, test_rounding, workers, level, error);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/pairs.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void
rcv_pairs_clear(RcvPairs* const pairs)
{
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    rcv_pair_clear(&pairs->pairs[i]);
  }
  free(pairs->pairs);
  memset(pairs, 0, sizeof(RcvPairs));
}

static bool
have_same_knobs(const RcvTakes* const a, const RcvTakes* const b)
{
  bool same = a->n_knobs == b->n_knobs;
  for (uint32_t k = 0; same && k < a->n_knobs; ++k) {
    const RcvKnobInfo* const x = &a->knobs[k];
    const RcvKnobInfo* const y = &b->knobs[k];

    same = !strcmp(x->name, y->name) && x->min == y->min && x->max == y->max;
  }
  return same;
}

/// Refuse a pair that no model of the first one can play
static RcvStatus
check_same(const RcvPair* const     first,
           const RcvPair* const     other,
           const char* const* const paths,
           const size_t             index,
           RcvError* const          error)
{
  const char* const path = paths[(2 * index) + 1];
  if (other->rate_hz != first->rate_hz) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u Hz, but %s has %u Hz; resample them to "
                         "the same one (--rate %u)",
                         path,
                         other->rate_hz,
                         paths[1],
                         first->rate_hz,
                         first->rate_hz);
  }
  if (!have_same_knobs(&first->takes, &other->takes)) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has other knobs (%u) than %s (%u); give pairs "
                         "with the same knobs in the same order and ranges, or "
                         "all without",
                         path,
                         other->takes.n_knobs,
                         paths[1],
                         first->takes.n_knobs);
  }
  return RCV_OK;
}

RcvStatus
rcv_pairs_read(RcvPairs* const             pairs,
               const char* const* const    paths,
               const size_t                n_pairs,
               const RcvPairOptions* const options,
               RcvError* const             error)
{
  pairs->n_pairs = 0;
  pairs->pairs   = calloc(n_pairs, sizeof(RcvPair));
  if (!pairs->pairs) {
    return rcv_error_set(error, RCV_NO_MEMORY, "No memory for recordings");
  }

  RcvStatus status = RCV_OK;
  for (size_t i = 0; !status && i < n_pairs; ++i) {
    ++pairs->n_pairs;
    status = rcv_pair_read(
      &pairs->pairs[i], paths[2 * i], paths[(2 * i) + 1], options, error);
    if (!status) {
      status = check_same(&pairs->pairs[0], &pairs->pairs[i], paths, i, error);
    }
  }
  return status;
}

size_t
rcv_pairs_length(const RcvPairs* const pairs, const RcvUse use)
{
  size_t n = 0;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    n += rcv_pair_length(&pairs->pairs[i], use);
  }
  return n;
}

double
rcv_pairs_wet_rms(const RcvPairs* const pairs)
{
  double rms = 0.0;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    rms = fmax(rms, pairs->pairs[i].wet_levels.rms);
  }
  return rms;
}

RcvPassage*
rcv_pairs_passages(const RcvPairs* const pairs,
                   const unsigned        uses,
                   size_t* const         n_passages)
{
  size_t n_most = 0;
  for (size_t i = 0; i < pairs->n_pairs; ++i) {
    n_most += pairs->pairs[i].n_parts;
  }

  RcvPassage* const list = calloc(n_most + 1, sizeof(RcvPassage));
  size_t            n    = 0;
  for (size_t i = 0; list && i < pairs->n_pairs; ++i) {
    const RcvPair* const pair = &pairs->pairs[i];
    for (size_t k = 0; k < pair->n_parts; ++k) {
      const RcvRegion   region = pair->parts[k].region;
      RcvPassage* const last   = n ? &list[n - 1] : NULL;
      if (!(uses & RCV_USE_BIT(pair->parts[k].use))) {
        continue;
      }
      if (last && last->pair == pair && last->region.end == region.start) {
        last->region.end = region.end;
      } else {
        list[n].pair     = pair;
        list[n++].region = region;
      }
    }
  }
  *n_passages = n;
  return list;
}

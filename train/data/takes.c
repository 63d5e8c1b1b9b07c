// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/data/takes.h"

#include "dsp/model/file.h"
#include "train/file/audio_file.h"
#include "train/file/resample.h"
#include "train/signal/capture_signal.h"

#include <jansson.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_JSON_SIZE = 16 << 20 };

/// Keep the chosen channel; a recording with one channel has no choice
static RcvStatus
choose_channel(RcvAudio* const   audio,
               const uint32_t    channel,
               const char* const path,
               RcvError* const   error)
{
  if (audio->n_channels == 1) {
    return RCV_OK;
  }
  if (!channel) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u channels, one is needed; choose the one "
                         "with the device (--channel 1)",
                         path,
                         audio->n_channels);
  }
  if (channel > audio->n_channels) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %u channels and none with the number %u; "
                         "choose another --channel",
                         path,
                         audio->n_channels,
                         channel);
  }
  rcv_audio_keep_channel(audio, channel - 1);
  return RCV_OK;
}

RcvStatus
rcv_takes_read_mono(const char* const       path,
                    const RcvReading* const reading,
                    float** const           samples,
                    size_t* const           n_frames,
                    uint32_t* const         rate_hz,
                    bool* const             is_signal,
                    RcvError* const         error)
{
  RcvAudio  audio  = {NULL, 0, 0, 0};
  RcvStatus status = rcv_audio_read(&audio, path, error);
  if (status) {
    return status;
  }

  const uint32_t wanted_hz =
    reading->rate_hz ? reading->rate_hz : audio.rate_hz;
  status = choose_channel(&audio, reading->channel, path, error);
  if (!status && is_signal) {
    *is_signal = rcv_capture_signal_recognise(
      audio.samples, audio.n_frames, audio.rate_hz);
  }
  if (!status) {
    status = rcv_resample_recording(
      &audio.samples, &audio.n_frames, audio.rate_hz, wanted_hz, path, error);
  }
  if (status) {
    rcv_audio_clear(&audio);
    return status;
  }

  *samples  = audio.samples; // Now the caller's
  *n_frames = audio.n_frames;
  *rate_hz  = wanted_hz;
  return RCV_OK;
}

void
rcv_takes_clear(RcvTakes* const takes)
{
  for (size_t i = 0; i < takes->n_takes; ++i) {
    free(takes->takes[i].wet);
  }
  free(takes->takes);
  memset(takes, 0, sizeof(RcvTakes));
}

/// Read one more take; all must agree
static RcvStatus
add_take(RcvTakes* const         takes,
         const char* const       path,
         const RcvReading* const reading,
         RcvError* const         error)
{
  RcvTake* const  take     = &takes->takes[takes->n_takes];
  size_t          n_frames = 0;
  uint32_t        rate_hz  = 0;
  const RcvStatus status   = rcv_takes_read_mono(
    path, reading, &take->wet, &n_frames, &rate_hz, NULL, error);
  if (status) {
    return status;
  }

  ++takes->n_takes;
  if (takes->n_takes == 1) {
    takes->n_frames = n_frames;
    takes->rate_hz  = rate_hz;
  } else if (n_frames != takes->n_frames || rate_hz != takes->rate_hz) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: has %zu frames at %u Hz, the take before has %zu "
                         "at %u Hz; capture them again together",
                         path,
                         n_frames,
                         rate_hz,
                         takes->n_frames,
                         takes->rate_hz);
  }
  return RCV_OK;
}

/// Names and ranges of the knobs that were turned
static RcvStatus
read_knobs(RcvTakes* const     takes,
           const json_t* const list,
           const char* const   path,
           RcvError* const     error)
{
  const size_t n = json_array_size(list);
  if (n > RCV_MAX_KNOBS) {
    return rcv_error_set(error,
                         RCV_BAD_DATA,
                         "%s: $.knobs: has %zu, at most %d can be learned",
                         path,
                         n,
                         RCV_MAX_KNOBS);
  }

  takes->n_knobs = (uint32_t)n;
  for (size_t k = 0; k < n; ++k) {
    const json_t* const entry = json_array_get(list, k);
    const char* const   symbol =
      json_string_value(json_object_get(entry, "symbol"));
    if (!symbol) {
      return rcv_error_set(
        error, RCV_BAD_FILE, "%s: $.knobs[%zu].symbol is missing", path, k);
    }
    snprintf(takes->knobs[k].name, sizeof(takes->knobs[k].name), "%s", symbol);
    takes->knobs[k].min = json_number_value(json_object_get(entry, "min"));
    takes->knobs[k].max = json_number_value(json_object_get(entry, "max"));
  }
  return RCV_OK;
}

/// One entry of `captures`: a file beside the JSON, and where the knobs stood
static RcvStatus
read_capture(RcvTakes* const         takes,
             const json_t* const     entry,
             const char* const       path,
             const RcvReading* const reading,
             RcvError* const         error)
{
  const char* const file = json_string_value(json_object_get(entry, "file"));
  if (!file) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: $.captures[%zu].file is missing",
                         path,
                         takes->n_takes);
  }

  RcvTake* const take = &takes->takes[takes->n_takes];
  for (uint32_t k = 0; k < takes->n_knobs; ++k) {
    const json_t* const value =
      json_object_get(json_object_get(entry, "knobs"), takes->knobs[k].name);
    const double position = json_number_value(value);
    if (!json_is_number(value) || !(position >= 0.0 && position <= 1.0)) {
      return rcv_error_set(error,
                           RCV_BAD_FILE,
                           "%s: $.captures[%zu].knobs.%s: expected a number "
                           "from 0 to 1",
                           path,
                           takes->n_takes,
                           takes->knobs[k].name);
    }
    take->knobs[k] = (float)position;
  }

  const char* const slash  = strrchr(path, '/');
  const int         folder = slash ? (int)(slash + 1 - path) : 0;
  char              audio_path[PATH_MAX];
  if (snprintf(audio_path, sizeof(audio_path), "%.*s%s", folder, path, file) >=
      (int)sizeof(audio_path)) {
    return rcv_error_set(error, RCV_BAD_FILE, "%s: the path is too long", path);
  }
  return add_take(takes, audio_path, reading, error);
}

static RcvStatus
read_json(RcvTakes* const         takes,
          const json_t* const     root,
          const char* const       path,
          const RcvReading* const reading,
          RcvError* const         error)
{
  const json_t* const captures = json_object_get(root, "captures");
  const size_t        n        = json_array_size(captures);
  if (!n) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: $.captures: expected recordings, found none; "
                         "give the capture.json of `recurve capture`",
                         path);
  }

  takes->takes = calloc(n, sizeof(RcvTake));
  if (!takes->takes) {
    return rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory", path);
  }

  RcvStatus status =
    read_knobs(takes, json_object_get(root, "knobs"), path, error);
  for (size_t i = 0; !status && i < n; ++i) {
    status =
      read_capture(takes, json_array_get(captures, i), path, reading, error);
  }
  return status;
}

RcvStatus
rcv_takes_read(RcvTakes* const         takes,
               const char* const       path,
               const RcvReading* const reading,
               RcvError* const         error)
{
  memset(takes, 0, sizeof(RcvTakes));

  const char* const dot = strrchr(path, '.');
  if (!dot || strcmp(dot, ".json") != 0) {
    takes->takes = calloc(1, sizeof(RcvTake));
    return takes->takes
             ? add_take(takes, path, reading, error)
             : rcv_error_set(error, RCV_NO_MEMORY, "%s: no memory", path);
  }

  size_t      size  = 0;
  char* const bytes = rcv_file_read(path, &size, MAX_JSON_SIZE, error);
  if (!bytes) {
    return error->status;
  }

  json_error_t  problem;
  json_t* const root =
    json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &problem);
  const RcvStatus status = root ? read_json(takes, root, path, reading, error)
                                : rcv_error_set(error,
                                                RCV_BAD_FILE,
                                                "%s: line %d: is not JSON: %s",
                                                path,
                                                problem.line,
                                                problem.text);

  json_decref(root);
  free(bytes);
  return status;
}

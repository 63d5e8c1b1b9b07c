// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/file/audio_file.h"

#include "train/file/output_file.h"
#include "train/file/riff_size.h"

#include <sndfile.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_FRAMES = 65536 };

/// Open a regular file; a FIFO is refused at once instead of waited for
static int
open_regular(const char* const path, RcvError* const error)
{
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    rcv_error_set(error,
                  RCV_NO_FILE,
                  "%s: cannot be opened: %s; check its name and rights",
                  path,
                  strerror(errno));
    return -1;
  }

  struct stat info;
  if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
    const bool is_folder = S_ISDIR(info.st_mode);
    rcv_error_set(error,
                  RCV_BAD_FILE,
                  "%s: is %s; name an audio file%s",
                  path,
                  is_folder ? "a folder" : "not a regular file",
                  is_folder ? " in it" : "");
    close(fd);
    return -1;
  }
  if (!info.st_size) {
    rcv_error_set(
      error, RCV_BAD_FILE, "%s: is empty (0 bytes); copy it again", path);
    close(fd);
    return -1;
  }
  return fd;
}

/// Grow the buffer to hold at least one more chunk
static float*
grow(float* const samples, size_t* const capacity, const size_t n_channels)
{
  const size_t wanted = *capacity ? *capacity * 2U : (size_t)CHUNK_FRAMES;
  if (wanted > SIZE_MAX / sizeof(float) / n_channels) {
    return NULL;
  }

  *capacity = wanted;
  return (float*)realloc(samples, wanted * n_channels * sizeof(float));
}

/**
   Read to the end, however long the header says it is.

   Memory grows with what is really there, so a lying header costs nothing.
*/
static RcvStatus
read_frames(SNDFILE* const       file,
            const SF_INFO* const info,
            RcvAudio* const      audio)
{
  const size_t n_channels = (size_t)info->channels;
  size_t       capacity   = 0U;
  sf_count_t   n_read     = 0;

  do {
    if (capacity - audio->n_frames < CHUNK_FRAMES) {
      float* const grown = grow(audio->samples, &capacity, n_channels);
      if (!grown) {
        return RCV_NO_MEMORY;
      }
      audio->samples = grown;
    }
    n_read = sf_readf_float(
      file, audio->samples + audio->n_frames * n_channels, CHUNK_FRAMES);
    audio->n_frames += n_read > 0 ? (size_t)n_read : 0U;
  } while (n_read > 0);
  return RCV_OK;
}

static RcvStatus
truncation_error(const char* const path,
                 const double      has_s,
                 const double      of_s,
                 RcvError* const   error)
{
  return rcv_error_set(
    error,
    RCV_BAD_FILE,
    "%s: ends in the middle (has %.2f of %.2f s); copy it again",
    path,
    has_s,
    of_s);
}

static RcvStatus
check_content(const RcvAudio* const audio,
              const double          stated_frames,
              const char* const     path,
              RcvError* const       error)
{
  const double rate = (double)audio->rate_hz;
  if ((double)audio->n_frames < stated_frames) {
    return truncation_error(
      path, (double)audio->n_frames / rate, stated_frames / rate, error);
  }
  if (!audio->n_frames) {
    return rcv_error_set(error,
                         RCV_BAD_FILE,
                         "%s: has no audio in it (0 frames); record it again",
                         path);
  }

  const size_t n = audio->n_frames * audio->n_channels;
  for (size_t i = 0U; i < n; ++i) {
    if (!isfinite(audio->samples[i])) {
      const size_t frame = i / audio->n_channels;
      return rcv_error_set(
        error,
        RCV_BAD_FILE,
        "%s: sample at %.4f s is not a finite number; export it again",
        path,
        (double)frame / rate);
    }
  }
  return RCV_OK;
}

static RcvStatus
read_open(RcvAudio* const   audio,
          const int         fd,
          const char* const path,
          RcvError* const   error)
{
  // libsndfile trims the length of a cut WAV silently, so look before it does
  const double missing_part = rcv_riff_missing_part(fd);
  if (lseek(fd, 0, SEEK_SET)) {
    return rcv_error_set(error, RCV_BAD_FILE, "%s: cannot be read", path);
  }

  SF_INFO info;
  memset(&info, 0, sizeof(info));
  SNDFILE* const file = sf_open_fd(fd, SFM_READ, &info, SF_FALSE);
  if (!file) {
    return rcv_error_set(
      error,
      RCV_BAD_FILE,
      "%s: is no audio file that can be read (%.80s); convert it to WAV",
      path,
      sf_strerror(NULL));
  }

  audio->n_channels    = (uint32_t)info.channels;
  audio->rate_hz       = (uint32_t)info.samplerate;
  const RcvStatus read = read_frames(file, &info, audio);
  sf_close(file);
  if (read) {
    return rcv_error_set(
      error, read, "%s: is too long for the memory; cut it", path);
  }

  const double stated =
    missing_part > 0.0 && missing_part < 1.0
      ? (double)audio->n_frames / (1.0 - missing_part)
    : info.frames > 0 && info.seekable && info.frames < SF_COUNT_MAX
      ? (double)info.frames
      : 0.0;
  return check_content(audio, stated, path, error);
}

RcvStatus
rcv_audio_read(RcvAudio* const   audio,
               const char* const path,
               RcvError* const   error)
{
  const int fd = open_regular(path, error);
  if (fd < 0) {
    return error ? error->status : RCV_NO_FILE;
  }

  RcvAudio        found  = {NULL, 0U, 1U, 1U};
  const RcvStatus status = read_open(&found, fd, path, error);
  close(fd);
  if (status) {
    rcv_audio_clear(&found);
    return status;
  }

  *audio = found;
  return RCV_OK;
}

RcvStatus
rcv_audio_write(const RcvAudio* const audio,
                const char* const     path,
                RcvError* const       error)
{
  RcvOutputFile* const output = rcv_output_file_new(path, error);
  if (!output) {
    return RCV_WRITE_ERROR;
  }

  SF_INFO info;
  memset(&info, 0, sizeof(info));
  info.samplerate = (int)audio->rate_hz;
  info.channels   = (int)audio->n_channels;
  info.format     = SF_FORMAT_WAV | SF_FORMAT_FLOAT;

  errno = 0;
  SNDFILE* const file =
    sf_open_fd(rcv_output_file_descriptor(output), SFM_WRITE, &info, SF_FALSE);
  if (!file) {
    const int code = errno; // Of the header
    rcv_output_file_discard(output);
    return rcv_error_set(error,
                         RCV_WRITE_ERROR,
                         "%s: writing failed: %.80s; free some space or write "
                         "elsewhere",
                         path,
                         code ? strerror(code) : sf_strerror(NULL));
  }

  // The PEAK chunk holds the time of day: the same audio, the same bytes
  sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);

  errno                      = 0;
  const sf_count_t n_frames  = (sf_count_t)audio->n_frames;
  const sf_count_t n_written = sf_writef_float(file, audio->samples, n_frames);
  const int        code      = errno;
  const int        closed    = sf_close(file);
  if (n_written != n_frames || closed) {
    rcv_output_file_discard(output);
    return rcv_error_set(
      error,
      RCV_WRITE_ERROR,
      "%s: writing failed: %s; free some space or write elsewhere",
      path,
      strerror(code ? code : EIO));
  }
  return rcv_output_file_commit(output, error);
}

void
rcv_audio_clear(RcvAudio* const audio)
{
  free(audio->samples);
  memset(audio, 0, sizeof(*audio));
}

void
rcv_audio_keep_channel(RcvAudio* const audio, const uint32_t channel)
{
  for (size_t i = 0U; i < audio->n_frames; ++i) {
    audio->samples[i] = audio->samples[i * audio->n_channels + channel];
  }
  audio->n_channels = 1U;
}

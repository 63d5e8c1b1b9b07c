// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

// jack_render IN OUT SINK_PORT SOURCE_PORT: plays a file of raw floats through
// another client of a running JACK server, faster than real time (freewheel)

#include <jack/jack.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// Two clients, so that the server runs the host between them
typedef struct {
  jack_port_t* out;
  jack_port_t* in;
  float*       x; ///< [n_frames] what is played
  float*       y; ///< [n_frames] what comes back
  size_t       n_frames;
  size_t       n_played;
  size_t       n_recorded;
  atomic_int   freewheels;
  atomic_int   is_done;
} Render;

static int
play(const jack_nframes_t n_frames, void* const data)
{
  Render* const render = (Render*)data;
  float* const  buffer = (float*)jack_port_get_buffer(render->out, n_frames);
  for (jack_nframes_t t = 0; t < n_frames; ++t) {
    buffer[t] =
      atomic_load(&render->freewheels) && render->n_played < render->n_frames
        ? render->x[render->n_played++]
        : 0.0f;
  }
  return 0;
}

static int
record(const jack_nframes_t n_frames, void* const data)
{
  Render* const      render = (Render*)data;
  const float* const buffer =
    (const float*)jack_port_get_buffer(render->in, n_frames);
  if (atomic_load(&render->freewheels)) {
    for (jack_nframes_t t = 0;
         t < n_frames && render->n_recorded < render->n_frames;
         ++t) {
      render->y[render->n_recorded++] = buffer[t];
    }
    atomic_store(&render->is_done, render->n_recorded == render->n_frames);
  }
  return 0;
}

static void
on_freewheel(const int starting, void* const data)
{
  atomic_store(&((Render*)data)->freewheels, starting);
}

static int
read_input(Render* const render, const char* const path)
{
  FILE* const file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    return 1;
  }

  const long size  = ftell(file);
  render->n_frames = (size_t)size / sizeof(float);
  render->x        = (float*)malloc((size_t)size);
  render->y        = (float*)calloc(render->n_frames, sizeof(float));
  rewind(file);
  const int failed =
    !render->x || !render->y ||
    fread(render->x, sizeof(float), render->n_frames, file) != render->n_frames;
  return fclose(file) || failed;
}

static int
run(Render* const render, const char* const sink, const char* const source)
{
  static const struct timespec pause = {0, 5000000};

  jack_client_t* const player =
    jack_client_open("render-out", JackNoStartServer, NULL);
  jack_client_t* const recorder =
    jack_client_open("render-in", JackNoStartServer, NULL);
  if (!player || !recorder) {
    return 1;
  }

  render->out = jack_port_register(
    player, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  render->in = jack_port_register(
    recorder, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(player, play, render);
  jack_set_process_callback(recorder, record, render);
  jack_set_freewheel_callback(recorder, on_freewheel, render);
  if (jack_activate(player) || jack_activate(recorder) ||
      jack_connect(player, "render-out:out", sink) ||
      jack_connect(recorder, source, "render-in:in")) {
    return 1;
  }

  for (int i = 0; i < 100; ++i) {
    nanosleep(&pause, NULL);
  }
  jack_set_freewheel(recorder, 1);
  for (int i = 0; i < 4000 && !atomic_load(&render->is_done); ++i) {
    nanosleep(&pause, NULL);
  }
  jack_set_freewheel(recorder, 0);
  jack_client_close(player);
  jack_client_close(recorder);
  return !atomic_load(&render->is_done);
}

int
main(const int argc, char** const argv)
{
  static Render render;
  if (argc != 5) {
    fprintf(stderr, "usage: jack_render IN OUT SINK_PORT SOURCE_PORT\n");
    return 2;
  }
  if (read_input(&render, argv[1])) {
    fprintf(stderr, "%s: cannot be read\n", argv[1]);
    return 1;
  }
  if (run(&render, argv[3], argv[4])) {
    fprintf(stderr, "JACK: could not play from %s to %s\n", argv[3], argv[4]);
    return 1;
  }

  FILE* const file = fopen(argv[2], "wb");
  const int   failed =
    !file ||
    fwrite(render.y, sizeof(float), render.n_frames, file) != render.n_frames;
  return (file && fclose(file)) || failed;
}

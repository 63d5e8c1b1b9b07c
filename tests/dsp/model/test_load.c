// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "dsp/model/model.h"
#include "dsp/model/write.h"

#include "tests/support/assert_close.h"
#include "tests/support/json_fixture.h"
#include "tests/support/model_fixture.h"

#include <jansson.h>

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/**
   @file

   What loading a model takes: memory, which is bounded, and time, which is
   printed.  Run the program by itself to see them.
*/

enum { N_LOADS = 20, N_TEST = 1024, MEMORY_PER_BYTE = 20 };

/// What jansson holds now, and the most that it held
static size_t n_held;
static size_t n_most;

static void*
count_malloc(const size_t size)
{
  void* const memory = malloc(size);

  n_held += memory ? malloc_usable_size(memory) : 0;
  n_most = n_held > n_most ? n_held : n_most;
  return memory;
}

static void
count_free(void* const memory)
{
  n_held -= memory ? malloc_usable_size(memory) : 0;
  free(memory);
}

static int
set_up(void** const unused)
{
  (void)unused;
  json_set_alloc_funcs(count_malloc, count_free);
  return 0;
}

static double
cpu_time_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (1e3 * (double)now.tv_sec) + (1e-6 * (double)now.tv_nsec);
}

static int
compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// An LSTM of two layers and 64 units in every kind of file
static void
test_usual(void** const unused)
{
  (void)unused;
  static float    x[N_TEST];
  const RcvShape  shape = json_fixture_shape(RCV_CELL_LSTM, 1, 64, 2);
  RcvModel* const model = rcv_fixture_model(&shape, 48000.0, 1);
  rcv_fixture_signal(x, N_TEST, 1);
  assert_int_equal(rcv_model_set_test(model, x, N_TEST, NULL), RCV_OK);
  for (uint32_t f = 0; f < RCV_N_FORMATS; ++f) {
    size_t      size  = 0;
    const char* name  = rcv_format_name((RcvFormat)f);
    void* const bytes = rcv_model_write(model, (RcvFormat)f, name, &size, NULL);
    rcv_fixture_bytes("model", bytes, size);
    free(bytes);

    double times_ms[N_LOADS];
    n_held = n_most = 0; // Texts are freed without being counted
    for (size_t i = 0; i < N_LOADS; ++i) {
      const double    start_ms = cpu_time_ms();
      RcvModel* const read     = rcv_model_load("model", NULL);
      times_ms[i]              = cpu_time_ms() - start_ms;
      assert_non_null(read);
      rcv_model_free(read);
    }
    qsort(times_ms, N_LOADS, sizeof(double), compare);

    // And the bytes themselves, the weights, and what they are gathered in
    const size_t n_params = rcv_shape_n_params(&shape);
    const size_t n_bytes =
      n_most + size + (n_params * (sizeof(float) + sizeof(double)));
    print_message("%-12s %7zu bytes, %4.1f ms (at most %.1f), memory %.1f "
                  "times the file\n",
                  name,
                  size,
                  times_ms[N_LOADS / 2],
                  times_ms[N_LOADS - 1],
                  (double)n_bytes / (double)size);
    assert_true(n_bytes <= MEMORY_PER_BYTE * size);
    assert_int_equal(n_held, 0);
  }
  rcv_model_free(model);
}

/// The most memory that a refused text makes jansson take
static size_t
greatest_of(const char* const text, const size_t size, const char* const what)
{
  RcvError error = {RCV_OK, ""};
  n_held = n_most = 0;
  assert_null(rcv_model_parse(text, size, what, &error));
  assert_int_equal(n_held, 0);
  print_message("%-24s %8zu bytes, memory %zu MiB: %.60s\n",
                what,
                size,
                n_most >> 20U,
                error.message);
  return n_most;
}

/// Files that are at their limits stay below the bound of docs/formats.md
static void
test_greatest(void** const unused)
{
  (void)unused;
  static const struct {
    const char* what;
    const char* unit; ///< Again and again in an array
    size_t      n;
  } cases[] = {
    {"numbers", "1,", (4U << 20U) - 2},
    {"arrays", "[1],", (1U << 18U) - 2},
    {"objects", "{\"\":1},", 4000},
    {"strings", "\"x\",", (4U << 20U) - 2},
  };
  static const size_t bound = (size_t)600 << 20U;

  const size_t size = (size_t)64 << 20U;
  char* const  text = malloc(size);
  assert_non_null(text);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const size_t n_unit = strlen(cases[i].unit);
    size_t       n      = 6;
    memcpy(text, "{\"a\":[", n);
    for (size_t k = 0; k < cases[i].n; ++k) {
      memcpy(text + n, cases[i].unit, n_unit);
      n += n_unit;
    }
    memcpy(text + n, "1]}", 3);
    assert_true(size + greatest_of(text, n + 3, cases[i].what) < bound);
  }

  memset(text, 'x', size);
  memcpy(text, "{\"a\":\"", 6);
  memcpy(text + size - 2, "\"}", 2);
  assert_true(size + greatest_of(text, size, "one string") < bound);
  free(text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_usual),
    cmocka_unit_test(test_greatest),
  };

  return cmocka_run_group_tests(tests, set_up, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/latest.h"
#include "tests/support/assert_close.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct {
  RcvLatest latest;
  unsigned  slots[RCV_LATEST_SLOTS][64]; ///< All values of a slot are the same
} Box;

static void
put(Box* const box, const unsigned number)
{
  for (unsigned i = 0; i < 64; ++i) {
    box->slots[box->latest.back][i] = number;
  }
  rcv_latest_publish(&box->latest);
}

/// The number in the reader's slot
static unsigned
front(const Box* const box)
{
  const unsigned* const slot = box->slots[box->latest.front];
  for (unsigned i = 1; i < 64; ++i) {
    assert_int_equal(slot[i], slot[0]);
  }
  return slot[0];
}

static void
test_last_wins(void** state)
{
  (void)state;
  static Box box;
  rcv_latest_init(&box.latest);
  assert_false(rcv_latest_take(&box.latest));

  put(&box, 1);
  assert_true(rcv_latest_take(&box.latest));
  assert_int_equal(front(&box), 1);
  assert_false(rcv_latest_take(&box.latest));

  for (unsigned i = 2; i < 12; ++i) {
    put(&box, i);
    assert_int_equal(front(&box), 1);
  }
  assert_true(rcv_latest_take(&box.latest));
  assert_int_equal(front(&box), 11);
}

static void
test_retract(void** state)
{
  (void)state;
  static Box box;
  rcv_latest_init(&box.latest);
  assert_false(rcv_latest_retract(&box.latest));

  put(&box, 1);
  assert_true(rcv_latest_take(&box.latest));
  put(&box, 2);
  assert_true(rcv_latest_retract(&box.latest));
  assert_int_equal(box.slots[box.latest.back][0], 2);
  assert_false(rcv_latest_take(&box.latest));
  assert_int_equal(front(&box), 1);
  put(&box, 3);
  assert_true(rcv_latest_take(&box.latest));
  assert_int_equal(front(&box), 3);
  assert_false(rcv_latest_retract(&box.latest));
}

enum { N_PUBLISHED = 200000 };

static void*
write_all(void* const data)
{
  Box* const box = (Box*)data;
  for (unsigned i = 1; i <= N_PUBLISHED; ++i) {
    // Whether it comes back or not, the slot is the writer's
    if (i % 7 == 0) {
      (void)rcv_latest_retract(&box->latest);
    }
    put(box, i);
  }
  return NULL;
}

static void
test_two_threads(void** state)
{
  (void)state;
  static Box box;
  pthread_t  writer;
  unsigned   last = 0;
  rcv_latest_init(&box.latest);
  assert_int_equal(pthread_create(&writer, NULL, write_all, &box), 0);
  while (last < N_PUBLISHED) {
    if (rcv_latest_take(&box.latest)) {
      assert_true(front(&box) > last);
    }
    last = front(&box);
  }
  pthread_join(writer, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_last_wins),
    cmocka_unit_test(test_retract),
    cmocka_unit_test(test_two_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef TESTS_SUPPORT_ASSERT_CLOSE_H
#define TESTS_SUPPORT_ASSERT_CLOSE_H

// cmocka.h needs these four before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

/**
   Fail the test unless |a - b| <= tol.

   NaN and infinity never pass, which they do in cmocka's assert_float_equal.
*/
#define assert_close(a, b, tol)                           \
  do {                                                    \
    const double ac_a_   = (double)(a);                   \
    const double ac_b_   = (double)(b);                   \
    const double ac_tol_ = (double)(tol);                 \
    if (!(fabs(ac_a_ - ac_b_) <= ac_tol_)) {              \
      fail_msg("%s = %.9g is not within %g of %s = %.9g", \
               #a,                                        \
               ac_a_,                                     \
               ac_tol_,                                   \
               #b,                                        \
               ac_b_);                                    \
    }                                                     \
  } while (0)

#endif // TESTS_SUPPORT_ASSERT_CLOSE_H

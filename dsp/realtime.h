// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef DSP_REALTIME_H
#define DSP_REALTIME_H

/**
   Marks a function that the audio thread may call: no allocation, lock, system
   call, log, file or unbounded loop, in it or below it.

   Where the compiler knows the attribute (clang 20 and later) it checks this at
   compile time (-Wfunction-effects) and in a RealtimeSanitizer build.
*/
#if defined(__has_attribute)
#  if __has_attribute(nonblocking)
#    define RCV_REALTIME __attribute__((nonblocking))
#  endif
#endif
#ifndef RCV_REALTIME
#  define RCV_REALTIME
#endif

#endif // DSP_REALTIME_H

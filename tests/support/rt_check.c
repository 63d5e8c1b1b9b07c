// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#define _GNU_SOURCE // NOLINT: for RTLD_NEXT and REG_RAX

#include "tests/support/rt_check.h"

#if defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer) || __has_feature(realtime_sanitizer)
#    define RCV_SANITIZED 1
#  endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define RCV_SANITIZED 1
#endif

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#  define PR_SET_SYSCALL_USER_DISPATCH 59
#  define PR_SYS_DISPATCH_ON 1
#endif

static _Thread_local volatile bool watched;
static _Thread_local volatile char blocked; ///< Read by the kernel: 1 blocks
static RcvRtCounts                 counts;

bool
rcv_rt_check_works(void)
{
#ifdef RCV_SANITIZED
  return false;
#else
  return true;
#endif
}

/* System calls */

#ifdef __x86_64__

/// A system call was made: count it, and make it after all
static void
on_syscall(const int signal, siginfo_t* const info, void* const context)
{
  (void)signal;
  greg_t* const registers = ((ucontext_t*)context)->uc_mcontext.gregs;
  const int     number    = info->si_syscall;

  blocked = 0; // Until rcv_rt_check_end(): this handler has to return
  ++counts.n_syscalls;
  counts.syscall = number;

  const long result = syscall(number,
                              registers[REG_RDI],
                              registers[REG_RSI],
                              registers[REG_RDX],
                              registers[REG_R10],
                              registers[REG_R8],
                              registers[REG_R9]);

  registers[REG_RAX] = result == -1 ? -errno : result;
}

bool
rcv_rt_check_sees_syscalls(void)
{
  static _Thread_local int state; // 1 yes, -1 no
  if (!state) {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_flags     = SA_SIGINFO;
    action.sa_sigaction = on_syscall;
    state = rcv_rt_check_works() && !sigaction(SIGSYS, &action, NULL) &&
                !prctl(PR_SET_SYSCALL_USER_DISPATCH,
                       PR_SYS_DISPATCH_ON,
                       0UL,
                       0UL,
                       &blocked)
              ? 1
              : -1;
  }
  return state > 0;
}

#else

bool
rcv_rt_check_sees_syscalls(void)
{
  return false;
}

#endif

void
rcv_rt_check_begin(void)
{
  const bool sees = rcv_rt_check_sees_syscalls();
  watched         = true;
  blocked         = sees ? 1 : 0;
}

void
rcv_rt_check_end(void)
{
  blocked = 0;
  watched = false;
}

RcvRtCounts
rcv_rt_check_take(void)
{
  static const RcvRtCounts zero;

  const RcvRtCounts taken = counts;
  counts                  = zero;
  return taken;
}

/* The replaced functions */

#ifndef RCV_SANITIZED

#  define REPLACED __attribute__((visibility("default")))

// The parameters' names are not those of the headers
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

// glibc's own names for what is replaced
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern void*
__libc_malloc(size_t size);
extern void*
__libc_calloc(size_t n, size_t size);
extern void*
__libc_realloc(void* p, size_t size);
extern void*
__libc_memalign(size_t a, size_t size);
extern void
__libc_free(void* p);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

REPLACED void*
malloc(const size_t size)
{
  counts.n_allocations += watched;
  return __libc_malloc(size);
}

REPLACED void*
calloc(const size_t n, const size_t size)
{
  counts.n_allocations += watched;
  return __libc_calloc(n, size);
}

REPLACED void*
realloc(void* const p, const size_t size)
{
  counts.n_allocations += watched;
  return __libc_realloc(p, size);
}

REPLACED void*
aligned_alloc(const size_t alignment, const size_t size)
{
  counts.n_allocations += watched;
  return __libc_memalign(alignment, size);
}

REPLACED int
posix_memalign(void** const p, const size_t alignment, const size_t size)
{
  counts.n_allocations += watched;
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : ENOMEM;
}

REPLACED void
free(void* const p)
{
  counts.n_frees += watched && p;
  __libc_free(p);
}

/// The function that is found after ours, kept in a static of the caller
static void*
next(_Atomic(void*)* const kept, const char* const name)
{
  void* function = atomic_load(kept);
  if (!function) {
    function = dlsym(RTLD_NEXT, name);
    atomic_store(kept, function);
  }
  return function;
}

// A function with one argument that waits, and what stands for it
// NOLINTBEGIN(bugprone-macro-parentheses)
#  define REPLACE(name, type)                      \
    REPLACED int name(type* const object)          \
    {                                              \
      static _Atomic(void*) kept;                  \
      counts.n_locks += watched;                   \
      int (*function)(type*) = NULL;               \
      void* const found      = next(&kept, #name); \
      memcpy(&function, &found, sizeof(found));    \
      return function(object);                     \
    }

REPLACE(pthread_mutex_lock, pthread_mutex_t)
REPLACE(pthread_mutex_trylock, pthread_mutex_t)
REPLACE(pthread_rwlock_rdlock, pthread_rwlock_t)
REPLACE(pthread_rwlock_wrlock, pthread_rwlock_t)
REPLACE(pthread_spin_lock, pthread_spinlock_t)
REPLACE(sem_wait, sem_t)

// NOLINTEND(bugprone-macro-parentheses)
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

#endif // RCV_SANITIZED

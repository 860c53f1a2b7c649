/* SPDX-License-Identifier: MIT
 * oom_kit.h - the Nth allocation fails.
 *
 * The program's own malloc() and its kin stand in front of the C library's, for the libraries it
 * loads too, and count what is alive.  Sanitizers bring their own allocators, so under them
 * OOM_CAN_FAIL is 0 and there is nothing to test.  Included by one source of a program; the test
 * has one thread.
 */
#ifndef TESTS_OOM_KIT_H
#define TESTS_OOM_KIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__has_feature) /* clang says it so, gcc by macros */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OOM_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OOM_SANITIZED 1
#endif

/* Volatile: the compiler knows that malloc() changes no variable of ours. */
static volatile long oom_left = -1; /* allocations until one fails; -1: none does */
static volatile bool oom_failed;    /* one did */
static volatile long oom_alive;     /* blocks not freed */

#if defined(OOM_SANITIZED) || !defined(__GLIBC__)
#define OOM_CAN_FAIL 0
#else
#define OOM_CAN_FAIL 1

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t each);
void *__libc_realloc(void *at, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *at);

static bool oom_fails_now(void)
{
    if (oom_left < 0 || oom_left-- > 0)
        return false;
    oom_failed = true;
    errno = ENOMEM;
    return true;
}

static void *oom_count(void *at)
{
    oom_alive += at != NULL;
    return at;
}

/* The C library's own calls, in strdup() or fopen(), must come here too. */
#pragma GCC visibility push(default)
void *malloc(size_t n)
{
    return oom_fails_now() ? NULL : oom_count(__libc_malloc(n));
}

void *calloc(size_t n, size_t each)
{
    return oom_fails_now() ? NULL : oom_count(__libc_calloc(n, each));
}

void *aligned_alloc(size_t align, size_t n)
{
    return oom_fails_now() ? NULL : oom_count(__libc_memalign(align, n));
}

void *realloc(void *at, size_t n)
{
    void *to = oom_fails_now() ? NULL : __libc_realloc(at, n);

    oom_alive += at == NULL && to != NULL;
    return to;
}

void free(void *at)
{
    oom_alive -= at != NULL;
    __libc_free(at);
}
#pragma GCC visibility pop
#endif

/* From here on allocation number 'n', counted from 0, fails; oom_end() ends that. */
static inline void oom_begin(long n)
{
    oom_failed = false;
    oom_left = n;
}

/* Whether one did fail. */
static inline bool oom_end(void)
{
    oom_left = -1;
    return oom_failed;
}

#endif

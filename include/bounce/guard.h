/* SPDX-License-Identifier: MIT
 * guard.h - surviving a file that is cut while it is mapped.
 *
 * Reading a mapped page that the file no longer has raises SIGBUS.  A library must not install
 * signal handlers, so the program does, and asks the guard in it:
 *
 *     static struct bnc_guard *guard;
 *
 *     static void on_sigbus(int sig, siginfo_t *si, void *context)
 *     {
 *         if (!bnc_guard_patch(guard, si->si_addr)) {
 *             signal(sig, SIG_DFL);
 *             raise(sig);
 *         }
 *     }
 *
 *     struct sigaction act = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
 *
 *     guard = bnc_guard_create();
 *     sigaction(SIGBUS, &act, NULL);
 *     options.guard = guard;
 *
 * The run then reads zeros from there on, notices, and ends with BNC_EIO instead of a crash.
 */
#ifndef BOUNCE_GUARD_H
#define BOUNCE_GUARD_H

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_guard;

/* An empty guard for any number of analyses, or NULL when out of memory.  It must outlive them. */
struct bnc_guard *bnc_guard_create(void);
/* NULL is nothing to free. */
void bnc_guard_free(struct bnc_guard *guard);

/*
 * Async-signal-safe.  Where 'addr' lies in a mapping of ours: puts zero pages from there to the end
 * of that mapping, marks it as shrunk and returns 1; the access may then be repeated.  Else returns
 * 0.  NULL is a guard of nothing.
 */
int bnc_guard_patch(struct bnc_guard *guard, void *addr);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: MIT
 * team.h - OpenMP threads that wait asleep for work.
 *
 * A report has dozens of parallel steps, and OpenMP's threads wait by spinning for milliseconds
 * behind each region. So a whole call of the library is one region, a *session*: its first thread
 * does the work, the others sleep until it has something for all of them.
 */
#ifndef BNC_ENGINE_TEAM_H
#define BNC_ENGINE_TEAM_H

#include <stddef.h>

struct bnc_team;

/*
 * A team of 'wanted' members. Where the system doesn't start as many threads, half of those that it
 * does: their stacks must leave room for the work. NULL: out of memory.
 */
struct bnc_team *bnc_team_create(unsigned wanted);
void bnc_team_free(struct bnc_team *team);
unsigned bnc_team_size(const struct bnc_team *team);

/* Calls body(arg); the functions below have all members' threads until it returns. */
void bnc_team_session(struct bnc_team *team, void (*body)(void *arg), void *arg);

/*
 * Calls fn(arg, member) once for each member, 0 by the caller, and returns when all have returned.
 * Outside of a session, and from within a call, the caller does it for all members, one after the
 * other.
 */
void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg);

/* Calls fn(arg, i) for every i < n, whichever member is free. */
void bnc_team_each(struct bnc_team *team, size_t n, void (*fn)(void *arg, size_t i), void *arg);

#endif

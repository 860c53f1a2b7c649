/* SPDX-License-Identifier: MIT
 * team.h - threads that wait asleep for work.
 *
 * All members of a team do the same function at a time, the caller among them.  OpenMP's run time
 * would do, but its threads wait by spinning for some milliseconds whenever a region ends, and it
 * ends the process where the system refuses a thread.
 */
#ifndef BNC_ENGINE_TEAM_H
#define BNC_ENGINE_TEAM_H

#include <stddef.h>

struct bnc_team;

/*
 * A team of 'wanted' members, the caller included.  Where the system doesn't start as many, half of
 * those that it does: their stacks must leave room for the work.  NULL: out of memory.
 */
struct bnc_team *bnc_team_create(unsigned wanted);
void bnc_team_free(struct bnc_team *team);
unsigned bnc_team_size(const struct bnc_team *team);

/*
 * Calls fn(arg, member) once for each member, 0 by the caller, and returns when all have returned.
 * One call at a time; from within a call the caller does it for all members, one after the other.
 */
void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg);

/* Calls fn(arg, i) for every i < n, whichever member is free. */
void bnc_team_each(struct bnc_team *team, size_t n, void (*fn)(void *arg, size_t i), void *arg);

#endif

/* SPDX-License-Identifier: MIT
 * team.h - OpenMP threads that wait asleep for work.
 *
 * A report has dozens of parallel steps.  Where OpenMP's region begins, its first thread waits for
 * the others to start, and behind it they spin for milliseconds: on a busy machine that is time of
 * whoever has work.  So a team is one region from its creation to its end, and its threads sleep
 * until there is something for all of them.
 */
#ifndef BNC_ENGINE_TEAM_H
#define BNC_ENGINE_TEAM_H

#include <stddef.h>

struct bnc_team;

/*
 * A team of 'wanted' members, the caller of the functions below among them. Where the system
 * doesn't start as many threads, half of those that it does: their stacks must leave room for the
 * work. NULL: out of memory.
 */
struct bnc_team *bnc_team_create(unsigned wanted);
void bnc_team_free(struct bnc_team *team);
unsigned bnc_team_size(const struct bnc_team *team);

/*
 * Calls fn(arg, member) once for each member and returns when all have returned. Whoever is free
 * takes the next member, the caller too; from within a call, or beside another, the caller takes
 * them all, one after the other.
 */
void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg);

/* Calls fn(arg, i) for every i < n, whoever is free. */
void bnc_team_each(struct bnc_team *team, size_t n, void (*fn)(void *arg, size_t i), void *arg);

#endif

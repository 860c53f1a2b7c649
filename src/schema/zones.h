/* SPDX-License-Identifier: MIT
 * zones.h - zones with a history ("Europe/Berlin"), from the system's time zone database.
 * Its files are read (RFC 9636), not asked for through libc, whose zone is one for all threads.
 */
#ifndef BNC_SCHEMA_ZONES_H
#define BNC_SCHEMA_ZONES_H

#include "util/arena.h"
#include "util/status.h"

#define BNC_ZONE_NAME_BYTES 64

struct bnc_zone_rules {
    char name[BNC_ZONE_NAME_BYTES];
    int32_t first; /* seconds east of UTC before the first change */
    uint32_t n;
    struct bnc_zone_change {
        int64_t local; /* what a clock that was not set shows from here on belongs to: */
        int32_t east;
    } change[];
};

/*
 * The zone of that name, with its changes up to 2100, in 'arena'.  BNC_EUSAGE: there is none of
 * that name, or no database (TZDIR, else /usr/share/zoneinfo); BNC_ENOMEM.
 */
enum bnc_status bnc_zone_load(const char *name, struct bnc_arena *arena,
                              const struct bnc_zone_rules **rules, struct bnc_error *err);

/*
 * What the clocks of the zone showed, as seconds since 1970, in UTC.  The hour that comes twice is
 * taken for its first coming; in the hour that never comes the clock was not set yet.
 */
int64_t bnc_zone_to_utc(const struct bnc_zone_rules *rules, int64_t local);

#endif

/* SPDX-License-Identifier: MIT
 * schema_options.h - what the user says of how files are read: --from, --map, --timezone.
 */
#ifndef BNC_SCHEMA_OPTIONS_H
#define BNC_SCHEMA_OPTIONS_H

#include "schema/plan.h"
#include "schema/zones.h"

struct bnc_map {                         /* --map, as spans of its text */
    struct bnc_map_entry entry[BNC_N_FIELDS * 2];
    uint32_t n;
};

/* The map of 'opt', where its other words are known ones, too.  BNC_EUSAGE. */
enum bnc_status bnc_schema_options_read(const struct bnc_schema_options *opt, struct bnc_map *map,
                                        struct bnc_error *err);

/*
 * An offset or abbreviation, else a zone with a history ('*rules', in the arena; else NULL).
 * BNC_EUSAGE where it is none; BNC_ENOMEM.
 */
enum bnc_status bnc_zone_read(const char *name, int *zone, const struct bnc_zone_rules **rules,
                              struct bnc_arena *arena, struct bnc_error *err);

#endif

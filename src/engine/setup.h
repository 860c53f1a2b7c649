/* SPDX-License-Identifier: MIT
 * setup.h - the options, checked and in the rooms' own words, and the threads that they ask for.
 */
#ifndef BNC_ENGINE_SETUP_H
#define BNC_ENGINE_SETUP_H

#include "bounce/options.h"
#include "csv/row.h"
#include "detect/lists.h"
#include "engine/team.h"
#include "ingest/source.h"
#include "report/report.h"
#include "schema/mapper.h"

struct bnc_setup {
    const struct bnc_options *opt;
    struct bnc_ingest_options ingest;
    struct bnc_schema_options schema;
    enum bnc_engine engine;
    enum bnc_policy policy;
    struct bnc_hmac_key pseudonyms;      /* with opt->pseudonymize */
    enum bnc_show show;
    uint32_t cpu;
    struct bnc_team *team;
    unsigned n_threads;                  /* of the team */
    int64_t since, until;                /* BNC_NO_TIME: no bound; until is exclusive */
    uint16_t only_provider;              /* with has_provider */
    bool has_provider, has_filter;
    struct bnc_span only_campaign, only_sender;
    struct bnc_arena names;              /* what only_sender is in, if folded */
    uint64_t seed;
    struct bnc_classifier *classifier;
};

/* BNC_EUSAGE or BNC_ECONFIG with a text that says what would do. */
enum bnc_status bnc_setup_init(struct bnc_setup *setup, const struct bnc_options *opt,
                               struct bnc_error *err);
void bnc_setup_release(struct bnc_setup *setup);

/* Tells whoever wants to hear of it (options.warn). */
static inline void bnc_warn(const struct bnc_options *opt, const struct bnc_error *note)
{
    if (opt->warn != NULL)
        opt->warn(opt->warn_arg, note);
}

/*
 * Runs fn(arg, i) for i < n on all threads; the bnc_parallel_fn of the engine, 'ctx' a bnc_setup.
 */
void bnc_parallel(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg);

/* Whether the filters let the event through. */
bool bnc_event_passes(const struct bnc_setup *setup, const struct bnc_event *event,
                      uint16_t provider);

#endif

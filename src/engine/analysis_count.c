/* SPDX-License-Identifier: MIT
 * analysis_count.c - counting the rows of all inputs, and again without those that may not count:
 * inputs that hold several tables, rows that inputs share.
 */
#include <stdlib.h>

#include "engine/analysis_private.h"
#include "engine/count.h"
#include "engine/overlap.h"

/* All workers' marks in 'all'. */
static enum bnc_status gather_marks(struct bnc_analysis *a, struct bnc_marks *all)
{
    enum bnc_status status = BNC_OK;

    for (unsigned i = 0; i < a->setup.n_threads && status == BNC_OK; i++)
        status = bnc_marks_join(all, &a->workers[i].marks);
    return status;
}

static enum bnc_status run_once(struct bnc_analysis *a, const struct bnc_sink *sink,
                                struct bnc_error *err)
{
    const enum bnc_detail detail = a->opt.keep_lists ? BNC_DETAIL_LISTS : BNC_DETAIL_REPORT;

    bnc_workers_free(a->workers, a->setup.n_threads);
    a->workers = NULL;
    return bnc_run(&a->inputs, &a->setup, sink, detail, &a->workers, err);
}

static void note_overlap(struct bnc_analysis *a, const bool *shares, bool counted_once)
{
    struct bnc_error note;

    for (size_t i = 0; i < a->inputs.n; i++) {
        if (!shares[i])
            continue;
        bnc_error_set(&note, BNC_OK, "shares rows with another input; %s",
                      counted_once ? "they are counted once"
                                   : "it can't be read again, so they are counted twice");
        bnc_error_at(&note, a->inputs.at[i].source->name, 0, BNC_NO_PLACE);
        bnc_warn(&a->opt, &note);
    }
}

static uint64_t rows_of_shares(const struct bnc_analysis *a, const bool *shares)
{
    uint64_t n = 0;

    for (size_t i = 0; i < a->inputs.n; i++)
        n += shares[i] ? a->inputs.at[i].n_rows : 0;
    return n;
}

/* Reads overlapping inputs again, once for each part of the hashes, to learn what they share. */
static enum bnc_status learn_overlap(struct bnc_analysis *a, const bool *shares,
                                     struct bnc_overlap *overlap, struct bnc_error *err)
{
    const unsigned bits = bnc_overlap_bits(rows_of_shares(a, shares), BNC_MARKS_AT_ONCE);
    enum bnc_status status = BNC_OK;

    for (uint64_t i = 0; i < UINT64_C(1) << bits && status == BNC_OK; i++) {
        struct bnc_counting count = { .shares = shares, .share = { bits, i } };
        const struct bnc_sink sink = bnc_mark_sink(&count);
        struct bnc_marks all = { 0 };

        status = run_once(a, &sink, err);
        if (status == BNC_OK && (gather_marks(a, &all) != BNC_OK ||
                                 bnc_overlap_find(overlap, &all, NULL) != BNC_OK))
            status = bnc_error_nomem(err);
        bnc_marks_release(&all);
    }
    return status;
}

/* The rows behind another table's header were read by the wrong columns: none of it counts. */
static void refuse_input(struct bnc_input *in)
{
    bnc_error_set(&in->error, BNC_EDATA, "%s; none of its rows are counted", BNC_OTHER_HEADER_TEXT);
    bnc_error_at(&in->error, in->source->name, atomic_load(&in->other_header), BNC_NO_PLACE);
    in->noted = false; /* perhaps it could not be read to its end either */
    in->mapping = NULL;
    in->n_rows = in->n_bytes = 0;
}

/*
 * Takes the inputs that hold several tables out, and says whether there were '*any'.  BNC_EDATA:
 * without them nothing is left, or something that can't be read again.
 */
static enum bnc_status refuse_other_tables(struct bnc_analysis *a, bool *any, struct bnc_error *err)
{
    const struct bnc_input *refused = NULL;
    bool left = false, again = true;

    for (size_t i = 0; i < a->inputs.n; i++) {
        struct bnc_input *const in = &a->inputs.at[i];

        if (in->mapping == NULL || in->duplicate)
            continue;
        if (atomic_load(&in->other_header) == 0) {
            left = true;
            again &= in->source->is_regular;
        } else {
            refuse_input(in);
            refused = refused == NULL ? in : refused;
        }
    }
    *any = refused != NULL;
    if (refused == NULL || (left && again))
        return BNC_OK;
    if (err != NULL)
        *err = refused->error;
    return BNC_EDATA;
}

/* Counts what may be counted: again, where an input proves to hold several tables. */
static enum bnc_status count_all(struct bnc_analysis *a, const struct bnc_sink *sink,
                                 struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;
    bool again = true;

    while (status == BNC_OK && again) {
        status = run_once(a, sink, err);
        if (status == BNC_OK)
            status = refuse_other_tables(a, &again, err);
    }
    return status;
}

/* Counts again, the rows that inputs share once. */
static enum bnc_status count_once(struct bnc_analysis *a, const bool *shares,
                                  struct bnc_error *err)
{
    struct bnc_overlap overlap = { 0 };
    struct bnc_counting rule = { .shares = shares, .overlap = &overlap, .inputs = a->inputs.at };
    const struct bnc_sink sink = bnc_count_sink(&rule);
    enum bnc_status status = learn_overlap(a, shares, &overlap, err);

    if (status == BNC_OK)
        status = count_all(a, &sink, err);
    bnc_overlap_release(&overlap);
    return status;
}

/* After a sampled run: finds overlapping inputs and has their common rows counted once. */
static enum bnc_status resolve_overlap(struct bnc_analysis *a, struct bnc_error *err)
{
    bool *shares = calloc(a->inputs.n + 1, sizeof *shares);
    struct bnc_overlap overlap = { 0 };
    struct bnc_marks all = { 0 };
    enum bnc_status status = BNC_OK;
    bool again = true;

    if (shares == NULL || gather_marks(a, &all) != BNC_OK) {
        free(shares);
        bnc_marks_release(&all);
        return bnc_error_nomem(err);
    }
    bnc_marks_thin(&all, BNC_MAX_SAMPLE);
    if (bnc_overlap_find(&overlap, &all, shares) != BNC_OK)
        status = bnc_error_nomem(err);
    bnc_marks_release(&all);
    for (size_t i = 0; i < a->inputs.n; i++)
        again &= !shares[i] || a->inputs.at[i].source->is_regular;
    if (status == BNC_OK && overlap.n > 0) {
        note_overlap(a, shares, again);
        if (again)
            status = count_once(a, shares, err);
    }
    bnc_overlap_release(&overlap);
    free(shares);
    return status;
}

enum bnc_status bnc_analysis_count(struct bnc_analysis *a, struct bnc_error *err)
{
    struct bnc_counting rule = { .sample = a->inputs.n > 1, .inputs = a->inputs.at };
    const struct bnc_sink sink = bnc_count_sink(&rule);
    const enum bnc_status status = count_all(a, &sink, err);

    return status == BNC_OK && rule.sample ? resolve_overlap(a, err) : status;
}

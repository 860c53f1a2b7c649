/* SPDX-License-Identifier: MIT
 * analysis.c - the public handle: run or merge.  What is asked of the result is analysis_write.c.
 */
#include "engine/analysis_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/state.h"
#include "util/status.h"

/* ---- creating ---- */

/* Same input, same bytes: no clock in a report, unless SOURCE_DATE_EPOCH names a time. */
static int64_t time_of_report(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end;
    long long t;

    if (epoch == NULL || *epoch == '\0')
        return BNC_NO_TIME;
    errno = 0;
    t = strtoll(epoch, &end, 10);
    return *end != '\0' || errno != 0 || t < 0 ? BNC_NO_TIME : (int64_t)t;
}

static bool parse_count(const char *text, uint64_t *n)
{
    char *end;

    errno = 0;
    *n = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *n <= BNC_MAX_SENT;
}

/* Before any long work: --sent is a count or a file that can be read. */
static enum bnc_status check_sent(const char *sent, struct bnc_error *err)
{
    uint64_t n;

    if (sent == NULL || parse_count(sent, &n) || access(sent, R_OK) == 0)
        return BNC_OK;
    if (sent[0] == '\0' || strchr("+-.0123456789", sent[0]) != NULL)
        return bnc_error_set(err, BNC_EUSAGE,
                             "--sent: '%s' is neither a whole number up to 10^15 nor a file", sent);
    return bnc_error_sys(err, BNC_ENOINPUT, "cannot open '%s'", sent);
}

enum bnc_status bnc_analysis_create(struct bnc_analysis **out, const struct bnc_options *opt,
                                    struct bnc_error *err)
{
    struct bnc_analysis *a = calloc(1, sizeof *a);
    enum bnc_status status;

    *out = a;
    if (a == NULL)
        return bnc_error_nomem(err);
    a->opt = *opt;
    a->generated = time_of_report();
    status = check_sent(opt->sent, err);
    if (status == BNC_OK)
        status = bnc_setup_init(&a->setup, &a->opt, err);
    return status == BNC_OK ? bnc_notes_make(&a->notes, &a->setup, err) : status;
}

void bnc_analysis_free(struct bnc_analysis *a)
{
    if (a == NULL)
        return;
    bnc_judged_free(a->judged);
    bnc_tally_free(a->tally);
    bnc_tally_free(a->baseline);
    for (size_t i = 0; a->parts_are_states && i < a->n_parts; i++)
        bnc_part_free(a->parts[i]);
    free(a->parts);
    bnc_workers_free(a->workers, a->setup.n_threads);
    for (size_t i = 0; a->fault_texts != NULL && i < a->n_report_inputs; i++)
        free(a->fault_texts[i]);
    free(a->fault_texts);
    free(a->report_inputs);
    bnc_notes_release(&a->notes);
    bnc_inputs_release(&a->inputs);
    bnc_setup_release(&a->setup);
    free(a);
}

/* ---- from parts to answers ---- */

/* One state file as a finished tally, for --baseline. */
static enum bnc_status load_baseline(struct bnc_analysis *a, struct bnc_error *err)
{
    struct bnc_part *part = NULL;
    enum bnc_status status = bnc_state_load(&part, a->opt.baseline, a->setup.classifier, err);

    if (status == BNC_OK)
        status = bnc_tally_finish(&a->baseline, &part, 1, bnc_parallel, &a->setup, err);
    bnc_part_free(part);
    return status;
}

static enum bnc_status judge(struct bnc_analysis *a, struct bnc_error *err)
{
    struct bnc_detect_options dopt = { .domain_share = a->opt.domain_share,
                                       .parallel = bnc_parallel,
                                       .parallel_ctx = &a->setup,
                                       .domain_min_recipients = (uint32_t)a->opt.domain_min };
    enum bnc_status status = BNC_OK;

    if (a->opt.baseline != NULL)
        status = load_baseline(a, err);
    if (status != BNC_OK)
        return status;
    dopt.baseline = a->baseline;
    if (a->opt.sent != NULL && !parse_count(a->opt.sent, &dopt.sent_total))
        dopt.sent_path = a->opt.sent;
    return bnc_judge(&a->judged, a->tally, &dopt, err);
}

/*
 * The tally has copies of all it needs: what the workers gathered goes before judging and writing
 * take room of their own, unless a state is to be saved from it.
 */
static void drop_parts(struct bnc_analysis *a)
{
    for (unsigned i = 0; i < a->setup.n_threads; i++)
        bnc_worker_drop_part(&a->workers[i]);
    a->n_parts = 0;
}

static enum bnc_status finish(struct bnc_analysis *a, struct bnc_error *err)
{
    const bool needed = (a->opt.keep_lists && !a->opt.no_state) || a->parts_are_states;
    enum bnc_status status;

    for (size_t i = 0; i < a->n_parts && !needed; i++)
        bnc_part_spend(a->parts[i]);
    status = bnc_tally_finish(&a->tally, a->parts, a->n_parts, bnc_parallel, &a->setup, err);
    if (status == BNC_OK && !needed)
        drop_parts(a);
    return status == BNC_OK ? judge(a, err) : status;
}

static enum bnc_status describe_inputs(struct bnc_analysis *a, struct bnc_error *err)
{
    const size_t n = a->inputs.n;

    a->report_inputs = calloc(n + 1, sizeof *a->report_inputs);
    a->fault_texts = calloc(n + 1, sizeof *a->fault_texts);
    if (a->report_inputs == NULL || a->fault_texts == NULL)
        return bnc_error_nomem(err);
    a->n_report_inputs = n;
    for (size_t i = 0; i < n; i++) {
        const struct bnc_input *in = &a->inputs.at[i];
        struct bnc_report_input *r = &a->report_inputs[i];

        if (in->error.status != BNC_OK || in->duplicate) {
            a->fault_texts[i] =
                strdup(in->duplicate ? "the same bytes as an input before it; counted once"
                                     : in->error.text);
            if (a->fault_texts[i] == NULL)
                return bnc_error_nomem(err);
        }
        *r = (struct bnc_report_input){
            .name = in->source->name,
            .format = in->mapping == NULL ? "" : in->mapping->format,
            .vendor = in->mapping == NULL ? "" : in->mapping->vendor,
            .container = bnc_container_title(in->source->container),
            .encoding = bnc_encoding_title(in->source->encoding),
            .delim = in->mapping == NULL ? 0 : in->mapping->dialect.delim,
            .rows = in->n_rows,
            .bytes = in->n_bytes,
            .fault = a->fault_texts[i],
        };
    }
    return BNC_OK;
}

static double malformed_share(const struct bnc_tally *t)
{
    return t->rows == 0 ? 0.0 : (double)t->malformed / (double)t->rows;
}

/* The first malformed row of all, by source and row; 'advice' ends the message. */
static enum bnc_status malformed_error(const struct bnc_tally *t, const char *advice,
                                       struct bnc_error *err)
{
    const struct bnc_place *first = NULL;
    enum bnc_row_fault fault = BNC_FAULT_NONE;

    for (int f = BNC_FAULT_NONE + 1; f < BNC_N_FAULTS; f++) {
        const struct bnc_fault_total *total = &t->faults[f];

        if (f == BNC_FAULT_REPEATED_HEADER || total->n_first == 0)
            continue;
        if (first == NULL || total->first[0].source < first->source ||
            (total->first[0].source == first->source && total->first[0].row < first->row)) {
            first = &total->first[0];
            fault = (enum bnc_row_fault)f;
        }
    }
    bnc_error_set(err, BNC_EDATA, "%llu malformed row%s, the first one: %s%s",
                  (unsigned long long)t->malformed, t->malformed == 1 ? "" : "s",
                  bnc_fault_names[fault], advice);
    if (first != NULL && first->source < t->n_sources)
        bnc_error_at(err, t->sources[first->source].at, first->row, first->off);
    return BNC_EDATA;
}

/* What a result leaves out, or can't say, because of how rows are. */
static void warn_of_rows(const struct bnc_analysis *a)
{
    const struct bnc_tally *t = a->tally;
    const uint64_t n_bad_times = bnc_tally_flagged(t, BNC_EVENT_BAD_TIME);
    struct bnc_error note;

    if (t->malformed > 0) {
        malformed_error(
            t, a->opt.rejects == NULL ? "; no count holds them, --rejects FILE keeps them" : "",
            &note);
        note.status = BNC_OK; /* here it is news, no fault */
        bnc_warn(&a->opt, &note);
    }
    if (n_bad_times > t->rows / 10) {
        bnc_error_set(&note, BNC_OK,
                      "times that can't be read: %llu; incidents and trends don't see those rows; "
                      "03/04/2026 is read with --date-order dmy or mdy, 2026-10-31 23:00:00 always",
                      (unsigned long long)n_bad_times);
        bnc_warn(&a->opt, &note);
    }
}

/* What is wrong although there is a result: bad rows, unreadable inputs, nothing in them. */
static enum bnc_status verdict_on_input(const struct bnc_analysis *a, struct bnc_error *err)
{
    const struct bnc_tally *t = a->tally;

    if (a->inputs.worst != BNC_OK) {
        if (err != NULL)
            *err = a->inputs.first;
        return a->inputs.worst;
    }
    if (a->opt.strict && t->malformed > 0)
        return malformed_error(t, " (--strict)", err);
    if (t->malformed > 0 && t->malformed + t->repeated_headers == t->rows)
        return malformed_error(t, "; no row could be read, are the columns mapped rightly (--map)?",
                               err);
    if (a->opt.strict && t->rows == 0)
        return bnc_error_set(err, BNC_EDATA, "the input has no rows (--strict)");
    if (a->opt.max_bad_share > 0 && malformed_share(t) > a->opt.max_bad_share)
        return bnc_error_set(err, BNC_EDATA,
                             "%.2f %% of the rows are malformed, --max-bad-rows allows %.2f %%",
                             100 * malformed_share(t), 100 * a->opt.max_bad_share);
    warn_of_rows(a);
    return BNC_OK;
}

static enum bnc_status collect_parts(struct bnc_analysis *a, struct bnc_error *err)
{
    a->parts = calloc(a->setup.n_threads, sizeof *a->parts);
    if (a->parts == NULL)
        return bnc_error_nomem(err);
    for (unsigned i = 0; i < a->setup.n_threads; i++)
        a->parts[a->n_parts++] = a->workers[i].part;
    return BNC_OK;
}

/* --rejects FILE; mode 0600, rows hold addresses. */
static enum bnc_status write_rejects(const struct bnc_analysis *a, struct bnc_error *err)
{
    enum bnc_status status;
    struct bnc_reject *all;
    struct bnc_buf out = { 0 };
    size_t n = 0;

    if (a->opt.rejects == NULL)
        return BNC_OK;
    for (unsigned i = 0; i < a->setup.n_threads; i++)
        n += a->workers[i].rejects.n;
    all = malloc((n + 1) * sizeof *all);
    if (all == NULL)
        return bnc_error_nomem(err);
    n = 0;
    for (unsigned i = 0; i < a->setup.n_threads; i++)
        for (size_t k = 0; k < a->workers[i].rejects.n; k++)
            all[n++] = a->workers[i].rejects.at[k];
    bnc_rejects_print(all, n, a->inputs.at, &out);
    status = out.failed ? bnc_error_nomem(err)
                        : bnc_write_file(a->opt.rejects, bnc_buf_span(&out), true, err);
    bnc_buf_release(&out);
    free(all);
    return status;
}

static enum bnc_status run_exports(struct bnc_analysis *a, const char *const *paths, size_t n,
                                   struct bnc_error *err)
{
    enum bnc_status status = bnc_inputs_open(&a->inputs, &a->setup, paths, n, err);

    if (status == BNC_OK)
        status = bnc_analysis_count(a, err);
    if (status == BNC_OK)
        status = collect_parts(a, err);
    if (status == BNC_OK)
        status = write_rejects(a, err);
    if (status == BNC_OK)
        status = finish(a, err);
    if (status == BNC_OK)
        status = describe_inputs(a, err);
    return status == BNC_OK ? verdict_on_input(a, err) : status;
}

/* Whether two files hold the same bytes; false where one can't be read. */
static bool same_bytes(const char *a, const char *b)
{
    char x[1 << 13], y[sizeof x];
    FILE *f = fopen(a, "rbe"), *g = fopen(b, "rbe");
    bool same = f != NULL && g != NULL;
    size_t n = 1;

    while (same && n > 0) {
        n = fread(x, 1, sizeof x, f);
        same = fread(y, 1, sizeof y, g) == n && memcmp(x, y, n) == 0;
    }
    same = same && ferror(f) == 0 && ferror(g) == 0;
    if (f != NULL)
        fclose(f);
    if (g != NULL)
        fclose(g);
    return same;
}

/* The same state given twice would count everything twice; it is passed over, and that is said. */
static bool is_given_before(const struct bnc_analysis *a, const char *const *paths, size_t i)
{
    struct bnc_error note;

    for (size_t k = 0; k < i; k++) {
        if (!same_bytes(paths[k], paths[i]))
            continue;
        bnc_error_set(&note, BNC_OK, "the same state as '%s'; it is counted once", paths[k]);
        bnc_error_at(&note, paths[i], 0, BNC_NO_PLACE);
        bnc_warn(&a->opt, &note);
        return true;
    }
    return false;
}

static enum bnc_status run_states(struct bnc_analysis *a, const char *const *paths, size_t n,
                                  struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    a->inputs.complete = true;
    a->parts_are_states = true;
    a->parts = calloc(n + 1, sizeof *a->parts);
    if (a->parts == NULL)
        return bnc_error_nomem(err);
    for (size_t i = 0; i < n && status == BNC_OK; i++) {
        if (is_given_before(a, paths, i))
            continue;
        status = bnc_state_load(&a->parts[a->n_parts], paths[i], a->setup.classifier, err);
        a->n_parts += status == BNC_OK;
    }
    return status == BNC_OK ? finish(a, err) : status;
}

static enum bnc_status begin(struct bnc_analysis *a, struct bnc_error *err)
{
    if (a->has_run)
        return bnc_error_set(err, BNC_EUSAGE, "an analysis runs once: create another");
    a->has_run = true;
    return BNC_OK;
}

enum bnc_status bnc_analysis_merge(struct bnc_analysis *a, const char *const *paths, size_t n,
                                   struct bnc_error *err)
{
    enum bnc_status status;

    if (a->setup.has_filter)
        return bnc_error_set(err, BNC_EUSAGE,
                             "a saved state has counts and no rows, so --since, --until, "
                             "--provider, --campaign and --sender can't choose among them; "
                             "give them when the state is saved");
    status = begin(a, err);
    return status == BNC_OK ? run_states(a, paths, n, err) : status;
}

enum bnc_status bnc_analysis_run(struct bnc_analysis *a, const char *const *paths, size_t n,
                                 struct bnc_error *err)
{
    enum bnc_status status;
    size_t states = 0;

    for (size_t i = 0; i < n; i++)
        states += bnc_state_is(paths[i]);
    if (states > 0 && states < n)
        return bnc_error_set(err, BNC_EUSAGE,
                             "saved states and exports can't be read together; "
                             "save a state of the exports, then give states only");
    if (states > 0)
        return bnc_analysis_merge(a, paths, n, err);
    status = begin(a, err);
    return status == BNC_OK ? run_exports(a, paths, n, err) : status;
}

int bnc_analysis_has_result(const struct bnc_analysis *a)
{
    return a != NULL && a->judged != NULL;
}

/* SPDX-License-Identifier: MIT
 * stages.c - what each stage of the row loop costs: rows, events, templates, verdicts.
 *
 *     make build/release/bench/micro/stages && build/release/bench/micro/stages FILE [MB]
 *
 * The first MB (64) of an export are read and gone through block by block on one thread, again and
 * again, each time one stage further; a stage costs what its pass takes longer than the one before
 * it.  Floors: a pass of memchr() over the text, and one over the responses.  Best of five.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "classify/mask.h"
#include "classify/verdict.h"
#include "csv/row.h"
#include "schema/event.h"
#include "util/cpu.h"
#include "util/hash.h"

#define BLOCK_BYTES ((size_t)1 << 20)
#define N_RUNS 5

enum stage { SCAN, EVENTS, HOSTS, TOUCH, LOWERED, TEMPLATES, NEW_VERDICTS, VERDICTS, N_STAGES };

static const struct { const char *name; bool responses; enum stage after; } stages[N_STAGES] = {
    [SCAN] = { "rows found", false, SCAN },
    [EVENTS] = { "rows to events", false, SCAN },
    [HOSTS] = { "providers of hosts that answered", false, EVENTS },
    [TOUCH] = { "floor: responses looked through", true, EVENTS },
    [LOWERED] = { "responses lower-cased and scanned", true, EVENTS },
    [TEMPLATES] = { "masked and hashed", true, LOWERED },
    [NEW_VERDICTS] = { "verdicts, nothing known before", true, EVENTS },
    [VERDICTS] = { "verdicts of known responses", true, EVENTS },
};

struct bench {
    struct bnc_span text;
    struct bnc_mapping *mapping;
    struct bnc_mapper *mapper;
    struct bnc_rows *rows;
    struct bnc_mask mask;
    struct bnc_classifier *classifier;
    struct bnc_verdicts *verdicts;
    uint64_t n_rows, n_responses, n_bytes, sum;
    struct bnc_inquiry asked[BNC_INQUIRIES];
    struct bnc_span hosts[BNC_INQUIRIES];
    size_t n_asked, n_hosts;
};

static bool is_failure(const struct bnc_event *e)
{
    return e->type == BNC_EVENT_BOUNCE || e->type == BNC_EVENT_DEFERRAL;
}

static void take_response(struct bench *b, enum stage stage, const struct bnc_event *e)
{
    struct bnc_span template;

    b->n_responses++;
    b->n_bytes += e->diagnostic.len;
    if (stage == TOUCH) {
        b->sum += memchr(e->diagnostic.at, '\1', e->diagnostic.len) != NULL;
    } else if (stage == LOWERED) {
        bnc_mask_scan(&b->mask, e->diagnostic);
    } else if (stage == TEMPLATES) {
        bnc_mask_scan(&b->mask, e->diagnostic);
        template = bnc_mask_scanned(&b->mask, e->diagnostic);
        b->sum += bnc_hash_span(template);
    } else if (stage >= NEW_VERDICTS) {
        b->asked[b->n_asked++].event = e;
    }
}

/* What was gathered is asked for at once, as the engine does. */
static void ask(struct bench *b)
{
    uint16_t providers[BNC_INQUIRIES];

    if (!bnc_verdicts_get_all(b->verdicts, b->asked, b->n_asked))
        abort();
    bnc_verdicts_providers_of_mx(b->verdicts, b->hosts, providers, b->n_hosts);
    for (size_t i = 0; i < b->n_asked; i++)
        b->sum += b->asked[i].entry->verdict.cause;
    for (size_t i = 0; i < b->n_hosts; i++)
        b->sum += providers[i];
    b->n_asked = b->n_hosts = 0;
}

static void take_event(struct bench *b, enum stage stage, const struct bnc_event *e)
{
    if (stage == HOSTS)
        b->hosts[b->n_hosts++] = bnc_mapping_host(b->mapping, e->mx);
    else if (is_failure(e))
        take_response(b, stage, e);
    if (b->n_asked == BNC_INQUIRIES || b->n_hosts == BNC_INQUIRIES)
        ask(b);
}

static void take_row(struct bench *b, enum stage stage, uint32_t index)
{
    const struct bnc_event *events;
    enum bnc_row_fault fault;
    struct bnc_event room;
    struct bnc_row row;
    size_t n;

    bnc_rows_at(b->rows, index, &row);
    bnc_rows_read(b->rows, &row);
    events = bnc_mapper_events(b->mapper, b->mapping, &row, &room, &n, &fault);
    for (size_t i = 0; i < n; i++)
        take_event(b, stage, &events[i]);
    ask(b);
}

static void take_rows(struct bench *b, enum stage stage)
{
    struct bnc_event events[BNC_ROWS_AT_ONCE];
    struct bnc_row_batch batch;

    while (bnc_rows_take(b->rows, &batch)) {
        uint32_t odd = (uint32_t)((UINT64_C(1) << batch.n) - 1);

        if (bnc_mapping_is_short(b->mapping))
            odd = bnc_mapper_short_way(b->mapper, b->mapping, &batch, events, sizeof *events);
        for (size_t i = 0; i < batch.n; i++)
            if ((odd >> i & 1) != 0)
                take_row(b, stage, batch.index[i]);
            else
                take_event(b, stage, &events[i]);
        for (size_t i = 0; i < batch.n_passed; i++)
            take_row(b, stage, batch.passed[i]);
        ask(b);
    }
}

/* Once through the text, up to 'stage'; the seconds it took. */
static double pass(struct bench *b, enum stage stage)
{
    const double start = thread_seconds();
    size_t at = b->mapping->data_off;

    b->n_responses = b->n_bytes = 0;
    for (uint64_t number = 1; at < b->text.len;) {
        const size_t left = b->text.len - at, len = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        uint64_t n;
        size_t used;

        if (bnc_rows_scan(b->rows, bnc_span_from(b->text.at + at, len), at, number, len == left,
                          &used, &n) != BNC_OK || used == 0)
            abort();
        if (stage >= EVENTS)
            take_rows(b, stage);
        at += used;
        number += n;
        b->n_rows = number - 1;
    }
    return thread_seconds() - start;
}

static double best_of(struct bench *b, enum stage stage)
{
    double best = 1e9;

    for (int i = 0; i < N_RUNS; i++) {
        double took;

        if (stage == NEW_VERDICTS || b->verdicts == NULL) {
            bnc_verdicts_free(b->verdicts);
            b->verdicts = bnc_verdicts_create(b->classifier);
            if (b->verdicts == NULL)
                abort();
            bnc_verdicts_gather(b->verdicts);
        }
        took = pass(b, stage);
        best = took < best ? took : best;
    }
    return best;
}

static double floor_of(struct bnc_span text)
{
    double best = 1e9;

    for (int i = 0; i < N_RUNS; i++) {
        const double start = thread_seconds();
        double took;

        if (memchr(text.at, '\1', text.len) != NULL)
            puts("  (a control character in the text cut the floor short)");
        took = thread_seconds() - start;
        best = took < best ? took : best;
    }
    return best;
}

static void report(struct bench *b)
{
    double took[N_STAGES];
    const double floor_s = floor_of(b->text);

    for (unsigned i = 0; i < N_STAGES; i++)
        took[i] = best_of(b, (enum stage)i);
    printf("%zu bytes, %llu rows, %llu responses of %llu bytes, %zu verdicts\n", b->text.len,
           (unsigned long long)b->n_rows, (unsigned long long)b->n_responses,
           (unsigned long long)(b->n_bytes / (b->n_responses + 1)),
           bnc_verdicts_count(b->verdicts));
    printf("  %-34s %7.1f ns a row\n", "floor: text looked through", floor_s / (double)b->n_rows * 1e9);
    for (unsigned i = 0; i < N_STAGES; i++) {
        const double own = i == SCAN ? took[i] : took[i] - took[stages[i].after];
        const uint64_t n = stages[i].responses ? b->n_responses : b->n_rows;

        printf("  %-34s %7.1f ns a %s\n", stages[i].name, own / (double)(n + (n == 0)) * 1e9,
               stages[i].responses ? "response" : "row");
    }
}

static bool read_file(const char *path, size_t most, struct bnc_span *text)
{
    FILE *f = fopen(path, "rbe");
    char *at = malloc(most);

    if (f == NULL || at == NULL) {
        perror(path);
        return false;
    }
    *text = bnc_span_from(at, fread(at, 1, most, f));
    fclose(f);
    return true;
}

int main(int argc, char **argv)
{
    const size_t most = (argc > 2 ? strtoull(argv[2], NULL, 10) : 64) << 20;
    const struct bnc_classifier_options copt = { .cpu = bnc_cpu_detect() };
    struct bench b = { .n_rows = 0 };
    struct bnc_rows_options opt = { .cpu = copt.cpu };
    struct bnc_error err = { .status = BNC_OK };

    if (argc < 2 || !read_file(argv[1], most, &b.text))
        return 64;
    if (bnc_mapping_create(&b.mapping, b.text, false, argv[1], NULL, &err) != BNC_OK ||
        bnc_classifier_create(&b.classifier, &copt, &err) != BNC_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.text);
        return 65;
    }
    opt.dialect = b.mapping->dialect;
    opt.n_cols = b.mapping->n_cols;
    opt.want = b.mapping->want;
    opt.n_want = b.mapping->n_want;
    b.rows = bnc_rows_create(&opt);
    b.mapper = bnc_mapper_create(copt.cpu);
    bnc_mask_init(&b.mask, NULL, copt.cpu);
    if (b.rows == NULL || b.mapper == NULL)
        return 71;
    report(&b);
    bnc_verdicts_free(b.verdicts);
    bnc_classifier_free(b.classifier);
    bnc_mapper_free(b.mapper);
    bnc_rows_free(b.rows);
    bnc_mapping_free(b.mapping);
    return 0;
}

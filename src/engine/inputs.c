/* SPDX-License-Identifier: MIT */
#include "engine/inputs.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/status.h"

/* Header, preamble and enough rows to tell the dialect. */
#define HEAD_BYTES ((size_t)128 << 10)

/* The order in which several faults decide the exit status. */
static int precedence(enum bnc_status status)
{
    static const enum bnc_status worst_first[] = { BNC_EINTERNAL, BNC_ENOMEM,  BNC_EIO,
                                                   BNC_ECREATE,   BNC_ECONFIG, BNC_EDATA,
                                                   BNC_ENOINPUT };
    const int n = sizeof worst_first / sizeof worst_first[0];

    for (int i = 0; i < n; i++)
        if (status == worst_first[i])
            return n - i;
    return 0;
}

void bnc_inputs_note(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                     const struct bnc_error *fault)
{
    bnc_warn(setup->opt, fault);
    if (fault->status == BNC_OK)
        return; /* mere information */
    inputs->complete = false;
    if (inputs->worst == BNC_OK || precedence(fault->status) > precedence(inputs->worst)) {
        inputs->worst = fault->status;
        inputs->first = *fault;
    }
}

struct fault_list {
    struct bnc_inputs *inputs;
    const struct bnc_setup *setup;
};

static void on_fault(void *arg, const struct bnc_error *fault)
{
    struct fault_list *f = arg;

    bnc_inputs_note(f->inputs, f->setup, fault);
}

struct probe {
    struct bnc_inputs *inputs;
    const struct bnc_setup *setup;
};

/* Keeps the header line: what lies between it and the first data row, less the line end. */
static void keep_header(struct bnc_input *input, const char *head, size_t len)
{
    const struct bnc_mapping *m = input->mapping;
    struct bnc_span line;
    char *copy;

    if (m == NULL || m->data_off > len || m->header_off >= m->data_off)
        return;
    line =
        bnc_span_trim(bnc_span_from(head + m->header_off, (size_t)(m->data_off - m->header_off)));
    copy = malloc(line.len + 1);
    if (copy == NULL) {
        bnc_error_nomem(&input->error);
        return;
    }
    memcpy(copy, line.at, line.len);
    input->header = bnc_span_from(copy, line.len);
}

/* Runs on any thread: touches input i only. */
static void probe_one(void *arg, size_t i)
{
    const struct probe *p = arg;
    struct bnc_input *input = &p->inputs->at[i];
    struct bnc_error *err = &input->error;
    size_t len = 0;
    bool whole = false;
    char *head = malloc(HEAD_BYTES);

    if (head == NULL) {
        bnc_error_nomem(err);
        return;
    }
    if (bnc_source_head(input->source, &p->setup->ingest, head, HEAD_BYTES, &len, &whole, err) ==
        BNC_OK) {
        if (!bnc_source_fingerprint(input->source, &input->fingerprint))
            input->fingerprint = 0;
        bnc_mappings_get(p->inputs->mappings, &input->mapping, bnc_span_from(head, len), whole,
                         input->source->name, &p->setup->schema, err);
    }
    keep_header(input, head, len);
    if (err->status != BNC_OK && err->path[0] == '\0')
        bnc_error_at(err, input->source->name, err->row, err->byte_off);
    free(head);
}

static void warn_duplicate(const struct bnc_setup *setup, const struct bnc_input *input,
                           const struct bnc_input *before)
{
    struct bnc_error note;

    bnc_error_set(&note, BNC_OK, "the same bytes as '%s'; it is counted once",
                  before->source->name);
    bnc_error_at(&note, input->source->name, 0, BNC_NO_PLACE);
    bnc_warn(setup->opt, &note);
}

struct print {
    uint64_t fingerprint;
    size_t input;
};

static int print_cmp(const void *va, const void *vb)
{
    const struct print *a = va, *b = vb;

    if (a->fingerprint != b->fingerprint)
        return a->fingerprint < b->fingerprint ? -1 : 1;
    return (a->input > b->input) - (a->input < b->input);
}

/* The first of 'prints' whose input holds the same bytes as 'a', or NULL. */
static const struct bnc_input *find_twin(const struct bnc_inputs *inputs,
                                         const struct print *prints, size_t n,
                                         const struct bnc_input *a)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_input *b = &inputs->at[prints[i].input];

        if (!b->duplicate && bnc_source_same(a->source, b->source))
            return b;
    }
    return NULL;
}

/* Inputs with equal fingerprints, in order: later ones that hold the same bytes are marked. */
static void mark_among(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                       const struct print *prints, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct bnc_input *a = &inputs->at[prints[i].input];
        const struct bnc_input *twin = find_twin(inputs, prints, i, a);

        a->duplicate = twin != NULL;
        if (twin != NULL)
            warn_duplicate(setup, a, twin);
    }
}

/* The same file given twice would count everything twice. */
static enum bnc_status mark_duplicates(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                       struct bnc_error *err)
{
    struct print *prints = malloc((inputs->n + 1) * sizeof *prints);
    size_t n = 0;

    if (prints == NULL)
        return bnc_error_nomem(err);
    for (size_t i = 0; i < inputs->n; i++)
        if (inputs->at[i].fingerprint != 0 && inputs->at[i].mapping != NULL)
            prints[n++] = (struct print){ inputs->at[i].fingerprint, i };
    qsort(prints, n, sizeof *prints, print_cmp);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && prints[to].fingerprint == prints[from].fingerprint; to++)
            ;
        mark_among(inputs, setup, prints + from, to - from);
    }
    free(prints);
    return BNC_OK;
}

/*
 * Exports of failures only have no deliveries to be set against: beside others
 * they raise every rate over all inputs, and the user ought to know.
 */
static void warn_mixture(const struct bnc_inputs *inputs, const struct bnc_setup *setup)
{
    const struct bnc_input *only = NULL;
    size_t n_only = 0, n_full = 0;
    struct bnc_error note;

    for (size_t i = 0; i < inputs->n; i++) {
        const struct bnc_input *in = &inputs->at[i];

        if (in->mapping == NULL || in->duplicate)
            continue;
        n_full += in->mapping->has_deliveries;
        n_only += !in->mapping->has_deliveries;
        if (!in->mapping->has_deliveries && only == NULL)
            only = in;
    }
    if (n_only == 0 || n_full == 0 || setup->opt->sent != NULL)
        return;
    bnc_error_set(
        &note, BNC_OK,
        "holds failures only (%zu of %zu inputs do), so rates over all inputs are too high; "
        "analyze such exports alone, or say what was sent (--sent)",
        n_only, n_only + n_full);
    bnc_error_at(&note, only->source->name, 0, BNC_NO_PLACE);
    bnc_warn(setup->opt, &note);
}

/* A guess that nobody hears of can't be corrected; that of the first input stands for all. */
static void warn_guess(const struct bnc_inputs *inputs, const struct bnc_setup *setup)
{
    const struct bnc_input *first = NULL;
    struct bnc_error note;
    char others[40] = "";
    size_t n = 0;

    for (size_t i = 0; i < inputs->n; i++)
        if (inputs->at[i].mapping != NULL && inputs->at[i].mapping->guess != NULL) {
            first = first == NULL ? &inputs->at[i] : first;
            n++;
        }
    if (n == 0)
        return;
    if (n > 1)
        snprintf(others, sizeof others, " (so in %zu inputs)", n);
    bnc_error_set(&note, BNC_OK, "%s, by what its rows hold%s; --map says otherwise",
                  first->mapping->guess, others);
    bnc_error_at(&note, first->source->name, 0, BNC_NO_PLACE);
    bnc_warn(setup->opt, &note);
}

static enum bnc_status judge_inputs(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                    struct bnc_error *err)
{
    size_t usable = 0;

    for (size_t i = 0; i < inputs->n; i++) {
        if (inputs->at[i].error.status != BNC_OK)
            bnc_inputs_note(inputs, setup, &inputs->at[i].error);
        inputs->at[i].noted = inputs->at[i].error.status != BNC_OK;
        usable += inputs->at[i].mapping != NULL;
    }
    if (inputs->worst == BNC_OK && inputs->n == 0)
        bnc_error_set(&inputs->first, inputs->worst = BNC_ENOINPUT, "no input files were found");
    if (inputs->worst != BNC_OK && (usable == 0 || setup->opt->strict ||
                                    inputs->worst == BNC_ENOMEM || inputs->worst == BNC_EUSAGE)) {
        if (err != NULL)
            *err = inputs->first;
        return inputs->worst;
    }
    return BNC_OK;
}

enum bnc_status bnc_inputs_open(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                const char *const *paths, size_t n, struct bnc_error *err)
{
    struct fault_list faults = { .inputs = inputs, .setup = setup };
    struct probe probe = { .inputs = inputs, .setup = setup };
    enum bnc_status status;

    *inputs = (struct bnc_inputs){ .complete = true };
    status = bnc_source_list_create(&inputs->sources, paths, n, on_fault, &faults, err);
    if (status != BNC_OK)
        return status;
    inputs->at = calloc(inputs->sources.n + 1, sizeof *inputs->at);
    inputs->mappings = bnc_mappings_create();
    if (inputs->at == NULL || inputs->mappings == NULL)
        return bnc_error_nomem(err);
    inputs->n = inputs->sources.n;
    for (size_t i = 0; i < inputs->n; i++)
        inputs->at[i].source = inputs->sources.at[i];
    bnc_parallel((void *)(uintptr_t)setup, inputs->n, probe_one, &probe);
    status = mark_duplicates(inputs, setup, err);
    if (status != BNC_OK)
        return status;
    warn_mixture(inputs, setup);
    warn_guess(inputs, setup);
    return judge_inputs(inputs, setup, err);
}

void bnc_inputs_release(struct bnc_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++)
        free((char *)(uintptr_t)inputs->at[i].header.at);
    bnc_mappings_free(inputs->mappings);
    free(inputs->at);
    bnc_source_list_release(&inputs->sources);
    *inputs = (struct bnc_inputs){ 0 };
}

const char *bnc_container_title(enum bnc_container container)
{
    static const char *const titles[] = {
        [BNC_CONTAINER_NONE] = "plain", [BNC_CONTAINER_GZIP] = "gzip",
        [BNC_CONTAINER_BGZF] = "bgzf",  [BNC_CONTAINER_ZSTD] = "zstd",
        [BNC_CONTAINER_ZIP] = "zip",
    };

    return titles[container];
}

const char *bnc_encoding_title(enum bnc_encoding encoding)
{
    static const char *const titles[] = {
        [BNC_ENCODING_AUTO] = "unknown",     [BNC_ENCODING_UTF8] = "UTF-8",
        [BNC_ENCODING_UTF16LE] = "UTF-16LE", [BNC_ENCODING_UTF16BE] = "UTF-16BE",
        [BNC_ENCODING_LATIN1] = "Latin-1",
    };

    return titles[encoding];
}

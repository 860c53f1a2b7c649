/* SPDX-License-Identifier: MIT
 * user.c - --rules FILE and --providers FILE: the user's rows, compiled at start with the code that
 * compiles ours.
 *
 * A rule file has our columns, in any order, those not needed left out: provider, reply_code,
 * enhanced_code, marker, text_fragment (or fragment), cause, duration, side, action, specificity,
 * meaning, source.  A provider file has kind (domain or mx_suffix), value, provider and, if wanted,
 * title, operator_group.
 */
#include <stdio.h>
#include <stdlib.h>

#include "classify/classifier.h"
#include "classify/collect.h"
#include "classify/compile.h"
#include "classify/token.h"
#include "util/idn.h"

struct bnc_user_knowledge {
    struct bnc_ruleset rules;
    struct bnc_words words;              /* before the built-in ones */
    struct bnc_word_sieve sieve;
    struct bnc_compile compile;          /* keeps the strings of the rules */
    struct bnc_arena arena;
    struct bnc_user_providers providers;
    uint64_t rules_hash, providers_hash;
};

uint64_t bnc_user_rules_hash(const struct bnc_user_knowledge *u)
{
    return u != NULL ? u->rules_hash : 0;
}

uint64_t bnc_user_providers_hash(const struct bnc_user_knowledge *u)
{
    return u != NULL ? u->providers_hash : 0;
}

static struct bnc_span lower_copy(struct bnc_arena *a, struct bnc_span s)
{
    const struct bnc_span copy = s.at != NULL ? bnc_arena_copy(a, s) : s;

    for (size_t i = 0; copy.at != NULL && i < copy.len; i++)
        ((char *)(uintptr_t)copy.at)[i] = bnc_lower(copy.at[i]);
    return copy;
}

static uint16_t number_by_name(void *arg, struct bnc_span name)
{
    return bnc_provider_find(arg, name);
}

/* ---- providers ---- */

static const char *text_or(struct bnc_user_knowledge *u, struct bnc_span s,
                           struct bnc_span fallback)
{
    return bnc_arena_copy(&u->arena, s.len > 0 ? s : fallback).at;
}

static uint16_t provider_number(struct bnc_classifier *c, const struct bnc_table *t, size_t row)
{
    struct bnc_user_knowledge *u = c->user;
    const struct bnc_span name = bnc_table_cell(t, row, bnc_table_col(t, "provider"));
    uint16_t number = bnc_provider_find(c, name);
    struct bnc_provider *p;

    if (number != 0)
        return number;
    p = &u->providers.at[u->providers.n];
    p->name = text_or(u, name, name);
    p->title = text_or(u, bnc_table_cell(t, row, bnc_table_col(t, "title")), name);
    p->operator_group =
        text_or(u, bnc_table_cell(t, row, bnc_table_col(t, "operator_group")), name);
    p->kind = BNC_PROVIDER_MAILBOX;
    p->reports_complaints = true;
    if (p->name == NULL || p->title == NULL || p->operator_group == NULL)
        return 0;
    number = (uint16_t)(bnc_builtin_provider_count() + u->providers.n++);
    return number;
}

static enum bnc_status provider_row(struct bnc_classifier *c, const struct bnc_table *t, size_t row,
                                    const char *path, struct bnc_error *err)
{
    struct bnc_user_knowledge *u = c->user;
    const struct bnc_span kind = bnc_table_cell(t, row, bnc_table_col(t, "kind"));
    const struct bnc_span value = bnc_span_trim(bnc_table_cell(t, row, bnc_table_col(t, "value")));
    const bool mx = bnc_span_eq(kind, BNC_SPAN("mx_suffix"));
    struct bnc_user_name *n = &u->providers.names[u->providers.n_names];

    if (!mx && !bnc_span_eq(kind, BNC_SPAN("domain")))
        return bnc_error_set(err, BNC_ECONFIG,
                             "%s:%u: column 'kind': not domain or mx_suffix: '%.*s'", path,
                             t->line[row], (int)kind.len, kind.at);
    if (value.len == 0 || memchr(value.at, ' ', value.len) != NULL)
        return bnc_error_set(err, BNC_ECONFIG, "%s:%u: column 'value': no domain: '%.*s'", path,
                             t->line[row], (int)value.len, value.at);
    if (bnc_table_cell(t, row, bnc_table_col(t, "provider")).len == 0)
        return bnc_error_set(err, BNC_ECONFIG, "%s:%u: column 'provider' is empty", path,
                             t->line[row]);
    n->name = lower_copy(&u->arena, bnc_idn_folded(&u->arena, value));
    n->mx = mx;
    n->provider = provider_number(c, t, row);
    if (n->name.at == NULL || n->provider == 0)
        return bnc_error_nomem(err);
    u->providers.n_names++;
    return BNC_OK;
}

/* A rule or provider file that can't be read is a fault of the configuration, not of the input. */
static enum bnc_status read_file(struct bnc_table *t, const char *path, struct bnc_error *err)
{
    const enum bnc_status status = bnc_table_read(t, path, err);

    if (status == BNC_OK || status == BNC_ENOMEM)
        return status;
    if (err != NULL)
        err->status = BNC_ECONFIG;
    return BNC_ECONFIG;
}

/* Of what the file says, not of how it is quoted: header and cells in their order. */
static uint64_t hash_table(const struct bnc_table *t)
{
    uint64_t h = 1;

    for (size_t i = 0; i < t->n_cols; i++)
        h = bnc_hash_pair(h, bnc_hash_span(t->header[i]));
    for (size_t i = 0; i < t->n_rows * t->n_cols; i++)
        h = bnc_hash_pair(h, bnc_hash_span(t->cells[i]));
    return h;
}

static enum bnc_status load_providers(struct bnc_classifier *c, const char *path,
                                      struct bnc_error *err)
{
    static const char *const needed[] = { "kind", "value", "provider" };
    struct bnc_user_knowledge *u = c->user;
    struct bnc_table t;
    enum bnc_status status = read_file(&t, path, err);

    if (status != BNC_OK)
        return status;
    for (size_t i = 0; i < 3 && status == BNC_OK; i++)
        if (bnc_table_col(&t, needed[i]) < 0)
            status = bnc_error_set(err, BNC_ECONFIG, "%s:1: no column '%s'", path, needed[i]);
    u->providers_hash = hash_table(&t);
    u->providers.at = calloc(t.n_rows + 1, sizeof *u->providers.at);
    u->providers.names = calloc(t.n_rows + 1, sizeof *u->providers.names);
    if (u->providers.at == NULL || u->providers.names == NULL)
        status = bnc_error_nomem(err);
    c->user_providers = &u->providers;
    for (size_t i = 0; i < t.n_rows && status == BNC_OK; i++)
        status = provider_row(c, &t, i, path, err);
    bnc_table_release(&t);
    return status;
}

/* ---- rules ---- */

static bool collect_words(struct bnc_user_knowledge *u, const struct bnc_table *t)
{
    static const char *const columns[] = { "marker", "text_fragment", "fragment" };
    struct bnc_collect words = { 0 };
    bool ok = true;

    for (size_t i = 0; i < t->n_rows; i++)
        for (size_t k = 0; k < 3; k++)
            ok = ok &&
                 bnc_collect_text(&words, bnc_table_cell(t, i, bnc_table_col(t, columns[k])), '\0');
    ok = ok && bnc_collect_build(&words, &u->words.hash);
    u->sieve = words.sieve;
    for (size_t i = 0; i < sizeof u->sieve.lengths / sizeof u->sieve.lengths[0]; i++)
        u->sieve.lengths[i] |= bnc_words_builtin.sieve->lengths[i];
    u->words.sieve = &u->sieve;
    u->words.next = &bnc_words_builtin;
    bnc_collect_release(&words);
    return ok;
}

static enum bnc_status load_rules(struct bnc_classifier *c, const char *path, struct bnc_error *err)
{
    struct bnc_user_knowledge *u = c->user;
    struct bnc_table t;
    enum bnc_status status = read_file(&t, path, err);

    if (status != BNC_OK)
        return status;
    u->rules_hash = hash_table(&t);
    if (!collect_words(u, &t))
        status = bnc_error_nomem(err);
    if (status == BNC_OK) {
        bnc_compile_init(&u->compile, &u->words, number_by_name, c, err);
        status = bnc_compile_table(&u->compile, &t, path, BNC_RULE_PHRASE);
    }
    if (status == BNC_OK)
        status = bnc_compile_finish(&u->compile, &u->rules);
    if (status == BNC_OK) {
        c->sets[0] = &u->rules;
        c->words = &u->words;
    }
    bnc_table_release(&t);
    return status;
}

enum bnc_status bnc_user_load(struct bnc_classifier *c, const struct bnc_classifier_options *opt,
                              struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    c->user = calloc(1, sizeof *c->user);
    if (c->user == NULL)
        return bnc_error_nomem(err);
    if (opt->providers_path != NULL)
        status = load_providers(c, opt->providers_path, err);
    if (status == BNC_OK && opt->rules_path != NULL)
        status = load_rules(c, opt->rules_path, err);
    return status;
}

void bnc_user_free(struct bnc_user_knowledge *u)
{
    if (u == NULL)
        return;
    bnc_ruleset_release(&u->rules);
    bnc_phash_release(&u->words.hash);
    bnc_compile_release(&u->compile);
    bnc_arena_release(&u->arena);
    free(u->providers.at);
    free(u->providers.names);
    free(u);
}

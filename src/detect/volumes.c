/* SPDX-License-Identifier: MIT
 * volumes.c - --sent FILE: how many messages were sent per domain, provider, campaign or day.
 * One key column and 'sent'; the key's name says what it is.  Keys that the export does not have
 * still count for the total.
 */
#include <stddef.h>
#include <stdlib.h>

#include "detect/judging.h"
#include "schema/event.h"
#include "util/idn.h"
#include "util/moment.h"
#include "util/table.h"

enum key { KEY_DOMAIN, KEY_PROVIDER, KEY_CAMPAIGN, KEY_DATE, N_KEYS };
static const char *const key_names[N_KEYS] = { "domain", "provider", "campaign", "date" };

static bool read_count(struct bnc_span s, uint64_t *n)
{
    s = bnc_span_trim(s);
    *n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!bnc_is_digit(s.at[i]) || *n > (UINT64_MAX - 9) / 10)
            return false;
        *n = *n * 10 + (uint64_t)(s.at[i] - '0');
    }
    return s.len > 0;
}

/* Domains and subjects begin with their name, and are sorted by it. */
_Static_assert(offsetof(struct bnc_domain, name) == 0, "sought by name");
_Static_assert(offsetof(struct bnc_subject, name) == 0, "sought by name");

static int by_name(const void *name, const void *row)
{
    return bnc_span_cmp(*(const struct bnc_span *)name, *(const struct bnc_span *)row);
}

/* The index of a lower-cased name among the domains, or n_domains. */
static size_t find_domain(const struct bnc_tally *t, struct bnc_span name)
{
    const struct bnc_domain *d = bsearch(&name, t->domains, t->n_domains, sizeof *d, by_name);

    return d == NULL ? t->n_domains : (size_t)(d - t->domains);
}

/* The same among subjects; days too, because ISO dates sort as days do. */
static size_t find_subject(const struct bnc_tally *t, enum bnc_kind kind, struct bnc_span name)
{
    const struct bnc_subject *s =
        bsearch(&name, t->subject[kind], t->n_subjects[kind], sizeof *s, by_name);

    return s == NULL ? t->n_subjects[kind] : (size_t)(s - t->subject[kind]);
}

static void count_domain(struct bnc_judging *g, struct bnc_span name, uint64_t sent)
{
    const struct bnc_tally *t = g->t;
    char lower[BNC_NAME_ROOM];
    size_t len = bnc_is_ascii(name) ? 0 : bnc_idn_fold(name, lower), i;
    uint16_t provider;

    g->volumes.nomem |= len == BNC_IDN_NOMEM;
    if (name.len > sizeof lower || len == BNC_IDN_NOMEM)
        return;
    if (len == 0)
        for (; len < name.len; len++)
            lower[len] = bnc_lower(name.at[len]);
    name = bnc_span_from(lower, len);
    i = find_domain(t, name);
    provider =
        i < t->n_domains ? t->domains[i].provider : bnc_provider_of_domain(t->classifier, name);
    if (i < t->n_domains)
        g->volumes.domain[i] += sent;
    if (provider < t->n_providers)
        g->volumes.provider[provider] += sent;
}

/* A provider by its name, its title or one of its domains; "other" is a provider too. */
static bool count_provider(struct bnc_judging *g, struct bnc_span name, uint64_t sent)
{
    const struct bnc_tally *t = g->t;
    uint16_t p = bnc_provider_find(t->classifier, name);

    if (p == 0)
        p = bnc_provider_of_domain(t->classifier, name);
    if (p == 0 && !bnc_span_eq_nocase(name, BNC_SPAN("other")))
        return false;
    if (p < t->n_providers)
        g->volumes.provider[p] += sent;
    return true;
}

/* False where the key is no provider. */
static bool count_key(struct bnc_judging *g, enum key key, struct bnc_span name, uint64_t sent)
{
    const struct bnc_tally *t = g->t;
    const enum bnc_kind kind = key == KEY_CAMPAIGN ? BNC_KIND_CAMPAIGN : BNC_KIND_DAY;
    size_t i;

    g->volumes.total += sent;
    if (key == KEY_DOMAIN) {
        count_domain(g, name, sent);
    } else if (key == KEY_PROVIDER) {
        return count_provider(g, name, sent);
    } else {
        i = find_subject(t, kind, name);
        if (i < t->n_subjects[kind])
            g->volumes.subject[kind][i] += sent;
    }
    return true;
}

static enum bnc_status make_room(struct bnc_judging *g, enum key key)
{
    struct bnc_volumes *v = &g->volumes;
    const enum bnc_kind kind = key == KEY_CAMPAIGN ? BNC_KIND_CAMPAIGN : BNC_KIND_DAY;
    bool ok = true;

    if (key == KEY_DOMAIN || key == KEY_PROVIDER)
        ok = (v->provider =
                  bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *v->provider)) != NULL;
    if (key == KEY_DOMAIN)
        ok = ok && (v->domain =
                        bnc_arena_zeroed(&g->j->arena, g->t->n_domains, sizeof *v->domain)) != NULL;
    if (key == KEY_CAMPAIGN || key == KEY_DATE)
        ok = (v->subject[kind] =
                  bnc_arena_zeroed(&g->scratch, g->t->n_subjects[kind], sizeof(uint64_t))) != NULL;
    return ok ? BNC_OK : bnc_error_nomem(g->err);
}

/* A day as days are called, in 'room', whatever layout it came in; false where it is none. */
static bool name_day(struct bnc_span *name, char room[BNC_TIME_ROOM])
{
    int64_t time;

    if (!bnc_time_parse(*name, 0, 0, &time))
        return false;
    bnc_time_spell(room, time);
    *name = bnc_span_from(room, sizeof "2026-10-31" - 1);
    return true;
}

static enum bnc_status missing_columns(const struct bnc_table *table, const char *path,
                                       struct bnc_error *err)
{
    const struct bnc_span first = table->n_cols > 0 ? table->header[0] : BNC_SPAN("");

    return bnc_error_set(err, BNC_ECONFIG,
                         "the volume file '%s' needs the column 'sent' and one of 'domain', "
                         "'provider', 'campaign', 'date', with commas between them; its first "
                         "column is '%.*s'",
                         path, (int)(first.len < 40 ? first.len : 40), first.at);
}

static enum bnc_status read_rows(struct bnc_judging *g, const struct bnc_table *table,
                                 const char *path)
{
    const int sent_col = bnc_table_col(table, "sent");
    enum bnc_status status;
    int key = 0, key_col = -1;

    while (key < N_KEYS && (key_col = bnc_table_col(table, key_names[key])) < 0)
        key++;
    if (key == N_KEYS || sent_col < 0)
        return missing_columns(table, path, g->err);
    status = make_room(g, (enum key)key);
    for (size_t i = 0; status == BNC_OK && i < table->n_rows; i++) {
        struct bnc_span name = bnc_span_trim(bnc_table_cell(table, i, key_col));
        char day[BNC_TIME_ROOM];
        uint64_t sent;

        if (!read_count(bnc_table_cell(table, i, sent_col), &sent))
            return bnc_error_set(g->err, BNC_ECONFIG,
                                 "'sent' is no whole number in line %u of '%s'", table->line[i],
                                 path);
        if (sent > BNC_MAX_SENT - g->volumes.total)
            return bnc_error_set(g->err, BNC_ECONFIG,
                                 "more messages than can have been sent, in line %u of '%s'",
                                 table->line[i], path);
        if (key == KEY_DATE && !name_day(&name, day))
            return bnc_error_set(g->err, BNC_ECONFIG,
                                 "'%.*s' is no date in line %u of '%s'; write 2026-10-31",
                                 (int)name.len, name.at, table->line[i], path);
        if (!count_key(g, (enum key)key, name, sent))
            return bnc_error_set(g->err, BNC_ECONFIG,
                                 "unknown provider '%.*s' in line %u of '%s'; the nearest name "
                                 "is '%s'",
                                 (int)name.len, name.at, table->line[i], path,
                                 bnc_provider_nearest(g->t->classifier, name));
    }
    return g->volumes.nomem ? bnc_error_nomem(g->err) : status;
}

enum bnc_status bnc_volumes_load(struct bnc_judging *g)
{
    struct bnc_table table;
    enum bnc_status status;

    g->volumes.given = g->opt->sent_total > 0 || g->opt->sent_path != NULL;
    g->volumes.total = g->opt->sent_total;
    if (g->opt->sent_path == NULL)
        return BNC_OK;
    status = bnc_table_read(&table, g->opt->sent_path, g->err);
    if (status != BNC_OK)
        return status;
    g->volumes.total = 0;
    status = read_rows(g, &table, g->opt->sent_path);
    bnc_table_release(&table);
    return status;
}

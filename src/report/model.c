/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report/section.h"
#include "util/hash.h"

const char *bnc_model_provider_title(const struct bnc_model *m, uint32_t provider)
{
    const struct bnc_provider *p = provider == 0 || m->data->classifier == NULL
                                       ? NULL
                                       : bnc_provider_get(m->data->classifier, (uint16_t)provider);

    return p == NULL ? "Other" : p->title;
}

const char *bnc_model_provider_name(const struct bnc_model *m, uint32_t provider)
{
    const struct bnc_provider *p = provider == 0 || m->data->classifier == NULL
                                       ? NULL
                                       : bnc_provider_get(m->data->classifier, (uint16_t)provider);

    return p == NULL ? "other" : p->name;
}

struct bnc_span bnc_model_source(const struct bnc_model *m, uint32_t source)
{
    return source < m->tally->n_sources ? m->tally->sources[source] : bnc_span_from("", 0);
}

/*
 * Sorting indexes by a key of two numbers, largest first, then by index: names are sorted already,
 * so ties are too.
 */
struct ranked {
    uint64_t first, second;
    uint32_t index;
};

/* The bits in which keys differ from one another. */
static struct ranked differences(const struct ranked *r, size_t n)
{
    struct ranked bits = { 0 };

    for (size_t i = 1; i < n; i++) {
        bits.first |= r[i].first ^ r[0].first;
        bits.second |= r[i].second ^ r[0].second;
    }
    return bits;
}

/* Byte 'pass' of a key, from the least of 'second' to the greatest of 'first'. */
static unsigned byte_of(const struct ranked *r, unsigned pass)
{
    return (unsigned)((pass < 8 ? r->second : r->first) >> 8 * (pass % 8)) & 0xff;
}

/*
 * Byte by byte, largest first. Most keys are small numbers: bytes that are the same everywhere take
 * no pass. Stable, and indexes come ascending, so ties stay in their order.
 */
static struct ranked *radix_sort(struct ranked *r, struct ranked *spare, size_t n)
{
    const struct ranked bits = differences(r, n);

    for (unsigned pass = 0; pass < 16; pass++) {
        struct ranked *const sorted = spare;
        size_t at[257] = { 0 };

        if (byte_of(&bits, pass) == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            at[255 - byte_of(&r[i], pass) + 1]++;
        for (unsigned k = 0; k < 256; k++)
            at[k + 1] += at[k];
        for (size_t i = 0; i < n; i++)
            sorted[at[255 - byte_of(&r[i], pass)]++] = r[i];
        spare = r;
        r = sorted;
    }
    return r;
}

/*
 * Indexes by their ranks. 'r' is in ascending order of index; what it holds afterwards is
 * undefined.
 */
static uint32_t *rank(struct bnc_model *m, struct ranked *r, size_t n)
{
    uint32_t *const order = bnc_arena_zeroed(&m->arena, n, sizeof *order);
    struct ranked *const spare = malloc((n + 1) * sizeof *spare);
    const struct ranked *sorted = r;

    if (order != NULL && spare != NULL) {
        if (n > 0)
            sorted = radix_sort(r, spare, n);
        for (size_t i = 0; i < n; i++)
            order[i] = sorted[i].index;
    }
    free(spare);
    return spare == NULL ? NULL : order;
}

static bool any_event(const uint64_t n[BNC_N_EVENTS])
{
    for (int i = 0; i < BNC_N_EVENTS; i++)
        if (n[i] > 0)
            return true;
    return false;
}

static bool order_providers(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct ranked *r = malloc((t->n_providers + 1) * sizeof *r);
    size_t n = 0;

    if (r == NULL)
        return false;
    for (size_t i = 0; i < t->n_providers; i++)
        if (any_event(t->providers[i].n))
            r[n++] = (struct ranked){ bnc_failures(t->providers[i].n),
                                      t->providers[i].n[BNC_EVENT_DELIVERED], (uint32_t)i };
    m->providers = rank(m, r, n);
    m->n_providers = n;
    free(r);
    return m->providers != NULL;
}

/* ---- domains, which are many ---- */

/*
 * How a domain's rank and index stand in one number, the least first: whether it does not fail as a
 * whole, what it has less of failing recipients, and of failures, than there are in all; its index.
 */
struct packing {
    const struct bnc_model *m;
    uint64_t *key; /* [n_domains] */
    unsigned index_bits, failure_bits, recipient_bits;
    bool exceeded; /* by the counts of some domain */
};

#define PACK_CHUNKS ((size_t)32)

static unsigned bits_of(uint64_t n)
{
    return n == 0 ? 0 : 64 - (unsigned)__builtin_clzll(n);
}

static bool is_wide(const struct bnc_model *m, size_t i)
{
    return m->judged->domain_scope != NULL &&
           m->judged->domain_scope[i] == BNC_SCOPE_DOMAIN_WIDE &&
           bnc_failures(m->tally->domains[i].n) > 0;
}

static void pack_chunk(void *arg, size_t chunk)
{
    struct packing *const p = arg;
    const struct bnc_tally *const t = p->m->tally;
    const size_t end = t->n_domains * (chunk + 1) / PACK_CHUNKS;
    const uint64_t most_failures = (UINT64_C(1) << p->failure_bits) - 1,
                   most_recipients = (UINT64_C(1) << p->recipient_bits) - 1;

    for (size_t i = t->n_domains * chunk / PACK_CHUNKS; i < end; i++) {
        const uint64_t recipients = t->domains[i].recipients_failed,
                       failures = bnc_failures(t->domains[i].n);
        uint64_t key = !is_wide(p->m, i);

        if (recipients > most_recipients || failures > most_failures)
            __atomic_store_n(&p->exceeded, true, __ATOMIC_RELAXED);
        key = key << p->recipient_bits | (most_recipients - recipients);
        key = key << p->failure_bits | (most_failures - failures);
        p->key[i] = key << p->index_bits | i;
    }
}

#define DIGIT_BITS 11

/* By all bits from 'from' on, least first; stable. Returns 'key' or 'spare', which is sorted. */
static uint64_t *sort_packed(uint64_t *key, uint64_t *spare, size_t n, unsigned from, unsigned bits)
{
    for (; from < bits; from += DIGIT_BITS) {
        uint64_t *const sorted = spare;
        uint32_t at[(1 << DIGIT_BITS) + 1] = { 0 };

        for (size_t i = 0; i < n; i++)
            at[(key[i] >> from) % (1 << DIGIT_BITS) + 1]++;
        for (size_t k = 0; k < 1 << DIGIT_BITS; k++)
            at[k + 1] += at[k];
        for (size_t i = 0; i < n; i++)
            sorted[at[(key[i] >> from) % (1 << DIGIT_BITS)]++] = key[i];
        spare = key;
        key = sorted;
    }
    return key;
}

/* False where ranks and indexes don't fit one number, and nothing is done. */
static bool rank_packed(struct packing *p, uint32_t *order)
{
    const struct bnc_tally *const t = p->m->tally;
    const size_t n = t->n_domains;
    const unsigned bits = 1 + p->recipient_bits + p->failure_bits + p->index_bits;
    const uint64_t *sorted;

    if (bits > 64)
        return false;
    bnc_run_all(p->m->data->parallel, p->m->data->parallel_ctx, PACK_CHUNKS, pack_chunk, p);
    if (p->exceeded)
        return false;
    sorted = sort_packed(p->key, p->key + n, n, p->index_bits, bits);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)(sorted[i] & ((UINT64_C(1) << p->index_bits) - 1));
    return true;
}

/* Whatever the counts. */
static bool rank_domains(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct ranked *r = malloc((t->n_domains + 1) * sizeof *r);

    if (r == NULL)
        return false;
    for (size_t i = 0; i < t->n_domains; i++)
        r[i] = (struct ranked){ t->domains[i].recipients_failed |
                                    (is_wide(m, i) ? UINT64_C(1) << 63 : 0),
                                bnc_failures(t->domains[i].n), (uint32_t)i };
    m->domains = rank(m, r, t->n_domains);
    free(r);
    return m->domains != NULL;
}

static bool order_domains(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct packing p = { .m = m,
                         .key = malloc((2 * t->n_domains + 1) * sizeof *p.key),
                         .index_bits = bits_of(t->n_domains),
                         .failure_bits = bits_of(bnc_failures(t->n)),
                         .recipient_bits = bits_of(t->recipients_failed) };
    bool done;

    m->n_domains = t->n_domains;
    m->domains = bnc_arena_zeroed(&m->arena, t->n_domains, sizeof *m->domains);
    if (p.key == NULL || m->domains == NULL) {
        free(p.key);
        return false;
    }
    done = rank_packed(&p, m->domains);
    free(p.key);
    return done || rank_domains(m);
}

static bool order_subjects(struct bnc_model *m, enum bnc_kind kind)
{
    const struct bnc_tally *t = m->tally;
    const size_t n = t->n_subjects[kind];
    struct ranked *r = malloc((n + 1) * sizeof *r);

    if (r == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct bnc_subject *s = &t->subject[kind][i];

        r[i] = (struct ranked){ .index = (uint32_t)i };
        if (kind != BNC_KIND_DAY)
            r[i] = (struct ranked){ bnc_failures(s->n), s->n[BNC_EVENT_COMPLAINT], (uint32_t)i };
    }
    m->subject[kind] = rank(m, r, n);
    free(r);
    return m->subject[kind] != NULL;
}

static int code_cmp(const void *pa, const void *pb)
{
    const struct bnc_code_sum *a = pa, *b = pb;

    if (a->reply != b->reply)
        return a->reply < b->reply ? -1 : 1;
    if (a->enhanced != b->enhanced)
        return a->enhanced < b->enhanced ? -1 : 1;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return 0;
}

static int code_by_weight(const void *pa, const void *pb)
{
    const struct bnc_code_sum *a = pa, *b = pb;
    const uint64_t na = a->bounces + a->deferrals, nb = b->bounces + b->deferrals;

    return na != nb ? (na < nb ? 1 : -1) : code_cmp(pa, pb);
}

/*
 * Adds neighbours of equal (reply, enhanced, cause), then of equal codes, keeping the heaviest
 * cause.
 */
static size_t fold_codes(struct bnc_code_sum *c, size_t n)
{
    size_t out = 0;

    for (size_t i = 0; i < n;) {
        struct bnc_code_sum sum = { .reply = c[i].reply, .enhanced = c[i].enhanced };

        while (i < n && c[i].reply == sum.reply && c[i].enhanced == sum.enhanced) {
            const uint8_t cause = c[i].cause;
            uint64_t here = 0;

            for (; i < n && c[i].reply == sum.reply && c[i].enhanced == sum.enhanced &&
                   c[i].cause == cause;
                 i++) {
                here += c[i].bounces + c[i].deferrals;
                sum.bounces += c[i].bounces;
                sum.deferrals += c[i].deferrals;
                sum.templates += c[i].templates;
            }
            if (here > sum.cause_n) {
                sum.cause = cause;
                sum.cause_n = here;
            }
        }
        c[out++] = sum;
    }
    return out;
}

static bool is_failure(const struct bnc_template *t)
{
    return t->type == BNC_EVENT_BOUNCE || t->type == BNC_EVENT_DEFERRAL;
}

static bool sum_codes(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;

    m->codes = bnc_arena_zeroed(&m->arena, t->n_templates, sizeof *m->codes);
    if (m->codes == NULL)
        return false;
    for (size_t i = 0; i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];

        if (is_failure(x))
            m->codes[m->n_codes++] =
                (struct bnc_code_sum){ .reply = x->verdict.reply,
                                       .enhanced = x->verdict.enhanced,
                                       .cause = x->verdict.cause,
                                       .bounces = x->type == BNC_EVENT_BOUNCE ? x->n : 0,
                                       .deferrals = x->type == BNC_EVENT_DEFERRAL ? x->n : 0,
                                       .templates = x->wordings };
    }
    if (m->n_codes > 0)
        qsort(m->codes, m->n_codes, sizeof *m->codes, code_cmp);
    m->n_codes = fold_codes(m->codes, m->n_codes);
    if (m->n_codes > 0)
        qsort(m->codes, m->n_codes, sizeof *m->codes, code_by_weight);
    return true;
}

static bool sum_causes(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct ranked r[BNC_N_CAUSES];
    size_t n = 0;
    uint32_t *order;

    for (size_t p = 0; p < t->n_providers; p++)
        for (int c = 0; c < BNC_N_CAUSES; c++) {
            m->bounce_cause[c] += t->providers[p].cause[c];
            m->deferral_cause[c] += t->providers[p].cause[BNC_N_CAUSES + c];
        }
    for (uint32_t c = 0; c < BNC_N_CAUSES; c++) {
        const uint64_t sum = m->bounce_cause[c] + m->deferral_cause[c];

        m->failures += sum;
        if (sum > 0)
            r[n++] = (struct ranked){ sum, m->bounce_cause[c], c };
    }
    m->unclassified = m->bounce_cause[BNC_CAUSE_UNKNOWN] + m->deferral_cause[BNC_CAUSE_UNKNOWN];
    order = rank(m, r, n);
    for (size_t i = 0; order != NULL && i < n; i++)
        m->causes[i] = (uint8_t)order[i];
    m->n_causes = n;
    return order != NULL;
}

/* Sides come from the verdicts, which may differ from the default of their cause. */
static bool sum_sides(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct ranked r[BNC_N_SIDES];
    size_t n = 0;
    uint32_t *order;

    m->provider_side = bnc_arena_zeroed(&m->arena, t->n_providers, sizeof *m->provider_side);
    if (m->provider_side == NULL)
        return false;
    for (size_t i = 0; i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];

        if (!is_failure(x))
            continue;
        (x->type == BNC_EVENT_BOUNCE ? m->bounce_side : m->deferral_side)[x->verdict.side] += x->n;
        if (x->verdict.provider < t->n_providers)
            m->provider_side[x->verdict.provider][x->verdict.side] += x->n;
    }
    for (uint32_t s = 0; s < BNC_N_SIDES; s++)
        if (m->bounce_side[s] + m->deferral_side[s] > 0)
            r[n++] =
                (struct ranked){ m->bounce_side[s] + m->deferral_side[s], m->bounce_side[s], s };
    order = rank(m, r, n);
    for (size_t i = 0; order != NULL && i < n; i++)
        m->sides[i] = (uint8_t)order[i];
    m->n_sides = n;
    return order != NULL;
}

/* ---- rules ---- */

static int rule_by_weight(const void *pa, const void *pb)
{
    const struct bnc_rule_sum *a = pa, *b = pb;
    const int c = bnc_span_cmp(a->rule, b->rule);

    if (a->events != b->events)
        return a->events < b->events ? 1 : -1;
    return c != 0 ? c : bnc_span_cmp(a->source, b->source);
}

/* The sum of a template's rule, made where it is new; 'table' has 2^log2 slots, 1 + index or 0. */
static struct bnc_rule_sum *rule_sum(struct bnc_model *m, uint32_t *table, unsigned log2,
                                     const struct bnc_template *x)
{
    const uint64_t key = bnc_hash_pair(bnc_hash_span(x->rule), bnc_hash_span(x->rule_source));
    size_t slot = bnc_hash_slot(key, BNC_HASH_K0, log2);

    for (; table[slot] != 0; slot = (slot + 1) & (((size_t)1 << log2) - 1)) {
        struct bnc_rule_sum *const r = &m->rules[table[slot] - 1];

        if (bnc_span_eq(r->rule, x->rule) && bnc_span_eq(r->source, x->rule_source))
            return r;
    }
    m->rules[m->n_rules] = (struct bnc_rule_sum){ .rule = x->rule, .source = x->rule_source };
    table[slot] = (uint32_t)++m->n_rules;
    return &m->rules[m->n_rules - 1];
}

static bool sum_rules(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    unsigned log2 = 4;
    uint32_t *table;

    while ((size_t)1 << log2 < 2 * t->n_templates)
        log2++;
    table = calloc((size_t)1 << log2, sizeof *table);
    m->rules = bnc_arena_zeroed(&m->arena, t->n_templates, sizeof *m->rules);
    for (size_t i = 0; table != NULL && m->rules != NULL && i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];
        struct bnc_rule_sum *r;

        if (x->rule.len == 0)
            continue;
        r = rule_sum(m, table, log2, x);
        r->events += x->n;
        r->templates += x->wordings;
    }
    if (m->n_rules > 0)
        qsort(m->rules, m->n_rules, sizeof *m->rules, rule_by_weight);
    free(table);
    return table != NULL && m->rules != NULL;
}

static bool list_pairs(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;

    m->pairs = bnc_arena_zeroed(&m->arena, m->n_providers * m->n_causes, sizeof *m->pairs);
    if (m->pairs == NULL)
        return false;
    for (size_t i = 0; i < m->n_providers; i++)
        for (size_t k = 0; k < m->n_causes; k++) {
            const struct bnc_provider_total *p = &t->providers[m->providers[i]];

            if (p->cause[m->causes[k]] + p->cause[BNC_N_CAUSES + m->causes[k]] > 0)
                m->pairs[m->n_pairs++] =
                    (struct bnc_pair){ (uint16_t)m->providers[i], m->causes[k] };
        }
    return true;
}

static bool list_unknown(struct bnc_model *m)
{
    const struct bnc_tally *t = m->tally;
    struct ranked *r = malloc((t->n_templates + 1) * sizeof *r);
    size_t n = 0;

    if (r == NULL)
        return false;
    for (size_t i = 0; i < t->n_templates; i++)
        if (is_failure(&t->templates[i]) && t->templates[i].verdict.cause == BNC_CAUSE_UNKNOWN)
            r[n++] = (struct ranked){ t->templates[i].n, t->templates[i].recipients, (uint32_t)i };
    m->unknown = rank(m, r, n);
    m->n_unknown = n;
    free(r);
    return m->unknown != NULL;
}

/* Limits that bind us first; breaches before warnings, what can't be measured last. */
static bool order_limits(struct bnc_model *m)
{
    static const uint8_t weight[BNC_N_JUDGEMENTS] = {
        [BNC_JUDGE_BREACH] = 6, [BNC_JUDGE_WATCH] = 5, [BNC_JUDGE_INCONCLUSIVE] = 4,
        [BNC_JUDGE_OK] = 3,     [BNC_JUDGE_NONE] = 2,  [BNC_JUDGE_TOO_FEW] = 1
    };
    const size_t n = m->judged->n_limits;
    struct ranked *r = malloc((n + 1) * sizeof *r);

    if (r == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct bnc_limit_row *l = &m->judged->limits[i];

        r[i] = (struct ranked){ l->ours, l->rate.den == 0 ? 0 : weight[l->rate.judgement],
                                (uint32_t)i };
    }
    m->limits = rank(m, r, n);
    free(r);
    return m->limits != NULL;
}

static bool list_faults(struct bnc_model *m)
{
    size_t n = 0;

    for (int f = 0; f < BNC_N_FAULTS; f++)
        n += m->tally->faults[f].n_first;
    m->faults = bnc_arena_zeroed(&m->arena, n, sizeof *m->faults);
    if (m->faults == NULL)
        return false;
    for (int f = 0; f < BNC_N_FAULTS; f++)
        for (uint32_t k = 0; k < m->tally->faults[f].n_first; k++)
            m->faults[m->n_faults++] = (struct bnc_fault_place){ (uint8_t)f, k };
    return true;
}

static bool list_finding_templates(struct bnc_model *m)
{
    const struct bnc_judged *j = m->judged;

    m->finding_templates = bnc_arena_zeroed(&m->arena, j->n_findings, sizeof *m->finding_templates);
    for (size_t i = 0; m->finding_templates != NULL && i < j->n_findings; i++) {
        struct bnc_span *texts =
            bnc_arena_zeroed(&m->arena, j->findings[i].n_templates, sizeof *texts);

        if (texts == NULL)
            return false;
        for (size_t k = 0; k < j->findings[i].n_templates; k++)
            texts[k] = m->tally->templates[j->findings[i].templates[k]].text;
        m->finding_templates[i] = texts;
    }
    return m->finding_templates != NULL;
}

static bool list_words(struct bnc_model *m)
{
    const size_t n = m->tally->n_providers;

    m->titles = bnc_arena_zeroed(&m->arena, n, sizeof *m->titles);
    for (uint32_t p = 0; m->titles != NULL && p < n; p++)
        m->titles[p] = bnc_span_str(bnc_model_provider_title(m, p));
    for (unsigned c = 0; c < BNC_N_CAUSES; c++)
        m->cause_names[c] = bnc_span_str(bnc_causes[c].name);
    for (unsigned s = 0; s < BNC_N_SCOPES; s++)
        m->scope_names[s] = bnc_span_str(bnc_scope_names[s]);
    return m->titles != NULL;
}

enum bnc_status bnc_model_init(struct bnc_model *m, const struct bnc_report_data *data,
                               struct bnc_error *err)
{
    bool ok;

    *m = (struct bnc_model){ .data = data, .tally = data->tally, .judged = data->judged };
    ok = order_providers(m) && order_domains(m) && sum_codes(m) && sum_causes(m) && sum_sides(m) &&
         list_pairs(m) && list_unknown(m) && sum_rules(m) && order_limits(m) && list_faults(m) &&
         list_finding_templates(m) && list_words(m);
    for (int k = 0; ok && k < BNC_N_KINDS; k++)
        ok = order_subjects(m, (enum bnc_kind)k);
    return ok ? BNC_OK : bnc_error_nomem(err);
}

void bnc_model_release(struct bnc_model *m)
{
    bnc_arena_release(&m->arena);
}

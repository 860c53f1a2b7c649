/* SPDX-License-Identifier: MIT
 * rule_index.c - rules by fragment, by code, by label and by pair of words, and the checks of rows
 * against each other, which need the indexes.
 */
#include "classify/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "classify/compile_private.h"
#include "classify/vocabulary.h"
#include "tables/cause.h"

static bool index_pairs(struct bnc_compile *c, struct bnc_ruleset *r)
{
    const uint32_t n = c->n_classes > 0 ? c->n_classes : 1;
    uint32_t *pairs = calloc((size_t)n * n, sizeof *pairs);

    r->pairs = pairs;
    r->n_classes = n;
    for (uint32_t i = 0; pairs != NULL && i < c->n_rules; i++) {
        const struct bnc_rule *rule = &c->rules[i];
        uint32_t *slot = &pairs[rule->first * n + rule->second];

        if (rule->kind != BNC_RULE_PAIR)
            continue;
        if (*slot != 0 && c->status == BNC_OK)
            c->status = bnc_error_set(c->err, BNC_ECONFIG, "%s: a pair twice: %s and %s", c->path,
                                      c->rules[*slot - 1].name, rule->name);
        *slot = i + 1;
    }
    return pairs != NULL;
}

static enum bnc_status index_labels(struct bnc_compile *c, struct bnc_ruleset *r)
{
    uint64_t *keys = malloc((c->n_rules + 1) * sizeof *keys);
    uint32_t *values = malloc((c->n_rules + 1) * sizeof *values);
    const size_t prefix = sizeof "label:" - 1;
    size_t n = 0, duplicate;

    if (keys == NULL || values == NULL)
        bnc_compile_nomem(c);
    for (uint32_t i = 0; c->status == BNC_OK && i < c->n_rules; i++)
        if (c->rules[i].kind == BNC_RULE_LABEL) {
            keys[n] = bnc_hash_span(bnc_span_str(c->rules[i].name + prefix));
            values[n++] = i;
        }
    if (c->status == BNC_OK && n > 0 && !bnc_phash_build(&r->labels, keys, values, n, &duplicate))
        c->status = duplicate < n ? bnc_error_set(c->err, BNC_ECONFIG, "a label twice: %s",
                                                  c->rules[values[duplicate]].name)
                                  : bnc_compile_nomem(c);
    free(keys);
    free(values);
    return c->status;
}

static int pattern_cmp(const void *a, const void *b)
{
    const struct bnc_pattern *x = a, *y = b;
    const int order = bnc_span_cmp(x->text, y->text);

    if (order != 0)
        return order;
    return x->rule != y->rule ? (x->rule > y->rule) - (x->rule < y->rule) : x->marker - y->marker;
}

/* Of phrases with one text, an expanded one stands back behind any other; guards and words stay. */
static void drop_expanded(struct bnc_compile *c)
{
    uint32_t n = 0;

    for (uint32_t i = 0, end; i < c->n_patterns; i = end) {
        bool kept = false, stays;

        for (end = i;
             end < c->n_patterns && bnc_span_eq(c->patterns[end].text, c->patterns[i].text); end++)
            kept |= !c->patterns[end].expanded &&
                    c->rules[c->patterns[end].rule].kind == BNC_RULE_PHRASE;
        for (uint32_t k = i; k < end; k++) {
            stays = c->rules[c->patterns[k].rule].kind == BNC_RULE_GUARD ||
                    c->rules[c->patterns[k].rule].kind == BNC_RULE_WORD;
            if (c->patterns[k].expanded && kept && !stays)
                continue;
            kept |= c->patterns[k].expanded && !stays;
            c->patterns[n++] = c->patterns[k];
        }
    }
    c->n_patterns = n;
}

static bool is_short_word(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || bnc_is_digit(s.at[i])))
            return false;
    return s.len <= 5;
}

/* Short words ("pdr") are no beginnings of others, and "#131" is not that of "#1310". */
static bool must_end_word(const struct bnc_pattern *p, const struct bnc_rule *r)
{
    if (r->kind == BNC_RULE_MARKER || r->kind == BNC_RULE_WORD)
        return false;
    return is_short_word(p->text) || (p->marker && bnc_is_digit(p->text.at[p->text.len - 1]));
}

static bool index_patterns(struct bnc_compile *c, struct bnc_ruleset *r)
{
    struct bnc_span *texts = malloc((c->n_patterns + 1) * sizeof *texts);
    uint32_t *first = malloc((c->n_patterns + 1) * sizeof *first);
    uint32_t *rules = malloc((c->n_patterns + 1) * sizeof *rules);
    uint8_t *whole = malloc(c->n_patterns + 1);
    uint32_t *vocabulary = calloc(BNC_VOCABULARY_WORDS, sizeof *vocabulary);
    uint32_t n = 0;
    bool ok = texts != NULL && first != NULL && rules != NULL && whole != NULL &&
              vocabulary != NULL;

    if (ok && c->n_patterns > 0)
        qsort(c->patterns, c->n_patterns, sizeof *c->patterns, pattern_cmp);
    drop_expanded(c);
    for (uint32_t i = 0; ok && i < c->n_patterns; i++) {
        const struct bnc_pattern *p = &c->patterns[i];

        if (i == 0 || !bnc_span_eq(p->text, p[-1].text)) {
            texts[n] = p->text;
            whole[n] = must_end_word(p, &c->rules[p->rule]);
            first[n++] = i;
        }
        bnc_vocabulary_add(vocabulary, p->text,
                           (whole[n - 1] != 0 && must_end_word(p, &c->rules[p->rule])) ||
                               c->rules[p->rule].kind == BNC_RULE_WORD);
        rules[i] = p->rule << 1 | p->marker;
    }
    if (ok) {
        first[n] = c->n_patterns;
        ok = bnc_ac_build(&r->ac, texts, n);
    }
    free(texts);
    r->pattern_first = first;
    r->pattern_rules = rules;
    r->pattern_whole = whole;
    r->vocabulary = vocabulary;
    r->n_patterns = n;
    return ok;
}

/* Found by its codes alone. */
static bool is_code_rule(const struct bnc_rule *r)
{
    return r->n_fragments == 0 && r->kind != BNC_RULE_LABEL && r->kind != BNC_RULE_PAIR;
}

static size_t count_codes(const struct bnc_compile *c)
{
    size_t n = 0;

    for (uint32_t i = 0; i < c->n_rules; i++)
        if (is_code_rule(&c->rules[i]))
            n += c->rules[i].enh_last - c->rules[i].enh_first + 1;
    return n;
}

static enum bnc_status index_codes(struct bnc_compile *c, struct bnc_ruleset *r)
{
    const size_t cap = count_codes(c) + 1;
    uint64_t *keys = malloc(cap * sizeof *keys);
    uint32_t *values = malloc(cap * sizeof *values);
    size_t n = 0, duplicate;

    if (keys == NULL || values == NULL)
        bnc_compile_nomem(c);
    for (uint32_t i = 0; c->status == BNC_OK && i < c->n_rules; i++) {
        const struct bnc_rule *rule = &c->rules[i];
        const uint32_t first = rule->enh_first, last = rule->enh_last;

        if (!is_code_rule(rule))
            continue;
        for (uint32_t e = first; e <= last; e++) {
            const uint64_t key = bnc_rule_code_key(rule->provider, rule->reply, e);
            size_t k = n;

            while (k > 0 && keys[k - 1] != key)
                k--;
            if (k > 0 && first == last &&
                c->rules[values[k - 1]].enh_first == c->rules[values[k - 1]].enh_last) {
                c->status = bnc_error_set(c->err, BNC_ECONFIG,
                                          "%s: '%s' and '%s' have the same provider and codes",
                                          c->path, c->rules[values[k - 1]].name, rule->name);
                break;
            }
            if (k > 0) {                 /* one code beats a range, the narrower range the wider */
                const struct bnc_rule *had = &c->rules[values[k - 1]];

                if (had->enh_last - had->enh_first > last - first)
                    values[k - 1] = i;
                continue;
            }
            keys[n] = key;
            values[n++] = i;
        }
    }
    if (c->status == BNC_OK && !bnc_phash_build(&r->codes, keys, values, n, &duplicate))
        bnc_compile_nomem(c);
    free(keys);
    free(values);
    return c->status;
}

/* ---- checks of the rows against each other ---- */

static void report(struct bnc_compile *c, const char *what, const struct bnc_rule *a,
                   const struct bnc_rule *b)
{
    c->status = bnc_error_set(c->err, BNC_ECONFIG, "%s: %s (%s) and %s (%s)", what, a->name,
                              bnc_causes[a->cause].name, b != NULL ? b->name : "",
                              b != NULL ? bnc_causes[b->cause].name : "");
}

static bool same_conditions(const struct bnc_rule *a, const struct bnc_rule *b)
{
    if (a->kind == BNC_RULE_GUARD && a->cause != b->cause)
        return false;
    return a->kind == b->kind && a->provider == b->provider && a->reply == b->reply &&
           a->enh_first == b->enh_first && a->enh_last == b->enh_last &&
           a->n_fragments == b->n_fragments;
}

/* The other fragment of a rule that has a marker and a text; empty where it has one. */
static struct bnc_span other_fragment(const struct bnc_compile *c, const struct bnc_pattern *p)
{
    for (uint32_t i = 0; c->rules[p->rule].n_fragments > 1 && i < c->n_patterns; i++)
        if (c->patterns[i].rule == p->rule && c->patterns[i].marker != p->marker)
            return c->patterns[i].text;
    return bnc_span_from("", 0);
}

/* Two rows with the same conditions: one of them can never be heard. */
static void check_duplicates(struct bnc_compile *c)
{
    for (uint32_t i = 1; i < c->n_patterns && c->status == BNC_OK; i++)
        for (uint32_t k = i; k > 0 && bnc_span_eq(c->patterns[k - 1].text, c->patterns[i].text);
             k--) {
            const struct bnc_pattern *a = &c->patterns[k - 1], *b = &c->patterns[i];

            if (a->rule != b->rule && a->marker == b->marker &&
                same_conditions(&c->rules[a->rule], &c->rules[b->rule]) &&
                bnc_span_eq(other_fragment(c, a), other_fragment(c, b))) {
                report(c, "the same conditions twice", &c->rules[a->rule], &c->rules[b->rule]);
                return;
            }
        }
}

/* A fragment must come out of the masking of a text that holds it as it went in. */
static void check_reachable(struct bnc_compile *c, const struct bnc_ruleset *r)
{
    struct bnc_hit hits[64];
    char text[1200];

    for (uint32_t i = 0; i < c->n_patterns && c->status == BNC_OK; i++) {
        const struct bnc_pattern *p = &c->patterns[i];
        const int len = snprintf(text, sizeof text, "see %.*s", (int)p->text.len, p->text.at);
        const size_t n = bnc_ac_find(
            &r->ac, bnc_mask_text(&c->mask, bnc_span_from(text, (size_t)len)), hits, 64);
        size_t k;

        for (k = 0; k < n; k++)
            if (i >= r->pattern_first[hits[k].pattern] && i < r->pattern_first[hits[k].pattern + 1])
                break;
        if (k == n)
            report(c, "can never be found in a masked text", &c->rules[p->rule], NULL);
    }
}

/* A phrase that holds a shorter one of a higher specificity and another cause is never heard. */
static void check_shadowed(struct bnc_compile *c, const struct bnc_ruleset *r)
{
    struct bnc_hit hits[64];

    for (uint32_t i = 0; i < c->n_patterns && c->status == BNC_OK; i++) {
        const struct bnc_rule *a = &c->rules[c->patterns[i].rule];
        const size_t n = a->kind == BNC_RULE_PHRASE && !c->patterns[i].expanded
                             ? bnc_ac_find(&r->ac, c->patterns[i].text, hits, 64)
                             : 0;

        for (size_t k = 0; k < n; k++)
            for (uint32_t m = r->pattern_first[hits[k].pattern];
                 m < r->pattern_first[hits[k].pattern + 1]; m++) {
                const struct bnc_rule *b = &c->rules[r->pattern_rules[m] >> 1];

                if (b->kind == BNC_RULE_PHRASE && b->specificity > a->specificity &&
                    b->cause != a->cause && c->status == BNC_OK)
                    report(c, "shadowed", a, b);
            }
    }
}

enum bnc_status bnc_compile_finish(struct bnc_compile *c, struct bnc_ruleset *r)
{
    *r = (struct bnc_ruleset){ 0 };
    if (c->status != BNC_OK)
        return c->status;
    if (!index_patterns(c, r) || !index_pairs(c, r))
        bnc_compile_nomem(c);
    if (c->status == BNC_OK)
        index_codes(c, r);
    if (c->status == BNC_OK)
        index_labels(c, r);
    if (c->status == BNC_OK)
        check_duplicates(c);
    if (c->status == BNC_OK)
        check_reachable(c, r);
    if (c->status == BNC_OK && c->strict)
        check_shadowed(c, r);
    r->rules = c->rules;
    r->n_rules = c->n_rules;
    c->rules = NULL;
    if (c->status != BNC_OK)
        bnc_ruleset_release(r);
    return c->status;
}

void bnc_ruleset_release(struct bnc_ruleset *r)
{
    free((void *)(uintptr_t)r->rules);
    free((void *)(uintptr_t)r->pattern_first);
    free((void *)(uintptr_t)r->pattern_rules);
    free((void *)(uintptr_t)r->pattern_whole);
    free((void *)(uintptr_t)r->pairs);
    free((void *)(uintptr_t)r->vocabulary);
    bnc_ac_release(&r->ac);
    bnc_phash_release(&r->codes);
    bnc_phash_release(&r->labels);
    *r = (struct bnc_ruleset){ 0 };
}

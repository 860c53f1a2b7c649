/* SPDX-License-Identifier: MIT
 * code_tables.c - bnc_codes(): the knowledge tables printed, whole or what they say about one code,
 * marker, list or cause.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bounce/knowledge.h"
#include "classify/knowledge.h"
#include "classify/print.h"
#include "schema/event.h"
#include "util/status.h"

enum { MAX_HITS = 64 };

struct filter {
    const struct bnc_classifier *c;
    struct bnc_mask *mask;
    const char *const *codes;
    size_t n_codes;
    uint16_t provider;                   /* 0: all */
};

static const char *const kind_names[BNC_N_RULE_KINDS] = { "provider", "phrase",   "blocklist",
                                                          "marker",   "enhanced", "reply",
                                                          "label",    "guard",    "word",
                                                          "words" };

/* Whether 'word' stands in 'text' with no letter or digit on either side, without case. */
static bool names_word(const char *text, struct bnc_span word)
{
    const struct bnc_span t = bnc_span_str(text);

    for (size_t i = 0; i + word.len <= t.len; i++) {
        const char before = i > 0 ? t.at[i - 1] : ' ',
                   after = i + word.len < t.len ? t.at[i + word.len] : ' ';

        if (bnc_span_eq_nocase(bnc_span_from(t.at + i, word.len), word) && !bnc_is_digit(before) &&
            !bnc_is_digit(after) && !(bnc_lower(before) >= 'a' && bnc_lower(before) <= 'z') &&
            !(bnc_lower(after) >= 'a' && bnc_lower(after) <= 'z'))
            return true;
    }
    return false;
}

/* 5.7.26 asks for rules of x.7.26 as well. */
static bool has_enhanced(const struct bnc_rule *r, uint32_t e)
{
    const uint32_t any_class = BNC_ENHANCED(0, BNC_ENHANCED_SUBJECT(e), BNC_ENHANCED_DETAIL(e));

    return r->enh_first != 0 &&
           ((e >= r->enh_first && e <= r->enh_last) || r->enh_first == any_class);
}

/* By name, title or domain; 0 if none. */
static uint16_t find_provider(const struct bnc_classifier *c, struct bnc_span s)
{
    const uint16_t provider = bnc_provider_find(c, s);

    return provider != 0 ? provider : bnc_provider_of_domain(c, s);
}

/* "google", "gmail" and "gmail.com" ask for all that Gmail says, "microsoft" for all that the
 * operator's services say. */
static bool names_provider(const struct bnc_classifier *c, uint16_t provider, struct bnc_span s)
{
    uint16_t named;

    if (provider == 0)
        return false;
    named = find_provider(c, s);
    return named != 0
               ? named == provider
               : bnc_span_eq_nocase(bnc_span_str(bnc_provider_get(c, provider)->operator_group), s);
}

/* "AUP#1050" lies in the row AUP#1020-1080: it is looked for as in a reply. */
static bool has_marker(const struct filter *f, const struct bnc_ruleset *set, uint32_t rule,
                       struct bnc_span code)
{
    const struct bnc_span text = bnc_mask_fragment(f->mask, code);
    struct bnc_hit hits[MAX_HITS];
    const size_t n = bnc_ac_find(&set->ac, text, hits, MAX_HITS);

    for (size_t i = 0; i < n; i++)
        for (uint32_t k = set->pattern_first[hits[i].pattern];
             k < set->pattern_first[hits[i].pattern + 1]; k++)
            if (set->pattern_rules[k] == (rule << 1 | 1) && hits[i].start == 0 &&
                hits[i].end == text.len)
                return true;
    return false;
}

static bool is_about(const struct filter *f, const struct bnc_ruleset *set, uint32_t rule,
                     const char *code)
{
    const struct bnc_rule *r = &set->rules[rule];
    const struct bnc_span s = bnc_span_str(code);
    const uint32_t e = bnc_enhanced_parse(s);

    if (e != 0)
        return has_enhanced(r, e);
    if (s.len == 3 && bnc_is_digit(code[0]) && bnc_is_digit(code[1]) && bnc_is_digit(code[2]))
        return r->reply == atoi(code);
    return s.len > 0 && (bnc_cause_find(s) == r->cause || names_word(r->name, s) ||
                         names_provider(f->c, r->provider, s) ||
                         (r->kind == BNC_RULE_PROVIDER && has_marker(f, set, rule, s)));
}

/* Tables that belong to no provider are shown for all of them. */
static bool is_wanted(const struct filter *f, const struct bnc_ruleset *set, uint32_t rule)
{
    const struct bnc_rule *r = &set->rules[rule];

    if (f->provider != 0 && r->provider != f->provider &&
        (r->provider != 0 || r->kind == BNC_RULE_PHRASE || r->kind == BNC_RULE_BLOCKLIST))
        return false;
    for (size_t i = 0; i < f->n_codes; i++)
        if (is_about(f, set, rule, f->codes[i]))
            return true;
    return f->n_codes == 0;
}

static const char *duration_name(const struct bnc_rule *r)
{
    return bnc_duration_names[r->duration != BNC_RULE_ANY ? r->duration
                                                          : bnc_causes[r->cause].duration];
}

static const char *action_name(const struct bnc_rule *r)
{
    return bnc_action_names[r->action != BNC_RULE_ANY ? r->action : bnc_causes[r->cause].action];
}

static void put_row(struct bnc_buf *b, const struct bnc_rule *r, bool json, bool first)
{
    if (!json) {
        bnc_buf_printf(b, "%s\n    %s, %s, %s\n", r->name, bnc_causes[r->cause].name,
                       duration_name(r), action_name(r));
        if (r->meaning[0] != '\0')
            bnc_buf_printf(b, "    %s\n", r->meaning);
        bnc_buf_printf(b, "    source: %s\n", r->source);
        return;
    }
    bnc_buf_puts(b, first ? "\n{" : ",\n{");
    bnc_print_key(b, "kind", kind_names[r->kind]);
    bnc_print_key(b, "rule", r->name);
    bnc_print_key(b, "cause", bnc_causes[r->cause].name);
    bnc_print_key(b, "duration", duration_name(r));
    bnc_print_key(b, "action", action_name(r));
    bnc_print_key(b, "meaning", r->meaning);
    bnc_print_key(b, "source", r->source);
    bnc_buf_putc(b, '}');
}

static const enum bnc_rule_kind order[] = { BNC_RULE_REPLY,  BNC_RULE_ENHANCED,  BNC_RULE_PROVIDER,
                                            BNC_RULE_PHRASE, BNC_RULE_BLOCKLIST, BNC_RULE_PAIR,
                                            BNC_RULE_LABEL };

/* Whether any row, of whatever provider, is about a code. */
static bool is_known(const struct filter *f, const char *code)
{
    for (int s = 0; s < BNC_N_RULESETS; s++) {
        const struct bnc_ruleset *const set = f->c->sets[s];

        for (uint32_t i = 0; i < set->n_rules; i++)
            for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
                if (set->rules[i].kind == order[o] && is_about(f, set, i, code))
                    return true;
    }
    return false;
}

static enum bnc_status check_codes(const struct filter *f, struct bnc_error *err)
{
    for (size_t i = 0; i < f->n_codes; i++)
        if (!is_known(f, f->codes[i]))
            return bnc_error_set(err, BNC_EUSAGE,
                                 "nothing is known about '%.100s'; known are reply codes (550), "
                                 "enhanced codes (5.7.26), markers (S3150), causes (mailbox_full), "
                                 "block lists and providers (gmail)",
                                 f->codes[i]);
    return BNC_OK;
}

static size_t put_rows(struct bnc_buf *b, const struct filter *f, bool json)
{
    size_t n = 0;

    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (int s = 0; s < BNC_N_RULESETS; s++) {
            const struct bnc_ruleset *set = f->c->sets[s];

            for (uint32_t i = 0; i < set->n_rules; i++)
                if (set->rules[i].kind == order[o] && is_wanted(f, set, i))
                    put_row(b, &set->rules[i], json, n++ == 0);
        }
    return n;
}

static enum bnc_status read_provider(const char *provider, struct filter *f, struct bnc_error *err)
{
    if (provider == NULL)
        return BNC_OK;
    f->provider = find_provider(f->c, bnc_span_str(provider));
    return f->provider != 0 ? BNC_OK
                            : bnc_error_set(err, BNC_EUSAGE, "unknown provider '%s'", provider);
}

enum bnc_status bnc_codes(const struct bnc_knowledge *k, const char *const *codes, size_t n_codes,
                          const char *provider, int json, char **bytes, size_t *n,
                          struct bnc_error *err)
{
    struct filter f = { k->classifier, malloc(sizeof *f.mask), codes, n_codes, 0 };
    struct bnc_buf b = { .at = NULL };
    enum bnc_status status =
        f.mask != NULL ? read_provider(provider, &f, err) : bnc_error_nomem(err);
    size_t rows;

    if (status == BNC_OK) {
        bnc_mask_init(f.mask, f.c->words, f.c->cpu);
        status = check_codes(&f, err);
    }
    if (status == BNC_OK) {
        if (json)
            bnc_buf_putc(&b, '[');
        rows = put_rows(&b, &f, json != 0);
        if (json)
            bnc_buf_puts(&b, rows > 0 ? "\n]\n" : "]\n");
        else if (rows == 0)
            bnc_buf_puts(&b, "nothing is known about that\n");
        status = bnc_bytes_append(&b, bytes, n, err);
    }
    free(f.mask);
    return status;
}

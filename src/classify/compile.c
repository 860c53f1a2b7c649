/* SPDX-License-Identifier: MIT
 * compile.c - reads rows, masks their fragments as texts will be masked, and indexes them by
 * fragment and by code.
 */
#include "classify/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "classify/vocabulary.h"
#include "schema/event.h"
#include "tables/cause.h"

enum { MAX_FRAGMENT_BYTES = 2048 };

struct bnc_pattern {                     /* one fragment of one rule */
    struct bnc_span text;
    uint32_t rule;
    bool marker;
    bool expanded; /* from alternatives: yields to a row that says the same in so many words */
};

struct cell {                            /* where we are, for messages */
    const struct bnc_table *t;
    size_t row;
};

void bnc_compile_init(struct bnc_compile *c, const struct bnc_words *words,
                      bnc_provider_number_fn *number, void *arg, struct bnc_error *err)
{
    *c = (struct bnc_compile){ .provider_number = number, .provider_arg = arg, .err = err };
    bnc_mask_init(&c->mask, words, 0);
}

static enum bnc_status fail(struct bnc_compile *c, struct cell at, const char *column,
                            const char *why, struct bnc_span what)
{
    if (c->status == BNC_OK) {
        c->status = bnc_error_set(c->err, BNC_ECONFIG, "%s:%u: column '%s': %s '%.*s'", c->path,
                                  at.t->line[at.row], column, why, (int)what.len, what.at);
        bnc_error_at(c->err, c->path, at.t->line[at.row], BNC_NO_PLACE);
    }
    return c->status;
}

static enum bnc_status nomem(struct bnc_compile *c)
{
    if (c->status == BNC_OK)
        c->status = bnc_error_nomem(c->err);
    return c->status;
}

static struct bnc_span cell_of(struct cell at, const char *column)
{
    return bnc_span_trim(bnc_table_cell(at.t, at.row, bnc_table_col(at.t, column)));
}

static const char *keep(struct bnc_compile *c, struct bnc_span s)
{
    const struct bnc_span copy = bnc_arena_copy(&c->arena, s);

    if (copy.at == NULL)
        nomem(c);
    return copy.at != NULL ? copy.at : "";
}

static const char *keep_named(struct bnc_compile *c, const char *kind, struct bnc_span a,
                              struct bnc_span b, struct bnc_span d)
{
    char name[320];
    const int n = snprintf(name, sizeof name, "%s:%.*s%s%.*s%s%.*s", kind, (int)a.len, a.at,
                           a.len > 0 && b.len > 0 ? "/" : "", (int)b.len, b.at,
                           (a.len > 0 || b.len > 0) && d.len > 0 ? " " : "", (int)d.len, d.at);

    return keep(c, bnc_span_from(name, n < (int)sizeof name ? (size_t)n : sizeof name - 1));
}

static struct bnc_rule *rule_new(struct bnc_compile *c)
{
    if (c->n_rules == c->cap_rules) {
        const uint32_t cap = c->cap_rules == 0 ? 512 : c->cap_rules * 2;
        struct bnc_rule *p = realloc(c->rules, cap * sizeof *p);

        if (p == NULL) {
            nomem(c);
            return NULL;
        }
        c->rules = p;
        c->cap_rules = cap;
    }
    c->rules[c->n_rules] = (struct bnc_rule){ .duration = BNC_RULE_ANY,
                                              .side = BNC_RULE_ANY,
                                              .action = BNC_RULE_ANY,
                                              .priority = BNC_RULE_ANY,
                                              .name = "",
                                              .source = "",
                                              .meaning = "" };
    return &c->rules[c->n_rules++];
}

/* ---- fragments ---- */

static bool pattern_add(struct bnc_compile *c, struct bnc_span text, uint32_t rule, bool marker,
                        bool expanded)
{
    if (c->n_patterns == c->cap_patterns) {
        const uint32_t cap = c->cap_patterns == 0 ? 512 : c->cap_patterns * 2;
        struct bnc_pattern *p = realloc(c->patterns, cap * sizeof *p);

        if (p == NULL)
            return nomem(c) == BNC_OK;
        c->patterns = p;
        c->cap_patterns = cap;
    }
    c->patterns[c->n_patterns++] =
        (struct bnc_pattern){ { keep(c, text), text.len }, rule, marker, expanded };
    return c->status == BNC_OK;
}

/* Letters beyond the mask's stars: a fragment of stars alone would match everything. */
static bool has_letter(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] >= 'a' && s.at[i] <= 'z') || (unsigned char)s.at[i] >= 0x80 ||
            (bnc_is_digit(s.at[i]) && s.len > 2))
            return true;
    return false;
}

static void add_plain(struct bnc_compile *c, struct cell at, const char *column,
                      struct bnc_span text, bool marker, bool expanded)
{
    const struct bnc_span m = bnc_mask_fragment(&c->mask, text);

    if (m.len < 2 || (!has_letter(m) && c->rules[c->n_rules - 1].kind != BNC_RULE_WORD))
        fail(c, at, column, "nothing is left to find when variable parts are masked in", text);
    else
        pattern_add(c, m, c->n_rules - 1, marker, expanded);
}

/* "{user|account} is {|now }disabled": the first group of 'text' replaced by each of its
 * alternatives, and so on. */
static void expand(struct bnc_compile *c, struct cell at, const char *column, struct bnc_span text,
                   bool expanded)
{
    const char *open = memchr(text.at, '{', text.len),
               *close =
                   open != NULL ? memchr(open, '}', text.len - (size_t)(open - text.at)) : NULL;
    char one[MAX_FRAGMENT_BYTES];

    if (open == NULL) {
        add_plain(c, at, column, text, false, expanded);
        return;
    }
    if (close == NULL || text.len > sizeof one) {
        fail(c, at, column, "alternatives without an end:", text);
        return;
    }
    for (const char *from = open + 1, *to; from <= close && c->status == BNC_OK; from = to + 1) {
        size_t n = (size_t)(open - text.at);

        for (to = from; to < close && *to != '|'; to++)
            ;
        memcpy(one, text.at, n);
        memcpy(one + n, from, (size_t)(to - from));
        n += (size_t)(to - from);
        memcpy(one + n, close + 1, text.len - (size_t)(close + 1 - text.at));
        expand(c, at, column, bnc_span_from(one, n + text.len - (size_t)(close + 1 - text.at)),
               true);
    }
}

static void add_fragment(struct bnc_compile *c, struct cell at, const char *column,
                         struct bnc_span text, bool marker)
{
    if (marker)
        add_plain(c, at, column, text, true, false);
    else
        expand(c, at, column, text, false);
    c->rules[c->n_rules - 1].n_fragments++;
}

/* "AUP#1020-1080" is AUP#1020, AUP#1021 ...; "OFR_39" is OFR_390 .. OFR_399. */
static bool add_range(struct bnc_compile *c, struct cell at, struct bnc_span m)
{
    size_t dash = m.len, digits;
    unsigned first = 0, last = 0, width;
    char text[64];

    for (size_t i = 0; i < m.len; i++)
        if (m.at[i] == '-')
            dash = i;
    for (digits = dash; digits > 0 && bnc_is_digit(m.at[digits - 1]); digits--)
        ;
    if (dash < m.len && (dash - digits != m.len - dash - 1 || dash - digits < 3))
        return false;
    for (size_t i = digits; i < dash; i++)
        first = first * 10 + (unsigned)(m.at[i] - '0');
    for (size_t i = dash + 1; i < m.len; i++)
        if (!bnc_is_digit(m.at[i]))
            return false;
        else
            last = last * 10 + (unsigned)(m.at[i] - '0');
    if (dash == m.len) {                 /* a code of two digits after "OFR_" */
        if (dash - digits != 2 || digits != 4 || m.at[3] != '_')
            return false;
        last = first * 10 + 9;
        first *= 10;
    }
    width = dash == m.len ? 3 : (unsigned)(dash - digits);
    if (digits > 40 || last < first || last - first > 1000)
        return false;
    for (unsigned v = first; v <= last; v++) {
        const int n = snprintf(text, sizeof text, "%.*s%0*u", (int)digits, m.at, (int)width, v);

        add_fragment(c, at, "marker", bnc_span_from(text, (size_t)n), true);
    }
    c->rules[c->n_rules - 1].n_fragments = 1;
    return true;
}

/* ---- cells ---- */

static unsigned number_of(struct bnc_span s, bool *ok)
{
    unsigned v = 0;

    *ok = s.len > 0 && s.len < 6;
    for (size_t i = 0; i < s.len; i++) {
        *ok &= bnc_is_digit(s.at[i]);
        v = v * 10 + (unsigned)(s.at[i] - '0');
    }
    return *ok ? v : 0;
}

/* "5.7.26", "x.2.2", "x.2.z", "4.y.z"; 'x' is class 0, 'y' and 'z' are BNC_ENHANCED_ANY. */
static uint32_t enhanced_of(struct bnc_span s, bool *ok)
{
    unsigned part[3] = { 0 };
    size_t at = 0;

    for (int i = 0; i < 3; i++) {
        size_t end = at;
        bool number;

        while (end < s.len && s.at[end] != '.')
            end++;
        part[i] = number_of(bnc_span_from(s.at + at, end - at), &number);
        if (!number && end - at == 1 && s.at[at] == (i == 0 ? 'x' : i == 1 ? 'y' : 'z'))
            part[i] = i == 0 ? 0 : BNC_ENHANCED_ANY;
        else if (!number || part[i] > (i == 0 ? 5u : 999u))
            *ok = false;
        at = end + 1;
    }
    *ok &= at == s.len + 1;
    return *ok ? BNC_ENHANCED(part[0], part[1], part[2]) : 0;
}

static void read_enhanced(struct bnc_compile *c, struct cell at, struct bnc_span s,
                          struct bnc_rule *r)
{
    const char *dash = s.len > 0 ? memchr(s.at, '-', s.len) : NULL;
    bool ok = true;

    if (s.len == 0)
        return;
    r->enh_first = r->enh_last =
        enhanced_of(dash != NULL ? bnc_span_from(s.at, (size_t)(dash - s.at)) : s, &ok);
    if (dash != NULL) {
        const unsigned last =
            number_of(bnc_span_from(dash + 1, s.len - (size_t)(dash - s.at) - 1), &ok);

        r->enh_last = (r->enh_first & ~BNC_ENHANCED_ANY) | last;
        ok &= r->enh_last >= r->enh_first && last < 1000;
    }
    if (!ok)
        fail(c, at, "enhanced_code", "no enhanced code:", s);
}

static uint8_t word_of(struct bnc_compile *c, struct cell at, const char *column,
                       const char *const *names, int n)
{
    const struct bnc_span s = cell_of(at, column);
    const int k = bnc_name_find(names, n, s);

    if (s.len > 0 && k < 0)
        fail(c, at, column, "unknown value", s);
    return k < 0 ? BNC_RULE_ANY : (uint8_t)k;
}

static uint8_t duration_of(struct bnc_compile *c, struct cell at)
{
    const struct bnc_span s = cell_of(at, "duration");

    if (bnc_span_eq(s, BNC_SPAN("temp")))
        return BNC_DURATION_TEMPORARY;
    if (bnc_span_eq(s, BNC_SPAN("perm")))
        return BNC_DURATION_PERMANENT;
    return word_of(c, at, "duration", bnc_duration_names, BNC_N_DURATIONS);
}

static void read_cause(struct bnc_compile *c, struct cell at, const char *column,
                       struct bnc_rule *r)
{
    const struct bnc_span s = cell_of(at, column);
    const int k = bnc_cause_find(s);

    if (k < 0)
        fail(c, at, column, "unknown cause", s);
    else
        r->cause = (uint8_t)k;
}

static void read_common(struct bnc_compile *c, struct cell at, struct bnc_rule *r)
{
    const struct bnc_span spec = cell_of(at, "specificity"), provider = cell_of(at, "provider"),
                          reply = cell_of(at, "reply_code");
    bool ok = true;

    r->specificity = spec.len > 0 ? (uint8_t)number_of(spec, &ok) : 5;
    if (!ok || r->specificity < 1 || r->specificity > 5)
        fail(c, at, "specificity", "not 1 to 5:", spec);
    if (reply.len > 0 &&
        ((r->reply = (uint16_t)number_of(reply, &ok)) < 100 || r->reply > 999 || !ok))
        fail(c, at, "reply_code", "no reply code:", reply);
    if (provider.len > 0 && (r->provider = c->provider_number(c->provider_arg, provider)) == 0)
        fail(c, at, "provider", "unknown provider", provider);
    r->duration = duration_of(c, at);
    r->side = word_of(c, at, "side", bnc_side_names, BNC_N_SIDES);
    r->action = word_of(c, at, "action", bnc_action_names, BNC_N_ACTIONS);
    r->source = keep(c, cell_of(at, "source"));
    r->meaning = keep(c, cell_of(at, "meaning"));
}

/* ---- tables ---- */

/* A family is named by its first member: "{user|account} is {closed|gone}" -> "user is closed, and
 * its family". */
static size_t family_name(struct bnc_span text, char *out, size_t cap)
{
    static const char tail[] = ", and its family";
    bool group = false, skip = false, any = false;
    size_t n = 0;

    for (size_t i = 0; i < text.len && n + sizeof tail < cap; i++) {
        const char c = text.at[i];

        if (c == '{' || c == '}') {
            group = c == '{';
            skip = false;
            any = true;
        } else if (group && c == '|') {
            skip = true;
        } else if (!skip) {
            out[n++] = c;
        }
    }
    if (any) {
        memcpy(out + n, tail, sizeof tail - 1);
        n += sizeof tail - 1;
    }
    return n;
}

static void name_rule(struct bnc_compile *c, struct cell at, struct bnc_rule *r,
                      struct bnc_span text)
{
    const struct bnc_span marker = cell_of(at, "marker");
    char code[32], family[MAX_FRAGMENT_BYTES];
    const struct bnc_span reply = cell_of(at, "reply_code"), enh = cell_of(at, "enhanced_code");
    const int n = snprintf(code, sizeof code, "%.*s%s%.*s", (int)reply.len, reply.at,
                           reply.len > 0 && enh.len > 0 ? " " : "", (int)enh.len, enh.at);

    if (r->kind == BNC_RULE_PHRASE && r->provider == 0)
        r->name = keep_named(c, "phrase", bnc_span_from("", 0), bnc_span_from("", 0),
                             bnc_span_from(family, family_name(text, family, sizeof family)));
    else if (r->kind == BNC_RULE_GUARD)
        r->name = keep_named(c, "guard", bnc_span_from("", 0), bnc_span_from("", 0), text);
    else
        r->name = keep_named(c, "provider", cell_of(at, "provider"), bnc_span_from(code, (size_t)n),
                             marker.len > 0 ? marker : text);
}

static void compile_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    const struct bnc_span marker = cell_of(at, "marker");
    struct bnc_span text = cell_of(at, "text_fragment");
    struct bnc_rule *r;

    if (text.len == 0)
        text = cell_of(at, "fragment");
    if (bnc_span_eq(marker, BNC_SPAN("SUPERSEDED")) || (r = rule_new(c)) == NULL)
        return;
    r->kind = (uint8_t)kind;
    read_cause(c, at, "cause", r);
    read_common(c, at, r);
    r->whole_text = kind == BNC_RULE_GUARD && bnc_span_eq(cell_of(at, "reach"), BNC_SPAN("text"));
    read_enhanced(c, at, cell_of(at, "enhanced_code"), r);
    name_rule(c, at, r, text);
    if (c->status != BNC_OK)
        return;
    if (marker.len > 0 && !add_range(c, at, marker))
        add_fragment(c, at, "marker", marker, true);
    if (text.len > 0)
        add_fragment(c, at, bnc_table_col(at.t, "fragment") >= 0 ? "fragment" : "text_fragment",
                     text, false);
    r = &c->rules[c->n_rules - 1];
    if (r->n_fragments == 0 && r->reply == 0 && r->enh_first == 0)
        fail(c, at, "cause",
             "a rule without code and text would match everything:", cell_of(at, "cause"));
}

enum bnc_status bnc_compile_rules(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path, enum bnc_rule_kind kind)
{
    c->path = path;
    if (bnc_table_col(t, "cause") < 0)
        return c->status = bnc_error_set(c->err, BNC_ECONFIG, "%s:1: no column 'cause'", path);
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++)
        compile_row(c, (struct cell){ t, i },
                    kind == BNC_RULE_PHRASE && cell_of((struct cell){ t, i }, "provider").len > 0
                        ? BNC_RULE_PROVIDER
                        : kind);
    return c->status;
}

static void compile_aliases(struct bnc_compile *c, struct cell at, struct bnc_span aliases)
{
    for (size_t i = 0, start = 0; i <= aliases.len; i++)
        if (i == aliases.len || aliases.at[i] == '|') {
            add_fragment(c, at, "aliases", bnc_span_from(aliases.at + start, i - start), false);
            start = i + 1;
        }
}

/* "Spamhaus (unspecified)" stands back where a list of the same operator is named. */
static bool is_unspecified(struct bnc_span list)
{
    const struct bnc_span end = BNC_SPAN("(unspecified)");

    return list.len > end.len &&
           bnc_span_eq(bnc_span_from(list.at + list.len - end.len, end.len), end);
}

enum bnc_status bnc_compile_blocklists(struct bnc_compile *c, const struct bnc_table *t,
                                       const char *path)
{
    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r = rule_new(c);

        if (r == NULL)
            break;
        r->kind = BNC_RULE_BLOCKLIST;
        r->cause = BNC_CAUSE_BLOCKLISTED;
        r->specificity = is_unspecified(cell_of(at, "list")) ? 1 : 5;
        r->action = word_of(c, at, "action", bnc_action_names, BNC_N_ACTIONS);
        r->blocklist = (uint16_t)(i + 1);
        r->name = keep_named(c, "blocklist", bnc_span_from("", 0), bnc_span_from("", 0),
                             cell_of(at, "list"));
        r->source = keep(c, cell_of(at, "source"));
        r->meaning = keep(c, cell_of(at, "delisting_route"));
        compile_aliases(c, at, cell_of(at, "aliases"));
    }
    return c->status;
}

enum bnc_status bnc_compile_markers(struct bnc_compile *c, const struct bnc_table *t,
                                    const char *path)
{
    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r;

        if (!bnc_span_eq(cell_of(at, "kind"), BNC_SPAN("text_marker")) || (r = rule_new(c)) == NULL)
            continue;
        r->kind = BNC_RULE_MARKER;
        r->cause = BNC_CAUSE_UNKNOWN;
        r->provider = c->provider_number(c->provider_arg, cell_of(at, "provider"));
        if (r->provider == 0)
            return fail(c, at, "provider", "unknown provider", cell_of(at, "provider"));
        r->name = keep_named(c, "marker", cell_of(at, "provider"), bnc_span_from("", 0),
                             cell_of(at, "value"));
        r->source = keep(c, cell_of(at, "source"));
        add_fragment(c, at, "value", cell_of(at, "value"), true);
    }
    return c->status;
}

/* "550", "x.7.26", "5.7.606-649", or an enhanced code under one reply code only: "535 5.7.9". */
static void read_code(struct bnc_compile *c, struct cell at, bool reply, struct bnc_rule *r)
{
    const struct bnc_span code = cell_of(at, "code");
    const char *blank = code.len > 0 ? memchr(code.at, ' ', code.len) : NULL;
    const size_t head = blank != NULL ? (size_t)(blank - code.at) : reply ? code.len : 0;
    bool ok = true;

    if (code.len == 0)
        fail(c, at, "code", "no code:", code);
    if (head > 0 && ((r->reply = (uint16_t)number_of(bnc_span_from(code.at, head), &ok)) < 100 ||
                     r->reply > 999 || !ok))
        fail(c, at, "code", "no reply code:", code);
    if (!reply)
        read_enhanced(c, at, bnc_span_trim(bnc_span_from(code.at + head, code.len - head)), r);
}

enum bnc_status bnc_compile_codes(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path, enum bnc_rule_kind kind)
{
    const bool reply = kind == BNC_RULE_REPLY;

    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r = rule_new(c);

        if (r == NULL)
            break;
        r->kind = (uint8_t)kind;
        r->specificity = reply ? 1 : 2;
        read_cause(c, at, reply ? "default_cause" : "cause", r);
        r->side = word_of(c, at, "side", bnc_side_names, BNC_N_SIDES);
        r->action =
            word_of(c, at, reply ? "default_action" : "action", bnc_action_names, BNC_N_ACTIONS);
        r->priority = word_of(c, at, "priority", bnc_priority_names, BNC_N_PRIORITIES);
        read_code(c, at, reply, r);
        r->name = keep_named(c, reply ? "reply" : "enhanced", bnc_span_from("", 0),
                             bnc_span_from("", 0), cell_of(at, "code"));
        r->source = keep(c, cell_of(at, "source"));
        r->meaning = keep(c, cell_of(at, "meaning"));
    }
    return c->status;
}

size_t bnc_label_normalize(struct bnc_span label, char *out, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < label.len && n < cap; i++) {
        const char c = bnc_lower(label.at[i]);

        if ((c >= 'a' && c <= 'z') || bnc_is_digit(c) || (unsigned char)c >= 0x80)
            out[n++] = c;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return n > 0 && out[n - 1] == ' ' ? n - 1 : n;
}

enum bnc_status bnc_compile_labels(struct bnc_compile *c, const struct bnc_table *t,
                                   const char *path)
{
    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r = rule_new(c);

        if (r == NULL)
            break;
        r->kind = BNC_RULE_LABEL;
        r->specificity = 1;
        read_cause(c, at, "cause", r);
        r->name = keep_named(c, "label", bnc_span_from("", 0), bnc_span_from("", 0),
                             cell_of(at, "label"));
        r->source = keep(c, cell_of(at, "source"));
    }
    return c->status;
}

/* ---- words and pairs ---- */

/* The number of a class of words; 0 where it is unknown. */
static uint8_t class_find(const struct bnc_compile *c, struct bnc_span name)
{
    for (uint32_t i = 1; i < c->n_classes; i++)
        if (bnc_span_eq(c->classes[i], name))
            return (uint8_t)i;
    return 0;
}

static uint8_t class_add(struct bnc_compile *c, struct cell at)
{
    const struct bnc_span name = cell_of(at, "class");
    const uint8_t had = class_find(c, name);

    if (c->n_classes == 0)
        c->n_classes = 1;
    if (had != 0)
        return had;
    if (name.len == 0 || c->n_classes == BNC_MAX_CLASSES) {
        fail(c, at, "class", "no name, or too many classes:", name);
        return 0;
    }
    c->classes[c->n_classes] = bnc_span_from(keep(c, name), name.len);
    return (uint8_t)c->n_classes++;
}

enum bnc_status bnc_compile_words(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path)
{
    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r = rule_new(c);

        if (r == NULL)
            break;
        r->kind = BNC_RULE_WORD;
        r->cause = BNC_CAUSE_UNKNOWN;
        r->first = class_add(c, at);
        r->name = keep_named(c, "word", bnc_span_from("", 0), bnc_span_from("", 0),
                             cell_of(at, "class"));
        add_fragment(c, at, "words", cell_of(at, "words"), false);
    }
    return c->status;
}

static uint8_t class_of_cell(struct bnc_compile *c, struct cell at, const char *column)
{
    const struct bnc_span name = cell_of(at, column);
    const uint8_t k = class_find(c, name);

    if (k == 0)
        fail(c, at, column, "unknown class of words", name);
    return k;
}

enum bnc_status bnc_compile_pairs(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path)
{
    c->path = path;
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++) {
        const struct cell at = { t, i };
        struct bnc_rule *r = rule_new(c);

        if (r == NULL)
            break;
        r->kind = BNC_RULE_PAIR;
        read_cause(c, at, "cause", r);
        read_common(c, at, r);
        r->first = class_of_cell(c, at, "first");
        r->second = class_of_cell(c, at, "second");
        r->name = keep_named(c, "words", bnc_span_from("", 0), bnc_span_from("", 0),
                             cell_of(at, "example"));
    }
    return c->status;
}

/* ---- indexes ---- */

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
        nomem(c);
    for (uint32_t i = 0; c->status == BNC_OK && i < c->n_rules; i++)
        if (c->rules[i].kind == BNC_RULE_LABEL) {
            keys[n] = bnc_hash_span(bnc_span_str(c->rules[i].name + prefix));
            values[n++] = i;
        }
    if (c->status == BNC_OK && n > 0 && !bnc_phash_build(&r->labels, keys, values, n, &duplicate))
        c->status = duplicate < n ? bnc_error_set(c->err, BNC_ECONFIG, "a label twice: %s",
                                                  c->rules[values[duplicate]].name)
                                  : nomem(c);
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
        nomem(c);
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
        nomem(c);
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
        nomem(c);
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

void bnc_compile_release(struct bnc_compile *c)
{
    free(c->rules);
    free(c->patterns);
    c->rules = NULL;
    c->patterns = NULL;
    bnc_arena_release(&c->arena);
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

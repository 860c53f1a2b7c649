/* SPDX-License-Identifier: MIT
 * compile.c - makes rules of the rows of tables, and masks their fragments as texts will be masked.
 * The indexes over them are made last (rule_index.c).
 */
#include "classify/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "classify/compile_private.h"
#include "schema/event.h"
#include "tables/cause.h"

enum { MAX_FRAGMENT_BYTES = 2048 };

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

static struct bnc_span cell_of(struct cell at, const char *column)
{
    return bnc_span_trim(bnc_table_cell(at.t, at.row, bnc_table_col(at.t, column)));
}

static const char *keep(struct bnc_compile *c, struct bnc_span s)
{
    const struct bnc_span copy = bnc_arena_copy(&c->arena, s);

    if (copy.at == NULL)
        bnc_compile_nomem(c);
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

static const char *keep_name(struct bnc_compile *c, const char *kind, struct bnc_span s)
{
    return keep_named(c, kind, BNC_SPAN(""), BNC_SPAN(""), s);
}

/* A new rule of which only its kind is known; NULL when out of memory. */
static struct bnc_rule *rule_new(struct bnc_compile *c, enum bnc_rule_kind kind)
{
    if (c->n_rules == c->cap_rules) {
        const uint32_t cap = c->cap_rules == 0 ? 512 : c->cap_rules * 2;
        struct bnc_rule *p = realloc(c->rules, cap * sizeof *p);

        if (p == NULL) {
            bnc_compile_nomem(c);
            return NULL;
        }
        c->rules = p;
        c->cap_rules = cap;
    }
    c->rules[c->n_rules] = (struct bnc_rule){ .kind = (uint8_t)kind,
                                              .duration = BNC_RULE_ANY,
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
            return bnc_compile_nomem(c) == BNC_OK;
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
        r->name = keep_name(c, "phrase",
                            bnc_span_from(family, family_name(text, family, sizeof family)));
    else if (r->kind == BNC_RULE_GUARD)
        r->name = keep_name(c, "guard", text);
    else
        r->name = keep_named(c, "provider", cell_of(at, "provider"), bnc_span_from(code, (size_t)n),
                             marker.len > 0 ? marker : text);
}

static uint8_t reach_of(struct bnc_span word)
{
    return bnc_span_eq(word, BNC_SPAN("text"))    ? BNC_REACH_TEXT
           : bnc_span_eq(word, BNC_SPAN("reply")) ? BNC_REACH_REPLY
           : bnc_span_eq(word, BNC_SPAN("codes")) ? BNC_REACH_CODES
                                                  : BNC_REACH_WORDS;
}

static void text_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    const struct bnc_span marker = cell_of(at, "marker");
    struct bnc_span text = cell_of(at, "text_fragment");
    struct bnc_rule *r;

    if (text.len == 0)
        text = cell_of(at, "fragment");
    if (kind == BNC_RULE_PHRASE && cell_of(at, "provider").len > 0)
        kind = BNC_RULE_PROVIDER;
    if (bnc_span_eq(marker, BNC_SPAN("SUPERSEDED")) || (r = rule_new(c, kind)) == NULL)
        return;
    read_cause(c, at, "cause", r);
    read_common(c, at, r);
    if (kind == BNC_RULE_GUARD)
        r->reach = reach_of(cell_of(at, "reach"));
    read_enhanced(c, at, cell_of(at, "enhanced_code"), r);
    name_rule(c, at, r, text);
    if (c->status != BNC_OK)
        return;
    if (marker.len > 0 && !add_range(c, at, marker))
        add_fragment(c, at, "marker", marker, true);
    if (text.len > 0)
        add_fragment(c, at, bnc_table_col(at.t, "fragment") >= 0 ? "fragment" : "text_fragment",
                     text, false);
    if (r->n_fragments == 0 && r->reply == 0 && r->enh_first == 0)
        fail(c, at, "cause",
             "a rule without code and text would match everything:", cell_of(at, "cause"));
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

static void blocklist_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    struct bnc_rule *r = rule_new(c, kind);

    if (r == NULL)
        return;
    r->cause = BNC_CAUSE_BLOCKLISTED;
    r->specificity = is_unspecified(cell_of(at, "list")) ? 1 : 5;
    r->action = word_of(c, at, "action", bnc_action_names, BNC_N_ACTIONS);
    r->blocklist = (uint16_t)(at.row + 1);
    r->name = keep_name(c, "blocklist", cell_of(at, "list"));
    r->source = keep(c, cell_of(at, "source"));
    r->meaning = keep(c, cell_of(at, "delisting_route"));
    compile_aliases(c, at, cell_of(at, "aliases"));
}

/* Only what is in the text of a response: its other rows are domains and hosts. */
static void marker_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    struct bnc_rule *r;

    if (!bnc_span_eq(cell_of(at, "kind"), BNC_SPAN("text_marker")) ||
        (r = rule_new(c, kind)) == NULL)
        return;
    r->cause = BNC_CAUSE_UNKNOWN;
    r->provider = c->provider_number(c->provider_arg, cell_of(at, "provider"));
    if (r->provider == 0) {
        fail(c, at, "provider", "unknown provider", cell_of(at, "provider"));
        return;
    }
    r->name = keep_named(c, "marker", cell_of(at, "provider"), BNC_SPAN(""), cell_of(at, "value"));
    r->source = keep(c, cell_of(at, "source"));
    add_fragment(c, at, "value", cell_of(at, "value"), true);
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

static void code_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    const bool reply = kind == BNC_RULE_REPLY;
    struct bnc_rule *r = rule_new(c, kind);

    if (r == NULL)
        return;
    r->specificity = reply ? 1 : 2;
    read_cause(c, at, reply ? "default_cause" : "cause", r);
    r->side = word_of(c, at, "side", bnc_side_names, BNC_N_SIDES);
    r->action =
        word_of(c, at, reply ? "default_action" : "action", bnc_action_names, BNC_N_ACTIONS);
    r->priority = word_of(c, at, "priority", bnc_priority_names, BNC_N_PRIORITIES);
    read_code(c, at, reply, r);
    r->name = keep_name(c, reply ? "reply" : "enhanced", cell_of(at, "code"));
    r->source = keep(c, cell_of(at, "source"));
    r->meaning = keep(c, cell_of(at, "meaning"));
}

static void label_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    struct bnc_rule *r = rule_new(c, kind);

    if (r == NULL)
        return;
    r->specificity = 1;
    read_cause(c, at, "cause", r);
    r->name = keep_name(c, "label", cell_of(at, "label"));
    r->source = keep(c, cell_of(at, "source"));
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

static void word_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    struct bnc_rule *r = rule_new(c, kind);

    if (r == NULL)
        return;
    r->cause = BNC_CAUSE_UNKNOWN;
    r->first = class_add(c, at);
    r->name = keep_name(c, "word", cell_of(at, "class"));
    add_fragment(c, at, "words", cell_of(at, "words"), false);
}

static uint8_t class_of_cell(struct bnc_compile *c, struct cell at, const char *column)
{
    const struct bnc_span name = cell_of(at, column);
    const uint8_t k = class_find(c, name);

    if (k == 0)
        fail(c, at, column, "unknown class of words", name);
    return k;
}

static void pair_row(struct bnc_compile *c, struct cell at, enum bnc_rule_kind kind)
{
    struct bnc_rule *r = rule_new(c, kind);

    if (r == NULL)
        return;
    read_cause(c, at, "cause", r);
    read_common(c, at, r);
    r->first = class_of_cell(c, at, "first");
    r->second = class_of_cell(c, at, "second");
    r->name = keep_name(c, "words", cell_of(at, "example"));
}

/* ---- all of it ---- */

static void (*const compile_row[BNC_N_RULE_KINDS])(struct bnc_compile *c, struct cell at,
                                                   enum bnc_rule_kind kind) = {
    [BNC_RULE_PROVIDER] = text_row,       [BNC_RULE_PHRASE] = text_row,
    [BNC_RULE_BLOCKLIST] = blocklist_row, [BNC_RULE_MARKER] = marker_row,
    [BNC_RULE_ENHANCED] = code_row,       [BNC_RULE_REPLY] = code_row,
    [BNC_RULE_LABEL] = label_row,         [BNC_RULE_GUARD] = text_row,
    [BNC_RULE_WORD] = word_row,           [BNC_RULE_PAIR] = pair_row,
};

enum bnc_status bnc_compile_table(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path, enum bnc_rule_kind kind)
{
    c->path = path;
    if (compile_row[kind] == text_row && bnc_table_col(t, "cause") < 0)
        return c->status = bnc_error_set(c->err, BNC_ECONFIG, "%s:1: no column 'cause'", path);
    for (size_t i = 0; i < t->n_rows && c->status == BNC_OK; i++)
        compile_row[kind](c, (struct cell){ t, i }, kind);
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

void bnc_compile_release(struct bnc_compile *c)
{
    free(c->rules);
    free(c->patterns);
    c->rules = NULL;
    c->patterns = NULL;
    bnc_arena_release(&c->arena);
}

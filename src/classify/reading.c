/* SPDX-License-Identifier: MIT
 * reading.c - works on the template: every number still there is a code, because masking hid all
 * others.
 */
#include "classify/reading.h"

#include "classify/token.h"
#include "schema/event.h"

enum { MAX_GROUPS = 32 };

struct group { /* a reply code, an enhanced code, or one beside the other */
    size_t start, end;
    uint16_t reply;
    uint32_t enhanced;
};

static size_t digits_at(struct bnc_span t, size_t at, unsigned *value)
{
    size_t k = at;

    for (*value = 0; k < t.len && bnc_is_digit(t.at[k]); k++)
        *value = *value * 10 + (unsigned)(t.at[k] - '0');
    return k - at;
}

static bool ends_token(struct bnc_span t, size_t at)
{
    return at >= t.len || !bnc_byte_is(t.at[at], BNC_BYTE_ALNUM);
}

static bool read_reply(struct bnc_span t, size_t at, struct group *g)
{
    unsigned v;

    if (digits_at(t, at, &v) != 3 || v < 200 || v > 599 || !ends_token(t, at + 3))
        return false;
    if (at + 4 < t.len && t.at[at + 3] == '.' && bnc_is_digit(t.at[at + 4]))
        return false;
    *g = (struct group){ .start = at, .end = at + 3, .reply = (uint16_t)v };
    return true;
}

static bool read_enhanced(struct bnc_span t, size_t at, struct group *g)
{
    unsigned c, s, d;
    size_t k = at, n;

    if (digits_at(t, k, &c) != 1 || (c != 2 && c != 4 && c != 5) || k + 2 >= t.len ||
        t.at[k + 1] != '.')
        return false;
    n = digits_at(t, k + 2, &s);
    if (n < 1 || n > 3 || k + 3 + n >= t.len || t.at[k + 2 + n] != '.')
        return false;
    k += 3 + n;
    n = digits_at(t, k, &d);
    if (n < 1 || n > 3 ||
        (k + n + 1 < t.len && t.at[k + n] == '.' && bnc_is_digit(t.at[k + n + 1])))
        return false;
    *g = (struct group){ .start = at, .end = k + n, .enhanced = BNC_ENHANCED(c, s, d) };
    return true;
}

/* Nothing but punctuation between a reply code and its enhanced code. */
static bool beside(struct bnc_span t, size_t from, size_t to)
{
    if (to - from > 4)
        return false;
    for (size_t k = from; k < to; k++)
        if (strchr(" -(#'<:", t.at[k]) == NULL)
            return false;
    return true;
}

static bool ends_with(struct bnc_span t, size_t end, const char *word)
{
    const size_t n = strlen(word);

    return end >= n && memcmp(t.at + end - n, word, n) == 0;
}

/* "see section 4.1.1.1 and 4.1.4 of rfc 2821", "rfc 5321 4.5.3": a place in a text, no code. */
static bool names_section(struct bnc_span t, const struct group *g)
{
    static const char of_rfc[] = " of rfc";
    size_t k = g->start;

    if (g->reply != 0)
        return false;
    if (ends_with(t, k, "section ") || ends_with(t, k, "sections "))
        return true;
    if (t.len - g->end >= strlen(of_rfc) && memcmp(t.at + g->end, of_rfc, strlen(of_rfc)) == 0)
        return true;
    while (k > 0 && t.at[k - 1] == ' ')
        k--;
    while (k > 0 && bnc_is_digit(t.at[k - 1]))
        k--;
    return k < g->start && ends_with(t, k, "rfc ");
}

static size_t find_groups(struct bnc_span t, struct group *g)
{
    size_t n = 0;

    for (size_t at = 0; at < t.len && n < MAX_GROUPS;) {
        struct group one;

        if (!bnc_is_digit(t.at[at]) || (at > 0 && bnc_byte_is(t.at[at - 1], BNC_BYTE_ALNUM)) ||
            (!read_reply(t, at, &one) && !read_enhanced(t, at, &one))) {
            at++;
            continue;
        }
        at = one.end;
        if (names_section(t, &one))
            continue;
        if (n > 0 && one.reply == 0 && g[n - 1].reply != 0 && g[n - 1].enhanced == 0 &&
            beside(t, g[n - 1].end, one.start)) {
            g[n - 1].enhanced = one.enhanced;
            g[n - 1].end = one.end;
        } else {
            g[n++] = one;
        }
    }
    return n;
}

/* The reply quotes begin after a colon, an arrow, a quote, or such a word. */
static bool opens_quote(struct bnc_span t, size_t at)
{
    static const char *const words[] = { "said", "returned", "code", "error", "smtp" };
    size_t k = at;

    while (k > 0 && t.at[k - 1] == ' ')
        k--;
    if (k == 0 || strchr(":;<>'\"[", t.at[k - 1]) != NULL)
        return true;
    if (k < at || (k > 0 && t.at[k - 1] == '-'))
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (k >= strlen(words[i]) &&
                memcmp(t.at + k - strlen(words[i]), words[i], strlen(words[i])) == 0)
                return true;
    return at > 1 && t.at[at - 1] == '\'' && t.at[at - 2] == '-';
}

/* The text ends within angle brackets: it was cut, and its words with it. */
static bool is_cut(struct bnc_span t)
{
    size_t k = t.len;

    while (k > 0 && t.at[k - 1] != '<' && t.at[k - 1] != '>')
        k--;
    return k > 0 && t.at[k - 1] == '<';
}

static bool has_words(struct bnc_span t, size_t from)
{
    size_t letters = 0;

    for (size_t k = from; k < t.len && letters < 3; k++)
        letters += bnc_byte_is(t.at[k], BNC_BYTE_ALNUM) && !bnc_is_digit(t.at[k]);
    return letters >= 3;
}

/* An enhanced code in brackets at the end, "(#5.1.1)", belongs to the head. */
static bool is_trailer(struct bnc_span t, const struct group *g)
{
    return g->reply == 0 && g->start > 0 && strchr("#([", t.at[g->start - 1]) != NULL;
}

/* "550 line too long (RFC 5322 2.1.1)" names a section: success is no detail of a failure. */
static bool fits_reply(uint16_t reply, uint32_t enhanced)
{
    return reply == 0 || (BNC_ENHANCED_CLASS(enhanced) == 2) == (reply / 100 == 2);
}

/* "503 need RCPT" or "554 5.5.1 no valid recipients" after another refusal tells what came of that
 * one: whoever sends its commands in one go hears both. */
static bool is_after_effect(const struct group *g, size_t i)
{
    if (g[i].reply != 503 && (g[i].reply != 554 || g[i].enhanced != BNC_ENHANCED(5, 5, 1)))
        return false;
    for (size_t k = 0; k < i; k++)
        if (g[k].reply >= 400 && g[k].reply != g[i].reply)
            return true;
    return false;
}

struct bnc_reading bnc_reading_of(struct bnc_span t)
{
    struct group g[MAX_GROUPS];
    const size_t n = find_groups(t, g);
    struct bnc_reading r = { .inner = t, .has_text = has_words(t, 0) || is_cut(t) };
    size_t in = 0;

    if (n == 0)
        return r;
    r.outer_reply = g[0].reply;
    r.outer_enhanced = g[0].enhanced;
    for (size_t i = n - 1; i > 0 && in == 0; i--)
        if (!is_trailer(t, &g[i]) && opens_quote(t, g[i].start) && has_words(t, g[i].end) &&
            !is_after_effect(g, i))
            in = i;
    r.reply = g[in].reply;
    r.enhanced = g[in].enhanced;
    for (size_t i = in + 1; i < n && r.enhanced == 0; i++)
        if ((g[i].reply == 0 || g[i].reply == r.reply) && fits_reply(r.reply, g[i].enhanced))
            r.enhanced = g[i].enhanced;
    if (r.reply == 0 && in > 0 && (g[in - 1].reply / 100) == BNC_ENHANCED_CLASS(r.enhanced))
        r.reply = g[in - 1].reply;
    if (in > 0 || (g[0].start > 3 && opens_quote(t, g[0].start) && has_words(t, g[0].end))) {
        r.wrapped = true;
        r.inner = bnc_span_from(t.at + g[in].start, t.len - g[in].start);
    }
    return r;
}

/* SPDX-License-Identifier: MIT
 * mask_codes.c - numbers that masking keeps: reply codes where a reply begins, enhanced codes, and
 * the numbers in names.
 */
#include "classify/mask_pass.h"

#include "classify/token.h"

static unsigned reply_at(const char *at, size_t len)
{
    if (len < 3 || at[0] < '2' || at[0] > '5' || at[0] == '3' || !bnc_is_digit(at[1]) ||
        !bnc_is_digit(at[2]))
        return 0;
    if (at[0] == '2' && at[1] > '5')
        return 0;
    return (unsigned)((at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0'));
}

/* Length of an enhanced code at 'at' ("5.7.26", subject 0-7), 0 if there is none. */
static size_t enhanced_at(const char *at, size_t len)
{
    size_t k, digits;

    if (len < 5 || (at[0] != '2' && at[0] != '4' && at[0] != '5') || at[1] != '.' || at[2] < '0' ||
        at[2] > '7' || at[3] != '.')
        return 0;
    for (k = 4, digits = 0; k < len && bnc_is_digit(at[k]); k++)
        digits++;
    for (size_t e = k; e < len && bnc_byte_is(at[e], BNC_BYTE_TOKEN); e++)
        if (!bnc_token_edge(at[e]))
            return 0; /* "5.7.1.9", "5.7.1x", "5.7.1@" */
    return digits >= 1 && digits <= 3 ? k : 0;
}

#define WORD(lit)                                                                                  \
    {                                                                                              \
        lit, sizeof lit - 1                                                                        \
    }

static bool is_one_of(struct bnc_span w, const struct bnc_span *words, size_t n)
{
    if (w.len == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (words[i].len == w.len && words[i].at[0] == w.at[0] &&
            memcmp(words[i].at, w.at, w.len) == 0)
            return true;
    return false;
}

static bool is_version_word(struct bnc_span w)
{
    static const struct bnc_span words[] = { WORD("version"), WORD("ver"),     WORD("v"),
                                             WORD("exim"),    WORD("postfix"), WORD("sendmail"),
                                             WORD("release"), WORD("build"),   WORD("rev") };

    return is_one_of(w, words, sizeof words / sizeof words[0]);
}

static bool is_code_word(struct bnc_span w)
{
    static const struct bnc_span words[] = { WORD("said"),     WORD("code"),     WORD("error"),
                                             WORD("status"),   WORD("smtp"),     WORD("reply"),
                                             WORD("response"), WORD("returned"), WORD("was"),
                                             WORD("esmtp"),    WORD("dsn"),      WORD("failed"),
                                             WORD("respond") };

    return is_one_of(w, words, sizeof words / sizeof words[0]);
}

/* The byte before the output's end that is no blank; '\0' at the start. */
static char mark_before(const struct bnc_pass *p)
{
    size_t k = p->n;

    while (k > 0 && p->out[k - 1] == ' ')
        k--;
    return k > 0 ? p->out[k - 1] : '\0';
}

static bool only_opening(const struct bnc_pass *p)
{
    for (size_t k = 0; k < p->n; k++)
        if (strchr(" '\"([<", p->out[k]) == NULL)
            return false;
    return true;
}

/*
 * Where a remote reply may begin inside a text: "said: 550", "[554 5.4.6", "smtp;550", "'441
 * 4.4.1".
 */
static bool opens_reply(const struct bnc_pass *p)
{
    const char c = mark_before(p);

    return c != '\0' && strchr(":;>'\"[(=|", c) != NULL;
}

/* What may stand between a reply code and its enhanced code. */
static bool joins_codes(char c)
{
    return c == ' ' || c == '-' || c == '(' || c == '#' || c == '\'' || c == '<' || c == ':';
}

size_t bnc_pass_enhanced_after(const struct bnc_pass *p, size_t end)
{
    size_t k = end;

    while (k < p->len && k - end < 4 && joins_codes(p->low[k]))
        k++;
    return enhanced_at(p->low + k, p->len - k) > 0 ? k : 0;
}

/* A word, a quote or an address follows: the rest of a reply, not of a sentence about a number. */
static bool text_follows(const struct bnc_pass *p, size_t end)
{
    size_t k = end;

    if (k >= p->len || (p->low[k] != ' ' && p->low[k] != '-' && p->low[k] != ','))
        return k >= p->len;
    while (k < p->len && k - end < 3 && strchr(" -<'\"#[(,:", p->low[k]) != NULL)
        k++;
    return k < p->len && (bnc_byte_is(p->low[k], BNC_BYTE_ALNUM) || p->low[k] == '*') &&
           reply_at(p->low + k, p->len - k) == 0;
}

/* Skips the code of a line that repeats the head's, and the enhanced code behind it. */
static void drop_repeated(struct bnc_pass *p, size_t end)
{
    const size_t e = bnc_pass_enhanced_after(p, end);

    if (e > 0 && p->head_enh.len == 0)
        p->head_enh = bnc_span_from(p->low + e, enhanced_at(p->low + e, p->len - e));
    else if (e > 0 && enhanced_at(p->low + e, p->len - e) == p->head_enh.len &&
             memcmp(p->low + e, p->head_enh.at, p->head_enh.len) == 0)
        end = e + p->head_enh.len;
    p->pos = end;
    while (p->pos < p->len &&
           (p->low[p->pos] == '-' || bnc_byte_is(p->low[p->pos], BNC_BYTE_BLANK)))
        p->pos++;
    bnc_pass_put_blank(p);
}

static bool repeats_head(const struct bnc_pass *p, unsigned code, size_t end)
{
    const char next = end < p->len ? p->low[end] : ' ';

    if (code != p->head || p->n == 0 || p->out[p->n - 1] != ' ')
        return false;
    if (!p->multi && opens_reply(p))
        return false; /* "host x said: 550 ..." */
    return next == '-' || (next == ' ' && (p->multi || bnc_pass_enhanced_after(p, end) > 0));
}

static void keep_reply(struct bnc_pass *p, unsigned code, size_t end)
{
    const size_t e = bnc_pass_enhanced_after(p, end);
    const bool opening = only_opening(p);

    p->head = code;
    p->head_enh = e > 0 ? bnc_span_from(p->low + e, enhanced_at(p->low + e, p->len - e))
                        : bnc_span_from(p->low, 0);
    p->multi = end < p->len && p->low[end] == '-';
    bnc_pass_copy_to(p, end);
    if (end < p->len && p->low[end] == '-' && (opening || e > 0)) {
        p->pos = end + 1;
        bnc_pass_put_blank(p);
        bnc_pass_skip_blanks(p);
    }
}

/*
 * Three digits that are a reply code by their place: at the start, before an enhanced code, where a
 * reply is quoted.
 */
static bool is_head(const struct bnc_pass *p, unsigned code, size_t stop)
{
    if (p->fragment)
        return bnc_pass_enhanced_after(p, stop) > 0;
    if (only_opening(p))
        return true;
    if (code < 400)
        return false;
    if (stop + 1 < p->len && p->low[stop] == '-' && p->out[p->n - 1] == ' ' &&
        p->low[stop + 1] == '\'')
        return true;
    return bnc_pass_enhanced_after(p, stop) > 0 || (opens_reply(p) && text_follows(p, stop)) ||
           is_code_word(bnc_pass_word_before(p));
}

bool bnc_pass_reply(struct bnc_pass *p, size_t start, size_t end)
{
    const unsigned code = reply_at(p->low + start, end - start);
    const size_t stop = start + 3;

    if (code == 0 || (stop < end && p->low[stop] != '-'))
        return false;
    if (p->head != 0 && repeats_head(p, code, stop)) {
        drop_repeated(p, stop);
        return true;
    }
    if (is_head(p, code, stop)) {
        keep_reply(p, code, stop);
        return true;
    }
    return false;
}

bool bnc_pass_enhanced(struct bnc_pass *p, size_t start, size_t end)
{
    const size_t len = enhanced_at(p->low + start, end - start);

    if (len == 0 || len != end - start || is_version_word(bnc_pass_word_before(p)))
        return false;
    bnc_pass_copy_to(p, end);
    return true;
}

bool bnc_pass_named_number(struct bnc_pass *p, size_t end)
{
    const struct bnc_span w = bnc_pass_word_before(p);

    if (!bnc_span_eq(w, BNC_SPAN("rfc")) && !bnc_span_eq(w, BNC_SPAN("section")) &&
        !bnc_span_eq(w, BNC_SPAN("level")) && !bnc_span_eq(w, BNC_SPAN("err")))
        return false;
    bnc_pass_copy_to(p, end);
    return true;
}

/* SPDX-License-Identifier: MIT
 * mask.c - the masking pass: stops only where a scan kernel found something hot, copies what lies
 * between.
 *
 * A response of 184 bytes has about 8 tokens with a digit, an @ or an inner dot; all else is copied
 * in runs of 32 bytes. Each stop is judged by its token and by what was written before it, never by
 * what an earlier response held.
 */
#include "classify/mask.h"

#include "classify/mask_pass.h"
#include "classify/mask_scan.h"
#include "classify/token.h"
#include "classify/token_kind.h"
#include "util/cpu.h"

/* ---- bitmaps ---- */

static size_t hot_next(const struct bnc_pass *p, size_t from)
{
    return bnc_mask_next(p->bits->hot, p->len, from);
}

static size_t token_start(const struct bnc_pass *p, size_t at, size_t floor)
{
    return bnc_mask_token_start(p->bits->token, at, floor);
}

static size_t token_end(const struct bnc_pass *p, size_t at)
{
    return bnc_mask_token_end(p->bits->token, p->len, at);
}

/* ---- output ---- */

/* Takes back what only looked like a word: the month before a day, the letters of an IPv6 group. */
static void take_back_date(struct bnc_pass *p)
{
    for (int i = 0; i < 2; i++) {
        const struct bnc_span w = bnc_pass_word_before(p);

        if (w.len < 2 || (w.at > p->out && bnc_byte_is(w.at[-1], BNC_BYTE_TOKEN)) ||
            bnc_word_find(p->words, w.at, w.len) != BNC_WORD_DATE)
            return;
        p->n = (size_t)(w.at - p->out);
    }
}

static void put_star(struct bnc_pass *p)
{
    size_t k = p->n;

    while (k > 0 && bnc_pass_joins(p->out[k - 1]))
        k--;
    if (k > 0 && p->out[k - 1] == '*' && (k == 1 || !bnc_byte_is(p->out[k - 2], BNC_BYTE_ALNUM)))
        p->n = k; /* not into a family's: "mwinf5*" */
    else
        p->out[p->n++] = '*';
}

/* ---- what follows a masked number belongs to it ---- */

static bool is_hex(char c)
{
    return bnc_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* A mask ends where its token ends, but for punctuation. */
static void swallow_rest(struct bnc_pass *p)
{
    size_t end;

    if (p->pos >= p->len || !bnc_byte_is(p->low[p->pos], BNC_BYTE_TOKEN))
        return;
    end = token_end(p, p->pos);
    for (size_t k = p->pos; k < end; k++)
        if (!bnc_token_edge(p->low[k])) {
            p->pos = end;
            return;
        }
}

/*
 * "2606:2800:220:aa::1" after its first group, "12:30": digits, hex letters and colons up to the
 * end of the group.
 */
static void swallow_ipv6(struct bnc_pass *p)
{
    size_t k = p->pos;
    int colons = 0;

    while (k < p->len && (is_hex(p->low[k]) || p->low[k] == ':' || p->low[k] == '.') &&
           k - p->pos < 46)
        colons += p->low[k++] == ':';
    if (colons >= 2 && (k == p->len || !bnc_byte_is(p->low[k], BNC_BYTE_ALNUM)))
        p->pos = k;
    swallow_rest(p);
}

/*
 * A month or zone ends where its token does, or where a number follows: "oct", "oct,", "oct-2002".
 */
static bool ends_date(const struct bnc_pass *p, size_t end)
{
    if (end >= p->len || !bnc_byte_is(p->low[end], BNC_BYTE_TOKEN))
        return true;
    return !bnc_byte_is(p->low[end], BNC_BYTE_ALNUM) && end + 1 < p->len &&
           bnc_is_digit(p->low[end + 1]);
}

static void swallow_date(struct bnc_pass *p)
{
    size_t at = p->pos, end;

    while (at < p->len && at - p->pos < 2 &&
           (p->low[at] == ' ' || p->low[at] == '/' || p->low[at] == '-'))
        at++;
    for (end = at; end < p->len && p->low[end] >= 'a' && p->low[end] <= 'z' && end - at < 10; end++)
        ;
    if (end - at < 2 || end - at > 9 || !ends_date(p, end))
        return;
    if (bnc_word_find(p->words, p->low + at, end - at) == BNC_WORD_DATE) {
        p->pos = end;
        swallow_rest(p);
    }
}

static void mask_number(struct bnc_pass *p, size_t end)
{
    p->pos = end;
    take_back_date(p);
    put_star(p);
    if (p->pos < p->len && p->low[p->pos] == ':')
        swallow_ipv6(p);
    swallow_date(p);
}

/* Ids in base64 hold / + = as well: after a long masked token they belong to it. */
static void mask_id(struct bnc_pass *p, size_t start, size_t end)
{
    put_star(p);
    p->pos = end;
    if (end - start < 16)
        return;
    while (p->pos < p->len && (bnc_byte_is(p->low[p->pos], BNC_BYTE_TOKEN) ||
                               p->low[p->pos] == '/' || p->low[p->pos] == '='))
        p->pos++;
    swallow_rest(p);
}

/* ---- tokens ---- */

struct token { /* without the punctuation around it */
    size_t start, end;
    size_t glue_before, glue_behind; /* bytes of - and _ beside it, where nothing else is */
};

static bool is_local_char(char c)
{
    return bnc_byte_is(c, BNC_BYTE_TOKEN) || (c != '\0' && strchr("=/!&'?{}|^`", c) != NULL);
}

/*
 * Where a quoted local part before the @ at 'at' begins: "a b"@example.com; 'at' where there is
 * none.
 */
static size_t quoted_start(const struct bnc_pass *p, size_t at)
{
    size_t q = at;

    if (at < p->pos + 2 || p->low[at - 1] != '"')
        return at;
    for (q = at - 2; q > p->pos && p->low[q] != '"' && p->low[q] != ' '; q--)
        ;
    return p->low[q] == '"' && (q == 0 || !bnc_byte_is(p->low[q - 1], BNC_BYTE_TOKEN)) ? q : at;
}

/* Dots in a row stand before an address, not in it: "unknown...joe@example.com". */
static bool after_dots(const struct bnc_pass *p, size_t at)
{
    return at > 1 && p->low[at - 1] == '.' && p->low[at - 2] == '.';
}

/* An address: from the first byte that may stand in a local part to the end of the domain. */
static void mask_address(struct bnc_pass *p, size_t start, size_t end)
{
    size_t s = p->low[start] == '@' ? quoted_start(p, start) : start;

    if (s == start) {
        while (s > p->pos && is_local_char(p->low[s - 1]) && !after_dots(p, s))
            s--;
        while (s < start && !bnc_byte_is(p->low[s], BNC_BYTE_ALNUM))
            s++;
    }
    bnc_pass_copy_to(p, s);
    p->pos = end;
    put_star(p);
}

static bool is_known(const struct bnc_pass *p, size_t start, size_t end)
{
    return end - start <= 64 &&
           bnc_word_find(p->words, p->low + start, end - start) == BNC_WORD_EXACT;
}

/* mwinf5c79, ofr006_417, aup#in-1310: families known by how they begin. */
static bool try_family(struct bnc_pass *p, size_t start, size_t end)
{
    size_t k = start;
    enum bnc_word_kind kind;

    while (k < end && p->low[k] >= 'a' && p->low[k] <= 'z')
        k++;
    if (k - start < 2 || k - start > 12 || k == end)
        return false;
    kind = bnc_word_find(p->words, p->low + start, k - start);
    if (kind != BNC_WORD_LAST3 &&
        (kind = bnc_word_find(p->words, p->low + start, ++k - start)) <= BNC_WORD_EXACT)
        return false;
    bnc_pass_copy_to(p, start);
    if (kind == BNC_WORD_LAST3) {
        if (end - start > 12 || memchr(p->low + start, '*', end - start) != NULL ||
            memchr(p->low + start, '.', end - start) != NULL || end - k < 3 ||
            !bnc_is_digit(p->low[end - 1]) || !bnc_is_digit(p->low[end - 2]) ||
            !bnc_is_digit(p->low[end - 3]))
            return false;
        bnc_pass_copy_to(p, k);
        p->out[p->n++] = '_';
        p->pos = end - 3;
        bnc_pass_copy_to(p, end);
    } else if (kind == BNC_WORD_WHOLE) {
        bnc_pass_copy_to(p, end);
    } else if (kind == BNC_WORD_PREFIX) {
        bnc_pass_copy_to(p, k);
        put_star(p);
        p->pos = end;
    } else {
        return false;
    }
    return true;
}

/* zen.spamhaus.org within a longer name: "*.zen.spamhaus.org". */
static bool try_known_suffix(struct bnc_pass *p, const struct token *t)
{
    const size_t start = t->start, end = t->end;

    for (size_t k = start; (k = bnc_mask_next(p->bits->dot, end, k) + 1) + 4 < end;)
        if (!bnc_is_digit(p->low[k]) && bnc_mask_any(p->bits->dot, NULL, k, end) &&
            is_known(p, k, end)) {
            p->n -= t->glue_before;
            put_star(p);
            p->out[p->n++] = '.';
            p->pos = k;
            bnc_pass_copy_to(p, end);
            return true;
        }
    return false;
}

static bool try_glued_sentence(struct bnc_pass *p, size_t start, size_t end)
{
    const size_t dot = bnc_token_glued(p->raw, p->low, start, end);

    if (dot == 0)
        return false;
    bnc_pass_copy_to(p, dot + 1);
    bnc_pass_put_blank(p);
    return true;
}

static bool all_number(const struct bnc_pass *p, size_t start, size_t end)
{
    return !bnc_mask_any(p->bits->core, p->bits->digit, start, end);
}

static bool all_hex(const struct bnc_pass *p, size_t start, size_t end)
{
    for (size_t k = start; k < end; k++)
        if (!is_hex(p->low[k]))
            return false;
    return end - start <= 4;
}

/* Digits, dots, signs: a code, a named number, a date, a time, an IP. */
static void number(struct bnc_pass *p, size_t start, size_t end)
{
    if (bnc_pass_reply(p, start, end) || bnc_pass_enhanced(p, start, end) ||
        bnc_pass_named_number(p, end))
        return;
    while (p->n > 0 && (p->out[p->n - 1] == '-' || p->out[p->n - 1] == '+') && p->n > 1 &&
           p->out[p->n - 2] != '*' && !bnc_byte_is(p->out[p->n - 2], BNC_BYTE_ALNUM))
        p->n--; /* a sign */
    mask_number(p, end);
}

/* Without digit, dot or mark: a word, or an id that looks like one once it is lower-cased. */
static bool is_letters(const struct bnc_pass *p, size_t start, size_t end)
{
    return !bnc_mask_any(p->bits->digit, NULL, start, end) &&
           !bnc_mask_any(p->bits->dot, NULL, start, end) &&
           !bnc_mask_any(p->bits->mark, NULL, start, end);
}

/*
 * The - and _ of base64 may stand at the ends of an id as well: what precedes it is taken back,
 * what follows skipped.
 */
static void mask_whole_id(struct bnc_pass *p, const struct token *t)
{
    p->n -= t->glue_before;
    mask_id(p, t->start, t->end);
    if (p->pos == t->end)
        p->pos += t->glue_behind;
}

static void word(struct bnc_pass *p, const struct token *t)
{
    const size_t start = t->start, end = t->end;

    if (is_known(p, start, end) || bnc_token_is_page(p->low, start, end) ||
        (is_letters(p, start, end) && !bnc_token_is_letter_id(p->raw, start, end))) {
        bnc_pass_copy_to(p, end);
        return;
    }
    if (bnc_pass_reply(p, start, end) || try_family(p, start, end) || try_known_suffix(p, t) ||
        try_glued_sentence(p, start, end))
        return;
    if (all_hex(p, start, end) && end < p->len && p->low[end] == ':')
        mask_number(p, end);
    else
        mask_whole_id(p, t);
}

/* "denied...7d39": dots in a row end a token. */
static void cut_at_dots(const struct bnc_pass *p, size_t at, size_t *start, size_t *end)
{
    if (!bnc_mask_any(p->bits->dot, NULL, *start, *end))
        return;
    for (size_t k = at; k > *start + 1; k--)
        if (p->low[k - 1] == '.' && p->low[k - 2] == '.') {
            *start = k;
            break;
        }
    for (size_t k = at; (k = bnc_mask_next(p->bits->dot, *end, k)) + 1 < *end; k++)
        if (p->low[k + 1] == '.') {
            *end = k > *start ? k : *end;
            break;
        }
}

/* How many bytes from 'at' on, when all up to 'to' are - or _, else 0. */
static size_t glue(const struct bnc_pass *p, size_t at, size_t to)
{
    for (size_t k = at; k < to; k++)
        if (p->low[k] != '-' && p->low[k] != '_')
            return 0;
    return to - at;
}

static void judge_masked(struct bnc_pass *p, size_t start, size_t end)
{
    const struct token t = { .start = start, .end = end };

    bnc_pass_copy_to(p, start);
    if (!bnc_pass_reply(p, start, end) && !try_family(p, start, end) && !try_known_suffix(p, &t))
        mask_id(p, start, end);
}

/* The token around a hot byte.  Always moves p->pos beyond 'at'. */
static void token_judge(struct bnc_pass *p, size_t at)
{
    size_t start = token_start(p, at, p->pos), end = token_end(p, at);
    struct token t;
    bool marked;

    cut_at_dots(p, at, &start, &end);
    t = (struct token){ start, end, 0, 0 };
    while (t.end > start + 1 && bnc_token_edge(p->low[t.end - 1]))
        t.end--;
    if (t.end - start == 4 && p->low[start] == '#' && is_known(p, start, t.end)) {
        bnc_pass_copy_to(p, t.end);
        return;
    }
    while (t.start + 1 < t.end && bnc_token_edge(p->low[t.start]))
        t.start++;
    marked = bnc_mask_any(p->bits->mark, NULL, t.start, t.end);
    if (marked && memchr(p->low + t.start, '@', t.end - t.start) != NULL &&
        !is_known(p, t.start, t.end)) {
        mask_address(p, t.start, t.end);
    } else if (marked && memchr(p->low + t.start, '*', t.end - t.start) != NULL) {
        judge_masked(p, t.start, t.end);
    } else {
        bnc_pass_copy_to(p, t.start);
        if (start == 0 || !bnc_byte_is(p->low[start - 1], BNC_BYTE_TOKEN))
            t.glue_before = glue(p, start, t.start);
        t.glue_behind = glue(p, t.end, end);
        if (all_number(p, t.start, t.end))
            number(p, t.start, t.end);
        else
            word(p, &t);
    }
}

/* "<...>" without a blank inside is variable, but for URLs and codes. */
static bool try_angles(struct bnc_pass *p, size_t at)
{
    size_t k = at + 1;

    while (k < p->len && k - at < 320 && p->low[k] != '>' && p->low[k] != '<' &&
           !bnc_byte_is(p->low[k], BNC_BYTE_BLANK))
        k++;
    if (k >= p->len || p->low[k] != '>' || k == at + 1 || bnc_pass_enhanced_after(p, at + 1) > 0 ||
        is_known(p, at + 1, k))
        return false;
    if (memchr(p->low + at + 1, '*', k - at - 1) != NULL)
        return false; /* masked before */
    for (size_t i = at + 1; i + 2 < k; i++)
        if (p->low[i] == ':' && p->low[i + 1] == '/' && p->low[i + 2] == '/')
            return false;
    memcpy(p->out + p->n, "<*", 2);
    p->n += 2;
    p->pos = k;
    return true;
}

/* A backslash before n, r or t that is no name in a path: a line break written out. */
static bool is_escape(const struct bnc_pass *p, size_t at)
{
    const char next = at + 1 < p->len ? p->low[at + 1] : '\0';
    const char then = at + 2 < p->len ? p->low[at + 2] : ' ';

    return (next == 'n' || next == 'r' || next == 't') &&
           (!bnc_byte_is(then, BNC_BYTE_ALNUM) || bnc_is_digit(then));
}

static void stop_at(struct bnc_pass *p, size_t at)
{
    const char c = p->low[at];

    if (bnc_byte_is(c, BNC_BYTE_BLANK)) {
        bnc_pass_copy_to(p, at);
        bnc_pass_put_blank(p);
        bnc_pass_skip_blanks(p);
    } else if (c == '<') {
        bnc_pass_copy_to(p, at);
        if (!try_angles(p, at))
            bnc_pass_copy_to(p, at + 1);
    } else if (c == '\\') {
        bnc_pass_copy_to(p, at);
        if (is_escape(p, at)) {
            p->pos = at + 2;
            bnc_pass_put_blank(p);
            bnc_pass_skip_blanks(p);
        } else {
            bnc_pass_copy_to(p, at + 1);
        }
    } else {
        token_judge(p, at);
    }
}

static struct bnc_span cut_text(struct bnc_span text)
{
    return bnc_span_from(text.at, text.len < BNC_MASK_MAX_BYTES ? text.len : BNC_MASK_MAX_BYTES);
}

/*
 * Control characters become the blanks they are, so that nobody who looks around a code meets one.
 */
static void blank_controls(struct bnc_mask *m, size_t len)
{
    for (size_t i = 0; i * 64 < len; i++)
        for (uint64_t odd = m->bits.hot[i] & ~m->bits.token[i]; odd != 0; odd &= odd - 1) {
            char *c = &m->low[i * 64 + (size_t)__builtin_ctzll(odd)];

            if (bnc_byte_is(*c, BNC_BYTE_BLANK))
                *c = ' ';
        }
}

static struct bnc_span run(struct bnc_mask *m, struct bnc_span text, bool fragment)
{
    struct bnc_pass p = { .words = m->words,
                      .bits = &m->bits,
                      .low = m->low,
                      .raw = text.at,
                      .len = text.len,
                      .out = m->out,
                      .fragment = fragment };
    size_t at;

    blank_controls(m, text.len);
    while ((at = hot_next(&p, p.pos)) < p.len)
        stop_at(&p, at);
    bnc_pass_copy_to(&p, p.len);
    while (p.n > 0 && p.out[p.n - 1] == ' ')
        p.n--;
    return bnc_span_from(m->out, p.n);
}

void bnc_mask_scan(struct bnc_mask *m, struct bnc_span text)
{
    text = cut_text(text);
    m->scan(text.at, text.len, m->low, &m->bits);
    memset(m->low + text.len, 0, 8); /* who looks a byte ahead sees no earlier text */
}

struct bnc_span bnc_mask_scanned(struct bnc_mask *m, struct bnc_span text)
{
    return run(m, cut_text(text), false);
}

struct bnc_span bnc_mask_text(struct bnc_mask *m, struct bnc_span text)
{
    bnc_mask_scan(m, text);
    return bnc_mask_scanned(m, text);
}

struct bnc_span bnc_mask_fragment(struct bnc_mask *m, struct bnc_span text)
{
    bnc_mask_scan(m, text);
    return run(m, cut_text(text), true);
}

static const struct bnc_mask_kernel kernels[] = {
    /* best first */
#if defined(__x86_64__)
    { "avx512", BNC_CPU_AVX512, bnc_mask_scan_avx512 },
    { "avx2", BNC_CPU_AVX2, bnc_mask_scan_avx2 },
#endif
    { "generic", 0, bnc_mask_scan_generic },
};

const struct bnc_mask_kernel *bnc_mask_kernel_pick(uint32_t cpu)
{
    const struct bnc_mask_kernel *k = kernels;

    while ((k->needs & cpu) != k->needs)
        k++; /* ends: "generic" needs nothing */
    return k;
}

void bnc_mask_init(struct bnc_mask *m, const struct bnc_words *words, uint32_t cpu)
{
    m->words = words != NULL ? words : &bnc_words_builtin;
    m->scan = bnc_mask_kernel_pick(cpu)->scan;
    memset(m->low, 0, sizeof m->low);
    memset(m->out, 0, sizeof m->out);
}

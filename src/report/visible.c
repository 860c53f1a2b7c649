/* SPDX-License-Identifier: MIT */
#include "report/visible.h"

struct range {
    uint32_t from, to;
};

static bool among(const struct range *r, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= r[i].from && cp <= r[i].to)
            return true;
    return false;
}

unsigned bnc_char_width(uint32_t cp)
{
    static const struct range none[] = {
        /* combining marks of the scripts mail servers answer in */
        { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },   { 0x610, 0x61a },
        { 0x64b, 0x65f },   { 0x93a, 0x93a },   { 0x93c, 0x93c },   { 0x941, 0x948 },
        { 0x94d, 0x94d },   { 0xe31, 0xe31 },   { 0xe34, 0xe3a },   { 0xe47, 0xe4e },
        { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f }
    };
    static const struct range wide[] = {
        /* East Asian Width W and F, and pictures */
        { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },  { 0x3400, 0x4dbf },
        { 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },   { 0xac00, 0xd7a3 },  { 0xf900, 0xfaff },
        { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },  { 0x1f300, 0x1f64f },
        { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd }
    };

    if (cp < 0x300)
        return 1;
    if (among(none, sizeof none / sizeof none[0], cp))
        return 0;
    return among(wide, sizeof wide / sizeof wide[0], cp) ? 2 : 1;
}

unsigned bnc_text_width(struct bnc_span s)
{
    unsigned width = 0;

    while (s.len > 0)
        width += bnc_char_width(bnc_utf8_next(&s));
    return width;
}

/* One character as it goes out: at most 10 bytes ("\u{10ffff}", "&quot;"). */
struct glyph {
    char at[16];
    unsigned len, width;
};

static struct glyph glyph_str(const char *s, unsigned width)
{
    struct glyph g = { .len = (unsigned)strlen(s), .width = width };

    memcpy(g.at, s, g.len);
    return g;
}

static struct glyph glyph_hidden(uint32_t cp)
{
    struct glyph g = { .len = 0 };

    g.len = bnc_escape(g.at, cp);
    g.width = g.len;
    return g;
}

static struct glyph glyph_html(uint32_t cp)
{
    switch (cp) {
    case '&':
        return glyph_str("&amp;", 1);
    case '<':
        return glyph_str("&lt;", 1);
    case '>':
        return glyph_str("&gt;", 1);
    case '"':
        return glyph_str("&quot;", 1);
    case '\'':
        return glyph_str("&#39;", 1);
    default:
        return (struct glyph){ .len = 0 };
    }
}

/*
 * What GitHub-flavoured Markdown or the HTML in it would act on becomes a character reference: it
 * holds in table cells too, where a backslash before '|' is the only one that does.
 */
static struct glyph glyph_md(uint32_t cp)
{
    struct glyph g = { .len = 0 };

    if (cp < 0x80 && cp != 0 && strchr("|`<>[]&*_~#\\$!@/\"'", (int)cp) != NULL) {
        g.at[g.len++] = '&';
        g.at[g.len++] = '#';
        if (cp >= 100)
            g.at[g.len++] = '1';
        g.at[g.len++] = (char)('0' + cp / 10 % 10);
        g.at[g.len++] = (char)('0' + cp % 10);
        g.at[g.len++] = ';';
        g.width = 1;
    }
    return g;
}

static struct glyph glyph_make(uint32_t cp, const struct bnc_visible *how)
{
    struct glyph g = { .len = 0 };

    if (cp == '\n' && how->newlines)
        return glyph_str("\n", 0);
    if (bnc_is_hidden(cp) || (how->ascii && cp > 0x7e)) {
        g = glyph_hidden(cp);
        if (how->markup == BNC_MARKUP_MD &&
            g.at[0] == '\\') { /* one backslash to the reader, whatever follows */
            memmove(g.at + 5, g.at + 1, g.len - 1);
            memcpy(g.at, "&#92;", 5);
            g.len += 4;
        }
        return g;
    }
    if (how->markup == BNC_MARKUP_HTML)
        g = glyph_html(cp);
    else if (how->markup == BNC_MARKUP_MD)
        g = glyph_md(cp);
    if (g.len == 0) {
        struct bnc_buf b = { .at = g.at, .cap = sizeof g.at }; /* never grows: four bytes at most */

        bnc_utf8_put(&b, cp);
        g.len = (unsigned)b.len;
        g.width = bnc_char_width(cp);
    }
    return g;
}

/* Bytes that may stand in the local part of an address, generously. */
static bool is_local(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c != 0 && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/*
 * Addresses that belong to nobody and that advice and responses tell us to write to: the role
 * accounts that RFC 2142 has everyone keep, and those where providers take requests for delisting.
 */
static bool is_contact(struct bnc_span s, size_t local)
{
    static const char *const contacts[] = {
        "postmaster@",
        "abuse@",
        "tosa@rx.t-online.de",
        "tobr@rx.t-online.de",
        "delist@microsoft.com",
        "delist@messaging.microsoft.com",
        "abuse_rbl@abuse-att.net",
        "unblock.request@cox.net",
    };

    for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++) {
        const struct bnc_span c = bnc_span_str(contacts[i]);

        if (local < c.len && c.at[local] == '@' && s.len >= c.len &&
            bnc_span_eq_nocase(bnc_span_from(s.at, c.len), c))
            return true;
    }
    return false;
}

/*
 * If an address starts at the front of 's', the length of its local part; else 0. 'before' is the
 * byte in front of 's'.
 */
static size_t local_part(struct bnc_span s, unsigned char before)
{
    size_t n = 0;
    const bool quoted = s.len > 0 && s.at[0] == '"';

    if (is_local(before))
        return 0;
    if (quoted) {
        for (n = 1; n < s.len && n < 66 && s.at[n] != '"'; n++)
            n += s.at[n] == '\\' ? 1 : 0;
        n++;
    } else {
        while (n < s.len && is_local((unsigned char)s.at[n]))
            n++;
    }
    if (n == 0 || n + 1 >= s.len || s.at[n] != '@' || is_contact(s, n))
        return 0;
    return bnc_is_digit(s.at[n + 1]) || s.at[n + 1] == '[' || (unsigned char)s.at[n + 1] >= 0x80 ||
                   (bnc_lower(s.at[n + 1]) >= 'a' && bnc_lower(s.at[n + 1]) <= 'z')
               ? n
               : 0;
}

/* Walks a text character by character with the local parts of addresses replaced by one '*'. */
struct walk {
    struct bnc_span rest;
    unsigned char before;
    bool addresses;
};

static uint32_t walk_next(struct walk *w)
{
    const size_t n = w->addresses ? 0 : local_part(w->rest, w->before);

    if (n > 0) {
        w->rest = bnc_span_from(w->rest.at + n, w->rest.len - n);
        w->before = '*';
        return '*';
    }
    w->before = (unsigned char)w->rest.at[0];
    return bnc_utf8_next(&w->rest);
}

#define NO_BREAK_SPACE 0xa0

/* On a page the blank of "84.2 %" does not break. */
static uint32_t unbroken(uint32_t cp, const struct walk *w, const struct bnc_visible *how)
{
    return cp == ' ' && how->markup == BNC_MARKUP_HTML && w->rest.len > 0 && w->rest.at[0] == '%'
               ? NO_BREAK_SPACE
               : cp;
}

unsigned bnc_visible_put(struct bnc_buf *out, struct bnc_span s, const struct bnc_visible *how)
{
    const unsigned dots = how->ascii ? 3 : 1;
    struct walk w = { .rest = s, .addresses = how->addresses };
    size_t cut_at = out->len; /* where the ellipsis would go */
    unsigned width = 0, cut_width = 0;

    while (w.rest.len > 0) {
        const uint32_t cp = walk_next(&w);
        const struct glyph g = glyph_make(unbroken(cp, &w, how), how);

        if (how->max_width > 0 && width + g.width > how->max_width) {
            out->len = cut_at < out->len ? cut_at : out->len;
            bnc_buf_puts(out, how->ascii ? "..." : "\u2026");
            return cut_width + dots;
        }
        bnc_buf_put(out, bnc_span_from(g.at, g.len));
        width += g.width;
        if (width + dots <= how->max_width) {
            cut_at = out->len;
            cut_width = width;
        }
    }
    return width;
}

void bnc_valid_put(struct bnc_buf *out, struct bnc_span s, bool addresses)
{
    struct walk w = { .rest = s, .addresses = addresses };

    while (w.rest.len > 0)
        bnc_utf8_put(out, walk_next(&w));
}

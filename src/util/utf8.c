/* SPDX-License-Identifier: MIT */
#include "util/utf8.h"

/*
 * Length of the sequence a lead byte opens and the range its second byte must lie in (Unicode 15,
 * table 3-7); 0: no lead byte.
 */
static unsigned lead(unsigned char c, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (c < 0x80)
        return 1;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    if (c == 0xe0)
        *low = 0xa0;
    else if (c == 0xed)
        *high = 0x9f;
    else if (c == 0xf0)
        *low = 0x90;
    else if (c == 0xf4)
        *high = 0x8f;
    return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

uint32_t bnc_utf8_next(struct bnc_span *s)
{
    const unsigned char *p = (const unsigned char *)s->at;
    unsigned char low, high;
    const unsigned len = lead(p[0], &low, &high);
    uint32_t cp = len == 1 ? p[0] : len == 2 ? p[0] & 0x1fu : len == 3 ? p[0] & 0xfu : p[0] & 7u;
    unsigned n = 1;

    while (n < len && n < s->len && p[n] >= low && p[n] <= high) {
        cp = cp << 6 | (p[n++] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    s->at += n;
    s->len -= n;
    return n == len ? cp : BNC_UTF8_BAD;
}

unsigned bnc_utf8_write(char to[BNC_UTF8_MAX], uint32_t cp)
{
    const unsigned len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = { 0, 0xc0, 0xe0, 0xf0 };

    for (unsigned i = len - 1; i > 0; i--, cp >>= 6)
        to[i] = (char)(0x80 | (cp & 0x3f));
    to[0] = (char)(leads[len - 1] | cp);
    return len;
}

void bnc_utf8_put(struct bnc_buf *out, uint32_t cp)
{
    char text[BNC_UTF8_MAX];

    bnc_buf_put(out, bnc_span_from(text, bnc_utf8_write(text, cp)));
}

bool bnc_is_hidden(uint32_t cp)
{
    static const struct {
        uint32_t from, to;
    } hidden[] = {
        { 0x00, 0x1f },      { 0x7f, 0x9f },     { 0xad, 0xad },     { 0x34f, 0x34f },
        { 0x61c, 0x61c },    { 0x115f, 0x1160 }, { 0x180e, 0x180e }, { 0x200b, 0x200f },
        { 0x2028, 0x202e },  { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
        { 0xfeff, 0xfeff },  { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
        { 0xe0000, 0xe0fff }
    };

    if (cp >= 0x20 && cp < 0x7f)
        return false;
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (cp >= hidden[i].from && cp <= hidden[i].to)
            return true;
    return false;
}

unsigned bnc_escape(char to[BNC_ESCAPE_MAX], uint32_t cp)
{
    static const char hex[] = "0123456789abcdef";
    unsigned n = 0;

    to[n++] = '\\';
    if (cp == '\n' || cp == '\r' || cp == '\t') {
        to[n++] = cp == '\n' ? 'n' : cp == '\r' ? 'r' : 't';
    } else if (cp < 0x100) {
        to[n++] = 'x';
        to[n++] = hex[cp >> 4];
        to[n++] = hex[cp & 15];
    } else {
        to[n++] = 'u';
        to[n++] = '{';
        for (int shift = cp > 0xffff ? 16 : 12; shift >= 0; shift -= 4)
            to[n++] = hex[cp >> shift & 15];
        to[n++] = '}';
    }
    return n;
}

void bnc_plain_put(struct bnc_buf *out, struct bnc_span s)
{
    char escape[BNC_ESCAPE_MAX];

    while (s.len > 0) {
        const uint32_t cp = bnc_utf8_next(&s);

        if (cp == '\n' || cp == '\r' || cp == '\t')
            bnc_buf_putc(out, ' ');
        else if (bnc_is_hidden(cp))
            bnc_buf_put(out, bnc_span_from(escape, bnc_escape(escape, cp)));
        else
            bnc_utf8_put(out, cp);
    }
}

/* SPDX-License-Identifier: MIT */
#include "classify/print.h"

enum { LABEL_COLUMNS = 16, MIN_WIDTH = 40, DEFAULT_WIDTH = 80 };

/* Length of the UTF-8 sequence at 'at', 0 where it is none (overlong forms and surrogates
 * included). */
static size_t utf8_len(const char *at, size_t left)
{
    const unsigned char *u = (const unsigned char *)at;
    const size_t len = u[0] < 0x80                   ? 1
                       : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
                       : (u[0] & 0xf0) == 0xe0       ? 3
                       : u[0] >= 0xf0 && u[0] < 0xf5 ? 4
                                                     : 0;

    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return len;
}

void bnc_print_json(struct bnc_buf *b, struct bnc_span s)
{
    bnc_buf_putc(b, '"');
    for (size_t i = 0, len; i < s.len; i += len) {
        const unsigned char c = (unsigned char)s.at[i];

        len = utf8_len(s.at + i, s.len - i);
        if (len == 0) {
            bnc_buf_puts(b, "\xef\xbf\xbd");
            len = 1;
        } else if (c == '"' || c == '\\') {
            bnc_buf_putc(b, '\\');
            bnc_buf_putc(b, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            bnc_buf_printf(b, "\\u%04x", c);
        } else {
            bnc_buf_put(b, bnc_span_from(s.at + i, len));
        }
    }
    bnc_buf_putc(b, '"');
}

static void put_key(struct bnc_buf *b, const char *key)
{
    if (b->len > 0 && b->at[b->len - 1] != '{')
        bnc_buf_putc(b, ',');
    bnc_buf_printf(b, "\"%s\":", key);
}

void bnc_print_key(struct bnc_buf *b, const char *key, const char *value)
{
    bnc_print_key_span(b, key, bnc_span_str(value));
}

void bnc_print_key_span(struct bnc_buf *b, const char *key, struct bnc_span value)
{
    put_key(b, key);
    bnc_print_json(b, value);
}

void bnc_print_key_number(struct bnc_buf *b, const char *key, unsigned long value)
{
    put_key(b, key);
    bnc_buf_printf(b, "%lu", value);
}

void bnc_print_plain(struct bnc_buf *b, struct bnc_span s)
{
    for (size_t i = 0, len; i < s.len; i += len) {
        len = utf8_len(s.at + i, s.len - i);
        if (len == 0) {
            bnc_buf_puts(b, "\xef\xbf\xbd");
            len = 1;
        } else if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f ||
                   (len == 2 && s.at[i] == '\xc2' && (unsigned char)s.at[i + 1] < 0xa0)) {
            bnc_buf_putc(b, s.at[i] == '\t' || s.at[i] == '\n' || s.at[i] == '\r' ? ' ' : '?');
        } else {
            bnc_buf_put(b, bnc_span_from(s.at + i, len));
        }
    }
}

static size_t columns_of(struct bnc_span s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xc0) != 0x80;
    return n;
}

void bnc_print_field(struct bnc_buf *b, const char *label, struct bnc_span text, unsigned width,
                     bool color)
{
    struct bnc_buf plain = { .at = NULL };
    size_t column = LABEL_COLUMNS;

    if (text.len == 0)
        return;
    bnc_print_plain(&plain, text);
    if (width == 0)
        width = DEFAULT_WIDTH;
    if (width < MIN_WIDTH)
        width = MIN_WIDTH;
    bnc_buf_printf(b, "%s%-*s%s", color ? "\033[1m" : "", LABEL_COLUMNS, label,
                   color ? "\033[0m" : "");
    for (size_t at = 0; at < plain.len;) {
        size_t end = at;
        struct bnc_span word;

        while (end < plain.len && plain.at[end] != ' ')
            end++;
        word = bnc_span_from(plain.at + at, end - at);
        if (column > LABEL_COLUMNS && column + 1 + columns_of(word) > width) {
            bnc_buf_printf(b, "\n%*s", LABEL_COLUMNS, "");
            column = LABEL_COLUMNS;
        } else if (column > LABEL_COLUMNS) {
            bnc_buf_putc(b, ' ');
            column++;
        }
        bnc_buf_put(b, word);
        column += columns_of(word);
        for (at = end; at < plain.len && plain.at[at] == ' '; at++)
            ;
    }
    bnc_buf_putc(b, '\n');
    b->failed |= plain.failed;
    bnc_buf_release(&plain);
}

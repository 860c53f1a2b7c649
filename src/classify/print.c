/* SPDX-License-Identifier: MIT */
#include "classify/print.h"

#include "util/utf8.h"

enum { LABEL_COLUMNS = 16, MIN_WIDTH = 40, DEFAULT_WIDTH = 80 };

void bnc_print_json(struct bnc_buf *b, struct bnc_span s)
{
    bnc_buf_putc(b, '"');
    while (s.len > 0) {
        const uint32_t cp = bnc_utf8_next(&s);

        if (cp == '"' || cp == '\\')
            bnc_buf_putc(b, '\\');
        if (cp < 0x20 || cp == 0x7f)
            bnc_buf_printf(b, "\\u%04x", cp);
        else
            bnc_utf8_put(b, cp);
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
    bnc_plain_put(&plain, text);
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

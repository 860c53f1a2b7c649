/* SPDX-License-Identifier: MIT */
#include "util/figure.h"

#include <math.h>

#define MAX_DIGITS 20 /* of a uint64_t */
static const uint64_t power_of_ten[MAX_DIGITS] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};
const char bnc_digit_pairs[201] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

/*
 * A report may hold a million numbers, and printf() would follow the locale of whoever calls the
 * library: digits are made here, two at a time, backwards from 'end'. Returns where they begin.
 */
static char *digits(char *end, uint64_t n)
{
    for (; n >= 100; n /= 100) {
        end -= 2;
        memcpy(end, bnc_digit_pairs + 2 * (n % 100), 2);
    }
    if (n >= 10) {
        end -= 2;
        memcpy(end, bnc_digit_pairs + 2 * n, 2);
    } else {
        *--end = (char)('0' + n);
    }
    return end;
}

/* "1.250" backwards from 'end'. */
static char *fixed(char *end, double value, unsigned decimals)
{
    const uint64_t scale = power_of_ten[decimals];
    const double scaled = isfinite(value) ? fabs(value) * (double)scale : 0;
    const uint64_t n = scaled < 9e18 ? (uint64_t)llround(scaled) : UINT64_C(9000000000000000000);
    uint64_t part = n % scale;

    for (unsigned i = 0; i < decimals; i++, part /= 10)
        *--end = (char)('0' + part % 10);
    if (decimals > 0)
        *--end = '.';
    end = digits(end, n / scale);
    if (value < 0 && n > 0)
        *--end = '-';
    return end;
}

void bnc_fixed_put(struct bnc_buf *out, double value, unsigned decimals)
{
    char text[40], *const end = text + sizeof text, *const at = fixed(end, value, decimals);

    bnc_buf_put(out, bnc_span_from(at, (size_t)(end - at)));
}

char *bnc_real_spell(char *at, double value)
{
    char text[40], *end = text + sizeof text, *const from = fixed(end, value, 9);

    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    memcpy(at, from, (size_t)(end - from));
    return at + (end - from);
}

void bnc_real_put(struct bnc_buf *out, double value)
{
    char *const at = bnc_buf_room(out, BNC_FIGURE_ROOM);

    if (at != NULL)
        bnc_buf_end(out, bnc_real_spell(at, value));
}

char *bnc_long_count_spell(char *at, uint64_t n)
{
    size_t len = 1;

    while (len < MAX_DIGITS && n >= power_of_ten[len])
        len++;
    digits(at + len, n);
    return at + len;
}

void bnc_count_put(struct bnc_buf *out, uint64_t n, char sep)
{
    char plain[MAX_DIGITS], text[32];
    const size_t len = (size_t)(bnc_count_spell(plain, n) - plain);
    size_t k = 0;

    for (size_t i = 0; i < len; i++) {
        if (sep != 0 && i > 0 && (len - i) % 3 == 0)
            text[k++] = sep;
        text[k++] = plain[i];
    }
    bnc_buf_put(out, bnc_span_from(text, k));
}

void bnc_noun_put(struct bnc_buf *out, uint64_t n, const char *noun)
{
    bnc_count_put(out, n, ',');
    bnc_buf_putc(out, ' ');
    bnc_buf_puts(out, noun);
    bnc_buf_puts(out, n == 1 ? "" : "s");
}

void bnc_percent_put(struct bnc_buf *out, double share)
{
    const double percent = share * 100;

    if (percent > 0 && percent < 0.0005)
        bnc_buf_puts(out, "< 0.001");
    else if (percent == 0)
        bnc_buf_putc(out, '0');
    else
        bnc_fixed_put(out, percent, percent >= 9.995 ? 1 : percent >= 0.0995 ? 2 : 3);
    bnc_buf_puts(out, "\u00a0%");
}

void bnc_limit_put(struct bnc_buf *out, double share)
{
    bnc_real_put(out, (double)llround(share * 1e6) / 1e4);
    bnc_buf_puts(out, "\u00a0%");
}

char *bnc_key_spell(char *at, uint64_t key)
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < BNC_KEY_DIGITS; i++)
        at[i] = hex[key >> (60 - 4 * i) & 15];
    return at + BNC_KEY_DIGITS;
}

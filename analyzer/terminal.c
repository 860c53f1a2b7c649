/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- messages ---- */

/*
 * The length of the UTF-8 sequence at 'at' and its character, or 0 if there is none that is
 * well-formed.
 */
static size_t decode(const unsigned char *at, unsigned *rune)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t n = at[0] < 0x80                    ? 1
                     : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                     : at[0] >= 0xe0                 ? 3
                     : at[0] >= 0xc2                 ? 2
                                                     : 0;
    unsigned r;

    if (n == 0 || at[0] >= 0xf5)
        return 0;
    r = n == 1 ? at[0] : at[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        r = r << 6 | (at[i] & 0x3f);
    }
    *rune = r;
    return r >= least[n] && r <= 0x10ffff && (r < 0xd800 || r > 0xdfff) ? n : 0;
}

/* Characters that act on a terminal or turn the direction of what follows. */
static bool is_harmful(unsigned rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x61c || rune == 0x200e ||
           rune == 0x200f || rune == 0x2028 || rune == 0x2029 ||
           (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069);
}

static void put_safe(const char *text, FILE *out)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned rune = 0;

    while (*at != '\0') {
        const size_t n = decode(at, &rune);

        if (n == 0 || (n == 1 && is_harmful(rune)))
            fprintf(out, "\\x%02x", *at);
        else if (is_harmful(rune))
            fprintf(out, "\\u%04x", rune);
        else
            fwrite(at, 1, n, out);
        at += n == 0 ? 1 : n;
    }
}

void say(const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fputs("bounce-analyzer: ", stderr);
    put_safe(text, stderr);
    fputc('\n', stderr);
}

void say_error(const struct bnc_error *err)
{
    const bool named = err->path[0] == '\0' || strstr(err->text, err->path) != NULL;
    char place[64] = "";

    if (err->row != 0 && err->byte_off != BNC_NO_PLACE)
        snprintf(place, sizeof place, " (row %llu, byte %llu)", (unsigned long long)err->row,
                 (unsigned long long)err->byte_off);
    else if (err->row != 0)
        snprintf(place, sizeof place, " (row %llu)", (unsigned long long)err->row);
    else if (err->byte_off != BNC_NO_PLACE && err->path[0] != '\0')
        snprintf(place, sizeof place, " (byte %llu)", (unsigned long long)err->byte_off);
    say("%s%s%s%s", named ? "" : err->path, named ? "" : ": ",
        err->text[0] != '\0' ? err->text : "failed", place);
}

/* ---- what the terminal can do ---- */

bool terminal_color(const char *when, FILE *stream)
{
    const char *const no_color = getenv("NO_COLOR");
    const char *const term = getenv("TERM");

    if (when != NULL && strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    return isatty(fileno(stream)) && !(no_color != NULL && no_color[0] != '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

unsigned terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

bool terminal_unicode(void)
{
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8;

    if (locale == (locale_t)0)
        return false;
    utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

/* ---- progress ---- */

void progress_init(struct progress *p, const char *when, bool quiet)
{
    const bool tty = isatty(STDERR_FILENO);

    *p = (struct progress){ .lines = !tty };
    p->shown =
        when == NULL || strcmp(when, "auto") == 0 ? tty && !quiet : strcmp(when, "always") == 0;
}

/* "1.5 GB": three digits at most before the unit. */
static void format_bytes(double n, char *buf, size_t cap)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t u = 0;

    for (; n >= 1000 && u < 4; u++)
        n /= 1000;
    snprintf(buf, cap, u == 0 ? "%.0f %s" : "%.1f %s", n, units[u]);
}

/* "850", "31 k", "4.2 M". */
static void format_rate(double n, char *buf, size_t cap)
{
    if (n < 1e4)
        snprintf(buf, cap, "%.0f", n);
    else
        snprintf(buf, cap, n < 1e6 ? "%.0f k" : "%.1f M", n < 1e6 ? n / 1e3 : n / 1e6);
}

static void format_line(const struct bnc_progress *at, char *buf, size_t cap)
{
    const double share = at->bytes_total > 0 ? (double)at->bytes_in / (double)at->bytes_total : 0;
    char done[32], total[32], rate[32], ends[64] = "";

    format_bytes((double)at->bytes_in, done, sizeof done);
    format_bytes((double)at->bytes_total, total, sizeof total);
    if (share > 0 && share <= 1) {
        const unsigned left = (unsigned)(at->seconds / share - at->seconds + 0.5);

        snprintf(ends, sizeof ends, " of %s, %.0f %%, %u:%02u left", total, 100 * share, left / 60,
                 left % 60);
    }
    format_rate((double)at->rows / at->seconds, rate, sizeof rate);
    snprintf(buf, cap, "%s%s, %s rows/s, file %llu of %llu", done, ends, rate,
             (unsigned long long)(at->source < at->n_sources ? at->source + 1 : at->n_sources),
             (unsigned long long)at->n_sources);
}

void progress_update(void *progress, const struct bnc_progress *at)
{
    struct progress *const p = progress;
    char line[160];

    p->at = *at;
    if (!p->shown || at->seconds < 1 || at->seconds - p->last < 0.19)
        return;
    p->last = at->seconds;
    format_line(at, line, sizeof line);
    fprintf(stderr, p->lines ? "%s\n" : "\r\033[K%s", line);
    fflush(stderr);
    p->drawn = true;
}

void progress_erase(struct progress *p)
{
    if (p->drawn && !p->lines)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

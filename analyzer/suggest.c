/* SPDX-License-Identifier: MIT
 * suggest.c - "did you mean": edit distance with transpositions over a handful of short names.
 */
#include "options.h"

#include <string.h>

#define MAX_WORD 40

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    const unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one
 * each. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[3][MAX_WORD + 1];
    unsigned *before = row[0], *above = row[1], *here = row[2], *spare;

    for (size_t j = 0; j <= m; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        here[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            here[j] = min3(above[j] + 1, here[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < here[j])
                here[j] = before[j - 2] + 1;
        }
        spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[m];
}

/* How far off a name may be and still be meant: a third of its letters, or the word is the
 * beginning of the name. */
static unsigned closeness(const char *word, size_t n, const char *name, size_t m)
{
    const unsigned none = MAX_WORD;
    unsigned d;

    if (n == 0 || n > MAX_WORD || m > MAX_WORD)
        return none;
    if (n >= 3 && n < m && memcmp(word, name, n) == 0)
        return 1;
    d = distance(word, n, name, m);
    return d <= (m < 4 ? 1 : (m + 2) / 3) ? d : none;
}

const char *nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned least = MAX_WORD;

    for (; *names != NULL; names++) {
        const unsigned d = closeness(word, strlen(word), *names, strlen(*names));

        if (d < least) {
            least = d;
            best = *names;
        }
    }
    return best;
}

const char *nearest_value(const char *word, const char *values, size_t *len)
{
    const char *best = NULL;
    unsigned least = MAX_WORD;

    for (;;) {
        const size_t n = strcspn(values, "|");
        const unsigned d = closeness(word, strlen(word), values, n);

        if (d < least) {
            least = d;
            best = values;
            *len = n;
        }
        if (values[n] == '\0')
            return best;
        values += n + 1;
    }
}

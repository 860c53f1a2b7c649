/* SPDX-License-Identifier: MIT
 * orgdomain.c - where a name stops being a public suffix: by libpsl's built-in list, or without it
 * by the rule of thumb that a short label under a country code ("co.uk", "com.au") is a suffix.
 * Asking libpsl costs some microseconds.  Most domains have two labels: those are their own
 * organization, whatever the list says.  Most others have three, and of their last two labels there
 * are not many pairs: what is asked of those is remembered.
 */
#include "detect/judging.h"
#include "util/hash.h"

#if BNC_WITH_PSL
#include <libpsl.h>
#endif

/* The last n labels of a name. */
static struct bnc_span last_labels(struct bnc_span s, unsigned n)
{
    size_t i = s.len;

    while (i > 0) {
        if (s.at[i - 1] == '.' && --n == 0)
            break;
        i--;
    }
    return bnc_span_from(s.at + i, s.len - i);
}

static struct bnc_span by_thumb(struct bnc_span s)
{
    const struct bnc_span top = last_labels(s, 1), two = last_labels(s, 2);

    return top.len == 2 && two.len - top.len - 1 <= 3 ? last_labels(s, 3) : two;
}

static bool has_two_dots(struct bnc_span s)
{
    const char *const end = s.at + s.len, *const dot = memchr(s.at, '.', s.len);

    return dot != NULL && memchr(dot + 1, '.', (size_t)(end - dot - 1)) != NULL;
}

static unsigned count_labels(struct bnc_span s)
{
    unsigned n = 1;

    for (size_t i = 0; i < s.len; i++)
        n += s.at[i] == '.';
    return n;
}

#if BNC_WITH_PSL
static bool is_suffix(const psl_ctx_t *psl, struct bnc_span s)
{
    char name[256];

    if (s.len >= sizeof name || memchr(s.at, '\0', s.len) != NULL)
        return false;
    memcpy(name, s.at, s.len);
    name[s.len] = '\0';
    return psl_is_public_suffix(psl, name);
}

/* Whether the last two labels of a name are a public suffix, asked for once for each pair. */
static bool is_known_suffix(const psl_ctx_t *psl, struct bnc_span two, struct bnc_org_memo *memo)
{
    const size_t slot = bnc_hash_span(two) % BNC_ORG_MEMO;

    if (!bnc_span_eq(memo->tail[slot], two)) {
        memo->tail[slot] = two;
        memo->is_suffix[slot] = is_suffix(psl, two);
    }
    return memo->is_suffix[slot];
}

static struct bnc_span by_list(const psl_ctx_t *psl, struct bnc_span domain)
{
    char name[256];
    const char *org;

    if (domain.len >= sizeof name || memchr(domain.at, '\0', domain.len) != NULL)
        return domain;
    memcpy(name, domain.at, domain.len);
    name[domain.len] = '\0';
    org = psl_registrable_domain(psl, name);
    return org == NULL ? domain
                       : bnc_span_from(domain.at + (org - name), domain.len - (size_t)(org - name));
}
#endif

struct bnc_span bnc_org_domain(struct bnc_span domain, struct bnc_org_memo *memo)
{
    if (!has_two_dots(domain))
        return domain;
#if BNC_WITH_PSL
    const psl_ctx_t *const psl = psl_builtin();

    if (psl != NULL && count_labels(domain) == 3 &&
        is_known_suffix(psl, last_labels(domain, 2), memo))
        return domain; /* "firm.co.uk": its own organization, or else a suffix itself */
    if (psl != NULL)
        return by_list(psl, domain);
#endif
    (void)memo;
    return by_thumb(domain);
}

/* SPDX-License-Identifier: MIT
 * orgdomain.c - where a name stops being a public suffix: by libpsl's built-in list, or without it by the rule of thumb that a
 * short label under a country code ("co.uk", "com.au") is a suffix.  Asking libpsl costs some microseconds, and most domains have
 * two labels: those are their own organization, whatever the list says.
 */
#include "detect/judging.h"

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

static bool has_three_labels(struct bnc_span s)
{
    const char *dot = memchr(s.at, '.', s.len);

    return dot != NULL && memchr(dot + 1, '.', s.len - (size_t)(dot + 1 - s.at)) != NULL;
}

struct bnc_span bnc_org_domain(struct bnc_span domain)
{
    if (!has_three_labels(domain))
        return domain;
#if BNC_WITH_PSL
    const psl_ctx_t *psl = psl_builtin();
    char name[256];
    const char *org;

    if (psl != NULL && domain.len < sizeof name) {
        memcpy(name, domain.at, domain.len);
        name[domain.len] = '\0';
        org = strlen(name) == domain.len ? psl_registrable_domain(psl, name) : NULL;
        if (org != NULL)
            return bnc_span_from(domain.at + (org - name), domain.len - (size_t)(org - name));
        return domain;
    }
#endif
    return by_thumb(domain);
}

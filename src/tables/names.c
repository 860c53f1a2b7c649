/* SPDX-License-Identifier: MIT */
#include "tables/names.h"

static const char *const typo_targets[] = {
#define BNC_TYPO_TARGET_ROWS
#include "gen/names.h"
#undef BNC_TYPO_TARGET_ROWS
};

static const struct bnc_role roles[] = {
#define BNC_ROLE_ROWS
#include "gen/names.h"
#undef BNC_ROLE_ROWS
};

#define N_OF(a) (sizeof(a) / sizeof(a)[0])

/*
 * One insertion, deletion, substitution or swap of neighbours apart: the slips that fingers make
 * (Damerau 1964).
 */
static bool one_slip(struct bnc_span a, struct bnc_span b)
{
    const struct bnc_span lo = a.len <= b.len ? a : b, hi = a.len <= b.len ? b : a;
    size_t i = 0;

    if (hi.len - lo.len > 1)
        return false;
    while (i < lo.len && lo.at[i] == hi.at[i])
        i++;
    if (hi.len > lo.len)
        return memcmp(lo.at + i, hi.at + i + 1, lo.len - i) == 0;
    if (i == lo.len)
        return false; /* equal */
    if (memcmp(lo.at + i + 1, hi.at + i + 1, lo.len - i - 1) == 0)
        return true;
    return i + 1 < lo.len && lo.at[i] == hi.at[i + 1] && lo.at[i + 1] == hi.at[i] &&
           memcmp(lo.at + i + 2, hi.at + i + 2, lo.len - i - 2) == 0;
}

static struct bnc_span label_of(struct bnc_span domain)
{
    const char *dot = memchr(domain.at, '.', domain.len);

    return bnc_span_from(domain.at, dot == NULL ? domain.len : (size_t)(dot - domain.at));
}

/* Short names have too many neighbours: there only the ending may be wrong. */
static bool is_slip_of(struct bnc_span domain, struct bnc_span target)
{
    struct bnc_span right;

    if (!one_slip(domain, target))
        return false;
    right = label_of(target);
    return right.len >= 5 || bnc_span_eq(label_of(domain), right);
}

/*
 * False where no single slip leads from one to the other, by the first two letters: nearly always.
 */
static inline bool may_be_slip(const char *a, const char *b)
{
    return a[0] == b[0] || a[1] == b[1] || a[0] == b[1] || a[1] == b[0];
}

const char *bnc_typo_of(struct bnc_span domain)
{
    const char *found = NULL;

    for (size_t i = 0; i < N_OF(typo_targets) && domain.len >= 2; i++) {
        struct bnc_span target;

        if (!may_be_slip(domain.at, typo_targets[i]))
            continue;
        target = bnc_span_str(typo_targets[i]);
        if (bnc_span_eq(domain, target))
            return NULL;
        if (found == NULL && is_slip_of(domain, target))
            found = typo_targets[i];
    }
    return found;
}

const struct bnc_role *bnc_role_of(struct bnc_span local)
{
    const char *plus = local.len > 0 ? memchr(local.at, '+', local.len) : NULL;

    if (plus != NULL)
        local.len = (size_t)(plus - local.at);
    for (size_t i = 0; i < N_OF(roles); i++)
        if (bnc_span_eq_nocase(local, bnc_span_str(roles[i].local)))
            return &roles[i];
    return NULL;
}

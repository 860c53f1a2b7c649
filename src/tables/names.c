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

/* Sets of their rows, one bit each: by the low five bits of a letter, by length. */
#define BNC_TYPO_TARGET_SETS
#define BNC_ROLE_SETS
#include "gen/names.h"

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

static inline unsigned letter(char c)
{
    return (unsigned char)c % 32;
}

/*
 * The targets that a domain may be a slip of: nearly always none.  A slip behind the first two
 * letters leaves those as they are; any other leaves all but the first three bytes of the target,
 * so that the fifth and the sixth from its end stand, where it is long enough for them.
 */
static uint64_t likely_targets(struct bnc_span domain)
{
    uint64_t set;

    if (domain.len < 2 || domain.len >= 32)
        return 0;
    if (domain.len < 6)
        return typo_near[domain.len];
    set = (typo_first[letter(domain.at[0])] & typo_second[letter(domain.at[1])]) |
          (typo_fifth_last[letter(domain.at[domain.len - 5])] &
           typo_sixth_last[letter(domain.at[domain.len - 6])]);
    return set & typo_near[domain.len];
}

const char *bnc_typo_of(struct bnc_span domain)
{
    const char *found = NULL;

    for (uint64_t set = likely_targets(domain); set != 0; set &= set - 1) {
        const char *const name = typo_targets[__builtin_ctzll(set)];
        const struct bnc_span target = bnc_span_str(name);

        if (bnc_span_eq(domain, target))
            return NULL;
        if (found == NULL && is_slip_of(domain, target))
            found = name;
    }
    return found;
}

const struct bnc_role *bnc_role_of(struct bnc_span local)
{
    const char *plus = local.len > 0 ? memchr(local.at, '+', local.len) : NULL;

    if (plus != NULL)
        local.len = (size_t)(plus - local.at);
    if (local.len < 2)
        return NULL;
    for (uint64_t set = role_first[letter(local.at[0])] & role_second[letter(local.at[1])];
         set != 0; set &= set - 1) {
        const struct bnc_role *const role = &roles[__builtin_ctzll(set)];

        if (bnc_span_eq_nocase(local, bnc_span_str(role->local)))
            return role;
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT
 * providers.c - providers by number, name, recipient domain and MX host; block lists by number.
 */
#include <limits.h>

#include "classify/classifier.h"
#include "classify/suffix_reach.h"
#include "util/distance.h"

#define BNC_GEN_PROVIDERS
#define BNC_GEN_BLOCKLISTS
#include "gen/rules.h"

#define MAX_NAME_BYTES 256

enum { N_BUILTIN = sizeof providers / sizeof providers[0] };

size_t bnc_builtin_provider_count(void)
{
    return N_BUILTIN;
}

size_t bnc_provider_count(const struct bnc_classifier *c)
{
    return N_BUILTIN + (c->user_providers != NULL ? c->user_providers->n : 0);
}

const struct bnc_provider *bnc_provider_get(const struct bnc_classifier *c, uint16_t provider)
{
    if (provider < N_BUILTIN)
        return &providers[provider];
    return &c->user_providers->at[provider - N_BUILTIN];
}

uint16_t bnc_provider_group(const struct bnc_classifier *c, uint16_t provider)
{
    (void)c;
    return provider < N_BUILTIN ? provider_group[provider] : provider;
}

/* The names of a kind in the tables, and in --providers. */
struct suffixes {
    const struct bnc_phash *hash;
    const struct bnc_suffix_reach *reach;
    bool mx;
};

static const struct suffixes of_domains = { &domain_hash, &domain_reach, false };
static const struct suffixes of_hosts = { &mx_hash, &mx_reach, true };

/* The end of a name that decides which suffix it has; empty: none that is listed. */
static inline struct bnc_span deciding(const struct bnc_classifier *c, const struct suffixes *s,
                                       struct bnc_span name)
{
    return c->user_providers != NULL || name.len > MAX_NAME_BYTES ? name
                                                                  : bnc_reach_of(s->reach, name);
}

static uint16_t find_users(const struct bnc_user_providers *u, struct bnc_span name, bool mx)
{
    for (size_t i = 0; u != NULL && i < u->n_names; i++)
        if (u->names[i].mx == mx && bnc_span_eq_nocase(u->names[i].name, name))
            return u->names[i].provider;
    return 0;
}

/* Tries the name, then what follows each dot: the longest listed suffix wins. */
static uint16_t find_suffix(const struct bnc_classifier *c, const struct suffixes *s,
                            struct bnc_span name)
{
    while (name.len > 0 && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len > MAX_NAME_BYTES)
        return 0;
    name = deciding(c, s, name);
    while (name.len > 0) {
        const uint16_t user = find_users(c->user_providers, name, s->mx);
        const uint32_t number = user != 0 ? user : bnc_phash_get(s->hash, bnc_hash_lower(name));
        const char *dot;

        if (number != BNC_PHASH_NONE)
            return (uint16_t)number;
        dot = memchr(name.at, '.', name.len);
        if (dot == NULL)
            break;
        name = bnc_span_from(dot + 1, (size_t)(name.at + name.len - (dot + 1)));
    }
    return 0;
}

uint16_t bnc_provider_of_domain(const struct bnc_classifier *c, struct bnc_span domain)
{
    return find_suffix(c, &of_domains, domain);
}

uint16_t bnc_provider_of_mx(const struct bnc_classifier *c, struct bnc_span mx)
{
    return find_suffix(c, &of_hosts, mx);
}

size_t bnc_provider_hosts(const struct bnc_classifier *c, const struct bnc_span *mx, size_t n,
                          struct bnc_span *ends, uint8_t *which)
{
    size_t n_ends = 0;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_span end = deciding(c, &of_hosts, mx[i]);

        ends[n_ends] = end;
        which[n_ends] = (uint8_t)i;
        n_ends += end.len > 0; /* of what was just stored, the next one would wait for that */
    }
    return n_ends;
}

uint16_t bnc_builtin_provider_find(struct bnc_span name)
{
    for (uint16_t i = 1; i < N_BUILTIN; i++)
        if (bnc_span_eq_nocase(bnc_span_str(providers[i].name), name))
            return i;
    for (uint16_t i = 1; i < N_BUILTIN; i++)
        if (bnc_span_eq_nocase(bnc_span_str(providers[i].title), name))
            return i;
    return 0;
}

uint16_t bnc_provider_find(const struct bnc_classifier *c, struct bnc_span name)
{
    for (size_t i = N_BUILTIN; i < bnc_provider_count(c); i++)
        if (bnc_span_eq_nocase(bnc_span_str(bnc_provider_get(c, (uint16_t)i)->name), name))
            return (uint16_t)i;
    return bnc_builtin_provider_find(name);
}

const char *bnc_provider_nearest(const struct bnc_classifier *c, struct bnc_span name)
{
    const char *best = "";
    unsigned least = UINT_MAX;

    for (size_t i = 1; i < bnc_provider_count(c); i++) {
        const struct bnc_provider *const p = bnc_provider_get(c, (uint16_t)i);
        const char *const names[] = { p->name, p->title };

        for (int k = 0; k < 2; k++) {
            const unsigned d = bnc_span_distance(name, bnc_span_str(names[k]));

            if (d < least) {
                least = d;
                best = names[k];
            }
        }
    }
    return best;
}

const char *bnc_blocklist_name(uint16_t blocklist)
{
    return blocklist < sizeof blocklists / sizeof blocklists[0] ? blocklists[blocklist].name : "";
}

const char *bnc_blocklist_route(uint16_t blocklist)
{
    return blocklist < sizeof blocklists / sizeof blocklists[0] ? blocklists[blocklist].route : "";
}

const char *bnc_blocklist_source(uint16_t blocklist)
{
    return blocklist < sizeof blocklists / sizeof blocklists[0] ? blocklists[blocklist].source : "";
}

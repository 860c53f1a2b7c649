/* SPDX-License-Identifier: MIT
 * classifier.h - the inside of struct bnc_classifier: the rule sets in the order in which they are
 * asked, the providers.
 */
#ifndef BNC_CLASSIFY_CLASSIFIER_H
#define BNC_CLASSIFY_CLASSIFIER_H

#include "classify/mask.h"
#include "classify/ruleset.h"
#include "classify/verdict.h"
#include "util/arena.h"

enum { BNC_N_RULESETS = 2 };             /* 0: the user's, may be empty; 1: built in */

struct bnc_user_knowledge;               /* what --rules and --providers brought; owns its memory */

struct bnc_user_name {                   /* whose a domain or an MX host is */
    struct bnc_span name;                /* lower-cased */
    uint16_t provider;
    bool mx;
};

struct bnc_user_providers {              /* of --providers; numbered behind the built-in ones */
    struct bnc_provider *at;
    struct bnc_user_name *names;
    size_t n, n_names;
};

struct bnc_classifier {
    const struct bnc_ruleset *sets[BNC_N_RULESETS];
    const struct bnc_words *words;
    uint32_t cpu;
    struct bnc_user_knowledge *user;     /* NULL without either option */
    const struct bnc_user_providers *user_providers; /* NULL without --providers */
};

/* The number of a provider group: equal for providers of one operator; 0 for none. */
uint16_t bnc_provider_group(const struct bnc_classifier *c, uint16_t provider);

/*
 * Of at most 256 MX hosts those that may be of a provider: their indexes, in order, into 'which',
 * and into 'ends' the part of each that decides, which few hosts do not share with others.  How
 * many there are.
 */
size_t bnc_provider_hosts(const struct bnc_classifier *c, const struct bnc_span *mx, size_t n,
                          struct bnc_span *ends, uint8_t *which);

/* Rule 'number' of a verdict, NULL for 0. */
const struct bnc_rule *bnc_rule_get(const struct bnc_classifier *c, uint32_t number);

/* User knowledge (user.c). */
enum bnc_status bnc_user_load(struct bnc_classifier *c, const struct bnc_classifier_options *opt,
                              struct bnc_error *err);
void bnc_user_free(struct bnc_user_knowledge *u);
uint64_t bnc_user_rules_hash(const struct bnc_user_knowledge *u);
uint64_t bnc_user_providers_hash(const struct bnc_user_knowledge *u);

/* The built-in providers (providers.c). */
size_t bnc_builtin_provider_count(void);
uint16_t bnc_builtin_provider_find(struct bnc_span name);

#endif

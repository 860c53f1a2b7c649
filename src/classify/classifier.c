/* SPDX-License-Identifier: MIT
 * classifier.c - creation, and the names behind the numbers of a verdict.
 */
#include "classify/classifier.h"

#include <stdlib.h>

#include "util/status.h"

const char *const bnc_mechanism_names[BNC_N_MECHS] = { "", "SPF", "DKIM", "DMARC", "ARC", "PTR" };

static const struct bnc_ruleset no_rules;

enum bnc_status bnc_classifier_create(struct bnc_classifier **out,
                                      const struct bnc_classifier_options *opt,
                                      struct bnc_error *err)
{
    struct bnc_classifier *c = calloc(1, sizeof *c);
    enum bnc_status status = BNC_OK;

    *out = NULL;
    if (c == NULL)
        return bnc_error_nomem(err);
    c->sets[0] = &no_rules;
    c->sets[1] = &bnc_rules_builtin;
    c->words = &bnc_words_builtin;
    c->cpu = opt->cpu;
    if (opt->rules_path != NULL || opt->providers_path != NULL)
        status = bnc_user_load(c, opt, err);
    if (status != BNC_OK)
        bnc_classifier_free(c);
    else
        *out = c;
    return status;
}

void bnc_classifier_free(struct bnc_classifier *c)
{
    if (c == NULL)
        return;
    bnc_user_free(c->user);
    free(c);
}

uint64_t bnc_classifier_rules_hash(const struct bnc_classifier *c)
{
    return bnc_user_rules_hash(c->user);
}

uint64_t bnc_classifier_providers_hash(const struct bnc_classifier *c)
{
    return bnc_user_providers_hash(c->user);
}

const char *bnc_rule_name(const struct bnc_classifier *c, uint32_t rule)
{
    const struct bnc_rule *r = bnc_rule_get(c, rule);

    return r != NULL ? r->name : "";
}

const char *bnc_rule_source(const struct bnc_classifier *c, uint32_t rule)
{
    const struct bnc_rule *r = bnc_rule_get(c, rule);

    return r != NULL ? r->source : "";
}

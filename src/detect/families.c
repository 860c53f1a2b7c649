/* SPDX-License-Identifier: MIT */
#include "detect/judging.h"

#define BOTH(cause, family) [cause] = { 1 + BNC_FAMILY_##family, 1 + BNC_FAMILY_##family }
#define EACH(cause, bounce, deferral)                                                              \
    [cause] = { 1 + BNC_FAMILY_##bounce, 1 + BNC_FAMILY_##deferral }

/*
 * Greylisting, full mailboxes and refusals of one recipient have no family: they are ordinary at
 * every volume, and none of them is repaired by repairing one thing.  Dead domains are decided
 * domain by domain.
 */
const uint8_t bnc_families[BNC_N_CAUSES][2] = {
    BOTH(BNC_CAUSE_AUTH_SPF, AUTHENTICATION),
    BOTH(BNC_CAUSE_AUTH_DKIM, AUTHENTICATION),
    BOTH(BNC_CAUSE_AUTH_DMARC, AUTHENTICATION),
    BOTH(BNC_CAUSE_AUTH_OTHER, AUTHENTICATION),
    BOTH(BNC_CAUSE_BLOCKLISTED, REPUTATION),
    EACH(BNC_CAUSE_POOR_REPUTATION, REPUTATION, THROTTLING),
    EACH(BNC_CAUSE_COMPLAINT_BLOCK, REPUTATION, THROTTLING),
    BOTH(BNC_CAUSE_RATE_LIMITED, THROTTLING),
    BOTH(BNC_CAUSE_SPAM_CONTENT, CONTENT),
    BOTH(BNC_CAUSE_MALWARE, CONTENT),
    BOTH(BNC_CAUSE_CONTENT_REJECTED, CONTENT),
    BOTH(BNC_CAUSE_MESSAGE_MALFORMED, CONTENT),
    BOTH(BNC_CAUSE_MESSAGE_TOO_LARGE, CONTENT),
    BOTH(BNC_CAUSE_SENDER_CONFIG, SETUP),
    BOTH(BNC_CAUSE_PROTOCOL_ERROR, SETUP),
    BOTH(BNC_CAUSE_TLS_FAILURE, SETUP),
    BOTH(BNC_CAUSE_AUTH_REQUIRED, SETUP),
    BOTH(BNC_CAUSE_SENDER_REJECTED, SETUP),
    BOTH(BNC_CAUSE_REVERSE_DNS, SETUP),
    BOTH(BNC_CAUSE_CONNECTION_FAILURE, NETWORK),
    BOTH(BNC_CAUSE_TIMEOUT, NETWORK),
    BOTH(BNC_CAUSE_EXPIRED, NETWORK),
    BOTH(BNC_CAUSE_SYSTEM_FAILURE, NETWORK),
    BOTH(BNC_CAUSE_SYSTEM_STORAGE, NETWORK),
    BOTH(BNC_CAUSE_ROUTING_FAILURE, NETWORK),
    BOTH(BNC_CAUSE_RELAY_DENIED, NETWORK),
    BOTH(BNC_CAUSE_POLICY_REJECTED, UNNAMED),
    BOTH(BNC_CAUSE_UNKNOWN, UNNAMED),
    EACH(BNC_CAUSE_INVALID_RECIPIENT, ADDRESS, NONE),
    EACH(BNC_CAUSE_INACTIVE_MAILBOX, ADDRESS, NONE),
    EACH(BNC_CAUSE_BAD_ADDRESS_SYNTAX, ADDRESS, NONE),
};

uint32_t bnc_families_met(const struct bnc_tally *t, const struct bnc_domain *d)
{
    uint32_t families = 0;

    for (uint32_t i = d->cause_at; i < d->cause_at + d->n_causes; i++)
        families |= 1u << bnc_family_of(t->domain_causes[i].cause, t->domain_causes[i].type);
    return families & ~(1u << BNC_FAMILY_NONE);
}

bool bnc_cause_is_hard(unsigned cause)
{
    const enum bnc_action a = bnc_causes[cause].action;

    return cause != BNC_CAUSE_COMPLAINT &&
           (a == BNC_ACTION_SUPPRESS_ADDRESS || a == BNC_ACTION_SUPPRESS_DOMAIN);
}

struct bnc_span bnc_operator_of(const struct bnc_judging *g, uint16_t p)
{
    const struct bnc_provider *provider = bnc_provider_get(g->t->classifier, p);
    const char *name = provider->operator_group != NULL && provider->operator_group[0] != '\0'
                           ? provider->operator_group
                           : provider->name;
    const char *remark = strstr(name, " (");

    return bnc_span_from(name, remark != NULL ? (size_t)(remark - name) : strlen(name));
}

bool bnc_is_operator(const struct bnc_judging *g, uint16_t provider)
{
    const enum bnc_provider_kind kind = bnc_provider_get(g->t->classifier, provider)->kind;

    return provider != 0 && (kind == BNC_PROVIDER_MAILBOX || kind == BNC_PROVIDER_GATEWAY);
}

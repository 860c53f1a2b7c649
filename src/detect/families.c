/* SPDX-License-Identifier: MIT */
#include "detect/judging.h"

/*
 * Greylisting, full mailboxes and refusals of one recipient have no family: they are ordinary at every volume, and none of them is
 * repaired by repairing one thing.  Dead domains are decided domain by domain.
 */
enum bnc_family bnc_family_of(unsigned cause, enum bnc_event_type type)
{
    const bool temporary = type == BNC_EVENT_DEFERRAL;

    switch (cause) {
    case BNC_CAUSE_AUTH_SPF:
    case BNC_CAUSE_AUTH_DKIM:
    case BNC_CAUSE_AUTH_DMARC:
    case BNC_CAUSE_AUTH_OTHER:
        return BNC_FAMILY_AUTHENTICATION;
    case BNC_CAUSE_BLOCKLISTED:
        return BNC_FAMILY_REPUTATION;
    case BNC_CAUSE_POOR_REPUTATION:
    case BNC_CAUSE_COMPLAINT_BLOCK:
        return temporary ? BNC_FAMILY_THROTTLING : BNC_FAMILY_REPUTATION;
    case BNC_CAUSE_RATE_LIMITED:
        return BNC_FAMILY_THROTTLING;
    case BNC_CAUSE_SPAM_CONTENT:
    case BNC_CAUSE_MALWARE:
    case BNC_CAUSE_CONTENT_REJECTED:
    case BNC_CAUSE_MESSAGE_MALFORMED:
    case BNC_CAUSE_MESSAGE_TOO_LARGE:
        return BNC_FAMILY_CONTENT;
    case BNC_CAUSE_SENDER_CONFIG:
    case BNC_CAUSE_PROTOCOL_ERROR:
    case BNC_CAUSE_TLS_FAILURE:
    case BNC_CAUSE_AUTH_REQUIRED:
    case BNC_CAUSE_SENDER_REJECTED:
    case BNC_CAUSE_REVERSE_DNS:
        return BNC_FAMILY_SETUP;
    case BNC_CAUSE_CONNECTION_FAILURE:
    case BNC_CAUSE_TIMEOUT:
    case BNC_CAUSE_EXPIRED:
    case BNC_CAUSE_SYSTEM_FAILURE:
    case BNC_CAUSE_SYSTEM_STORAGE:
    case BNC_CAUSE_ROUTING_FAILURE:
    case BNC_CAUSE_RELAY_DENIED:
        return BNC_FAMILY_NETWORK;
    case BNC_CAUSE_POLICY_REJECTED:
    case BNC_CAUSE_UNKNOWN:
        return BNC_FAMILY_UNNAMED;
    case BNC_CAUSE_INVALID_RECIPIENT:
    case BNC_CAUSE_INACTIVE_MAILBOX:
    case BNC_CAUSE_BAD_ADDRESS_SYNTAX:
        return temporary ? BNC_FAMILY_NONE : BNC_FAMILY_ADDRESS;
    default:
        return BNC_FAMILY_NONE;
    }
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

/* SPDX-License-Identifier: MIT
 * cause.h - the words of a verdict: cause, group, duration, side, action, priority.
 * The causes and their defaults are causes.csv; its column meaning says what each is.
 */
#ifndef BNC_TABLES_CAUSE_H
#define BNC_TABLES_CAUSE_H

#include "util/span.h"

#define BNC_CAUSE_ENUM
#include "gen/causes.h" /* enum bnc_cause { BNC_CAUSE_INVALID_RECIPIENT, ... BNC_N_CAUSES } */
#undef BNC_CAUSE_ENUM

enum bnc_group {
    BNC_GROUP_RECIPIENT, BNC_GROUP_DOMAIN, BNC_GROUP_NETWORK, BNC_GROUP_SENDER_SETUP,
    BNC_GROUP_AUTHENTICATION, BNC_GROUP_REPUTATION, BNC_GROUP_CONTENT, BNC_GROUP_POLICY,
    BNC_GROUP_BOOKKEEPING, BNC_N_GROUPS
};

enum bnc_duration { BNC_DURATION_TEMPORARY, BNC_DURATION_PERMANENT, BNC_N_DURATIONS };

enum bnc_side {
    BNC_SIDE_RECIPIENT, BNC_SIDE_RECIPIENT_DOMAIN, BNC_SIDE_PROVIDER, BNC_SIDE_SENDER,
    BNC_SIDE_NETWORK, BNC_SIDE_ESP, BNC_SIDE_UNKNOWN, BNC_N_SIDES
};

enum bnc_action {
    BNC_ACTION_NONE, BNC_ACTION_RETRY, BNC_ACTION_RETRY_SLOWER, BNC_ACTION_SUPPRESS_ADDRESS,
    BNC_ACTION_SUPPRESS_AFTER_RECURRENCE, BNC_ACTION_SUPPRESS_DOMAIN, BNC_ACTION_CHECK_DNS,
    BNC_ACTION_CONTACT_RECEIVER, BNC_ACTION_FIX_SENDER_CONFIG, BNC_ACTION_FIX_TLS,
    BNC_ACTION_FIX_AUTHENTICATION, BNC_ACTION_DELIST, BNC_ACTION_IMPROVE_REPUTATION,
    BNC_ACTION_REVIEW_CONTENT, BNC_ACTION_REDUCE_SIZE, BNC_ACTION_INVESTIGATE, BNC_N_ACTIONS
};

enum bnc_priority {
    BNC_PRIORITY_INFO, BNC_PRIORITY_MONITOR, BNC_PRIORITY_FIX_SOON, BNC_PRIORITY_CRITICAL,
    BNC_N_PRIORITIES
};

struct bnc_cause_row {
    const char *name;                /* "invalid_recipient" */
    enum bnc_group group;
    enum bnc_duration duration;
    enum bnc_side side;
    enum bnc_action action;
    enum bnc_priority priority;
    const char *meaning;             /* one sentence for a person */
    /* what they would call it */
    const char *sisimai, *kumomta, *powermta, *sparkpost, *sendgrid, *ses;
};

extern const struct bnc_cause_row bnc_causes[BNC_N_CAUSES];
extern const char *const bnc_group_names[BNC_N_GROUPS];
extern const char *const bnc_duration_names[BNC_N_DURATIONS];
extern const char *const bnc_side_names[BNC_N_SIDES];
extern const char *const bnc_action_names[BNC_N_ACTIONS];
extern const char *const bnc_priority_names[BNC_N_PRIORITIES];

/* The index of 'word' in an array of n names, or -1. */
int bnc_name_find(const char *const *names, int n, struct bnc_span word);

/* The cause of that name, or -1. */
int bnc_cause_find(struct bnc_span word);

#endif

/* SPDX-License-Identifier: MIT */
#include "tables/cause.h"

const struct bnc_cause_row bnc_causes[BNC_N_CAUSES] = {
#define BNC_CAUSE_ROWS
#include "gen/causes.h"
#undef BNC_CAUSE_ROWS
};

const char *const bnc_group_names[BNC_N_GROUPS] = {
    "recipient", "domain", "network", "sender_setup", "authentication",
    "reputation", "content", "policy", "bookkeeping"
};

const char *const bnc_duration_names[BNC_N_DURATIONS] = { "temporary", "permanent" };

const char *const bnc_side_names[BNC_N_SIDES] = {
    "recipient", "recipient_domain", "provider", "sender", "network", "esp", "unknown"
};

const char *const bnc_action_names[BNC_N_ACTIONS] = {
    "none", "retry", "retry_slower", "suppress_address", "suppress_after_recurrence",
    "suppress_domain", "check_dns", "contact_receiver", "fix_sender_config", "fix_tls",
    "fix_authentication", "delist", "improve_reputation", "review_content", "reduce_size",
    "investigate"
};

const char *const bnc_priority_names[BNC_N_PRIORITIES] = {
    "info", "monitor", "fix_soon", "critical"
};

int bnc_name_find(const char *const *names, int n, struct bnc_span word)
{
    for (int i = 0; i < n; i++)
        if (bnc_span_eq(bnc_span_str(names[i]), word))
            return i;
    return -1;
}

int bnc_cause_find(struct bnc_span word)
{
    for (int i = 0; i < BNC_N_CAUSES; i++)
        if (bnc_span_eq(bnc_span_str(bnc_causes[i].name), word))
            return i;
    return -1;
}

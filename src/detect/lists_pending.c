/* SPDX-License-Identifier: MIT
 * lists_pending.c - holds the place of lists.c until it lands; goes then.
 */
#include "detect/lists.h"
#include "util/status.h"

#define PENDING __attribute__((weak))

PENDING enum bnc_status bnc_lists_make(struct bnc_lists **lists, const struct bnc_tally *tally, const struct bnc_judged *judged,
                                       enum bnc_policy policy, struct bnc_error *err)
{
    (void)tally;
    (void)judged;
    (void)policy;
    *lists = NULL;
    return bnc_error_set(err, BNC_EUSAGE, "lists can't be made yet");
}

PENDING void bnc_lists_free(struct bnc_lists *lists)
{
    (void)lists;
}

PENDING enum bnc_status bnc_lists_write(const struct bnc_lists *lists, const struct bnc_tally *tally, const char *dir, const char *layout,
                                        struct bnc_error *err)
{
    (void)lists;
    (void)tally;
    (void)dir;
    (void)layout;
    return bnc_error_set(err, BNC_EUSAGE, "lists can't be written yet");
}

PENDING enum bnc_status bnc_lists_explain(const struct bnc_tally *tally, const struct bnc_judged *judged, enum bnc_policy policy,
                                          struct bnc_span address, struct bnc_buf *out, struct bnc_error *err)
{
    (void)tally;
    (void)judged;
    (void)policy;
    (void)address;
    (void)out;
    return bnc_error_set(err, BNC_EUSAGE, "addresses can't be explained yet");
}

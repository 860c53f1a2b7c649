/* SPDX-License-Identifier: MIT */
#include "aggregate/state.h"

#include "util/status.h"

/* TODO(the state format of docs/STATE.md): written next. */
enum bnc_status bnc_state_save(struct bnc_part *const *parts, size_t n, const char *path, struct bnc_error *err)
{
    (void)parts;
    (void)n;
    return bnc_error_set(err, BNC_EUSAGE, "states can't be written yet ('%s')", path);
}

enum bnc_status bnc_state_load(struct bnc_part **part, const char *path, const struct bnc_classifier *classifier, struct bnc_error *err)
{
    (void)classifier;
    *part = NULL;
    return bnc_error_set(err, BNC_EUSAGE, "states can't be read yet ('%s')", path);
}

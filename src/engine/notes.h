/* SPDX-License-Identifier: MIT
 * notes.h - what a report must say of how it was asked for: a reader who was only given the report
 * cannot know that it holds one provider's rows, or was judged by somebody's own rules.
 */
#ifndef BNC_ENGINE_NOTES_H
#define BNC_ENGINE_NOTES_H

#include "engine/run.h"
#include "report/report.h"
#include "util/arena.h"

enum { BNC_MAX_NOTES = 8 };

struct bnc_notes {
    struct bnc_report_note at[BNC_MAX_NOTES];
    size_t n;
    struct bnc_span filter; /* "" where all rows count */
    struct bnc_arena arena;
};

/* Fills zeroed notes from what was set up; BNC_ENOMEM.  Release them whatever the status. */
enum bnc_status bnc_notes_make(struct bnc_notes *notes, const struct bnc_setup *setup,
                               struct bnc_error *err);
void bnc_notes_release(struct bnc_notes *notes);

#endif

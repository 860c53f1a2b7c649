/* SPDX-License-Identifier: MIT
 * templates.h - the responses of the finished tally: the first ones by themselves, the rest summed
 * up by what was made of them; private to the room.
 *
 * Where responses have thousands of wordings that rules tell apart, each is as good as nothing to a
 * reader.  All is decided on merged entries,
 * so the cut of the input does not show; states keep every entry.
 */
#ifndef BNC_AGGREGATE_TEMPLATES_H
#define BNC_AGGREGATE_TEMPLATES_H

#include "aggregate/distinct.h"

struct bnc_template_index { /* [merged entry] -> tally->templates, UINT32_MAX: never counted */
    uint32_t *shown; /* below n_templates: its own, or the sum that it is part of */
    uint32_t *own; /* lists: always its own; else the same as 'shown' */
};

/*
 * Fills tally->templates, and by_marker of its providers; 'recipients' are those of each merged
 * pair. False when out of memory; release in any case.
 */
bool bnc_templates_build(struct bnc_tally *t, const struct bnc_merged *m,
                         const uint32_t *recipients, struct bnc_template_index *index);
void bnc_template_index_release(struct bnc_template_index *index);

#endif

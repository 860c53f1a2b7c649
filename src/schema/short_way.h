/* SPDX-License-Identifier: MIT
 * short_way.h - the event of an ordinary row straight from its text, for formats whose fields are
 * one cell each.
 */
#ifndef BNC_SCHEMA_SHORT_WAY_H
#define BNC_SCHEMA_SHORT_WAY_H

#include "schema/plan.h"

/* What a finished plan's short way is; not possible where the plan asks for more. */
void bnc_short_way_find(struct bnc_short_way *way, const struct bnc_schema_plan *plan);

#endif

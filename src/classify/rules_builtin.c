/* SPDX-License-Identifier: MIT
 * rules_builtin.c - the tables as gen_rules compiled them.
 */
#include "classify/ruleset.h"

#define BNC_GEN_RULES
#include "gen/rules.h"

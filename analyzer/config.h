/* SPDX-License-Identifier: MIT
 * config.h - settings from the environment and from configuration files.
 *
 * A configuration file has one "option = value" a line, the options by their long names; a flag may
 * stand alone; '#' starts a comment at the start of a line.  Options of other commands are allowed,
 * so one file serves all.
 */
#ifndef ANALYZER_CONFIG_H
#define ANALYZER_CONFIG_H

#include <stdio.h>

#include "options.h"

/*
 * Applies what is weaker than the command line: BOUNCE_ANALYZER_* in the environment, --config
 * FILE, the user's file
 * ($XDG_CONFIG_HOME/bounce-analyzer/config or ~/.config/...), /etc/bounce-analyzer/config.
 * BNC_ECONFIG names file and line of the first fault, with the nearest valid key; a --config file
 * that is missing is a fault, the others may be.
 */
enum bnc_status config_apply(struct settings *s, char **environment, struct bnc_error *err);

/* --print-config: every setting, its value and where it comes from; itself a configuration file. */
void config_print(const struct settings *s, FILE *out);

#endif

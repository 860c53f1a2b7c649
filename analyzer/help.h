/* SPDX-License-Identifier: MIT
 * help.h - --help and the short help, from the option table.
 */
#ifndef ANALYZER_HELP_H
#define ANALYZER_HELP_H

#include <stdio.h>

#include "options.h"

/* Synopsis, worked examples, options by group, exit status.  With a command: its own options only.
 */
void help_print(const struct settings *s, FILE *out);
/* What to say where nothing was given to do. */
void help_short(FILE *out);

#endif

/* SPDX-License-Identifier: MIT
 * terminal.h - what may be shown where: messages, colour, width, characters, the progress line.
 */
#ifndef ANALYZER_TERMINAL_H
#define ANALYZER_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"

/*
 * One line on standard error: "bounce-analyzer: TEXT".  Text may hold names chosen by strangers, so
 * control characters (C0, DEL, C1, bidi) are shown as escapes, whatever standard error is.
 */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for an error: the file and the place are added where the text does not name them. */
void say_error(const struct bnc_error *err);

/* Colour on 'stream' by --color, NO_COLOR and TERM. */
bool terminal_color(const char *when, FILE *stream);
/* Columns of the terminal on standard output, 80 where there is none. */
unsigned terminal_width(void);
/* True in a UTF-8 locale; asks without changing the locale of the process. */
bool terminal_unicode(void);

/*
 * The progress line: on standard error, after one second, at most five times a second, erased at
 * the end. Filled from the library's callback by one worker at a time; read after the run to say
 * how far it got.
 */
struct progress {
    bool shown, drawn,
        lines; /* allowed at all; something stands there; standard error is no terminal */
    double last; /* seconds of the last drawing */
    struct bnc_progress at;
};
void progress_init(struct progress *p, const char *when, bool quiet);
void progress_update(void *progress, const struct bnc_progress *at);
void progress_erase(struct progress *p);

#endif

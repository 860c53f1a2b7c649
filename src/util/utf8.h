/* SPDX-License-Identifier: MIT
 * utf8.h - text of strangers, character by character, and made fit for a terminal.
 *
 * Names, texts and labels come from mail servers and exports: any bytes at all.  Invalid UTF-8
 * becomes U+FFFD, one for each byte sequence that can't be the start of a character.
 */
#ifndef BNC_UTIL_UTF8_H
#define BNC_UTIL_UTF8_H

#include "util/buf.h"

/* Takes the next character off the front of 's' (len > 0); U+FFFD for bytes that are none. */
#define BNC_UTF8_BAD 0xfffd
uint32_t bnc_utf8_next(struct bnc_span *s);

#define BNC_UTF8_MAX 4
/* Writes a character; its length. */
unsigned bnc_utf8_write(char to[BNC_UTF8_MAX], uint32_t cp);
void bnc_utf8_put(struct bnc_buf *out, uint32_t cp);

/*
 * True for a character that must never reach a reader as it is: what would act on a terminal, a
 * page or the eye without being seen (C0, DEL, C1, line separators, bidirectional controls,
 * zero-width characters).
 */
bool bnc_is_hidden(uint32_t cp);

enum { BNC_ESCAPE_MAX = 12 };
/* Writes an escape such as \n, \x1b or \u{202e} for a hidden character; its length. */
unsigned bnc_escape(char to[BNC_ESCAPE_MAX], uint32_t cp);

/* Appends 's' as one line for a terminal: line ends and tabs as blanks, the hidden as escapes. */
void bnc_plain_put(struct bnc_buf *out, struct bnc_span s);

#endif

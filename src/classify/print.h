/* SPDX-License-Identifier: MIT
 * print.h - text and JSON pieces of explain and codes.
 */
#ifndef BNC_CLASSIFY_PRINT_H
#define BNC_CLASSIFY_PRINT_H

#include "util/buf.h"

/* 's' in quotes; control characters escaped, bytes that are no UTF-8 replaced by U+FFFD. */
void bnc_print_json(struct bnc_buf *b, struct bnc_span s);

/* ,"key":"value" and ,"key":number; without the comma where the object has just been opened. */
void bnc_print_key(struct bnc_buf *b, const char *key, const char *value);
void bnc_print_key_span(struct bnc_buf *b, const char *key, struct bnc_span value);
void bnc_print_key_number(struct bnc_buf *b, const char *key, unsigned long value);

/* "Label      words wrapped at 'width' columns and indented"; nothing where 'text' is empty. */
void bnc_print_field(struct bnc_buf *b, const char *label, struct bnc_span text, unsigned width,
                     bool color);

#endif

/* SPDX-License-Identifier: MIT
 * knowledge.h - what explain.c and code_tables.c share.
 */
#ifndef BNC_CLASSIFY_KNOWLEDGE_H
#define BNC_CLASSIFY_KNOWLEDGE_H

#include "classify/classifier.h"
#include "util/buf.h"

struct bnc_knowledge {
    struct bnc_classifier *classifier;
};

/* "5.7.26" packed; 0 where it is no enhanced code. */
uint32_t bnc_enhanced_parse(struct bnc_span s);

/* Appends the buffer to *bytes (malloc'ed, *n bytes and a NUL) and releases it. */
enum bnc_status bnc_bytes_append(struct bnc_buf *b, char **bytes, size_t *n, struct bnc_error *err);

#endif

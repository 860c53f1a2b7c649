/* SPDX-License-Identifier: MIT
 * knowledge.h - one response explained, the tables printed, a file recognized.
 */
#ifndef BOUNCE_KNOWLEDGE_H
#define BOUNCE_KNOWLEDGE_H

#include "bounce/options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_knowledge;              /* loaded once, then const: any number of threads */
enum bnc_status bnc_knowledge_create(struct bnc_knowledge **k, const char *rules,
                                     const char *providers, struct bnc_error *err);
void bnc_knowledge_free(struct bnc_knowledge *k);

struct bnc_explain_options {
    const char *provider;          /* name or recipient domain; NULL: from the text */
    const char *reply, *enhanced;  /* code columns, NULL: from the text */
    int json, color;
    unsigned width;
};
/*
 * Appends the explanation of one response to *bytes (malloc'ed, grows; free() it).  JSON: one
 * object on one line.
 */
enum bnc_status bnc_explain(const struct bnc_knowledge *k, const char *response, size_t len,
                            const struct bnc_explain_options *opt, char **bytes, size_t *n,
                            struct bnc_error *err);
/* `codes [CODE...]`: the tables, or the rows about the codes named. */
enum bnc_status bnc_codes(const struct bnc_knowledge *k, const char *const *codes, size_t n_codes,
                          const char *provider, int json, char **bytes, size_t *n,
                          struct bnc_error *err);
/* `formats`: the formats known ('path' NULL), or what a file was recognized as. */
enum bnc_status bnc_formats(const struct bnc_options *opt, const char *path, int json, char **bytes,
                            size_t *n, struct bnc_error *err);
/* `--version`: build options, kernel, back ends, rule-set date; text or JSON. */
enum bnc_status bnc_version_text(int json, char **bytes, size_t *n);

#ifdef __cplusplus
}
#endif
#endif

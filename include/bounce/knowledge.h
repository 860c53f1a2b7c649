/* SPDX-License-Identifier: MIT
 * knowledge.h - one response explained, the tables printed, a file recognized.
 *
 * Bytes are handed out as '*n' malloc'ed bytes without a NUL; free() them.  'err' may be NULL.
 * BNC_ENOMEM wherever memory runs out.
 */
#ifndef BOUNCE_KNOWLEDGE_H
#define BOUNCE_KNOWLEDGE_H

#include "bounce/options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_knowledge;              /* loaded once, then const: any number of threads */

/*
 * The built-in tables, and over them the user's files ('rules', 'providers': CSV as for --rules and
 * --providers; NULL: none).  BNC_ECONFIG: one is wrong or missing; '*k' is NULL then.
 */
enum bnc_status bnc_knowledge_create(struct bnc_knowledge **k, const char *rules,
                                     const char *providers, struct bnc_error *err);
/* NULL is nothing to free. */
void bnc_knowledge_free(struct bnc_knowledge *k);

struct bnc_explain_options {       /* zero-initialized is the default, and so is NULL */
    const char *provider;          /* name or recipient domain; NULL: from the text */
    const char *reply, *enhanced;  /* code columns, NULL: from the text */
    int json, color;               /* JSON: one object on one line */
    unsigned width;                /* terminal columns, 0: 80 */
};
/*
 * Appends the explanation of one response to '*bytes', which grows: NULL and 0 at first.
 * BNC_EUSAGE for options that name no provider or code; nothing is appended then.
 */
enum bnc_status bnc_explain(const struct bnc_knowledge *k, const char *response, size_t len,
                            const struct bnc_explain_options *opt, char **bytes, size_t *n,
                            struct bnc_error *err);
/*
 * `codes [CODE...]`: appends the tables, or the rows about the codes named ('n_codes' 0: all), of
 * one provider alone unless 'provider' is NULL.  BNC_EUSAGE as of bnc_explain(), and for a code
 * that no table knows.
 */
enum bnc_status bnc_codes(const struct bnc_knowledge *k, const char *const *codes, size_t n_codes,
                          const char *provider, int json, char **bytes, size_t *n,
                          struct bnc_error *err);
/*
 * `formats`: the formats known ('path' NULL), or what a file, or each of a folder, was recognized
 * as.  Files that were not go to options.warn; the status is that of the first, and '*bytes' holds
 * the others nevertheless.  BNC_EDATA, BNC_ENOINPUT, BNC_EIO, BNC_EUSAGE.
 */
enum bnc_status bnc_formats(const struct bnc_options *opt, const char *path, int json, char **bytes,
                            size_t *n, struct bnc_error *err);
/* `--version`: build options, kernel, back ends, rule-set date; text, or an object of JSON. */
enum bnc_status bnc_version_text(int json, char **bytes, size_t *n);

#ifdef __cplusplus
}
#endif
#endif

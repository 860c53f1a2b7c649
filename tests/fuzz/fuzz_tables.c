/* SPDX-License-Identifier: MIT
 * fuzz_tables.c - the tables a user may bring: --rules, --providers, --sent.  Any bytes are taken
 * or refused with a reason; what is taken decides responses and judges a small export without a
 * fault.
 *
 * Input: a byte that says which table it is, then the file.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bounce/analysis.h"
#include "bounce/knowledge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static int file_of(const void *bytes, size_t len, char *name, size_t cap)
{
    const int fd = memfd_create("fuzz", 0);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        abort();
    snprintf(name, cap, "/proc/self/fd/%d", fd);
    return fd;
}

static void check_refusal(enum bnc_status status, const struct bnc_error *err)
{
    must(status == BNC_OK || status == BNC_ECONFIG || status == BNC_EDATA || status == BNC_EUSAGE,
         "a table is taken or refused");
    must(status == BNC_OK || err->text[0] != '\0', "a refusal has a reason");
}

static void decide(const char *rules, const char *providers)
{
    static const char *const texts[] = { "550 5.1.1 user unknown", "421 4.7.0 [TS01] later",
                                         "a b c d e f", "" };
    const struct bnc_explain_options opt = { .json = 1 };
    struct bnc_knowledge *k = NULL;
    struct bnc_error err = { .status = BNC_OK };
    const enum bnc_status status = bnc_knowledge_create(&k, rules, providers, &err);

    check_refusal(status, &err);
    for (size_t i = 0; status == BNC_OK && i < sizeof texts / sizeof texts[0]; i++) {
        char *bytes = NULL;
        size_t n = 0;

        must(bnc_explain(k, texts[i], strlen(texts[i]), &opt, &bytes, &n, NULL) == BNC_OK,
             "a response is explained");
        free(bytes);
    }
    bnc_knowledge_free(k);
}

static void judge(const char *sent)
{
    static const char export[] = "email,event,reason,date,campaign\n"
                                 "a@b.example,bounce,550 5.1.1 user unknown,2026-10-01,c\n"
                                 "c@gmail.com,bounce,421 4.7.0 later,2026-10-02,d\n";
    const struct bnc_options opt = { .threads = 1, .sent = sent };
    struct bnc_analysis *a = NULL;
    struct bnc_error err = { .status = BNC_OK };
    char name[64], *bytes = NULL;
    const char *path = name;
    const int fd = file_of(export, sizeof export - 1, name, sizeof name);
    size_t n = 0;
    enum bnc_status status = bnc_analysis_create(&a, &opt, &err);

    if (status == BNC_OK)
        status = bnc_analysis_run(a, &path, 1, &err);
    check_refusal(status, &err);
    if (status == BNC_OK) {
        must(bnc_analysis_render(a, &(struct bnc_render){ .format = "json" }, &bytes, &n, NULL) ==
                 BNC_OK,
             "a report is made");
        must(memmem(bytes, n, ":nan", 4) == NULL && memmem(bytes, n, ":inf", 4) == NULL,
             "no number that is none");
        free(bytes);
    }
    bnc_analysis_free(a);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[64];
    int fd;

    if (size == 0)
        return 0;
    fd = file_of(data + 1, size - 1, name, sizeof name);
    switch (data[0] % 3) {
    case 0:
        decide(name, NULL);
        break;
    case 1:
        decide(NULL, name);
        break;
    default:
        judge(name);
    }
    close(fd);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * fuzz_response.c - one response: every kernel masks it alike, masking twice changes nothing, and
 * it is judged and explained without a fault.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bounce/knowledge.h"
#include "classify/decide.h"
#include "classify/knowledge.h"
#include "util/cpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bnc_knowledge *knowledge;
static struct bnc_mask plain, fast, again;

static void prepare(void)
{
    if (knowledge != NULL)
        return;
    if (bnc_knowledge_create(&knowledge, NULL, NULL, NULL) != BNC_OK)
        abort();
    bnc_mask_init(&plain, NULL, 0);
    bnc_mask_init(&fast, NULL, bnc_cpu_detect());
    bnc_mask_init(&again, NULL, 0);
}

static void require_equal(struct bnc_span a, struct bnc_span b, const char *what)
{
    if (bnc_span_eq(a, b))
        return;
    fprintf(stderr, "%s\n'%.*s'\n'%.*s'\n", what, (int)a.len, a.at, (int)b.len, b.at);
    abort();
}

static void explain(const uint8_t *data, size_t size, int json)
{
    const struct bnc_explain_options opt = { .json = json };
    char *bytes = NULL;
    size_t n = 0;

    if (bnc_explain(knowledge, (const char *)data, size, &opt, &bytes, &n, NULL) != BNC_OK)
        abort();
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bnc_span raw = { (const char *)data, size };
    struct bnc_span text;

    prepare();
    text = bnc_mask_text(&plain, raw);
    require_equal(text, bnc_mask_text(&fast, raw), "kernels differ");
    if (text.len < BNC_MASK_MAX_BYTES)
        require_equal(text, bnc_mask_text(&again, text), "masking twice");
    explain(data, size, 0);
    explain(data, size, 1);
    return 0;
}

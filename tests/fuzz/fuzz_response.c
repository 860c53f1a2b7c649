/* SPDX-License-Identifier: MIT
 * fuzz_response.c - one response: every kernel masks it alike, masking twice changes nothing, and
 * it is judged and explained without a fault; with other ids in it, it is recalled as what masking
 * makes of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bounce/knowledge.h"
#include "classify/decide.h"
#include "classify/knowledge.h"
#include "classify/recall.h"
#include "util/cpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bnc_knowledge *knowledge;
static struct bnc_mask plain, fast, again;
static bnc_shape_fn *shape_of;
static struct bnc_recall *recall;
static uint64_t context; /* another one for each text */

static void prepare(void)
{
    if (knowledge != NULL)
        return;
    if (bnc_knowledge_create(&knowledge, NULL, NULL, NULL) != BNC_OK)
        abort();
    bnc_mask_init(&plain, NULL, 0);
    bnc_mask_init(&fast, NULL, bnc_cpu_detect());
    bnc_mask_init(&again, NULL, 0);
    shape_of = bnc_shape_pick(bnc_cpu_detect());
    recall = bnc_recall_create(NULL, bnc_cpu_detect());
    if (recall == NULL)
        abort();
}

static void require_equal(struct bnc_span a, struct bnc_span b, const char *what)
{
    if (bnc_span_eq(a, b))
        return;
    fprintf(stderr, "%s\n'%.*s'\n'%.*s'\n", what, (int)a.len, a.at, (int)b.len, b.at);
    abort();
}

/* Letters and digits of the opaque tokens become others of their kind. */
static void refill(char *text, const struct bnc_shape *shape, int by)
{
    for (size_t i = 0; i < shape->n_holes; i++)
        for (char *c = text + shape->holes[i].start; c < text + shape->holes[i].end; c++) {
            if (*c >= '0' && *c <= '9')
                *c = (char)('0' + (*c - '0' + by) % 10);
            else if (*c >= 'a' && *c <= 'z')
                *c = (char)('a' + (*c - 'a' + by) % 26);
            else if (*c >= 'A' && *c <= 'Z')
                *c = (char)('A' + (*c - 'A' + by) % 26);
        }
}

/* What is recalled once 'raw' is learned must have the template of the text at hand. */
static void try_recall(struct bnc_span raw, struct bnc_span template)
{
    const struct bnc_entry *entry = (const struct bnc_entry *)(const void *)&template;
    char *other = malloc(raw.len + 1);
    struct bnc_shape shape;

    if (other == NULL)
        abort();
    bnc_mask_scan(&fast, raw);
    shape_of(&fast, raw, &shape);
    bnc_recall_learn(recall, ++context, raw, &shape, entry);
    for (int by = 0; by < 26 && shape.fp != 0 && shape.n_holes <= BNC_MAX_HOLES; by += 3) {
        const struct bnc_span text = { other, raw.len };
        const struct bnc_event event = { .diagnostic = text };
        struct bnc_inquiry asked = { .event = &event, .context = context };

        memcpy(other, raw.at, raw.len);
        refill(other, &shape, by);
        bnc_recall_find_all(recall, &asked, 1);
        if (asked.entry == entry)
            require_equal(template, bnc_mask_text(&fast, text), "recalled");
    }
    free(other);
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
    try_recall(raw, text);
    explain(data, size, 0);
    explain(data, size, 1);
    return 0;
}

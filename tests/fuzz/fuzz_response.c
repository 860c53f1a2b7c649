/* SPDX-License-Identifier: MIT
 * fuzz_response.c - one response: every kernel masks it alike, masking twice changes nothing, and
 * it is judged and explained without a fault; with other ids in it, it is recalled as what masking
 * makes of it, and with another free word at its end as what has the same blurred template.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bounce/knowledge.h"
#include "classify/decide.h"
#include "classify/knowledge.h"
#include "classify/recall.h"
#include "classify/ruleset.h"
#include "util/cpu.h"
#include "util/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bnc_knowledge *knowledge;
static struct bnc_mask plain, fast, again;
static bnc_shape_fn *shape_of;
static struct bnc_recall *recall;
static uint64_t context; /* another one for each text */

/* What a template says whatever its free words are. */
struct sense {
    struct bnc_mask mask;
    char blurred[sizeof((struct bnc_mask *)0)->out + 64];
    struct bnc_span text, sentence;
};

static struct sense learned, recalled;
static const uint32_t *vocabularies[1];

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
    vocabularies[0] = bnc_rules_builtin.vocabulary;
    bnc_recall_gather(recall, vocabularies, 1);
    bnc_mask_init(&learned.mask, NULL, bnc_cpu_detect());
    bnc_mask_init(&recalled.mask, NULL, 0);
}

static void require_equal(struct bnc_span a, struct bnc_span b, const char *what)
{
    if (bnc_span_eq(a, b))
        return;
    fprintf(stderr, "%s\n'%.*s'\n'%.*s'\n", what, (int)a.len, a.at, (int)b.len, b.at);
    abort();
}

/* Letters and digits become others of their kind. */
static void turn(char *at, const char *end, int by)
{
    for (; at < end; at++) {
        if (*at >= '0' && *at <= '9')
            *at = (char)('0' + (*at - '0' + by) % 10);
        else if (*at >= 'a' && *at <= 'z')
            *at = (char)('a' + (*at - 'a' + by) % 26);
        else if (*at >= 'A' && *at <= 'Z')
            *at = (char)('A' + (*at - 'A' + by) % 26);
    }
}

/* Those of the opaque tokens. */
static void refill(char *text, const struct bnc_shape *shape, int by)
{
    for (size_t i = 0; i < shape->n_holes; i++)
        turn(text + shape->holes[i].start, text + shape->holes[i].end, by);
}

static const struct bnc_entry *recall_one(struct bnc_span text)
{
    const struct bnc_event event = { .diagnostic = text };
    struct bnc_inquiry asked = { .event = &event, .context = context };

    bnc_recall_find_all(recall, &asked, 1);
    return asked.entry;
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

        memcpy(other, raw.at, raw.len);
        refill(other, &shape, by);
        if (recall_one(text) == entry)
            require_equal(template, bnc_mask_text(&fast, text), "recalled");
    }
    free(other);
}

static void sense_of(struct sense *s, struct bnc_span text)
{
    const struct bnc_span template = bnc_mask_text(&s->mask, text);

    bnc_vocabulary_blur(vocabularies, 1, template, &s->mask, s->blurred, &s->sentence);
    s->text = bnc_span_from(s->blurred, template.len);
}

/* The response, cut to what is recalled, and a word that no rule knows; how long it is. */
static size_t add_word(char *text, struct bnc_span raw)
{
    static const char before[] = " ref ";
    const uint64_t letters = bnc_hash_span(raw);
    const size_t n = raw.len < 900 ? raw.len : 900, at = n + sizeof before - 1;
    const size_t len = 4 + raw.len % 10;

    memcpy(text, raw.at, n);
    memcpy(text + n, before, sizeof before);
    for (size_t i = 0; i < len; i++)
        text[at + i] = (char)('a' + (letters >> 5 * i) % 26);
    return at + len;
}

/*
 * What is recalled once all but its last word is learned must differ from it in nothing that a
 * rule could see.
 */
static void try_last_word(struct bnc_span raw)
{
    static const struct bnc_entry entry;
    char text[1024], other[1024];
    const struct bnc_span said = { text, add_word(text, raw) };
    const size_t last = bnc_recall_last_word(recall, said);
    struct bnc_span template;
    struct bnc_shape shape;

    if (last == 0)
        return;
    bnc_mask_scan(&fast, said);
    shape_of(&fast, said, &shape);
    template = bnc_mask_scanned(&fast, said);
    if (template.len < said.len - last ||
        memcmp(template.at + template.len - (said.len - last), text + last, said.len - last) != 0)
        return; /* as verdicts.c asks: the last word is seen in the template */
    ++context;
    bnc_recall_learn_all_but_last(recall, context, said, &shape, &entry);
    sense_of(&learned, said);
    for (int by = 0; by < 26 && shape.n_holes <= BNC_MAX_HOLES; by += 3) {
        memcpy(other, text, said.len);
        refill(other, &shape, by);
        turn(other + last, other + said.len, 26 - by);
        if (recall_one(bnc_span_from(other, said.len - 1)) != NULL)
            abort(); /* of another length */
        if (recall_one(bnc_span_from(other, said.len)) != &entry)
            continue;
        sense_of(&recalled, bnc_span_from(other, said.len));
        require_equal(learned.text, recalled.text, "recalled with another last word");
        require_equal(learned.sentence, recalled.sentence, "of another sentence");
    }
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
    try_last_word(raw);
    explain(data, size, 0);
    explain(data, size, 1);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * gen_words.c - the tokens masking must keep -> gen/words.h: one perfect hash.
 * usage: gen_words kept_words.csv provider_codes.csv text_phrases.csv blocklists.csv
 * provider_domains.csv > words.h Every token with a digit, an inner dot or an @ in a fragment,
 * marker or alias would be masked and could never match.
 */
#include <stdio.h>
#include <stdlib.h>

#include "classify/collect.h"
#include "classify/token.h"
#include "classify/kept_words.h"
#include "util/table.h"

static struct bnc_collect words;

static void add_cells(const struct bnc_table *t, const char *column, char cut)
{
    for (size_t i = 0; i < t->n_rows; i++)
        if (!bnc_collect_text(&words, bnc_table_cell(t, i, bnc_table_col(t, column)), cut))
            exit(1);
}

static void add_kept(const struct bnc_table *t)
{
    static const char *const kinds[] = { "none", "exact", "prefix", "last3", "whole", "date" };

    for (size_t i = 0; i < t->n_rows; i++) {
        const struct bnc_span kind = bnc_table_cell(t, i, bnc_table_col(t, "kind"));
        const struct bnc_span word = bnc_table_cell(t, i, bnc_table_col(t, "word"));
        int k = 5;

        while (k > 0 && !bnc_span_eq(kind, bnc_span_str(kinds[k])))
            k--;
        if (k == BNC_WORD_NONE ||
            (bnc_word_begins((enum bnc_word_kind)k) && word.len < BNC_SIEVE_HEAD)) {
            fprintf(stderr, "gen_words: kept_words.csv:%u: unknown kind, or too short\n",
                    t->line[i]);
            exit(1);
        }
        if (!bnc_collect_add(&words, word, (enum bnc_word_kind)k))
            exit(1);
    }
}

static void print_hash(const struct bnc_phash *h)
{
    const size_t buckets = (size_t)1 << (64 - h->bucket_shift),
                 slots = (size_t)1 << (64 - h->slot_shift);

    printf("static const uint16_t words_disp[%zu] = {", buckets);
    for (size_t i = 0; i < buckets; i++)
        printf("%s%u,", i % 20 == 0 ? "\n" : " ", h->disp[i]);
    printf("\n};\nstatic const uint64_t words_keys[%zu] = {", slots);
    for (size_t i = 0; i < slots; i++)
        printf("%s0x%016llx,", i % 5 == 0 ? "\n" : " ", (unsigned long long)h->keys[i]);
    printf("\n};\nstatic const uint32_t words_values[%zu] = {", slots);
    for (size_t i = 0; i < slots; i++)
        printf("%s%d,", i % 30 == 0 ? "\n" : " ",
               h->values[i] == BNC_PHASH_NONE ? -1 : (int)h->values[i]);
    printf("\n};\nconst struct bnc_words bnc_words_builtin = {\n"
           "    .hash = { %u, %u, words_disp, words_keys, words_values },\n"
           "    .sieve = &words_sieve\n};\n",
           h->bucket_shift, h->slot_shift);
}

static void print_sieve(const struct bnc_word_sieve *s)
{
    printf("static const struct bnc_word_sieve words_sieve = { {");
    for (size_t i = 0; i < sizeof s->lengths / sizeof s->lengths[0]; i++)
        printf("%s0x%llx,", i % 10 == 0 ? "\n" : " ", (unsigned long long)s->lengths[i]);
    printf("\n} };\n");
}

int main(int argc, char **argv)
{
    static const char *const columns[][2] = { { NULL, NULL },
                                              { "marker", "text_fragment" },
                                              { "fragment", NULL },
                                              { "aliases", NULL },
                                              { "value", NULL } };
    struct bnc_phash h;
    struct bnc_error err;
    struct bnc_table t;

    if (argc != 6)
        return fprintf(stderr, "usage: gen_words kept_words.csv provider_codes.csv "
                               "text_phrases.csv blocklists.csv provider_domains.csv\n"),
               1;
    for (int i = 1; i < argc; i++) {
        if (bnc_table_read(&t, argv[i], &err) != BNC_OK)
            return fprintf(stderr, "gen_words: %s\n", err.text), 1;
        if (i == 1)
            add_kept(&t);
        if (i == 5) /* only its text markers; domains and MX hosts are found by other means */
            for (size_t r = 0; r < t.n_rows; r++)
                if (!bnc_span_eq(bnc_table_cell(&t, r, 0), BNC_SPAN("text_marker")))
                    t.cells[r * t.n_cols + 1].len = 0;
        for (int k = 0; k < 2 && columns[i - 1][k] != NULL; k++)
            add_cells(&t, columns[i - 1][k], i == 4 ? '|' : '\0');
        bnc_table_release(&t);
    }
    printf("/* made by gen_words, %zu words; do not edit */\n", words.n);
    if (!bnc_collect_build(&words, &h))
        return fprintf(stderr, "gen_words: no perfect hash\n"), 1;
    printf("#ifdef BNC_GEN_WORDS\n");
    print_sieve(&words.sieve);
    print_hash(&h);
    printf("#endif\n");
    bnc_phash_release(&h);
    bnc_collect_release(&words);
    return 0;
}

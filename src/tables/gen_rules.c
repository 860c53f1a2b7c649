/* SPDX-License-Identifier: MIT
 * gen_rules.c - the knowledge tables compiled -> gen/rules.h: rules, automaton, perfect hashes,
 * providers, block lists. usage: gen_rules providers.csv provider_domains.csv provider_codes.csv
 * text_phrases.csv guards.csv word_classes.csv word_pairs.csv blocklists.csv enhanced_codes.csv
 * reply_codes.csv labels.csv > rules.h
 */
#include <stdio.h>
#include <stdlib.h>

#include "classify/compile.h"
#include "classify/suffix_reach.h"
#include "classify/vocabulary.h"
#include "schema/event.h"

enum {
    PROVIDERS, DOMAINS, CODES, PHRASES, GUARDS, WORDS, PAIRS, LISTS, ENHANCED, REPLIES, LABELS,
    N_TABLES
};

static void die(const char *why)
{
    fprintf(stderr, "gen_rules: %s\n", why);
    exit(1);
}

static uint16_t provider_number(void *arg, struct bnc_span name)
{
    const struct bnc_table *t = arg;

    for (size_t i = 0; i < t->n_rows; i++)
        if (bnc_span_eq(bnc_table_cell(t, i, 0), name))
            return (uint16_t)(i + 1);
    return 0;
}

static void string(const char *s)
{
    putchar('"');
    for (; *s != '\0'; s++)
        if ((unsigned char)*s >= 0x80 || *s == '?')
            printf("\\%03o", (unsigned char)*s);
        else if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else
            putchar(*s);
    putchar('"');
}

static void cell(const struct bnc_table *t, size_t row, const char *column)
{
    char text[1024];
    const struct bnc_span s = bnc_table_cell(t, row, bnc_table_col(t, column));

    snprintf(text, sizeof text, "%.*s", (int)s.len, s.at);
    string(text);
}

static void print_hash(const char *name, const struct bnc_phash *h)
{
    const size_t buckets = (size_t)1 << (64 - h->bucket_shift),
                 slots = (size_t)1 << (64 - h->slot_shift);

    printf("static const uint16_t %s_disp[%zu] = {", name, buckets);
    for (size_t i = 0; i < buckets; i++)
        printf("%s%u,", i % 20 == 0 ? "\n" : " ", h->disp[i]);
    printf("\n};\nstatic const uint64_t %s_keys[%zu] = {", name, slots);
    for (size_t i = 0; i < slots; i++)
        printf("%s0x%016llx,", i % 5 == 0 ? "\n" : " ", (unsigned long long)h->keys[i]);
    printf("\n};\nstatic const uint32_t %s_values[%zu] = {", name, slots);
    for (size_t i = 0; i < slots; i++)
        if (h->values[i] == BNC_PHASH_NONE)
            printf("%s-1,", i % 16 == 0 ? "\n" : " ");
        else
            printf("%s%u,", i % 16 == 0 ? "\n" : " ", h->values[i]);
    printf("\n};\n");
}

static void print_hash_ref(const char *name, const struct bnc_phash *h)
{
    printf("{ %u, %u, %s_disp, %s_keys, %s_values }", h->bucket_shift, h->slot_shift, name, name,
           name);
}

static void print_reach(const char *name, const struct bnc_suffix_reach *r)
{
    printf("static const struct bnc_suffix_reach %s_reach = { {", name);
    for (size_t i = 0; i < sizeof r->bytes; i++)
        printf("%s%u,", i % 24 == 0 ? "\n" : " ", r->bytes[i]);
    printf("\n} };\n");
}

/* Domains and MX suffixes: hash of the lower-cased name -> provider, and how far they reach. */
static void print_names(const char *name, const char *kind, const struct bnc_table *t,
                        const struct bnc_table *providers)
{
    uint64_t *keys = malloc((t->n_rows + 1) * sizeof *keys);
    uint32_t *values = malloc((t->n_rows + 1) * sizeof *values);
    struct bnc_suffix_reach reach = { { 0 } };
    size_t n = 0, duplicate;
    struct bnc_phash h;
    char text[160];

    for (size_t i = 0; i < t->n_rows; i++) {
        const struct bnc_span v = bnc_table_cell(t, i, 1);

        if (!bnc_span_eq(bnc_table_cell(t, i, 0), bnc_span_str(kind)))
            continue;
        keys[n] = bnc_hash_span(v);
        values[n] = provider_number((void *)(uintptr_t)providers, bnc_table_cell(t, i, 2));
        if (values[n++] == 0) {
            snprintf(text, sizeof text, "provider_domains.csv:%u: unknown provider", t->line[i]);
            die(text);
        }
        if (!bnc_reach_add(&reach, v))
            die("provider_domains.csv: a name without a dot, or too long a one");
    }
    if (!bnc_phash_build(&h, keys, values, n, &duplicate))
        die("provider_domains.csv: a name is listed twice");
    print_hash(name, &h);
    printf("static const struct bnc_phash %s_hash = ", name);
    print_hash_ref(name, &h);
    printf(";\n");
    print_reach(name, &reach);
    bnc_phash_release(&h);
    free(keys);
    free(values);
}

static void print_providers(const struct bnc_table *t)
{
    printf("static const struct bnc_provider providers[%zu] = {\n", t->n_rows + 1);
    printf("{ \"other\", \"Other\", \"\", BNC_PROVIDER_OTHER, true },\n");
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct bnc_span kind = bnc_table_cell(t, i, bnc_table_col(t, "kind"));

        printf("{ ");
        cell(t, i, "provider");
        printf(", ");
        cell(t, i, "title");
        printf(", ");
        cell(t, i, "operator_group");
        printf(", BNC_PROVIDER_");
        for (size_t k = 0; k < kind.len; k++)
            putchar(kind.at[k] - 32);
        printf(", %s },\n",
               bnc_span_eq(bnc_table_cell(t, i, bnc_table_col(t, "reports_complaints")),
                           BNC_SPAN("no"))
                   ? "false"
                   : "true");
    }
    printf("};\nstatic const uint16_t provider_group[%zu] = { 0", t->n_rows + 1);
    for (size_t i = 0; i < t->n_rows; i++) {         /* the first provider of the same operator */
        size_t k = 0;

        while (!bnc_span_eq(bnc_table_cell(t, k, bnc_table_col(t, "operator_group")),
                            bnc_table_cell(t, i, bnc_table_col(t, "operator_group"))))
            k++;
        printf(", %zu", k + 1);
    }
    printf(" };\n");
}

static void print_lists(const struct bnc_table *t)
{
    printf("static const struct { const char *name, *object, *route, *source; } blocklists[%zu] = "
           "{\n{ \"\", \"\", \"\", \"\" },\n",
           t->n_rows + 1);
    for (size_t i = 0; i < t->n_rows; i++) {
        printf("{ ");
        cell(t, i, "list");
        printf(", ");
        cell(t, i, "listed_object");
        printf(", ");
        cell(t, i, "delisting_route");
        printf(", ");
        cell(t, i, "source");
        printf(" },\n");
    }
    printf("};\n");
}

static void print_rules(const struct bnc_ruleset *r)
{
    printf("static const struct bnc_rule rules[%u] = {\n", r->n_rules);
    for (uint32_t i = 0; i < r->n_rules; i++) {
        const struct bnc_rule *x = &r->rules[i];

        printf("{ ");
        string(x->name);
        printf(", ");
        string(x->source);
        printf(", ");
        string(x->meaning);
        printf(", %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u },\n", x->kind,
               x->cause, x->duration, x->side, x->action, x->priority, x->specificity, x->provider,
               x->reply, x->blocklist, x->enh_first, x->enh_last, x->n_fragments, x->reach,
               x->first, x->second);
    }
    printf("};\n");
}

static void print_numbers(const char *type, const char *name, const void *at, size_t size, size_t n)
{
    printf("static const %s %s[%zu] = {", type, name, n);
    for (size_t i = 0; i < n; i++)
        printf("%s%u,", i % 20 == 0 ? "\n" : " ",
               size == 4 ? ((const uint32_t *)at)[i] : ((const uint8_t *)at)[i]);
    printf("\n};\n");
}

static void print_automaton(const struct bnc_ac *ac)
{
    printf("static const struct bnc_ac_node nodes[%u] = {\n", ac->n_nodes);
    for (uint32_t i = 0; i < ac->n_nodes; i++)
        printf("{%u,%u,%u,%u},%s", (unsigned)ac->nodes[i].first,
               (unsigned)ac->nodes[i].n, (unsigned)ac->nodes[i].fail,
               (unsigned)ac->nodes[i].is_end, i % 8 == 7 ? "\n" : "");
    printf("};\nstatic const struct bnc_ac_block node_blocks[%u] = {\n", ac->n_nodes / 64 + 1);
    for (uint32_t i = 0; i <= ac->n_nodes / 64; i++)
        printf("{0x%llxu,%llu},%s", (unsigned long long)ac->blocks[i].is_end,
               (unsigned long long)ac->blocks[i].before, i % 4 == 3 ? "\n" : "");
    printf("};\nstatic const struct bnc_ac_end ends[%u] = {\n", ac->n_ends + 1);
    for (uint32_t i = 0; i < ac->n_ends; i++)
        printf("{%u,%u,%u},%s", ac->ends[i].pattern, ac->ends[i].next, ac->ends[i].len,
               i % 8 == 7 ? "\n" : "");
    printf("};\n");
    print_numbers("uint8_t", "node_bytes", ac->bytes, 1, ac->n_nodes);
    print_numbers("uint32_t", "node_longest", ac->longest, 4, ac->n_marked);
}

/* In this order: it numbers the rules. */
static const struct {
    int table;
    enum bnc_rule_kind kind;
} of_kind[] = {
    { CODES, BNC_RULE_PROVIDER }, { PHRASES, BNC_RULE_PHRASE },    { GUARDS, BNC_RULE_GUARD },
    { WORDS, BNC_RULE_WORD },     { PAIRS, BNC_RULE_PAIR },        { LISTS, BNC_RULE_BLOCKLIST },
    { DOMAINS, BNC_RULE_MARKER }, { ENHANCED, BNC_RULE_ENHANCED }, { REPLIES, BNC_RULE_REPLY },
    { LABELS, BNC_RULE_LABEL },
};

int main(int argc, char **argv)
{
    struct bnc_table t[N_TABLES];
    struct bnc_error err;
    static struct bnc_compile c;
    struct bnc_ruleset r;

    if (argc != N_TABLES + 1)
        die("usage: gen_rules providers provider_domains provider_codes text_phrases guards "
            "word_classes word_pairs blocklists enhanced_codes reply_codes labels");
    for (int i = 0; i < N_TABLES; i++)
        if (bnc_table_read(&t[i], argv[i + 1], &err) != BNC_OK)
            die(err.text);
    bnc_compile_init(&c, NULL, provider_number, &t[PROVIDERS], &err);
    c.strict = true;
    for (size_t i = 0; i < sizeof of_kind / sizeof *of_kind; i++) {
        const int k = of_kind[i].table;

        if (bnc_compile_table(&c, &t[k], argv[1 + k], of_kind[i].kind) != BNC_OK)
            die(err.text);
    }
    if (bnc_compile_finish(&c, &r) != BNC_OK)
        die(err.text);
    printf("/* made by gen_rules: %u rules, %u fragments, %u nodes; do not edit */\n", r.n_rules,
           r.n_patterns, r.ac.n_nodes);
    printf("#ifdef BNC_GEN_RULES\n");
    print_rules(&r);
    print_numbers("uint32_t", "pattern_first", r.pattern_first, 4, r.n_patterns + 1);
    print_numbers("uint32_t", "pattern_rules", r.pattern_rules, 4, r.pattern_first[r.n_patterns]);
    print_numbers("uint8_t", "pattern_whole", r.pattern_whole, 1, r.n_patterns);
    print_numbers("uint32_t", "pairs", r.pairs, 4, (size_t)r.n_classes * r.n_classes);
    print_numbers("uint32_t", "root", r.ac.root, 4, 256);
    print_numbers("uint32_t", "vocabulary", r.vocabulary, 4, BNC_VOCABULARY_WORDS);
    print_automaton(&r.ac);
    print_hash("codes", &r.codes);
    print_hash("labels", &r.labels);
    printf("const struct bnc_ruleset bnc_rules_builtin = {\n    rules, %u, { nodes, node_bytes, "
           "node_blocks, node_longest, ends, root, %u, %u, %u }, pattern_first, pattern_rules, "
           "pattern_whole, %u,\n    ",
           r.n_rules, r.ac.n_nodes, r.ac.n_marked, r.ac.n_ends, r.n_patterns);
    print_hash_ref("labels", &r.labels);
    printf(", ");
    print_hash_ref("codes", &r.codes);
    printf(",\n    pairs, %u, vocabulary\n};\n#endif\n#ifdef BNC_GEN_PROVIDERS\n", r.n_classes);
    print_providers(&t[PROVIDERS]);
    print_names("domain", "domain", &t[DOMAINS], &t[PROVIDERS]);
    print_names("mx", "mx_suffix", &t[DOMAINS], &t[PROVIDERS]);
    printf("#endif\n#ifdef BNC_GEN_BLOCKLISTS\n");
    print_lists(&t[LISTS]);
    printf("#endif\n");
    bnc_ruleset_release(&r);
    bnc_compile_release(&c);
    for (int i = 0; i < N_TABLES; i++)
        bnc_table_release(&t[i]);
    return 0;
}

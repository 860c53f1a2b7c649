/* SPDX-License-Identifier: MIT
 * gen_names.c - typo_targets.csv and role_addresses.csv -> gen/names.h.
 * usage: gen_names typo_targets.csv role_addresses.csv > names.h
 *
 * Both tables are asked for every name of a report, and nearly none is in them. So the generator
 * also prints sets of rows, one bit each: by a letter at some place, and by length.
 */
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

#define MAX_ROWS 64u /* bits of a set */
#define N_CLASSES 32u /* of letters: their low five bits, which know no case; and of lengths */

static void print_sets(const char *name, const uint64_t sets[N_CLASSES])
{
    printf("static const uint64_t %s[%u] = {", name, N_CLASSES);
    for (unsigned k = 0; k < N_CLASSES; k++)
        printf("%s0x%016llx,", k % 4 == 0 ? "\n    " : " ", (unsigned long long)sets[k]);
    printf("\n};\n");
}

/*
 * The rows that have a letter of each class at 'place' (-1: their last); those of less than 'least'
 * bytes are in all sets.
 */
static void print_letters(const char *name, const struct bnc_table *t, const char *column,
                          int place, size_t least)
{
    uint64_t sets[N_CLASSES] = { 0 };

    for (size_t i = 0; i < t->n_rows; i++) {
        const struct bnc_span s = bnc_table_cell(t, i, bnc_table_col(t, column));
        const size_t at = place < 0 ? s.len - (size_t)-place : (size_t)place;

        for (unsigned k = 0; k < N_CLASSES; k++)
            if (s.len < least || (unsigned char)s.at[at] % N_CLASSES == k)
                sets[k] |= UINT64_C(1) << i;
    }
    print_sets(name, sets);
}

/* The rows whose length is at most one off. */
static void print_lengths(const char *name, const struct bnc_table *t, const char *column)
{
    uint64_t sets[N_CLASSES] = { 0 };

    for (size_t i = 0; i < t->n_rows; i++) {
        const size_t len = bnc_table_cell(t, i, bnc_table_col(t, column)).len;

        for (size_t k = len - 1; k <= len + 1; k++)
            sets[k] |= UINT64_C(1) << i;
    }
    print_sets(name, sets);
}

/* False with a message where the sets can't hold the table. */
static bool fits(const struct bnc_table *t, const char *path, const char *column)
{
    bool ok = t->n_rows <= MAX_ROWS;

    for (size_t i = 0; i < t->n_rows; i++) {
        const size_t len = bnc_table_cell(t, i, bnc_table_col(t, column)).len;

        ok = ok && len > 1 && len + 1 < N_CLASSES;
    }
    if (!ok)
        fprintf(stderr, "gen_names: %s: at most %u names of 2 to %u bytes\n", path, MAX_ROWS,
                N_CLASSES - 2);
    return ok;
}

static int print_targets(const char *path)
{
    struct bnc_error err;
    struct bnc_table t;

    if (bnc_table_read(&t, path, &err) != BNC_OK)
        return fprintf(stderr, "gen_names: %s\n", err.text), 1;
    if (!fits(&t, path, "domain"))
        return 1;
    printf("#ifdef BNC_TYPO_TARGET_ROWS\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        string(bnc_table_cell(&t, i, bnc_table_col(&t, "domain")));
        printf(",\n");
    }
    printf("#endif\n#ifdef BNC_TYPO_TARGET_SETS\n");
    print_letters("typo_first", &t, "domain", 0, 0);
    print_letters("typo_second", &t, "domain", 1, 0);
    print_letters("typo_fifth_last", &t, "domain", -5, 8);
    print_letters("typo_sixth_last", &t, "domain", -6, 9);
    print_lengths("typo_near", &t, "domain");
    printf("#endif\n");
    bnc_table_release(&t);
    return 0;
}

static int print_roles(const char *path)
{
    struct bnc_error err;
    struct bnc_table t;

    if (bnc_table_read(&t, path, &err) != BNC_OK)
        return fprintf(stderr, "gen_names: %s\n", err.text), 1;
    if (!fits(&t, path, "local"))
        return 1;
    printf("#ifdef BNC_ROLE_ROWS\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        string(bnc_table_cell(&t, i, bnc_table_col(&t, "local")));
        printf(", %s },\n", bnc_table_cell(&t, i, bnc_table_col(&t, "never")).at);
    }
    printf("#endif\n#ifdef BNC_ROLE_SETS\n");
    print_letters("role_first", &t, "local", 0, 0);
    print_letters("role_second", &t, "local", 1, 0);
    printf("#endif\n");
    bnc_table_release(&t);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen_names typo_targets.csv role_addresses.csv\n");
        return 1;
    }
    printf("/* made by gen_names; do not edit */\n");
    return print_targets(argv[1]) || print_roles(argv[2]);
}

/* SPDX-License-Identifier: MIT
 * gen_names.c - typo_targets.csv and role_addresses.csv -> gen/names.h.
 * usage: gen_names typo_targets.csv role_addresses.csv > names.h
 */
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

static int print_targets(const char *path)
{
    struct bnc_error err;
    struct bnc_table t;

    if (bnc_table_read(&t, path, &err) != BNC_OK)
        return fprintf(stderr, "gen_names: %s\n", err.text), 1;
    printf("#ifdef BNC_TYPO_TARGET_ROWS\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        string(bnc_table_cell(&t, i, bnc_table_col(&t, "domain")));
        printf(",\n");
    }
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
    printf("#ifdef BNC_ROLE_ROWS\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        string(bnc_table_cell(&t, i, bnc_table_col(&t, "local")));
        printf(", %s },\n", bnc_table_cell(&t, i, bnc_table_col(&t, "never")).at);
    }
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

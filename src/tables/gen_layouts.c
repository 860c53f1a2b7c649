/* SPDX-License-Identifier: MIT
 * gen_layouts.c - list_layouts.csv -> gen/layouts.h: one array of rows.
 * usage: gen_layouts list_layouts.csv > layouts.h
 */
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

int main(int argc, char **argv)
{
    static const char *const cols[] = { "name", "title", "header", "row", "source" };
    struct bnc_error err;
    struct bnc_table t;

    if (argc != 2 || bnc_table_read(&t, argv[1], &err) != BNC_OK) {
        fprintf(stderr, "gen_layouts: %s\n",
                argc == 2 ? err.text : "usage: gen_layouts list_layouts.csv");
        return 1;
    }
    printf("/* made by gen_layouts from list_layouts.csv, %zu rows; do not edit */\n", t.n_rows);
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        for (size_t k = 0; k < sizeof cols / sizeof cols[0]; k++) {
            if (k > 0)
                printf(", ");
            string(bnc_table_cell(&t, i, bnc_table_col(&t, cols[k])));
        }
        printf(" },\n");
    }
    bnc_table_release(&t);
    return 0;
}

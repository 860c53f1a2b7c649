/* SPDX-License-Identifier: MIT
 * gen_rows.c - a table of texts as one array of rows, in the order of the file.
 * usage: gen_rows TABLE.csv COLUMN... > table.h
 */
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

int main(int argc, char **argv)
{
    struct bnc_error err;
    struct bnc_table t;

    if (argc < 3 || bnc_table_read(&t, argv[1], &err) != BNC_OK) {
        fprintf(stderr, "gen_rows: %s\n",
                argc >= 3 ? err.text : "usage: gen_rows TABLE.csv COLUMN...");
        return 1;
    }
    printf("/* made by gen_rows from %s, %zu rows; do not edit */\n", argv[1], t.n_rows);
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        for (int k = 2; k < argc; k++) {
            if (k > 2)
                printf(", ");
            string(bnc_table_cell(&t, i, bnc_table_col(&t, argv[k])));
        }
        printf(" },\n");
    }
    bnc_table_release(&t);
    return 0;
}

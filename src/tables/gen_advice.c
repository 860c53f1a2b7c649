/* SPDX-License-Identifier: MIT
 * gen_advice.c - advice.csv -> gen/advice.h: one row per cause, in the order of causes.csv.
 * usage: gen_advice advice.csv causes.csv > advice.h
 */
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

static size_t row_of(const struct bnc_table *t, struct bnc_span cause)
{
    size_t i = 0;

    while (i < t->n_rows && !bnc_span_eq(bnc_table_cell(t, i, 0), cause))
        i++;
    return i;
}

int main(int argc, char **argv)
{
    struct bnc_table advice, causes;
    struct bnc_error err;

    if (argc != 3 || bnc_table_read(&advice, argv[1], &err) != BNC_OK ||
        bnc_table_read(&causes, argv[2], &err) != BNC_OK) {
        fprintf(stderr, "gen_advice: %s\n",
                argc == 3 ? err.text : "usage: gen_advice advice.csv causes.csv");
        return 1;
    }
    printf("/* made by gen_advice from advice.csv, %zu rows; do not edit */\n", advice.n_rows);
    for (size_t i = 0; i < causes.n_rows; i++) {
        const struct bnc_span cause = bnc_table_cell(&causes, i, 0);
        const size_t k = row_of(&advice, cause);

        if (k == advice.n_rows || advice.n_rows != causes.n_rows) {
            fprintf(stderr, "gen_advice: advice.csv and causes.csv differ at '%.*s'\n",
                    (int)cause.len, cause.at);
            return 1;
        }
        printf("{ ");
        for (int c = 1; c < 4; c++) {
            string(bnc_table_cell(&advice, k, c));
            printf("%s", c < 3 ? ", " : " },\n");
        }
    }
    bnc_table_release(&advice);
    bnc_table_release(&causes);
    return 0;
}

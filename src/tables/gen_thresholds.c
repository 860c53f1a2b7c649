/* SPDX-License-Identifier: MIT
 * gen_thresholds.c - thresholds.csv -> gen/thresholds.h: one array of rows, and the numbers of our
 * own defaults.
 * usage: gen_thresholds thresholds.csv > thresholds.h
 * Percentages become shares, so that nothing downstream divides by 100 twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tables/gen_print.h"
#include "util/table.h"

/* A number of the table, divided by 100 where the unit is percent; -1 where the cell is empty. */
static void number(const struct bnc_table *t, size_t row, const char *col)
{
    const struct bnc_span cell = bnc_table_cell(t, row, bnc_table_col(t, col));
    const struct bnc_span unit = bnc_table_cell(t, row, bnc_table_col(t, "unit"));
    char *end;
    double v = -1;

    if (cell.len > 0) {
        v = strtod(cell.at, &end);
        if (end != cell.at + cell.len) {
            fprintf(stderr, "gen_thresholds: line %u: '%s' is no number\n", t->line[row], cell.at);
            exit(1);
        }
        if (bnc_span_eq(unit, BNC_SPAN("percent")))
            v /= 100;
    }
    printf(", %.10g", v);
}

/* Where each default stands, by name: BNC_DEFAULT_min_volume. */
static void defaults(const struct bnc_table *t)
{
    printf("#ifdef BNC_THRESHOLD_ENUM\nenum bnc_default_threshold {\n");
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct bnc_span metric = bnc_table_cell(t, i, bnc_table_col(t, "metric"));

        if (bnc_span_eq(bnc_table_cell(t, i, bnc_table_col(t, "who")), BNC_SPAN("default")))
            printf("    BNC_DEFAULT_%.*s = %zu,\n", (int)metric.len, metric.at, i);
    }
    printf("};\n#endif\n");
}

int main(int argc, char **argv)
{
    static const char *const texts[] = { "who",  "provider",    "metric", "scope",
                                         "unit", "consequence", "source", "confidence" };
    struct bnc_error err;
    struct bnc_table t;

    if (argc != 2 || bnc_table_read(&t, argv[1], &err) != BNC_OK) {
        fprintf(stderr, "gen_thresholds: %s\n",
                argc == 2 ? err.text : "usage: gen_thresholds thresholds.csv");
        return 1;
    }
    printf("/* made by gen_thresholds from thresholds.csv, %zu rows; do not edit */\n", t.n_rows);
    defaults(&t);
    printf("#ifdef BNC_THRESHOLD_ROWS\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            if (k > 0)
                printf(", ");
            string(bnc_table_cell(&t, i, bnc_table_col(&t, texts[k])));
        }
        number(&t, i, "warn");
        number(&t, i, "limit");
        printf(" },\n");
    }
    printf("#endif\n");
    bnc_table_release(&t);
    return 0;
}

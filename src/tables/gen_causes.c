/* SPDX-License-Identifier: MIT
 * gen_causes.c - causes.csv -> gen/causes.h: enum bnc_cause and one array of rows.
 * usage: gen_causes causes.csv > causes.h
 */
#include <ctype.h>
#include <stdio.h>

#include "tables/gen_print.h"
#include "util/table.h"

static void upper(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++)
        putchar(toupper((unsigned char)s.at[i]));
}

int main(int argc, char **argv)
{
    static const char *const enums[] = { "group", "duration", "side", "action", "priority" };
    static const char *const texts[] = { "meaning", "sisimai_reason", "kumomta_class",
                                         "powermta_category", "sparkpost_class", "sendgrid_class",
                                         "ses_type" };
    struct bnc_error err;
    struct bnc_table t;

    if (argc != 2 || bnc_table_read(&t, argv[1], &err) != BNC_OK) {
        fprintf(stderr, "gen_causes: %s\n", argc == 2 ? err.text : "usage: gen_causes causes.csv");
        return 1;
    }
    printf("/* made by gen_causes from causes.csv, %zu rows; do not edit */\n", t.n_rows);
    printf("#ifdef BNC_CAUSE_ENUM\nenum bnc_cause {\n");
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("    BNC_CAUSE_");
        upper(bnc_table_cell(&t, i, 0));
        printf(" = %zu,\n", i);
    }
    printf("    BNC_N_CAUSES = %zu\n};\n#endif\n#ifdef BNC_CAUSE_ROWS\n", t.n_rows);
    for (size_t i = 0; i < t.n_rows; i++) {
        printf("{ ");
        string(bnc_table_cell(&t, i, 0));
        for (size_t k = 0; k < sizeof enums / sizeof enums[0]; k++) {
            printf(", BNC_");
            upper(bnc_span_str(enums[k]));
            putchar('_');
            upper(bnc_table_cell(&t, i, bnc_table_col(&t, enums[k])));
        }
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            printf(", ");
            string(bnc_table_cell(&t, i, bnc_table_col(&t, texts[k])));
        }
        printf(" },\n");
    }
    printf("#endif\n");
    bnc_table_release(&t);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * gen_findings.c - findings.csv -> gen/findings.h: one array of rows, in the order of the file.
 * usage: gen_findings findings.csv > findings.h
 * "\n" in a text is a line end.
 */
#include <stdio.h>

#include "util/table.h"

static void string(struct bnc_span s)
{
    putchar('"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"' || (s.at[i] == '\\' && (i + 1 == s.len || s.at[i + 1] != 'n')))
            putchar('\\');
        putchar(s.at[i]);
    }
    putchar('"');
}

int main(int argc, char **argv)
{
    static const char *const cols[] = { "kind", "variant", "part", "text" };
    struct bnc_error err;
    struct bnc_table t;

    if (argc != 2 || bnc_table_read(&t, argv[1], &err) != BNC_OK) {
        fprintf(stderr, "gen_findings: %s\n",
                argc == 2 ? err.text : "usage: gen_findings findings.csv");
        return 1;
    }
    printf("/* made by gen_findings from findings.csv, %zu rows; do not edit */\n", t.n_rows);
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

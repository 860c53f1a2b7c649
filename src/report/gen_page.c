/* SPDX-License-Identifier: MIT
 * gen_page.c - page.css and page.js -> gen/page.h: the style and the script of the HTML report as
 * string literals.  Comment lines and indents are left out; nothing else is touched.
 *
 * usage: gen_page page.css page.js > page.h
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void put_line(const char *line)
{
    putchar('"');
    for (; *line != '\0'; line++) {
        if (*line == '"' || *line == '\\')
            putchar('\\');
        putchar(*line);
    }
    puts("\\n\"");
}

static int put_file(const char *path, const char *name)
{
    char line[1024];
    FILE *f = fopen(path, "r");

    if (f == NULL) {
        fprintf(stderr, "gen_page: cannot open '%s'\n", path);
        return 1;
    }
    printf("static const char %s[] =\n", name);
    while (fgets(line, sizeof line, f) != NULL) {
        char *at = line;
        size_t n;

        while (isspace((unsigned char)*at))
            at++;
        n = strlen(at);
        while (n > 0 && isspace((unsigned char)at[n - 1]))
            at[--n] = '\0';
        if (n > 0 && strncmp(at, "//", 2) != 0 &&
            !(strncmp(at, "/*", 2) == 0 && strcmp(at + n - 2, "*/") == 0))
            put_line(at);
    }
    puts(";");
    return fclose(f);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: gen_page page.css page.js\n", stderr);
        return 1;
    }
    puts("/* made by gen_page from page.css and page.js; do not edit */");
    return put_file(argv[1], "page_css") != 0 || put_file(argv[2], "page_js") != 0;
}

/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <string.h>

#include "prose.h"

enum { COLUMNS = 79, INDENT = 28 };

/* Writes 'text' wrapped, from column 'at' on, each further line indented. */
static void wrap(const char *text, size_t at, FILE *out)
{
    while (*text != '\0') {
        const size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " ");

        if (at + blanks + word > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            at = INDENT;
        } else {
            fprintf(out, "%*s", blanks > 0 ? 1 : 0, "");
            at += blanks > 0;
        }
        fprintf(out, "%.*s", (int)word, text + blanks);
        at += word;
        text += blanks + word;
    }
    fputc('\n', out);
}

/* "(a|b|c)", broken behind a bar where it is too long. */
static void print_values(const char *values, FILE *out)
{
    size_t at = INDENT + 1;

    fprintf(out, "%*s(", INDENT, "");
    while (*values != '\0') {
        const size_t word = strcspn(values, "|"), n = word + (values[word] == '|');

        if (at + n + 1 > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            at = INDENT;
        }
        fprintf(out, "%.*s", (int)n, values);
        at += n;
        values += n;
    }
    fputs(")\n", out);
}

static void print_option(const struct option_info *o, FILE *out)
{
    char head[120];
    int n;

    if (o->letter != 0)
        n = snprintf(head, sizeof head, "  -%c, --%s", o->letter, o->name);
    else
        n = snprintf(head, sizeof head, "      --%s", o->name);
    if (o->arg != NULL)
        n += snprintf(head + n, sizeof head - (size_t)n, o->kind == KIND_TOGGLE ? "[=%s]" : " %s",
                      o->arg);
    fputs(head, out);
    if (n >= INDENT - 1)
        fprintf(out, "\n%*s", INDENT, "");
    else
        fprintf(out, "%*s", INDENT - n, "");
    wrap(o->help, INDENT, out);
    if (o->values != NULL && o->kind != KIND_TOGGLE)
        print_values(o->values, out);
}

static void print_options(unsigned commands_asked, FILE *out)
{
    const char *group = NULL;

    for (unsigned i = 0; i < n_options; i++) {
        if (options[i].name == NULL) {
            group = options[i].group;
        } else if ((options[i].commands & commands_asked) != 0) {
            if (group != NULL)
                fprintf(out, "\n%s:\n", group);
            group = NULL;
            print_option(&options[i], out);
        }
    }
}

static void print_synopsis(FILE *out)
{
    fputs("Usage: bounce-analyzer [COMMAND] [OPTIONS] [FILE...]\n\n", out);
    fputs("Reads exported bounce and activity CSV files, decides every row, and says what to "
          "do.\n\nExamples:\n",
          out);
    for (size_t i = 0; i < N_EXAMPLES; i++)
        fprintf(out, "  %s\n      %s\n", examples[i].command, examples[i].meaning);
    fputs("\nCommands:\n", out);
    for (unsigned i = 0; i < n_commands; i++)
        fprintf(out, "  %-10s%s\n", commands[i].name, commands[i].help);
}

void help_print(const struct settings *s, FILE *out)
{
    const struct command_info *c = command_find(s->command);

    if (s->command_given)
        fprintf(out, "Usage: bounce-analyzer %s [OPTIONS] %s\n\n%c%s.\n", c->name, c->operands,
                c->help[0] - ('a' - 'A'), c->help + 1);
    else
        print_synopsis(out);
    print_options(s->command_given ? (unsigned)s->command : (unsigned)CMD_ALL, out);
    fputs("\nExit status:\n", out);
    for (size_t i = 0; i < N_EXITS; i++)
        fprintf(out, "  %-10s%s\n", exits[i].status, exits[i].meaning);
}

void help_short(FILE *out)
{
    fputs("Usage: bounce-analyzer [COMMAND] [OPTIONS] [FILE...]\n\n", out);
    fprintf(out, "  %s\n      %s\n\n", examples[0].command, examples[0].meaning);
    fputs("Try 'bounce-analyzer --help'\n", out);
}

/* SPDX-License-Identifier: MIT
 * gen_docs.c - the man page and the completions, from the option table.
 * A build tool: gen_docs NAME prints the file of that name on standard output.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bounce/version.h"
#include "options.h"
#include "prose.h"

/* ---- man page ---- */

/* Text for roff: backslashes, hyphens that are options, and a leading dot or quote must not be read
 * as requests. */
static void roff(const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\'')
            fputs("\\(aq", stdout);
        else
            putchar(*text);
    }
}

static void man_option(const struct option_info *o)
{
    puts(".TP");
    if (o->letter != 0)
        printf(".BR \\-%c \", \" \\-\\-", o->letter);
    else
        fputs(".B \\-\\-", stdout);
    roff(o->name);
    if (o->arg != NULL) {
        fputs(o->letter != 0 ? " \" \\fI" : o->kind == KIND_TOGGLE ? "[=\\fI" : " \\fI", stdout);
        roff(o->arg);
        fputs(o->letter != 0 ? "\\fP\"" : o->kind == KIND_TOGGLE ? "\\fP]" : "\\fP", stdout);
    }
    putchar('\n');
    roff(o->help);
    fputs(".\n", stdout);
    if (o->values != NULL) {
        fputs("One of ", stdout);
        for (const char *p = o->values; *p != '\0'; p++)
            fputs(*p == '|' ? ", " : (char[]){ *p, '\0' }, stdout);
        fputs(".\n", stdout);
    }
    if (o->commands != CMD_ALL) {
        const char *sep = "";

        fputs("For ", stdout);
        for (unsigned i = 0; i < n_commands; i++) {
            if ((o->commands & commands[i].command) != 0) {
                printf("%s%s", sep, commands[i].name);
                sep = ", ";
            }
        }
        fputs(".\n", stdout);
    }
}

static void man_options(void)
{
    puts(".SH OPTIONS");
    puts("Options and files may be given in any order; \\fB\\-\\-\\fP ends the options.");
    for (unsigned i = 0; i < n_options; i++) {
        if (options[i].name == NULL) {
            printf(".SS %s\n", options[i].group);
        } else {
            man_option(&options[i]);
        }
    }
}

static void man_paragraphs(const char *title, const char *const *text)
{
    printf(".SH %s\n", title);
    for (; *text != NULL; text++) {
        puts(".PP");
        roff(*text);
        putchar('\n');
    }
}

static void man_pairs(const char *title)
{
    printf(".SH %s\n", title);
    for (size_t i = 0; i < N_EXITS; i++) {
        printf(".TP\n.B %s\n", exits[i].status);
        roff(exits[i].meaning);
        fputs(".\n", stdout);
    }
}

static void print_man(void)
{
    printf(".\\\" made by gen_docs from analyzer/options.def; edit that\n");
    printf(".TH BOUNCE\\-ANALYZER 1 \"\" \"bounce\\-analyzer %s\" \"User Commands\"\n",
           BNC_VERSION);
    puts(".SH NAME\nbounce\\-analyzer \\- say what exported email bounces mean, and what to "
         "do\n.SH SYNOPSIS");
    puts(".B bounce\\-analyzer\n.RI [ COMMAND ]\n.RI [ OPTIONS ]\n.RI [ FILE... ]");
    man_paragraphs("DESCRIPTION", description);
    puts(".SH COMMANDS");
    for (unsigned i = 0; i < n_commands; i++) {
        printf(".TP\n.B %s\n", commands[i].name);
        roff(commands[i].help);
        fputs(".\n", stdout);
    }
    man_options();
    man_paragraphs("INPUT", input);
    man_paragraphs("CONFIGURATION", configuration);
    puts(".SH ENVIRONMENT");
    for (size_t i = 0; i < N_VARIABLES; i++) {
        printf(".TP\n.B %s\n", variables[i].name);
        roff(variables[i].meaning);
        fputs(".\n", stdout);
    }
    puts(".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/bounce\\-analyzer/config\n.TQ\n.I "
         "~/.config/bounce\\-analyzer/config\nThe user\\(aqs settings.");
    puts(".TP\n.I /etc/bounce\\-analyzer/config\nThe machine\\(aqs settings.");
    man_pairs("EXIT STATUS");
    puts(".SH EXAMPLES");
    for (size_t i = 0; i < N_EXAMPLES; i++) {
        puts(".TP");
        fputs(".B ", stdout);
        roff(examples[i].command);
        putchar('\n');
        printf("%c", toupper((unsigned char)examples[i].meaning[0]));
        roff(examples[i].meaning + 1);
        fputs(".\n", stdout);
    }
}

/* ---- completions ---- */

/* Only these take a file name; the others a value of their own. */
static int takes_file(const struct option_info *o)
{
    return o->arg != NULL && (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "STATE") == 0 ||
                              strcmp(o->arg, "N|FILE") == 0);
}

static void words(const char *values)
{
    for (; *values != '\0'; values++)
        putchar(*values == '|' ? ' ' : *values);
}

static void print_bash(void)
{
    puts("# bash completion for bounce-analyzer; made by gen_docs from analyzer/options.def");
    puts("_bounce_analyzer() {\n    local cur=${COMP_WORDS[COMP_CWORD]} "
         "prev=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n    case $prev in");
    for (unsigned i = 0; i < n_options; i++) {
        const struct option_info *o = &options[i];

        if (o->name == NULL || o->arg == NULL || o->kind == KIND_TOGGLE)
            continue;
        fputs("    ", stdout);
        if (o->letter != 0)
            printf("-%c|", o->letter);
        printf("--%s) ", o->name);
        if (o->values != NULL) {
            fputs("mapfile -t COMPREPLY < <(compgen -W '", stdout);
            words(o->values);
            puts("' -- \"$cur\"); return ;;");
        } else {
            puts(takes_file(o) ? "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;"
                               : "return ;;");
        }
    }
    fputs("    esac\n    if [[ $cur == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '",
          stdout);
    for (unsigned i = 0; i < n_options; i++)
        if (options[i].name != NULL)
            printf("--%s ", options[i].name);
    puts("' -- \"$cur\")\n        return\n    fi");
    fputs("    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    if [[ $COMP_CWORD == 1 ]]; "
          "then\n"
          "        mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -W '",
          stdout);
    for (unsigned i = 0; i < n_commands; i++)
        printf("%s%s", i > 0 ? " " : "", commands[i].name);
    puts("' -- \"$cur\")\n    fi\n}\ncomplete -o filenames -F _bounce_analyzer bounce-analyzer");
}

/* Help text inside a single-quoted zsh or fish word; brackets and colons mean something to zsh. */
static void quoted(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr(special, *text) != NULL)
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_option(const struct option_info *o, const char *name, const char *assign)
{
    printf("        '%s%s%s[", o->kind == KIND_LIST ? "*" : "", name, o->arg == NULL ? "" : assign);
    quoted(o->help, "[]:\\");
    fputs("]", stdout);
    if (o->arg != NULL) {
        printf("%s:", o->kind == KIND_TOGGLE ? "::" : ":");
        quoted(o->arg, "[]:\\");
        putchar(':');
        if (o->values != NULL) {
            putchar('(');
            words(o->values);
            putchar(')');
        } else if (takes_file(o)) {
            fputs("_files", stdout);
        }
    }
    puts("' \\");
}

static void print_zsh(void)
{
    char name[80];

    puts("#compdef bounce-analyzer\n# made by gen_docs from analyzer/options.def");
    puts("_bounce_analyzer() {\n    _arguments -s -S \\");
    for (unsigned i = 0; i < n_options; i++) {
        const struct option_info *o = &options[i];

        if (o->name == NULL)
            continue;
        if (o->letter != 0) {
            snprintf(name, sizeof name, "-%c", o->letter);
            zsh_option(o, name, "+");
        }
        snprintf(name, sizeof name, "--%s", o->name);
        zsh_option(o, name, o->kind == KIND_TOGGLE ? "=-" : "=");
    }
    fputs("        '1: :_bounce_analyzer_first' \\\n        "
          "'*:file:_files'\n}\n\n_bounce_analyzer_first() {\n"
          "    local -a names\n    names=(\n",
          stdout);
    for (unsigned i = 0; i < n_commands; i++) {
        printf("        '%s:", commands[i].name);
        quoted(commands[i].help, ":\\");
        puts("'");
    }
    puts("    )\n    _describe command names\n    _files\n}\n\n_bounce_analyzer \"$@\"");
}

static void print_fish(void)
{
    puts("# fish completion for bounce-analyzer; made by gen_docs from analyzer/options.def");
    for (unsigned i = 0; i < n_commands; i++) {
        printf("complete -c bounce-analyzer -n __fish_use_subcommand -a %s -d '", commands[i].name);
        quoted(commands[i].help, "\\");
        puts("'");
    }
    for (unsigned i = 0; i < n_options; i++) {
        const struct option_info *o = &options[i];

        if (o->name == NULL)
            continue;
        printf("complete -c bounce-analyzer -l %s", o->name);
        if (o->letter != 0)
            printf(" -s %c", o->letter);
        if (o->arg != NULL && o->kind != KIND_TOGGLE)
            fputs(takes_file(o) ? " -r" : " -x", stdout);
        if (o->values != NULL) {
            fputs(" -a '", stdout);
            words(o->values);
            putchar('\'');
        }
        fputs(" -d '", stdout);
        quoted(o->help, "\\");
        puts("'");
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } files[] = {
        { "bounce-analyzer.1", print_man },
        { "bounce-analyzer.bash", print_bash },
        { "_bounce-analyzer", print_zsh },
        { "bounce-analyzer.fish", print_fish },
    };

    for (size_t i = 0; argc == 2 && i < sizeof files / sizeof files[0]; i++) {
        if (strcmp(argv[1], files[i].name) == 0) {
            files[i].print();
            return 0;
        }
    }
    fprintf(stderr,
            "usage: gen_docs "
            "bounce-analyzer.1|bounce-analyzer.bash|_bounce-analyzer|bounce-analyzer.fish\n");
    return 2;
}

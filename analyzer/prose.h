/* SPDX-License-Identifier: MIT
 * prose.h - the sentences that --help and the man page share.
 */
#ifndef ANALYZER_PROSE_H
#define ANALYZER_PROSE_H

static const struct {
    const char *command, *meaning;
} examples[] __attribute__((unused)) = {
    { "bounce-analyzer report exports/2026-10/*.csv.gz -o october.html",
      "a month of exports into one report" },
    { "bounce-analyzer explain '550-5.7.26 Unauthenticated email from example.com is not accepted'",
      "one response in plain words" },
    { "bounce-analyzer suppress exports/ -o lists/",
      "whom to stop mailing, whom to hold, and whom not to suppress at all" },
};
#define N_EXAMPLES (sizeof examples / sizeof examples[0])

static const struct {
    const char *status, *meaning;
} exits[] __attribute__((unused)) = {
    { "0", "done; no --fail-on given, or it does not hold" },
    { "1", "done, and what --fail-on names holds; the result is complete" },
    { "2", "wrong usage: an unknown option, a bad value, options that contradict each other" },
    { "65", "input unusable: nothing recognized, compression corrupt or cut, too many malformed "
            "rows, any with --strict" },
    { "66", "an input is missing or can't be read" },
    { "70", "internal error: a bug of ours" },
    { "71", "system error: memory or threads" },
    { "73", "an output can't be created" },
    { "74", "a read or write failed, or an input shrank during the run" },
    { "78", "a configuration, rule or provider file is wrong" },
    { "130, 143", "ended by SIGINT, SIGTERM" },
};
#define N_EXITS (sizeof exits / sizeof exits[0])

/* ---- the man page alone ---- */

static const char *const description[] __attribute__((
    unused)) = { "Reads the bounce, activity and accounting exports of email service providers and "
                 "mail servers, decides for every row who is at fault "
                 "(the recipient, their domain, their mailbox provider, or the sender) and what to "
                 "do, and reports it: rates with their intervals, "
                 "findings in order of what fixing them would win back, and lists to act on.",
                 "Everything happens on this machine.  Nothing is sent anywhere, and no address "
                 "appears in a report unless --show asks for it; addresses "
                 "are in the lists of suppress and in the output of classify, and nowhere else.",
                 "Without a command the files are reported on.  A file named like a command is "
                 "given as ./report.",
                 NULL };
static const char *const input[] __attribute__((unused)) = {
    "CSV and its kin (tab, semicolon, pipe), JSON (one object a line, arrays, objects without "
    "line ends, the lists in the pages of APIs), plain or inside gzip (any number of "
    "members), zstd or ZIP; files, folders and standard input "
    "(-).  Format, delimiter, encoding and compression are recognized by content, never by name, "
    "and each can be forced.",
    "A row that is malformed is counted with its place and is never fatal, unless --strict.  A "
    "file that can't be recognized is named with the columns found "
    "and the nearest formats; the others are still analyzed, and the exit status says so.",
    NULL
};
static const char *const configuration[] __attribute__((unused)) = {
    "A setting is taken from the first of these that has it: the command line, BOUNCE_ANALYZER_* "
    "in the environment, the file of --config, the user's file, the "
    "machine's file.  A file has lines of the form 'option = value' with the long names above; a "
    "line that begins with # is a comment; an unknown name is an error. "
    "--print-config shows what holds and why.",
    NULL
};
static const struct {
    const char *name, *meaning;
} variables[] __attribute__((unused)) = {
    { "BOUNCE_ANALYZER_OPTION",
      "sets a long option: BOUNCE_ANALYZER_MAX_BAD_ROWS=5 is --max-bad-rows 5" },
    { "NO_COLOR, TERM",
      "no colour where NO_COLOR is not empty or TERM is dumb, unless --color says otherwise" },
    { "SOURCE_DATE_EPOCH", "the time to call 'now' in a report, in seconds since 1970" },
    { "LC_ALL, LC_CTYPE, LANG", "outside a UTF-8 locale the text report draws with ASCII; nothing "
                                "else depends on the locale" },
    { "OMP_NUM_THREADS", "threads, where --threads does not say" },
};
#define N_VARIABLES (sizeof variables / sizeof variables[0])

#endif

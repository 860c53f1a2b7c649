/* SPDX-License-Identifier: MIT
 * in_turn.c - time commands against each other on a machine that is never quiet.
 *
 *   in_turn ROUNDS RAW.csv < LIST          LIST: one "name<TAB>command" a line
 *
 * Every round runs each command once, in turn (A B C A B C ...), after one round that is not
 * counted.  Prints median, least and greatest wall time, CPU time and peak memory of each, and its
 * median ratio to the first: round by round, so that a slow minute of the machine hits both sides
 * of a ratio.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 64
#define MAX_ROUNDS 101

struct command {
    char name[64];
    char line[4096];
    double wall[MAX_ROUNDS], cpu[MAX_ROUNDS], ratio[MAX_ROUNDS];
    long peak_kb;
    int failed;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static void run(struct command *c, int round)
{
    const double began = now();
    const pid_t pid = fork();
    struct rusage use;
    int status = 1;

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", c->line, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &use) < 0) {
        c->failed = 1;
        return;
    }
    c->failed |= status != 0;
    if (round < 0)
        return;
    c->wall[round] = now() - began;
    c->cpu[round] = seconds(use.ru_utime) + seconds(use.ru_stime);
    if (use.ru_maxrss > c->peak_kb)
        c->peak_kb = use.ru_maxrss;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *of, int n)
{
    double sorted[MAX_ROUNDS];

    memcpy(sorted, of, sizeof *of * (size_t)n);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static int read_list(struct command *list)
{
    char line[4096 + 64];
    int n = 0;

    while (n < MAX_COMMANDS && fgets(line, sizeof line, stdin) != NULL) {
        char *tab = strchr(line, '\t');

        if (tab == NULL)
            continue;
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        snprintf(list[n].name, sizeof list[n].name, "%.63s", line);
        snprintf(list[n].line, sizeof list[n].line, "exec %s", tab + 1);
        n++;
    }
    return n;
}

static void print(struct command *list, int n, int rounds, FILE *raw)
{
    printf("%-34s %9s %9s %9s %8s %9s %8s\n", "command", "median s", "min", "max", "cpu s",
           "peak MB", "ratio");
    for (int i = 0; i < n; i++) {
        struct command *c = &list[i];
        double least = c->wall[0], most = c->wall[0];

        for (int r = 0; r < rounds; r++) {
            c->ratio[r] = c->wall[r] / list[0].wall[r];
            least = c->wall[r] < least ? c->wall[r] : least;
            most = c->wall[r] > most ? c->wall[r] : most;
            fprintf(raw, "%s,%d,%.6f,%.6f\n", c->name, r, c->wall[r], c->cpu[r]);
        }
        if (c->failed)
            printf("%-34s failed\n", c->name);
        else
            printf("%-34s %9.4f %9.4f %9.4f %8.3f %9.1f %8.3f\n", c->name, median(c->wall, rounds),
                   least, most, median(c->cpu, rounds), (double)c->peak_kb / 1024,
                   median(c->ratio, rounds));
    }
}

int main(int argc, char **argv)
{
    static struct command list[MAX_COMMANDS];
    const int rounds = argc > 1 ? atoi(argv[1]) : 0;
    FILE *raw = argc > 2 ? fopen(argv[2], "w") : NULL;
    int n;

    if (rounds < 1 || rounds > MAX_ROUNDS || raw == NULL) {
        fprintf(stderr, "usage: in_turn ROUNDS RAW.csv < LIST\n");
        return 2;
    }
    n = read_list(list);
    fprintf(raw, "command,round,wall_s,cpu_s\n");
    for (int r = -1; r < rounds; r++)
        for (int i = 0; i < n; i++)
            if (!list[i].failed)
                run(&list[i], r);
    print(list, n, rounds, raw);
    return fclose(raw) != 0;
}

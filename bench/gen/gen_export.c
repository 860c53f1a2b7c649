/* SPDX-License-Identifier: MIT
 * gen_export.c - made-up exports of any size: same arguments, same bytes.
 *
 *   gen_export [-s seed] [-b bytes] [-p people] [-S full|narrow] [-u texts|addresses|none] [-n permille]
 *
 * full    PowerMTA accounting: d, b, t and f rows of a month, about 360 bytes each
 * narrow  a suppression list (status,reason,email,created), bounces only
 * -u      every response text, or every address, is a new one
 * -n      rows per thousand with a newline inside a quoted response (default 1)
 *
 * Domains follow Zipf's law (big providers by rough market share, then a long tail); a fifth of the
 * people get half of the mail; one row in three needs quotes, one in sixty doubled quotes.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum system { GOOGLE, MICROSOFT, YAHOO, APPLE, GMX, POSTFIX, EXIM, GATEWAY, N_SYSTEMS };

static const struct {
    enum system system;
    char type;
    double weight;
    const char *status, *category, *text;
} replies[] = {
#define REPLY(system, type, weight, status, category, text)                                        \
    { system, type, weight, status, category, text },
#include "replies.def"
};
#define N_REPLIES (sizeof replies / sizeof replies[0])

static const struct {
    const char *name;
    enum system system;
    double weight;
    const char *mx;
} big[] = {
    { "gmail.com", GOOGLE, 30, "gmail-smtp-in.l.google.com" },
    { "hotmail.com", MICROSOFT, 7, "hotmail-com.olc.protection.outlook.com" },
    { "outlook.com", MICROSOFT, 5, "outlook-com.olc.protection.outlook.com" },
    { "live.com", MICROSOFT, 2, "live-com.olc.protection.outlook.com" },
    { "yahoo.com", YAHOO, 8, "mta5.am0.yahoodns.net" },
    { "yahoo.co.uk", YAHOO, 1, "mx-eu.mail.am0.yahoodns.net" },
    { "aol.com", YAHOO, 2, "mx-aol.mail.gm0.yahoodns.net" },
    { "icloud.com", APPLE, 2, "mx01.mail.icloud.com" },
    { "gmx.de", GMX, 1.2, "mx00.emig.gmx.net" },
    { "web.de", GMX, 1, "mx-ha02.web.de" },
    { "orange.fr", POSTFIX, 1, "smtp-in.orange.fr" },
    { "comcast.net", POSTFIX, 1.4, "mx1.comcast.net" },
    { "libero.it", POSTFIX, 0.6, "smtp-in.libero.it" },
    { "mail.ru", EXIM, 0.9, "mxs.mail.ru" },
};
#define N_BIG (sizeof big / sizeof big[0])
#define BIG_SHARE 0.64 /* of all mail; the rest is the tail */
#define TAIL_DOMAINS 200000

struct person {
    char address[128];
    const char *domain; /* in address */
    char mx[96];
    enum system system;
};

static uint64_t state, seed = 1;

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t next(void)
{
    return mix(state += UINT64_C(0x9e3779b97f4a7c15));
}

static unsigned below(unsigned n)
{
    return (unsigned)((next() >> 32) * n >> 32);
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) / 9007199254740992.0;
}

/* A word made of syllables, the same for the same number. */
static char *put_word(char *p, uint64_t n, int syllables)
{
    static const char onset[] = "bcdfghklmnprstvw", vowel[] = "aeiou";

    for (; syllables > 0; syllables--, n = mix(n + 1)) {
        *p++ = onset[n % 16];
        *p++ = vowel[(n >> 8) % 5];
        if (n >> 16 & 1)
            *p++ = "nrst"[(n >> 20) % 4];
    }
    return p;
}

static char *put_id(char *p, int len, const char *digits, unsigned base)
{
    while (len-- > 0)
        *p++ = digits[below(base)];
    return p;
}

#define HEX "0123456789abcdef"
#define BASE62 "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static double big_total;

static void pick_big(struct person *who, char *p, double at)
{
    size_t i = 0;

    for (at *= big_total; i + 1 < N_BIG && at >= big[i].weight; i++)
        at -= big[i].weight;
    who->domain = p;
    strcpy(p, big[i].name);
    strcpy(who->mx, big[i].mx);
    who->system = big[i].system;
}

static void pick_tail(struct person *who, char *p, double at)
{
    static const char *const tlds[] = {
        ".com", ".de", ".net", ".co.uk", ".fr", ".org", ".it", ".nl"
    };
    static const enum system kinds[] = { GOOGLE,  MICROSOFT, MICROSOFT, POSTFIX,
                                         POSTFIX, EXIM,      GATEWAY,   GOOGLE };
    /* Zipf by inversion: rank = N^at is 1/rank distributed */
    const uint64_t rank = (uint64_t)exp(at * log(TAIL_DOMAINS));
    const uint64_t h = mix(rank * 77 + 5);
    char *end;

    who->domain = p;
    end = put_word(p, h, 3);
    end += sprintf(end, "%s", tlds[h % 8]);
    who->system = kinds[(h >> 8) % 8];
    switch (who->system) {
    case GOOGLE:
        strcpy(who->mx, "aspmx.l.google.com");
        break;
    case MICROSOFT:
        sprintf(who->mx, "%.*s.mail.protection.outlook.com", (int)(end - p), p);
        break;
    case GATEWAY:
        sprintf(who->mx, "mx1-us1.ppe-hosted.com");
        break;
    default:
        sprintf(who->mx, "mx1.%s", p);
        break;
    }
    for (char *c = who->mx; *c != '\0' && who->system == MICROSOFT; c++)
        if (*c == '.' && strncmp(c, ".mail.prot", 10) != 0)
            *c = '-';
        else if (*c == '.')
            break;
}

static void make_person(struct person *who, uint64_t id)
{
    const uint64_t h = mix(id ^ seed << 40);
    char *p = put_word(who->address, h, 2);

    *p++ = (h & 1) != 0 ? '.' : '_';
    p = put_word(p, h >> 7, 2);
    if ((h >> 3 & 3) == 0)
        p += sprintf(p, "%u", (unsigned)(h >> 50));
    else
        p += sprintf(p, "%llx", (unsigned long long)(id & 0xfffff));
    *p++ = '@';
    if (unit(mix(h)) < BIG_SHARE)
        pick_big(who, p, unit(mix(h + 1)));
    else
        pick_tail(who, p, unit(mix(h + 2)));
}

static size_t pick_reply(enum system system, char type)
{
    double total = 0, at;

    for (size_t i = 0; i < N_REPLIES; i++)
        total += replies[i].system == system && replies[i].type == type ? replies[i].weight : 0;
    at = unit(next()) * total;
    for (size_t i = 0; i < N_REPLIES; i++) {
        if (replies[i].system != system || replies[i].type != type)
            continue;
        if (at < replies[i].weight)
            return i;
        at -= replies[i].weight;
    }
    return 0;
}

static char *put_token(char *p, char token, const struct person *who, unsigned ip, unsigned job)
{
    switch (token) {
    case 'r':
        return p + sprintf(p, "%s", who->address);
    case 'd':
        return p + sprintf(p, "%s", who->domain);
    case 'i':
        return p + sprintf(p, "198.51.100.%u", ip);
    case 'h':
        return p + sprintf(p, "%s", who->mx);
    case 'o':
        return p + sprintf(p, "b%u@news.example", job);
    case 'n':
        return p + sprintf(p, "%u", below(900000));
    case 'q':
        return put_id(p, 11, "0123456789ABCDEF", 16);
    case 'w':
        return put_word(p, next(), 4);
    case 'g':
        p = put_id(p, 13, HEX, 16);
        *p++ = '-';
        p = put_id(p, 11, HEX, 16);
        return p + sprintf(p, "si%upgd.%u", 1000000 + below(9000000), below(700));
    default:
        return put_id(p, 18, BASE62, 62);
    }
}

static void make_text(char *out, const char *text, const struct person *who, unsigned ip,
                      unsigned job, int new_text)
{
    char *p = out;

    for (; *text != '\0'; text++) {
        if (text[0] == '{' && text[1] != '\0' && text[2] == '}') {
            p = put_token(p, text[1], who, ip, job);
            text += 2;
        } else {
            *p++ = *text;
        }
    }
    if (new_text) {
        p += sprintf(p, " ref ");
        p = put_word(p, next(), 5);
    }
    *p = '\0';
}

/* A field, quoted where RFC 4180 says so. */
static void put_field(const char *s)
{
    if (strpbrk(s, ",\"\n") == NULL) {
        fputs(s, stdout);
        return;
    }
    putchar('"');
    for (; *s != '\0'; s++) {
        if (*s == '"')
            putchar('"');
        putchar(*s);
    }
    putchar('"');
}

/* Some replies carry a newline, some quote their own words. */
static void roughen(char *text, unsigned newline_permille)
{
    char *space = strlen(text) > 20 ? strchr(text + 14, ' ') : NULL;
    char copy[2048];
    char *end;

    if (space == NULL)
        return;
    if (below(1000) < newline_permille) {
        *space = '\n';
    } else if (below(60) == 0 && (end = strchr(space + 1, ' ')) != NULL) {
        snprintf(copy, sizeof copy, "%.*s \"%.*s\"%s", (int)(space - text), text,
                 (int)(end - space - 1), space + 1, end);
        strcpy(text, copy);
    }
}

static const char *format_time(time_t t)
{
    static char buf[32];
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(buf, sizeof buf, "%Y-%m-%d %H:%M:%S+0000", &tm);
    return buf;
}

static void put_full(char type, const struct person *who, size_t r, const char *text, time_t t,
                     unsigned ip, unsigned job, uint64_t id)
{
    const char *action = type == 'd'   ? "relayed"
                         : type == 'b' ? "failed"
                         : type == 't' ? "delayed"
                                       : "";

    printf("%c,%s,", type, format_time(t));
    printf("%s,b%u.%llu@news.example,%s,%s,",
           format_time(t - (time_t)below(type == 't' ? 7200 : 40)), job, (unsigned long long)id,
           who->address, action);
    put_field(type == 'f' ? "" : replies[r].status);
    putchar(',');
    put_field(text);
    printf(",%s (192.0.2.%u),%s,vmta%u,job%u,198.51.100.%u\n", who->mx, below(250),
           type == 'f' ? "" : replies[r].category, 1 + ip % 8, job, ip);
}

static void put_narrow(const struct person *who, size_t r, const char *text, time_t t)
{
    printf("%.*s,", (int)strcspn(replies[r].status, " "), replies[r].status);
    put_field(strncmp(text, "smtp;", 5) == 0 ? text + 5 : text);
    printf(",%s,%lld\n", who->address, (long long)t);
}

static const char *option(int argc, char **argv, const char *flag, const char *otherwise)
{
    for (int i = 1; i + 1 < argc; i += 2)
        if (strcmp(argv[i], flag) == 0)
            return argv[i + 1];
    return otherwise;
}

int main(int argc, char **argv)
{
    const uint64_t bytes = strtoull(option(argc, argv, "-b", "1000000"), NULL, 10);
    const uint64_t people = strtoull(option(argc, argv, "-p", "2000000"), NULL, 10);
    const int narrow = strcmp(option(argc, argv, "-S", "full"), "narrow") == 0;
    const char *unique = option(argc, argv, "-u", "none");
    const unsigned newlines = (unsigned)atoi(option(argc, argv, "-n", "1"));
    const double month = 31.0 * 86400, start = 1790812800; /* 2026-10-01 */
    const double step = month * (narrow ? 200.0 : 345.0) / (double)(bytes + 1);
    static char buffer[1 << 20];
    double t = 0;
    uint64_t n = 0;

    seed = strtoull(option(argc, argv, "-s", "1"), NULL, 10);
    state = seed * 7919;
    for (size_t i = 0; i < N_BIG; i++)
        big_total += big[i].weight;
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    fputs(narrow ? "status,reason,email,created\n"
                 : "type,timeLogged,timeQueued,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,"
                   "bounceCat,vmta,jobId,dlvSourceIp\n",
          stdout);
    for (uint64_t written = 0; written < bytes; n++) {
        const double kind = unit(next());
        const char type = narrow        ? 'b'
                          : kind < 0.40 ? 'd'
                          : kind < 0.75 ? 'b'
                          : kind < 0.99 ? 't'
                                        : 'f';
        const unsigned ip = 10 + below(16), job = 1000 + (unsigned)(t / 86400 * 7) + below(3);
        const uint64_t id = unique[0] == 'a' ? n * 2654435761u
                            : next() & 1     ? next() % people
                                             : next() % (people / 5 + 1);
        struct person who;
        char text[2048];
        size_t r;
        time_t when;

        t += step * 2 * unit(next());
        when = (time_t)(start + (t < month - 1 ? t : month - 1));
        make_person(&who, id);
        r = pick_reply(who.system, type == 'f' ? 'd' : type);
        make_text(text, type == 'f' ? "" : replies[r].text, &who, ip, job, unique[0] == 't');
        roughen(text, newlines);
        if (narrow)
            put_narrow(&who, r, text, when);
        else
            put_full(type, &who, r, text, when, ip, job, id);
        written += strlen(text) + strlen(who.address) + (narrow ? 18 : 175 + strlen(who.mx));
    }
    return fflush(stdout) != 0 || ferror(stdout) ? 74 : 0;
}

/* SPDX-License-Identifier: MIT
 * gen_month.c - an ordinary month of mail with one story planted in it, and the truth about it.
 *
 *     gen_month STORY SEED DIR [bounces]
 *
 * writes DIR/export.csv (PowerMTA accounting; with 'bounces' the deliveries are left out),
 * DIR/truth.csv (the findings above info that must come out, and no others) and DIR/LIST.txt for
 * each list (the addresses that belong on it, decided from what was meant, not from the replies).
 * Everything follows from the seed.  Nobody in here exists.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MONTH_START INT64_C(1790812800) /* 2026-10-01T00:00:00Z, a Thursday */
#define DAY 86400
#define N_DAYS 31
#define MAX_PEOPLE 20000
#define MAX_FATES 48 /* campaigns that one person can be in */

/* ---- chance ---- */

static uint64_t rng_state;

static uint64_t rng(void)
{
    rng_state ^= rng_state >> 12;
    rng_state ^= rng_state << 25;
    rng_state ^= rng_state >> 27;
    return rng_state * UINT64_C(2685821657736338717);
}

static unsigned below(unsigned n)
{
    return (unsigned)((rng() >> 33) % n);
}

static bool per_100k(unsigned n)
{
    return below(100000) < n;
}

/* ---- receivers ---- */

enum receiver {
    GMAIL,
    MICROSOFT,
    YAHOO,
    APPLE,
    GMX,
    COMCAST,
    POSTFIX,
    TENANT,
    GATEWAY,
    N_RECEIVERS
};

/* What is meant; the reply depends on the receiver. */
enum meant {
    ACCEPTED,
    NO_USER,
    FULL,
    GREY,
    SLOW_DOWN,
    TIMEOUT,
    EXPIRED,
    SPAM,
    LISTED,
    UNAUTHENTICATED,
    BLOCKED,
    NO_DOMAIN,
    NULL_MX,
    SYNTAX,
    SEQUENCE,
    BUSY,
    N_MEANT
};

struct reply {
    const char *status, *text;
};

/* %A address, %S sender domain, %I sending address, %U a number */
static const struct reply replies[N_RECEIVERS][N_MEANT] = {
    [GMAIL] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 2.0.0 OK  %U af79cd13be357-7b1b%U - gsmtp" },
        [NO_USER] = { "5.1.1", "smtp;550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser af79cd13be%U - gsmtp" },
        [FULL] = { "4.2.2", "smtp;452-4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to 452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp af79cd13be%U - gsmtp" },
        [SLOW_DOWN] = { "4.7.28", "smtp;421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address %I. To protect our users from spam, mail sent from your IP address has been temporarily rate limited. 421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError af79cd%U - gsmtp" },
        [SPAM] = { "5.7.1", "smtp;550-5.7.1 [%I] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. 550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError af79%U - gsmtp" },
        [UNAUTHENTICATED] = { "5.7.26", "smtp;550-5.7.26 Unauthenticated email from %S is not accepted due to domain's 550-5.7.26 DMARC policy. Please contact the administrator of %S domain if 550-5.7.26 this was a legitimate mail. 550 5.7.26  https://support.google.com/mail/?p=DmarcRejection af79cd%U - gsmtp" },
        [BUSY] = { "4.3.0", "smtp;421-4.3.0 Temporary System Problem. Try again later (10). 421 4.3.0 af79cd%U - gsmtp" },
    },
    [MICROSOFT] = {
        [ACCEPTED] = { "2.6.0", "smtp;250 2.6.0 <%U@%S> [InternalId=%U, Hostname=DB3PEPF%U.eurprd06.prod.outlook.com] Queued mail for delivery" },
        [NO_USER] = { "5.5.0", "smtp;550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com 2026-10-12T09:11:04.123Z 08DD%U]" },
        [FULL] = { "5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
        [SLOW_DOWN] = { "4.7.650", "smtp;451 4.7.650 The mail server [%I] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
        [SPAM] = { "5.7.1", "smtp;550 5.7.1 Message rejected as spam by Content Filtering. [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
        [UNAUTHENTICATED] = { "5.7.515", "smtp;550 5.7.515 Access denied, sending domain %S doesn't meet the required authentication level. Spf= Fail , Dkim= Fail , DMARC= Fail [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
        [BLOCKED] = { "5.7.1", "smtp;550 5.7.1 Unfortunately, messages from [%I] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
        [BUSY] = { "4.3.2", "smtp;451 4.3.2 Temporary server error. Please try again later. PRX4 [DB5EUR03FT%U.eop-EUR03.prod.protection.outlook.com]" },
    },
    [YAHOO] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 ok dirdel" },
        [NO_USER] = { "5.0.0", "smtp;554 delivery error: dd This user doesn't have a yahoo.com account (%A) [0] - mta%U.mail.bf1.yahoo.com" },
        [FULL] = { "4.2.2", "smtp;452 4.2.2 <%A>: mailbox is over its storage quota" },
        [SLOW_DOWN] = { "4.7.0", "smtp;421 4.7.0 [TSS04] Messages from %I temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes" },
        [SPAM] = { "5.7.9", "smtp;554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes" },
        [UNAUTHENTICATED] = { "5.7.9", "smtp;550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM. See https://senders.yahooinc.com/smtp-error-codes" },
        [BUSY] = { "4.3.2", "smtp;451 4.3.2 Internal error reading data - mta%U.mail.bf1.yahoo.com" },
    },
    [APPLE] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 2.0.0 Ok: queued as %U" },
        [NO_USER] = { "5.1.1", "smtp;550 5.1.1 <%A>: user does not exist" },
        [FULL] = { "5.2.2", "smtp;552 5.2.2 <%A>: user is over quota" },
        [SPAM] = { "5.7.1", "smtp;554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137" },
    },
    [GMX] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 Requested mail action okay, completed: id=1Mx%U-1tGk" },
        [NO_USER] = { "5.1.1", "smtp;550 5.1.1 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/en/case?c=r0103&i=ip&v=%I" },
        [FULL] = { "5.2.2", "smtp;552 5.2.2 Requested mail action aborted: exceeded storage allocation. Quota exceeded. The recipient mailbox is full." },
        [BUSY] = { "4.3.2", "smtp;451 4.3.2 Requested action aborted: local error in processing, internal server fault, please try again later" },
    },
    [COMCAST] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 2.0.0 %U mail accepted for delivery" },
        [NO_USER] = { "5.1.1", "smtp;550 5.1.1 <%A> Account not available (in reply to RCPT TO command)" },
    },
    [POSTFIX] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 2.0.0 Ok: queued as 4XK%UZ" },
        [NO_USER] = { "5.1.1", "smtp;550 5.1.1 <%A>: Recipient address rejected: User unknown in virtual mailbox table" },
        [FULL] = { "4.2.2", "smtp;452 4.2.2 <%A>: Recipient address rejected: Mailbox is full / Blocks limit exceeded" },
        [GREY] = { "4.2.0", "smtp;450 4.2.0 <%A>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/corp.html" },
        [TIMEOUT] = { "4.4.1", "smtp;451 4.4.1 connect to mx.corp.example[192.0.2.10]:25: Connection timed out" },
        [EXPIRED] = { "4.4.7", "smtp;450 4.4.7 delivery time expired (last error: connect to mx.corp.example[192.0.2.10]:25: Connection timed out)" },
        [SPAM] = { "5.7.1", "smtp;554 5.7.1 Spam message rejected" },
        [LISTED] = { "5.7.1", "smtp;554 5.7.1 Service unavailable; Client host [%I] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/%I" },
        [NO_DOMAIN] = { "5.1.2", "smtp;550 5.1.2 Bad destination host: Host or domain name not found. Name service error for name=gone.example type=MX: Host not found" },
        [NULL_MX] = { "5.1.10", "smtp;556 5.1.10 Recipient address has null MX" },
    },
    [TENANT] = {
        [ACCEPTED] = { "2.6.0", "smtp;250 2.6.0 <%U@%S> [InternalId=%U, Hostname=AM0PR%U.eurprd01.prod.exchangelabs.com] Queued mail for delivery" },
        [NO_USER] = { "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient %A not found by SMTP address lookup" },
        [BLOCKED] = { "5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP [%I]. To request removal from this list please visit https://sender.office.com/ and follow the directions. [AM6EUR05FT%U.eop-eur05.prod.protection.outlook.com]" },
    },
    [GATEWAY] = {
        [ACCEPTED] = { "2.0.0", "smtp;250 2.0.0 3bq%U-1 Message accepted for delivery" },
        [NO_USER] = { "5.1.1", "smtp;550 5.1.1 User Unknown" },
        [SPAM] = { "5.7.1", "smtp;550 5.7.1 Message content rejected due to suspected spam. Rejected by Proofpoint" },
    },
};

/* What every receiver says who has no words of its own. */
static const struct reply common[N_MEANT] = {
    [FULL] = { "4.2.2", "smtp;452 4.2.2 Mailbox full" },
    [GREY] = { "4.2.0", "smtp;450 4.2.0 Greylisted, please try again later" },
    [SLOW_DOWN] = { "4.7.1", "smtp;451 4.7.1 Too many messages from %I, please slow down" },
    [TIMEOUT] = { "4.4.1", "smtp;451 4.4.1 connection timed out" },
    [EXPIRED] = { "4.4.7", "smtp;450 4.4.7 delivery time expired, connection timed out" },
    [SPAM] = { "5.7.1", "smtp;554 5.7.1 Message looks like spam, rejected" },
    [LISTED] = { "5.7.1", "smtp;554 5.7.1 Client host [%I] blocked using zen.spamhaus.org" },
    [UNAUTHENTICATED] = { "5.7.1", "smtp;550 5.7.1 Email rejected per DMARC policy for %S" },
    [NO_DOMAIN] = { "5.1.2", "smtp;550 5.1.2 Host or domain name not found" },
    [SYNTAX] = { "5.5.4", "smtp;501 5.5.4 Invalid HELO name, syntax error in parameters" },
    [SEQUENCE] = { "5.5.1", "smtp;503 5.5.1 Bad sequence of commands: send HELO/EHLO first" },
    [BUSY] = { "4.3.2", "smtp;421 4.3.2 System not accepting network messages, try later" },
};

static bool is_permanent(enum meant m, enum receiver r)
{
    const char *status = replies[r][m].status != NULL ? replies[r][m].status : common[m].status;

    return m == EXPIRED || (status != NULL && status[0] == '5');
}

/* ---- people ---- */

struct fate {
    int campaign;
    int64_t time;
    enum meant meant;
    bool bounce;
}; /* the last event of one campaign */

struct person {
    int domain, number;
    bool dead, always_full;
    int full_campaigns; /* story: full for that many campaigns, then recovered */
    int n_fates;
    bool complained;
    struct fate fates[MAX_FATES];
};

struct domain {
    char name[40];
    enum receiver receiver;
    unsigned weight, people;
    const char *mx;
};

static struct domain domains[400];
static int n_domains;
static struct person *people;
static int n_people;

static const char *story;
static bool bounces_only, no_mx, no_ip; /* what the export leaves out */
static FILE *export_file, *truth_file;
static int story_day, story_days;

static bool is_story(const char *name)
{
    return strcmp(story, name) == 0;
}

static int add_domain(const char *name, enum receiver receiver, unsigned weight, const char *mx)
{
    struct domain *d = &domains[n_domains];

    snprintf(d->name, sizeof d->name, "%s", name);
    d->receiver = receiver;
    d->weight = weight;
    d->mx = mx;
    return n_domains++;
}

static struct person *add_person(int domain)
{
    struct person *p = &people[n_people];

    *p = (struct person){ .domain = domain, .number = n_people };
    domains[domain].people++;
    n_people++;
    return p;
}

static void make_domains(void)
{
    static const char *const mx[N_RECEIVERS] = { [POSTFIX] = "mx.%s",
                                                 [TENANT] = "mail.protection.outlook.com",
                                                 [GATEWAY] = "mx0a-001.pphosted.com" };
    char name[40];

    add_domain("gmail.com", GMAIL, 3400, "gmail-smtp-in.l.google.com");
    add_domain("outlook.com", MICROSOFT, 700, "outlook-com.olc.protection.outlook.com");
    add_domain("hotmail.com", MICROSOFT, 900, "hotmail-com.olc.protection.outlook.com");
    add_domain("yahoo.com", YAHOO, 1100, "mta5.am0.yahoodns.net");
    add_domain("aol.com", YAHOO, 300, "mx-aol.mail.gm0.yahoodns.net");
    add_domain("icloud.com", APPLE, 600, "mx01.mail.icloud.com");
    add_domain("gmx.net", GMX, 450, "mx00.emig.gmx.net");
    add_domain("web.de", GMX, 250, "mx-ha02.web.de");
    add_domain("comcast.net", COMCAST, 200, "mx1a1.comcast.net");
    for (int i = 0; i < 220; i++) {
        const unsigned kind = below(10);
        const enum receiver r = kind < 5 ? POSTFIX : kind < 8 ? TENANT : GATEWAY;

        snprintf(name, sizeof name, "firm%03d.example", i);
        add_domain(name, r, i < 6 ? 90 : 2 + 60 / (unsigned)(i + 1),
                   r == POSTFIX ? "mx.firm.example" : mx[r]);
    }
}

static void make_people(int n)
{
    unsigned all = 0;

    for (int i = 0; i < n_domains; i++)
        all += domains[i].weight;
    for (int i = 0; i < n; i++) {
        unsigned at = below(all);
        int d = 0;

        while (at >= domains[d].weight)
            at -= domains[d++].weight;
        struct person *p = add_person(d);
        p->dead = per_100k(700);
        p->always_full = !p->dead && per_100k(60);
    }
}

/* ---- rows ---- */

static void put_text(FILE *f, const char *text, const struct person *p, const char *sender,
                     const char *ip)
{
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            fputc(*text, f);
            continue;
        }
        switch (*++text) {
        case 'A':
            fprintf(f, "user%05d@%s", p->number, domains[p->domain].name);
            break;
        case 'S':
            fputs(sender, f);
            break;
        case 'I':
            fputs(ip, f);
            break;
        default:
            fprintf(f, "%07u", below(9999999));
        }
    }
}

static void put_time(FILE *f, int64_t t)
{
    const time_t at = (time_t)t;
    struct tm tm;
    char text[40];

    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S+0000", &tm);
    fputs(text, f);
}

struct mailing {
    const char *campaign;
    int index;
    const char *sender, *ip;
};

static void put_row(const char *type, int64_t t, const struct person *p, const struct mailing *m,
                    enum meant meant)
{
    const struct domain *d = &domains[p->domain];
    const struct reply *own = &replies[d->receiver][meant],
                       *r = own->text != NULL ? own : &common[meant];

    if (bounces_only && type[0] == 'd')
        return;
    fprintf(export_file, "%s,", type);
    put_time(export_file, t);
    fprintf(export_file, ",bounce@%s,user%05d@%s,%s,\"", m->sender, p->number, d->name,
            type[0] == 'f' ? "" : r->status);
    if (type[0] != 'f')
        put_text(export_file, r->text, p, m->sender, m->ip);
    fprintf(export_file, "\",%s,,%s,%s\n", type[0] == 'f' || no_mx ? "" : d->mx, no_ip ? "" : m->ip,
            m->campaign);
}

/* ---- one message ---- */

static void remember(struct person *p, const struct mailing *m, int64_t t, enum meant meant,
                     bool bounce)
{
    int i = 0;

    if (bounces_only && meant == ACCEPTED)
        return; /* what the export does not show can't be known */
    while (i < p->n_fates && p->fates[i].campaign != m->index)
        i++;
    if (i == MAX_FATES)
        abort();
    if (i == p->n_fates)
        p->n_fates++;
    else if (t < p->fates[i].time)
        return;
    p->fates[i] = (struct fate){ m->index, t, meant, bounce };
}

static bool in_story(int64_t t)
{
    return t >= MONTH_START + (int64_t)story_day * DAY &&
           t < MONTH_START + (int64_t)(story_day + story_days) * DAY;
}

/* What the story makes of a message, or N_MEANT: nothing. */
static enum meant story_says(const struct person *p, const struct mailing *m, int64_t t)
{
    const enum receiver r = domains[p->domain].receiver;
    const bool now = in_story(t);

    if (is_story("domain_down"))
        return now && p->domain == 9 ? TIMEOUT : N_MEANT;
    if (is_story("dmarc_break"))
        return now && strcmp(m->sender, "news.shop.example") == 0 &&
                       (r == GMAIL || r == MICROSOFT || r == YAHOO) && !per_100k(15000)
                   ? UNAUTHENTICATED
                   : N_MEANT;
    if (is_story("ip_block"))
        return now && strcmp(m->ip, "203.0.113.12") == 0 && r == MICROSOFT ? BLOCKED : N_MEANT;
    if (is_story("tenant_block"))
        return now && r == TENANT ? BLOCKED : N_MEANT;
    if (is_story("listed"))
        return now && r == POSTFIX && strcmp(m->ip, "203.0.113.13") == 0 ? LISTED : N_MEANT;
    if (is_story("yahoo_spike"))
        return now && r == YAHOO && !per_100k(30000) ? SLOW_DOWN : N_MEANT;
    if (is_story("bad_content"))
        return strcmp(m->campaign, "crypto-offer") == 0 && !per_100k(70000) ? SPAM : N_MEANT;
    if (is_story("setup_fault"))
        return now && !per_100k(60000) ? (per_100k(50000) ? SYNTAX : SEQUENCE) : N_MEANT;
    if (is_story("false_unknown"))
        return now && r == GMX && !per_100k(10000) ? NO_USER : N_MEANT;
    if (is_story("outage"))
        return now && r == GMX && !per_100k(15000) ? BUSY : N_MEANT;
    return N_MEANT;
}

static enum meant ordinary(struct person *p)
{
    const struct domain *d = &domains[p->domain];

    if (strncmp(d->name, "gone", 4) == 0 || strstr(d->name, "gmial") != NULL ||
        strstr(d->name, "yahooo") != NULL || strstr(d->name, "hotmial") != NULL)
        return NO_DOMAIN;
    if (strncmp(d->name, "nullmx", 6) == 0)
        return NULL_MX;
    if (p->dead)
        return NO_USER;
    if (p->always_full || per_100k(80))
        return FULL;
    if (d->receiver == POSTFIX && per_100k(3000))
        return GREY;
    if ((d->receiver == YAHOO && per_100k(600)) || per_100k(150))
        return SLOW_DOWN;
    if (per_100k(120))
        return TIMEOUT;
    if (per_100k(50))
        return SPAM;
    if (d->receiver == POSTFIX && per_100k(120))
        return LISTED;
    return per_100k(20) ? UNAUTHENTICATED : ACCEPTED;
}

/*
 * Temporary refusals are retried; those of a story last as long as it does, a full mailbox outlasts
 * the queue, the rest passes.
 */
static void retry(struct person *p, const struct mailing *m, int64_t t, enum meant meant,
                  bool planted)
{
    const bool lasting = meant == FULL;
    int64_t wait = 900;

    for (int i = 0; i < 8; i++) {
        put_row("t", t, p, m, meant);
        remember(p, m, t, meant, false);
        t += wait;
        wait *= 3;
        if (!lasting && (!planted || !in_story(t)) && (planted || i >= 1 || per_100k(80000))) {
            put_row("d", t, p, m, ACCEPTED);
            remember(p, m, t, ACCEPTED, false);
            return;
        }
        if (wait > 24 * 3600)
            break;
    }
    if (lasting)
        return; /* the queue gives up silently: the export's last word is the deferral */
    put_row("b", t, p, m, EXPIRED);
    remember(p, m, t, EXPIRED, true);
}

static void complain(struct person *p, const struct mailing *m, int64_t t)
{
    const enum receiver r = domains[p->domain].receiver;
    const bool surge = is_story("complaints") && r == YAHOO && in_story(t);

    if ((r != YAHOO && r != MICROSOFT && r != COMCAST) ||
        !per_100k(surge ? 24000000u / (unsigned)n_people : 20))
        return;
    put_row("f", t + 3600 + below(20 * 3600), p, m, ACCEPTED);
    p->complained = true;
}

static void mail(struct person *p, const struct mailing *m, int64_t t)
{
    enum meant meant = story_says(p, m, t);
    const bool planted = meant != N_MEANT;

    if (t >= MONTH_START + (int64_t)N_DAYS * DAY)
        return;
    if (!planted)
        meant = ordinary(p);
    else if (p->dead && meant != TIMEOUT && meant != SLOW_DOWN && meant != BUSY)
        meant = meant == NO_USER ? NO_USER : meant;
    if (p->full_campaigns > 0 && meant == ACCEPTED) {
        meant = FULL;
        p->full_campaigns--;
    }
    if (meant == ACCEPTED) {
        put_row("d", t, p, m, meant);
        remember(p, m, t, meant, false);
        complain(p, m, t);
    } else if (is_permanent(meant, domains[p->domain].receiver)) {
        put_row("b", t, p, m, meant);
        remember(p, m, t, meant, true);
    } else {
        retry(p, m, t, meant, planted);
    }
}

/* ---- the month ---- */

static const char *const addresses[] = { "203.0.113.11", "203.0.113.12", "203.0.113.13",
                                         "203.0.113.14" };
static char names[64][32];
static int n_campaigns;

static struct mailing start(const char *name, const char *sender)
{
    snprintf(names[n_campaigns], sizeof names[0], "%s", name);
    return (struct mailing){ names[n_campaigns], n_campaigns++, sender, addresses[0] };
}

static void send_to(struct person *p, struct mailing *m, int day)
{
    m->ip = addresses[below(4)];
    mail(p, m, MONTH_START + (int64_t)day * DAY + 8 * 3600 + below(6 * 3600));
}

static void newsletter(int day, int from, int step, int n)
{
    char name[32];
    struct mailing m;

    snprintf(name, sizeof name, "news-10-%02d", day + 1);
    m = start(name, "news.shop.example");
    for (int i = from; i < n; i += step)
        send_to(&people[i], &m, day);
}

static void extra(const char *name, int day, int from, int to)
{
    struct mailing m = start(name, "news.shop.example");

    for (int i = from; i < to; i++)
        send_to(&people[i], &m, day);
}

static void receipts(int n)
{
    struct mailing m = start("receipts", "mail.shop.example");

    for (int day = 0; day < N_DAYS; day++)
        for (int i = 0; i < n / 40; i++)
            send_to(&people[below((unsigned)n)], &m, day);
}

/* ---- stories ---- */

static void finding(const char *kind, const char *scope, const char *subject)
{
    fprintf(truth_file, "%s,%s,%s\n", kind, scope, subject);
}

/* People and domains that the story needs; days within which it happens. */
static void prepare(bool weekly)
{
    int d;

    story_day = weekly ? 12 : 9 + (int)below(10); /* day 12 is a mailing day */
    story_days = is_story("false_unknown") || is_story("outage") || is_story("setup_fault") ? 1
                 : is_story("yahoo_spike")                                                  ? 2
                                                                                            : 3;
    if (is_story("ip_block") || is_story("tenant_block") || is_story("listed"))
        story_days = N_DAYS;
    if (is_story("dead_domains")) {
        d = add_domain("gone.example", POSTFIX, 0, "");
        for (int i = 0; i < 30; i++)
            add_person(d);
        d = add_domain("nullmx.example", POSTFIX, 0, "");
        for (int i = 0; i < 18; i++)
            add_person(d);
    } else if (is_story("typos")) {
        static const char *const typo[] = { "gmial.com", "yahooo.com", "hotmial.com" };

        for (int k = 0; k < 3; k++) {
            d = add_domain(typo[k], POSTFIX, 0, "");
            for (int i = 0; i < 24 - 8 * k; i++)
                add_person(d);
        }
    } else if (is_story("dead_mailbox")) {
        add_person(12)->dead = true;
    } else if (is_story("full")) {
        for (int i = 0; i < 120; i++) {
            struct person *p = &people[below((unsigned)n_people)];

            if (!p->dead)
                p->full_campaigns = i < 60 ? 99 : i < 90 ? 1 : 2;
        }
    }
}

static void tell_truth(void)
{
    if (is_story("domain_down"))
        finding("domain_wide_failure", "domain_wide", domains[9].name);
    else if (is_story("dead_domains")) {
        finding("domain_wide_failure", "domain_wide", "gone.example");
        finding("domain_wide_failure", "domain_wide", "nullmx.example");
    } else if (is_story("dmarc_break"))
        finding("authentication_failure", "sender_wide", "news.shop.example");
    else if (is_story("ip_block"))
        finding("provider_reputation", "provider_wide", "Outlook.com");
    else if (is_story("tenant_block"))
        finding("provider_reputation", "provider_wide", "Microsoft 365");
    else if (is_story("listed"))
        finding("provider_reputation", "sender_wide", no_ip ? "shop.example" : "203.0.113.13");
    else if (is_story("yahoo_spike"))
        finding(bounces_only ? "rate_limited_burst|provider_reputation" : "volume_spike_throttled",
                "provider_wide", "Yahoo");
    else if (is_story("bad_content"))
        finding("content_rejected", "sender_wide", "crypto-offer");
    else if (is_story("setup_fault"))
        finding("sender_configuration", "sender_wide", "shop.example");
    else if (is_story("false_unknown"))
        finding("provider_fault", "provider_wide", "GMX / WEB.DE");
    else if (is_story("outage"))
        finding("provider_fault", "provider_wide", "GMX / WEB.DE");
    else if (is_story("dirty"))
        finding("list_quality", "recipient_local", "partner-list");
    else if (is_story("complaints") && !bounces_only)
        finding("complaint_rate", "provider_wide", "Yahoo");
    else if (is_story("typos"))
        finding("list_quality", "domain_wide", "gmial.com");
    else if (is_story("full"))
        finding("recurring_soft_failure", "recipient_local", "");
}

/* ---- the lists, from what was meant ---- */

static int by_fate(const void *a, const void *b)
{
    const struct fate *x = a, *y = b;

    return (x->time > y->time) - (x->time < y->time);
}

static bool ours(enum meant m)
{
    return m == SPAM || m == LISTED || m == UNAUTHENTICATED || m == BLOCKED || m == SYNTAX ||
           m == SEQUENCE;
}

static const char *list_of(struct person *p)
{
    const enum receiver r = domains[p->domain].receiver;
    int from = 0, soft = 0, dead = 0, held = 0, refused = 0, kept = 0;
    int64_t full = 0;
    bool full_twice = false, domain = false;

    qsort(p->fates, (size_t)p->n_fates, sizeof p->fates[0], by_fate);
    for (int i = 0; i < p->n_fates; i++)
        if (p->fates[i].meant == ACCEPTED)
            from = i + 1;
    for (int i = from; i < p->n_fates; i++) {
        const struct fate *f = &p->fates[i];

        if (f->meant == ACCEPTED)
            continue;
        dead +=
            f->meant == NO_USER && !(is_story("false_unknown") && r == GMX && in_story(f->time));
        held += f->meant == NO_USER && is_story("false_unknown") && r == GMX && in_story(f->time);
        domain |= f->meant == NO_DOMAIN || f->meant == NULL_MX;
        refused += f->bounce && ours(f->meant);
        kept += f->bounce && !ours(f->meant);
        soft += !f->bounce && f->meant != SLOW_DOWN;
        soft += f->bounce && (f->meant == FULL || f->meant == EXPIRED);
        if (f->meant == FULL && f->bounce) {
            full_twice |= full != 0 && f->time - full >= DAY;
            full = full == 0 ? f->time : full;
        }
    }
    if (p->complained || dead > 0)
        return "suppress";
    if (held > 0)
        return "hold";
    if (domain)
        return "suppress_domains";
    if (full_twice)
        return "suppress";
    return refused > 0 ? "hold" : soft >= 3 ? "reengage" : kept > 0 ? "keep" : NULL;
}

static FILE *open_in(const char *dir, const char *name)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    if (f == NULL) {
        perror(path);
        exit(73);
    }
    return f;
}

static void write_lists(const char *dir)
{
    static const char *const lists[] = { "suppress", "suppress_domains", "hold", "reengage",
                                         "keep" };

    for (int l = 0; l < 5; l++) {
        char name[40];
        FILE *f;

        snprintf(name, sizeof name, "%s.txt", lists[l]);
        f = open_in(dir, name);
        for (int i = 0; i < n_people; i++) {
            const char *list = list_of(&people[i]);

            if (list == NULL || strcmp(list, lists[l]) != 0)
                continue;
            if (l == 1)
                fprintf(f, "%s\n", domains[people[i].domain].name);
            else
                fprintf(f, "user%05d@%s\n", people[i].number, domains[people[i].domain].name);
        }
        fclose(f);
    }
}

int main(int argc, char **argv)
{
    bool weekly;
    int n, people_n;

    if (argc < 4) {
        fprintf(stderr, "usage: gen_month STORY SEED DIR [bounces]\n");
        return 2;
    }
    story = argv[1];
    rng_state = (strtoull(argv[2], NULL, 10) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++)
        rng();
    bounces_only = argc > 4;
    people = calloc(MAX_PEOPLE, sizeof *people);
    if (people == NULL)
        return 71;
    export_file = open_in(argv[3], "export.csv");
    truth_file = open_in(argv[3], "truth.csv");
    fputs("type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,dsnMta,bounceCat,dlvSourceIp,jobId\n",
          export_file);

    /*
     * Seeds from 100 on: other exports.  100 no MX, 200 no sending address, 400 a small list, 800 a
     * big one; and their sums.
     */
    no_mx = strtoul(argv[2], NULL, 10) / 100 % 2 == 1;
    no_ip = strtoul(argv[2], NULL, 10) / 200 % 2 == 1;
    people_n = 4000 + (int)below(3000);
    if (strtoul(argv[2], NULL, 10) / 400 % 2 == 1)
        people_n /= 4;
    if (strtoul(argv[2], NULL, 10) / 800 % 2 == 1)
        people_n *= 2;
    weekly = !is_story("yahoo_spike") && below(2) == 0;
    make_domains();
    make_people(people_n);
    prepare(weekly);
    n = n_people;
    tell_truth();
    for (int day = 0; day < N_DAYS; day++) {
        if (weekly && day % 7 == 5)
            newsletter(day, 0, 1, n);
        else if (!weekly)
            newsletter(day, day % 7, 7, n);
    }
    receipts(n);
    if (is_story("yahoo_spike"))
        extra("autumn-sale", story_day, 0, n);
    if (is_story("bad_content"))
        extra("crypto-offer", story_day, 0, n / 3);
    if (is_story("dirty")) {
        for (int i = 0; i < 900; i++)
            add_person((int)below((unsigned)40))->dead = per_100k(18000);
        extra("partner-list", story_day, n, n_people);
    }
    write_lists(argv[3]);
    free(people);
    return fclose(export_file) != 0 || fclose(truth_file) != 0;
}

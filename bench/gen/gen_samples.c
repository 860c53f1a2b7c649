/* SPDX-License-Identifier: MIT
 * gen_samples.c - the exports in samples/, from a seed: gen_samples NAME prints the export of that
 * name.
 *
 * Each export is a quiet month of mail (dead mailboxes, full ones, a little greylisting) with one
 * story planted in it; samples/README.md tells the stories, and tests/cli/samples asks whether the
 * report finds them.  Nobody in here exists: company domains end in .example, and recipients at
 * real mailbox providers are called user.0042.example@..., because what a provider answers is the
 * point. The responses are written after what the providers answer today, with invented ids.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

static uint64_t rng_next(uint64_t *rng) /* xorshift64*: the same numbers everywhere */
{
    *rng ^= *rng >> 12;
    *rng ^= *rng << 25;
    *rng ^= *rng >> 27;
    return *rng * UINT64_C(2685821657736338717);
}

static unsigned below(uint64_t *rng, unsigned n)
{
    return (unsigned)((rng_next(rng) >> 33) % n);
}

/* True in 'n' of 1000 cases. */
static bool permille(uint64_t *rng, unsigned n)
{
    return below(rng, 1000) < n;
}

/* ---- who answers, and what ---- */

enum operator{ GMAIL, MICROSOFT, YAHOO, APPLE, GMX, POSTFIX, TENANT, N_OPERATORS };
enum answer { ACCEPTED, NO_USER, FULL, GREY, UNAUTHENTICATED, THROTTLED, LISTED, N_ANSWERS };

struct reply {
    unsigned code; /* 0: does not happen here */
    const char *status, *meaning; /* enhanced code, and PowerMTA's words for it */
    const char *category; /* PowerMTA's bounce category */
    const char *text; /* %A address %D its domain %S sender domain %I our address %Q google id %T
                         host %H hex %Z time */
};

#define BAD_MAILBOX "bad destination mailbox address", "bad-mailbox"
#define QUOTA "mailbox full", "quota-issues"
#define POLICY "delivery not authorized", "policy-related"
#define SPAM "delivery not authorized", "spam-related"
#define SUCCESS "success", ""

static const struct reply replies[N_OPERATORS][N_ANSWERS] = {
    [GMAIL] = {
        [ACCEPTED] = { 250, "2.0.0", SUCCESS, "250 2.0.0 OK  %U %Q - gsmtp" },
        [NO_USER] = { 550, "5.1.1", BAD_MAILBOX,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address "
            "for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser %Q - gsmtp" },
        [FULL] = { 452, "4.2.2", QUOTA,
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to 452 4.2.2  "
            "https://support.google.com/mail/?p=OverQuotaTemp %Q - gsmtp" },
        [UNAUTHENTICATED] = { 550, "5.7.26", POLICY,
            "550-5.7.26 Unauthenticated email from %S is not accepted due to domain's 550-5.7.26 DMARC policy. Please contact the administrator of %S "
            "domain if 550-5.7.26 this was a legitimate mail. To learn about the DMARC initiative, go to 550 5.7.26  "
            "https://support.google.com/mail/?p=DmarcRejection %Q - gsmtp" },
        [THROTTLED] = { 421, "4.7.28", SPAM,
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address %I. To protect our users from spam, "
            "421-4.7.28 mail sent from your IP address has been temporarily rate limited. 421 4.7.28  "
            "https://support.google.com/mail/?p=UnsolicitedRateLimitError %Q - gsmtp" },
        [LISTED] = { 0 },
    },
    [MICROSOFT] = {
        [ACCEPTED] = { 250, "2.6.0", SUCCESS, "250 2.6.0 <%U@%S> [InternalId=%U, Hostname=%T] Queued mail for delivery" },
        [NO_USER] = { 550, "5.5.0", "undefined protocol status", "bad-mailbox", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [%T %Z %H]" },
        [FULL] = { 554, "5.2.2", QUOTA, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message due to a permanent exception [%T %Z %H]" },
        [UNAUTHENTICATED] = { 550, "5.7.515", POLICY,
            "550 5.7.515 Access denied, sending domain %S doesn't meet the required authentication level. The sender's domain in the 5322.From address doesn't "
            "meet the authentication requirements defined for the sender. To learn how to fix this see: https://go.microsoft.com/fwlink/p/?linkid=2319303 "
            "Spf= Fail , Dkim= Fail , DMARC= Fail [%T %Z %H]" },
        [THROTTLED] = { 451, "4.7.650", SPAM,
            "451 4.7.650 The mail server [%I] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see "
            "https://postmaster.live.com (S775) [%T %Z %H]" },
        [LISTED] = { 550, "5.7.1", SPAM,
            "550 5.7.1 Unfortunately, messages from [%I] weren't sent. Please contact your Internet service provider since part of their network is on our "
            "block list (S3150). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [%T %Z %H]" },
    },
    [YAHOO] = {
        [ACCEPTED] = { 250, "2.0.0", SUCCESS, "250 ok dirdel" },
        [NO_USER] = { 554, "5.0.0", "undefined status", "bad-mailbox", "554 delivery error: dd This user doesn't have a %D account (%A) [0] - mta%n.mail.bf1.yahoo.com" },
        [FULL] = { 452, "4.2.2", QUOTA, "452 4.2.2 <%A>: mailbox is over its storage quota" },
        [UNAUTHENTICATED] = { 554, "5.7.9", POLICY, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes" },
        [THROTTLED] = { 421, "4.7.0", SPAM,
            "421 4.7.0 [TSS04] Messages from %I temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes" },
        [LISTED] = { 0 },
    },
    [APPLE] = {
        [ACCEPTED] = { 250, "2.0.0", SUCCESS, "250 2.0.0 Ok: queued as %H" },
        [NO_USER] = { 550, "5.1.1", BAD_MAILBOX, "550 5.1.1 <%A>: user does not exist" },
        [FULL] = { 552, "5.2.2", QUOTA, "552 5.2.2 <%A>: user is over quota" },
        [UNAUTHENTICATED] = { 554, "5.7.1", POLICY, "554 5.7.1 Your message was rejected due to %S's DMARC policy. See https://support.apple.com/en-us/HT204137 for info" },
        [LISTED] = { 550, "5.7.0", SPAM, "550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=%I" },
    },
    [GMX] = {
        [ACCEPTED] = { 250, "2.0.0", SUCCESS, "250 Requested mail action okay, completed: id=%U" },
        [NO_USER] = { 550, "5.1.1", BAD_MAILBOX, "550 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/en/case?c=r0103&i=ip&v=%I" },
        [FULL] = { 552, "5.2.2", QUOTA, "552 Requested mail action aborted: exceeded storage allocation Quota exceeded. The recipient mailbox is full." },
    },
    [POSTFIX] = {
        [ACCEPTED] = { 250, "2.0.0", SUCCESS, "250 2.0.0 Ok: queued as %H" },
        [NO_USER] = { 550, "5.1.1", BAD_MAILBOX, "550 5.1.1 <%A>: Recipient address rejected: User unknown in virtual mailbox table" },
        [FULL] = { 452, "4.2.2", QUOTA, "452 4.2.2 <%A>: Recipient address rejected: Mailbox is full / Blocks limit exceeded" },
        [GREY] = { 450, "4.2.0", "other mailbox status", "other", "450 4.2.0 <%A>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/%D.html" },
        [LISTED] = { 554, "5.7.1", SPAM,
            "554 5.7.1 Service unavailable; Client host [%I] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/%I" },
    },
    [TENANT] = {
        [ACCEPTED] = { 250, "2.6.0", SUCCESS, "250 2.6.0 <%U@%S> [InternalId=%U, Hostname=%T] Queued mail for delivery" },
        [NO_USER] = { 550, "5.1.10", BAD_MAILBOX, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient %A not found by SMTP address lookup" },
        [FULL] = { 554, "5.2.2", QUOTA, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException [%T %Z %H]" },
        [LISTED] = { 550, "5.7.606", SPAM, "550 5.7.606 Access denied, banned sending IP [%I]. To request removal from this list please visit https://sender.office.com/ [%T %Z %H]" },
    },
};

static const struct domain {
    const char *name;
    enum operator operator;
    unsigned weight; /* share of the recipients */
    const char *mx;
} domains[] = {
    { "gmail.com", GMAIL, 340, "gmail-smtp-in.l.google.com" },
    { "outlook.com", MICROSOFT, 70, "outlook-com.olc.protection.outlook.com" },
    { "hotmail.com", MICROSOFT, 90, "hotmail-com.olc.protection.outlook.com" },
    { "yahoo.com", YAHOO, 110, "mta5.am0.yahoodns.net" },
    { "aol.com", YAHOO, 30, "mx-aol.mail.gm0.yahoodns.net" },
    { "icloud.com", APPLE, 60, "mx01.mail.icloud.com" },
    { "gmx.net", GMX, 40, "mx00.emig.gmx.net" },
    { "web.de", GMX, 30, "mx-ha02.web.de" },
    { "brightclinic.example", TENANT, 25, "brightclinic-example.mail.protection.outlook.com" },
    { "harbour-books.example", POSTFIX, 25, "mx1.harbour-books.example" },
    { "lakeside-school.example", TENANT, 20, "lakesideschool-example.mail.protection.outlook.com" },
    { "northwind-bikes.example", POSTFIX, 20, "mail.northwind-bikes.example" },
    { "oldpartner.example", POSTFIX, 35, "mx.oldpartner.example" },
    { "town-council.example", POSTFIX, 20, "smtp.town-council.example" },
};
enum { N_DOMAINS = sizeof domains / sizeof domains[0] };

static const struct domain *domain_named(const char *name)
{
    const struct domain *d = domains;

    while (strcmp(d->name, name) != 0)
        d++;
    return d;
}

/* ---- people ---- */

struct person {
    const struct domain *domain;
    char address[64];
    bool gone, full; /* their mailbox never was there, or stays full */
};

static const struct domain *pick_domain(uint64_t *rng)
{
    unsigned total = 0, at;

    for (unsigned i = 0; i < N_DOMAINS; i++)
        total += domains[i].weight;
    at = below(rng, total);
    for (unsigned i = 0;; i++) {
        if (at < domains[i].weight)
            return &domains[i];
        at -= domains[i].weight;
    }
}

static void person_init(struct person *p, const struct domain *domain, unsigned number,
                        unsigned gone, uint64_t *rng)
{
    static const char *const first[] = { "ada", "ben",  "chloe", "dora", "emil", "fay",
                                         "gus", "hana", "ivo",   "june", "kai",  "lena" };
    static const char *const last[] = { "abel",  "brook", "castle", "dunn",   "ember", "field",
                                        "grove", "heath", "isle",   "jarvis", "knoll" };
    const bool real = strstr(domain->name, ".example") == NULL;

    p->domain = domain;
    if (real)
        snprintf(p->address, sizeof p->address, "user.%04u.example@%s", number, domain->name);
    else
        snprintf(p->address, sizeof p->address, "%s.%s%u@%s", first[below(rng, 12)],
                 last[below(rng, 11)], number % 97, domain->name);
    p->gone = permille(rng, gone);
    p->full = !p->gone && permille(rng, 8);
}

/* ---- text ---- */

struct world {
    uint64_t rng;
    int64_t now, sent; /* seconds since 1970 */
    const char *sender, *ip; /* our domain and address */
};

/* Civil date of a day number; the usual arithmetic with eras of 400 years. */
static void civil(int64_t day, int *y, unsigned *m, unsigned *d)
{
    const int64_t z = day + 719468, era = z / 146097;
    const unsigned doe = (unsigned)(z - era * 146097);
    const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int)(yoe + era * 400) + (*m <= 2);
}

enum stamp { STAMP_ISO, STAMP_PMTA, STAMP_RFC2822 };

static const char *stamp(enum stamp style, int64_t at, char *buf, size_t cap)
{
    static const char *const week[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const month[] = { "",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const int64_t day = at / 86400;
    const unsigned s = (unsigned)(at % 86400);
    unsigned m, d;
    int y;

    civil(day, &y, &m, &d);
    if (style == STAMP_RFC2822)
        snprintf(buf, cap, "%s, %02u %s %d %02u:%02u:%02u UTC", week[day % 7], d, month[m], y,
                 s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buf, cap,
                 style == STAMP_ISO ? "%d-%02u-%02uT%02u:%02u:%02uZ"
                                    : "%d-%02u-%02u %02u:%02u:%02u+0000",
                 y, m, d, s / 3600, s / 60 % 60, s % 60);
    return buf;
}

static size_t put(char *out, size_t at, size_t cap, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static size_t put(char *out, size_t at, size_t cap, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(out + at, cap - at, fmt, ap);
    va_end(ap);
    return at + (size_t)n < cap ? at + (size_t)n : cap - 1;
}

/* Fills in what varies from reply to reply. */
static const char *fill_in(struct world *w, const char *text, const struct person *p, char *out,
                           size_t cap)
{
    char buf[40];
    size_t n = 0;

    out[0] = '\0';
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            n = put(out, n, cap, "%c", *text);
            continue;
        }
        switch (*++text) {
        case 'A':
            n = put(out, n, cap, "%s", p->address);
            break;
        case 'D':
            n = put(out, n, cap, "%s", p->domain->name);
            break;
        case 'S':
            n = put(out, n, cap, "%s", w->sender);
            break;
        case 'I':
            n = put(out, n, cap, "%s", w->ip);
            break;
        case 'n':
            n = put(out, n, cap, "%u", 1000 + below(&w->rng, 300));
            break;
        case 'U':
            n = put(out, n, cap, "%u", 1000000000 + below(&w->rng, 1000000000));
            break;
        case 'H':
            n = put(out, n, cap, "%08X%08X", below(&w->rng, 1u << 30), below(&w->rng, 1u << 30));
            break;
        case 'Z':
            n = put(out, n, cap, "%s", stamp(STAMP_ISO, w->now, buf, sizeof buf));
            break;
        case 'T':
            n = put(out, n, cap, "DB%uPEPF%08X.eurprd%02u.prod.outlook.com", 1 + below(&w->rng, 9),
                    below(&w->rng, 1u << 30), 2 + below(&w->rng, 6));
            break;
        case 'Q':
            n = put(out, n, cap, "%x%x-%x%xsi%u%u.%u", 0xa0 + below(&w->rng, 90),
                    below(&w->rng, 1u << 30), 0x3b0 + below(&w->rng, 60), below(&w->rng, 1u << 20),
                    10000 + below(&w->rng, 89999), 1000 + below(&w->rng, 8999),
                    100 + below(&w->rng, 890));
            break;
        }
    }
    return out;
}

/* A CSV cell, quoted only where it must be. */
static void cell(const char *text, const char *end)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0' && text[0] != ' ') {
        fputs(text, stdout);
    } else {
        putchar('"');
        for (; *text != '\0'; text++)
            fputs(*text == '"' ? "\"\"" : (char[]){ *text, '\0' }, stdout);
        putchar('"');
    }
    fputs(end, stdout);
}

#define DAY 86400
#define OCTOBER 1790812800 /* 2026-10-01 00:00:00 UTC */

/* A working day's clock: most mail leaves between 08:00 and 20:00. */
static int64_t moment(uint64_t *rng, unsigned day)
{
    return OCTOBER + (int64_t)(day - 1) * DAY + 8 * 3600 + below(rng, 12 * 3600);
}

/* What happens on a quiet day. */
static enum answer everyday(struct world *w, const struct person *p)
{
    if (p->gone)
        return NO_USER;
    if (p->full)
        return FULL;
    if (replies[p->domain->operator][GREY].code != 0 && permille(&w->rng, 60))
        return GREY;
    return ACCEPTED;
}

static const struct reply *reply_of(const struct person *p, enum answer a)
{
    return &replies[p->domain->operator][a];
}

/* ---- PowerMTA: three days on which nothing of ours authenticates ---- */

static void pmta_row(struct world *w, const char *type, const struct person *p, enum answer a,
                     const char *job, unsigned id)
{
    const struct reply *const r = reply_of(p, a);
    char text[1024], diag[1100], when[40], queued[40], status[80];

    snprintf(diag, sizeof diag, "smtp;%s", fill_in(w, r->text, p, text, sizeof text));
    snprintf(status, sizeof status, "%s (%s)", r->status, r->meaning);
    printf("%s,%s,%s,bounces@%s,%s,,%s,", type, stamp(STAMP_PMTA, w->now, when, sizeof when),
           stamp(STAMP_PMTA, w->now - 2, queued, sizeof queued), w->sender, p->address,
           type[0] == 'd'   ? "relayed"
           : type[0] == 't' ? "delayed"
                            : "failed");
    cell(status, ",");
    cell(diag, ",");
    printf("%s (192.0.2.%u),%s,smtp,%s,,%u,news-vmta,%s,%s/news-vmta,<%u.%s@%s>\n", p->domain->mx,
           10 + (unsigned)(p->domain - domains), r->category, w->ip, 20000 + below(&w->rng, 30000),
           job, p->domain->name, id, job, w->sender);
}

static void pmta_message(struct world *w, const struct person *p, enum answer a, const char *job,
                         unsigned id)
{
    const struct reply *const r = reply_of(p, a);

    if (a == ACCEPTED) {
        pmta_row(w, "d", p, a, job, id);
    } else if (r->code >= 500) {
        pmta_row(w, "b", p, a, job, id);
    } else { /* retried: greylisting passes, a full mailbox does not */
        pmta_row(w, "t", p, a, job, id);
        w->now += 900;
        if (a == GREY)
            pmta_row(w, "d", p, ACCEPTED, job, id);
        else
            pmta_row(w, "t", p, a, job, id);
    }
}

static bool in_dmarc_break(int64_t at)
{
    return at >= OCTOBER + 12 * DAY + 9 * 3600 &&
           at < OCTOBER + 14 * DAY + 16 * 3600; /* 13th 09:00 to 15th 16:00 */
}

static void pmta_acct(void)
{
    struct world w = { .rng = UINT64_C(0x9e3779b97f4a7c15),
                       .sender = "news.example.com",
                       .ip = "203.0.113.25" };
    static struct person people[900];
    char job[32];
    unsigned id = 1000;

    for (unsigned i = 0; i < 900; i++)
        person_init(&people[i], pick_domain(&w.rng), i, 14, &w.rng);
    puts("type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,"
         "dlvType,dlvSourceIp,dlvDestinationIp,dlvSize,vmta,jobId,queue,header_Message-Id");
    for (unsigned day = 1; day <= 31; day++) {
        snprintf(job, sizeof job, "news-2026-10-%02u", day);
        for (unsigned i = 0; i < 95; i++) {
            const struct person *const p = &people[(day * 95 + i * 7) % 900];
            enum answer a = everyday(&w, p);

            w.now = moment(&w.rng, day);
            if (a != NO_USER && in_dmarc_break(w.now) && reply_of(p, UNAUTHENTICATED)->code != 0 &&
                permille(&w.rng, 920))
                a = UNAUTHENTICATED;
            pmta_message(&w, p, a, job, id++);
            if (a == ACCEPTED && permille(&w.rng, 3)) { /* accepted first, refused later by mail */
                w.now += 1800;
                pmta_row(&w, "rb", p, NO_USER, job, id - 1);
            }
        }
    }
}

/* ---- SendGrid: an old list is mailed once more ---- */

static void sendgrid_row(struct world *w, const char *event, const struct person *p,
                         const char *reason, const char *type, const char *campaign, unsigned id)
{
    printf("%" PRId64 ",%08x.recvd-66f-%u,%s,,%08x.recvd-66f-%u,,", w->now, id * 2654435761u,
           id % 89, event, id * 2654435761u, id % 89);
    cell(strcmp(campaign, "winback-2019") == 0 ? "We miss you, come back for 20% off"
                                               : "This month at Harbour, \"hand-picked\"",
         ",");
    printf("shop@%s,%s,,,,", w->sender, p->address);
    cell(reason, ",");
    printf("%s,dedicated,%s,1,,,%s,,harbour,newsletter,,%s,,,\n", w->ip, p->domain->mx, type,
           campaign);
}

static void sendgrid_message(struct world *w, const struct person *p, enum answer a,
                             const char *campaign, unsigned id, unsigned complaint_permille)
{
    const struct reply *const r = reply_of(p, a);
    char text[1024];

    sendgrid_row(w, "processed", p, "", "", campaign, id);
    w->now += 2;
    fill_in(w, r->text, p, text, sizeof text);
    if (a == GREY || (r->code >= 400 && r->code < 500)) {
        sendgrid_row(w, "deferred", p, text, "", campaign, id);
        w->now += 600;
        if (a == GREY)
            sendgrid_row(w, "delivered", p, "250 2.0.0 Ok", "", campaign, id);
        else
            sendgrid_row(w, "bounce", p, text, "blocked", campaign, id);
    } else if (a != ACCEPTED) {
        sendgrid_row(w, "bounce", p, text, a == NO_USER ? "bounce" : "blocked", campaign, id);
    } else {
        sendgrid_row(w, "delivered", p, text, "", campaign, id);
        if (p->domain->operator== YAHOO && permille(&w->rng, complaint_permille)) {
            w->now += 3600 + below(&w->rng, 40000);
            sendgrid_row(w, "spam report", p, "", "", campaign, id);
        }
    }
}

static void sendgrid_activity(void)
{
    static const char *const typos[] = { "gmial.com", "gmai.com", "hotmial.com", "yaho.com",
                                         "outlok.com" };
    struct world w = { .rng = UINT64_C(0xd1b54a32d192ed03),
                       .sender = "harbour.example",
                       .ip = "198.51.100.61" };
    struct domain wrong = { .name = "", .operator= POSTFIX, .mx = "" };
    struct person p;
    unsigned id = 1;

    puts("processed,message_id,event,api_key_id,recv_message_id,credential_id,subject,from,email,"
         "asm_group_id,template_id,originating_ip,reason,outbound_ip,"
         "outbound_ip_type,mx,attempt,url,user_agent,type,is_unique,username,categories,marketing_"
         "campaign_id,marketing_campaign_name,"
         "marketing_campaign_split_id,marketing_campaign_version,unique_args");
    for (unsigned day = 2; day <= 30; day += 7) { /* the weekly letter: people who asked for it */
        char campaign[32];

        snprintf(campaign, sizeof campaign, "weekly-2026-10-%02u", day);
        for (unsigned i = 0; i < 240; i++) {
            person_init(&p, pick_domain(&w.rng), i, 6, &w.rng);
            w.now = moment(&w.rng, day);
            sendgrid_message(&w, &p, everyday(&w, &p), campaign, id++, 0);
        }
    }
    for (unsigned i = 0; i < 800; i++) { /* the old list, bought with a company in 2019 */
        person_init(&p,
                    i % 4 == 1 ? domain_named(i % 8 == 1 ? "yahoo.com" : "aol.com")
                               : pick_domain(&w.rng),
                    2000 + i, 135, &w.rng);
        w.now = moment(&w.rng, 20);
        if (i % 40 == 7) { /* never was an address */
            wrong.name = typos[i / 40 % 5];
            snprintf(p.address, sizeof p.address, "user.%04u.example@%s", 2000 + i, wrong.name);
            p.domain = &wrong;
            sendgrid_row(&w, "processed", &p, "", "", "winback-2019", id);
            w.now += 2;
            sendgrid_row(&w, "bounce", &p,
                         "unable to get mx info: failed to get IPs from PTR record: lookup <nil>: "
                         "unrecognized address",
                         "bounce", "winback-2019", id++);
        } else if (i % 23 == 5) { /* known to bounce, and mailed again */
            sendgrid_row(&w, "dropped", &p, "Bounced Address", "", "winback-2019", id++);
        } else {
            sendgrid_message(&w, &p, everyday(&w, &p), "winback-2019", id++, 70);
        }
    }
}

/* ---- SMTP2GO: a domain dies, another closes its door, and one mailbox is gone ---- */

static void smtp2go_row(struct world *w, const char *event, const struct person *p,
                        const char *message, const char *bounce, unsigned id)
{
    char when[40], sent[40];

    printf("%s,%s,%s,invoices@%s,%s,%s,", event, stamp(STAMP_ISO, w->now, when, sizeof when),
           stamp(STAMP_ISO, w->now - 3, sent, sizeof sent), w->sender, p->address,
           strcmp(event, "reject") == 0 ? "" : p->domain->mx);
    cell(message, ",");
    printf("%s,1v%05x-%06x-%02x,Invoice %u\n", bounce, id * 40503u % 0xfffff,
           id * 69069u % 0xffffff, id % 251, 20000 + id);
}

static void smtp2go_events(void)
{
    struct world w = { .rng = UINT64_C(0x8cb92ba72f3d8dd7),
                       .sender = "ledger.example.net",
                       .ip = "192.0.2.77" };
    static struct person people[420];
    char text[1024];
    unsigned id = 1;

    for (unsigned i = 0; i < 420; i++)
        person_init(&people[i],
                    i < 48    ? domain_named("oldpartner.example")
                    : i < 78  ? domain_named("lakeside-school.example")
                    : i < 108 ? domain_named("brightclinic.example")
                              : pick_domain(&w.rng),
                    i, 8, &w.rng);
    for (unsigned i = 0; i < 108; i++)
        people[i].gone = people[i].full = false;
    people[90].gone = true; /* the one mailbox at brightclinic.example */
    puts("event,time,sendtime,sender,rcpt,host,message,bounce,email_id,subject");
    for (unsigned day = 1; day <= 31; day++) {
        for (unsigned i = 0; i < 52; i++) {
            const struct person *const p = &people[(day * 52 + i * 11) % 420];
            const char *const name = p->domain->name;
            enum answer a = everyday(&w, p);

            w.now = moment(&w.rng, day);
            if (strcmp(name, "oldpartner.example") == 0 && day >= 12) {
                smtp2go_row(
                    &w, "bounce", p,
                    day < 20
                        ? "Unrouteable address: all relevant MX records point to non-existent hosts"
                        : "556 5.1.10 <recipient>: Recipient address rejected: Domain "
                          "oldpartner.example does not accept mail (nullMX)",
                    "hard", id++);
                continue;
            }
            if (strcmp(name, "lakeside-school.example") == 0 && day >= 18) {
                fill_in(&w,
                        "550 5.4.1 Recipient address rejected: Access denied. For more information "
                        "see https://aka.ms/EXOSmtpErrors [%T %Z %H]",
                        p, text, sizeof text);
                smtp2go_row(&w, "bounce", p, text, "hard", id++);
                continue;
            }
            fill_in(&w, reply_of(p, a)->text, p, text, sizeof text);
            if (a == ACCEPTED || a == GREY)
                smtp2go_row(&w, "delivered", p, "250 2.0.0 Ok", "", id++);
            else if (p->gone && day > 16 && p != &people[90])
                smtp2go_row(&w, "reject", p, "Previously hard-bounced", "", id++);
            else
                smtp2go_row(&w, "bounce", p, text, a == NO_USER ? "hard" : "soft", id++);
        }
    }
}

/* ---- Mailgun: a bounce list in which a blocklisting looks like dead addresses ---- */

static void mailgun_row(struct world *w, const struct person *p, unsigned code, const char *error)
{
    char when[40];

    printf("%s,%u,", p->address, code);
    cell(error, ",");
    cell(stamp(STAMP_RFC2822, w->now, when, sizeof when), "\n");
}

static void mailgun_reply(struct world *w, const struct person *p, enum answer a)
{
    const struct reply *const r = reply_of(p, a);
    char text[1024];

    fill_in(w, r->text, p, text, sizeof text);
    mailgun_row(w, p, r->code, text + 4); /* Mailgun keeps the reply code in its own column */
}

static void mailgun_bounces(void)
{
    static const char *const roles[] = { "info", "sales", "admin", "webmaster", "office" };
    struct world w = { .rng = UINT64_C(0xaf251af3b0f025b5),
                       .sender = "mg.example.org",
                       .ip = "203.0.113.90" };
    struct person p;

    puts("address,code,error,created_at");
    for (unsigned i = 0; i < 640; i++) {
        const unsigned day = 1 + i * 31 / 640;

        person_init(&p, pick_domain(&w.rng), i, 0, &w.rng);
        w.now = moment(&w.rng, day);
        if (i % 29 == 4) {
            mailgun_row(&w, &p, 605, "Not delivering to previously bounced address");
            continue;
        }
        if (i % 53 == 6) {
            snprintf(p.address, sizeof p.address, "user.%04u.example@%s", i,
                     i % 2 ? "gmial.com" : "hotmial.com");
            mailgun_row(&w, &p, 498, "No MX for that domain");
            continue;
        }
        if (i % 19 == 3)
            snprintf(p.address, sizeof p.address, "%s@%s", roles[i % 5], p.domain->name);
        mailgun_reply(&w, &p, NO_USER);
        for (unsigned more = 0; day >= 7 && day <= 9 && more < 4;
             more++) { /* on Spamhaus, and on Microsoft's list */
            person_init(&p, pick_domain(&w.rng), 1000 + i * 4 + more, 0, &w.rng);
            w.now = moment(&w.rng, day);
            if (reply_of(&p, LISTED)->code != 0)
                mailgun_reply(&w, &p, LISTED);
        }
    }
}

/* ---- Amazon SES: five times the usual volume in one day, and what comes of it ---- */

static void ses_event(struct world *w, const char *type, const struct person *p,
                      const char *outcome, unsigned id)
{
    char when[40];

    printf("{\"eventType\":\"%s\",%s\"mail\":{\"timestamp\":\"%s\",\"source\":\"offers@%s\","
           "\"messageId\":\"0100019a%08x-%06x\",\"destination\":[\"%s\"],"
           "\"sourceIp\":\"%s\",\"tags\":{\"campaign\":[\"%s\"]}}}\n",
           type, outcome, stamp(STAMP_ISO, w->sent, when, sizeof when), w->sender, id * 2654435761u,
           id, p->address, w->ip,
           w->sent >= OCTOBER + 20 * DAY && w->sent < OCTOBER + 22 * DAY ? "autumn-sale"
                                                                         : "daily-offers");
}

static void ses_outcome(struct world *w, const struct person *p, enum answer a, unsigned id)
{
    const struct reply *const r = reply_of(p, a);
    char text[1024], outcome[2048], when[40];

    fill_in(w, r->text, p, text, sizeof text);
    stamp(STAMP_ISO, w->now, when, sizeof when);
    if (a == ACCEPTED) {
        snprintf(
            outcome, sizeof outcome,
            "\"delivery\":{\"timestamp\":\"%s\",\"recipients\":[\"%s\"],\"smtpResponse\":\"%s\"},",
            when, p->address, text);
        ses_event(w, "Delivery", p, outcome, id);
    } else if (r->code < 500) {
        snprintf(
            outcome, sizeof outcome,
            "\"deliveryDelay\":{\"timestamp\":\"%s\",\"delayType\":"
            "\"TransientCommunicationFailure\",\"delayedRecipients\":[{\"emailAddress\":\"%s\","
            "\"status\":\"%s\",\"diagnosticCode\":\"smtp; %s\"}]},",
            when, p->address, r->status, text);
        ses_event(w, "DeliveryDelay", p, outcome, id);
    } else {
        snprintf(outcome, sizeof outcome,
                 "\"bounce\":{\"timestamp\":\"%s\",\"bounceType\":\"%s\",\"bounceSubType\":"
                 "\"General\",\"bouncedRecipients\":[{\"emailAddress\":\"%s\","
                 "\"action\":\"failed\",\"status\":\"%s\",\"diagnosticCode\":\"smtp; %s\"}]},",
                 when, a == NO_USER ? "Permanent" : "Transient", p->address, r->status, text);
        ses_event(w, "Bounce", p, outcome, id);
    }
}

static void ses_events(void)
{
    struct world w = { .rng = UINT64_C(0x6a09e667f3bcc909),
                       .sender = "deals.example.com",
                       .ip = "198.51.100.200" };
    struct person p;
    unsigned id = 1;

    for (unsigned day = 1; day <= 31; day++) {
        const unsigned volume = day == 21 ? 320 : day == 22 ? 200 : 38;

        for (unsigned i = 0; i < volume; i++) {
            const bool sale = day == 21 || day == 22;
            enum answer a;

            person_init(&p, pick_domain(&w.rng), day * 400 + i, 5, &w.rng);
            w.now = w.sent = moment(&w.rng, day);
            a = everyday(&w, &p);
            ses_event(&w, "Send", &p, "", id);
            w.now += 2;
            if (a == ACCEPTED && p.domain->operator== MICROSOFT && day >= 22 && day <= 29)
                a = LISTED;
            else if (a == ACCEPTED && sale && reply_of(&p, THROTTLED)->code != 0 &&
                     permille(&w.rng, 750))
                a = THROTTLED;
            ses_outcome(&w, &p, a, id);
            if (a == THROTTLED || a == GREY) { /* later it goes through */
                w.now += 5400 + below(&w.rng, 7200);
                ses_outcome(&w, &p, ACCEPTED, id);
            }
            id++;
        }
    }
}

/* ---- legal to the letter, and as nasty as the letter allows ---- */

static void nasty(void)
{
    static const char filler[] =
        "lorem ipsum dolor sit amet, consectetur \"\"adipiscing\"\" elit; ";
    char when[40];

    /* UTF-8 with a byte order mark, CRLF, quoted header names, a column name with a line break, and
     * a column without a name */
    fputs("\xef\xbb\xbf\"Email\",\"Event\",\"Timestamp\",\"Reason\",\"Campaign\",\"Note, "
          "\"\"free\"\"\r\ntext\",\"\"\r\n",
          stdout);
    for (unsigned i = 0; i < 60; i++) {
        stamp(STAMP_ISO, OCTOBER + i * 3600, when, sizeof when);
        printf("user.%04u.example@example.%s,", i, i % 3 == 0 ? "org" : i % 3 == 1 ? "net" : "com");
        switch (i % 6) {
        case 0: /* line breaks of both kinds inside quotes, and a line that looks like a row */
            printf("bounce,%s,\"550-5.1.1 The email account that you tried to reach does not "
                   "exist.\r\n550-5.1.1 Please try\n550 5.1.1 again, or not\",autumn,"
                   "\"first line\nghost@example.org,bounce,%s,550 5.1.1 not a row,autumn,,\r\nlast "
                   "line\",\r\n",
                   when, when);
            break;
        case 1: /* quotes at every edge */
            printf("\"bounce\",\"%s\",\"\"\"550 5.1.1\"\" said \"\"User unknown\"\"\",\"a "
                   "\"\"quoted\"\" name\",\"\"\"\",\"\"\r\n",
                   when);
            break;
        case 2: /* delivered, and an empty cell in each place */
            printf("delivered,%s,,,,\r\n", when);
            break;
        case 3: /* what means something to a browser, a spreadsheet, a terminal, a page of Markdown
                 */
            printf("bounce,%s,\"550 5.7.1 <script>alert('x')</script> ]]> {{7*7}} javascript:x | "
                   "`rm` [a](b) blocked for spam content\","
                   "\"=HYPERLINK(\"\"http://"
                   "attacker.example\"\",\"\"click\"\")\",\"\x1b]52;c;eA==\x07\",\"@SUM(1+1)\"\r\n",
                   when);
            break;
        case 4: /* characters from everywhere, a line separator, right-to-left marks */
            printf("deferral,%s,\"452 4.2.2 Postfach voll \xe2\x80\x93 bo\xc3\xaete pleine "
                   "\xe2\x80\xa8 \xe2\x80\xae \xe9\x82\xae\xe7\xae\xb1\xe5\xb7\xb2\xe6\xbb\xa1\","
                   "Gr\xc3\xbc\xc3\x9f"
                   "e,\"\xf0\x9f\x93\xad, empty\",\"\xd9\x85\"\r\n",
                   when);
            break;
        case 5: /* a cell of 70 kB */
            printf("delivered,%s,,autumn,\"", when);
            for (size_t n = 0; i == 5 && n < 70000; n += sizeof filler - 1)
                fputs(filler, stdout);
            fputs("\",\"\"", stdout);
            fputs(i == 59 ? "" : "\r\n", stdout); /* the last row has no line end */
            break;
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } samples[] = {
        { "pmta-accounting.csv", pmta_acct },     { "sendgrid-activity.csv", sendgrid_activity },
        { "smtp2go-events.csv", smtp2go_events }, { "mailgun-bounces.csv", mailgun_bounces },
        { "ses-events.jsonl", ses_events },       { "nastiest-legal.csv", nasty },
    };

    for (size_t i = 0; argc == 2 && i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(argv[1], samples[i].name) == 0) {
            samples[i].print();
            return fflush(stdout) == 0 ? 0 : 1;
        }
    }
    fprintf(stderr, "usage: gen_samples NAME\n");
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        fprintf(stderr, "  %s\n", samples[i].name);
    return 2;
}

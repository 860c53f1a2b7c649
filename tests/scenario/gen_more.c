/* SPDX-License-Identifier: MIT
 * gen_more.c - further months with one story each, as seven platforms export them, and the truth.
 *
 *     gen_more STORY SEED DIR [bounces]
 *
 * The world differs from gen_month's in everything: other providers, languages, magnitudes,
 * companies of a few people, and rows of SendGrid, Mailgun, SES, SparkPost, SMTP2GO, PowerMTA (the
 * seed picks one) or, for bounces alone, Postmark too. It writes DIR/EXPORT (its name goes to
 * DIR/name.txt), DIR/truth.csv and DIR/LIST.txt as gen_month does.  STORY 'worse' also writes the
 * month before it into DIR/before/.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "platforms.h"

#define MONTH INT64_C(1793491200) /* 2026-11-01T00:00:00Z, a Sunday */
#define DAY 86400
#define N_DAYS 30
#define MAX_PEOPLE 12000
#define MAX_DOMAINS 3000
#define MAX_FATES 96

/* ---- chance ---- */

static uint64_t rng_state;

static unsigned below(unsigned n)
{
    uint64_t z = rng_state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)(((z ^ z >> 31) >> 33) % n);
}

static bool chance(double p)
{
    return below(1u << 30) < p * (1u << 30);
}

/* ---- receivers ---- */

enum receiver {
    GMAIL, OUTLOOK, YAHOO, ICLOUD, GMX, TONLINE, ORANGE, FREE, LIBERO, MAILRU, COMCAST,
    M365, WORKSPACE, PROOFPOINT, MIMECAST, POSTFIX, EXIM,
    N_RECEIVERS
};

enum meant {
    OK, NO_USER, FULL, FULL_HARD, GREY, SLOW, TIMEOUT, EXPIRED, BUSY, SPAM, LISTED, AUTH, BLOCKED,
    NO_PTR, NO_DOMAIN, N_MEANT
};

/* %A address, %D its domain, %S sender domain, %I sending address, %U a number */
static const char *const replies[N_RECEIVERS][N_MEANT] = {
    [GMAIL] = {
        [OK] = "250 2.0.0 OK  %U d75a77b69052e-4e8a%U - gsmtp",
        [NO_USER] = "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser d75a77b69052e-%U - gsmtp",
        [FULL] = "452 4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaTemp d75a77b%U - gsmtp",
        [SLOW] = "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address %I. To protect our users from spam, mail sent from your IP address has been temporarily rate limited. For more information, go to https://support.google.com/mail/?p=UnsolicitedRateLimitError d75a%U - gsmtp",
        [AUTH] = "550 5.7.26 Unauthenticated email from %S is not accepted due to domain's DMARC policy. Please contact the administrator of %S domain if this was a legitimate mail. To learn about the DMARC initiative, go to https://support.google.com/mail/?p=DmarcRejection d75a77b%U - gsmtp",
        [NO_PTR] = "550 5.7.25 [%I] The IP address sending this message does not have a PTR record setup, or the corresponding forward DNS entry does not point to the sending IP. As a policy, Gmail does not accept messages from IPs with missing PTR records. d75a%U - gsmtp",
    },
    [OUTLOOK] = {
        [OK] = "250 2.6.0 <%U@%S> [InternalId=%U, Hostname=SJ0PR%U.namprd11.prod.outlook.com] Queued mail for delivery",
        [NO_USER] = "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [BL6PEPF0001AB%U.namprd04.prod.outlook.com 2026-11-03T10:00:00.000Z 08DE%U]",
        [SLOW] = "451 4.7.650 The mail server [%I] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) [BL6PEPF0001AB%U.namprd04.prod.outlook.com]",
        [AUTH] = "550 5.7.515 Access denied, sending domain %S does not meet the required authentication level. The sender's domain in the 5322.From address doesn't meet the authentication requirements defined for the sender. [BL6PEPF0001AB%U.namprd04.prod.outlook.com]",
        [BLOCKED] = "550 5.7.1 Unfortunately, messages from [%I] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [BL6PEPF%U.namprd04.prod.outlook.com]",
    },
    [YAHOO] = {
        [OK] = "250 ok dirdel",
        [NO_USER] = "552 1 Requested mail action aborted, mailbox not found",
        [SLOW] = "421 4.7.0 [TSS04] Messages from %I temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
        [AUTH] = "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM. See https://senders.yahooinc.com/smtp-error-codes",
        [LISTED] = "553 5.7.1 [BL21] Connections will not be accepted from %I, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/550-bl23.html",
    },
    [ICLOUD] = {
        [OK] = "250 2.0.0 Ok: queued as %U",
        [NO_USER] = "550 5.1.1 <%A>: user does not exist",
        [FULL_HARD] = "552 5.2.2 <%A>: user is over quota (in reply to RCPT TO command)",
        [AUTH] = "554 5.7.1 Your message was rejected due to %S's DMARC policy. See https://support.apple.com/en-us/HT204137 for info",
        [LISTED] = "550 5.7.1 Mail from IP %I was rejected due to listing in Spamhaus SBL. For details please see http://www.spamhaus.org/query/bl?ip=%I",
    },
    [GMX] = {
        [OK] = "250 Requested mail action okay, completed: id=1MS%U-1vT",
        [NO_USER] = "550 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/de/case?c=r0103&i=ip&v=%I&r=1M%U",
        [BUSY] = "451 Requested action aborted: local error in processing, internal server fault, please try again later",
        [BLOCKED] = "554 gmx.net (mxgmx%U) Nemesis ESMTP Service not available No SMTP service IP address is black listed. For explanation visit https://postmaster.gmx.net/de/error-messages?ip=%I&c=bip",
        [NO_PTR] = "554 gmx.net (mxgmx%U) Nemesis ESMTP Service not available No SMTP service Bad DNS PTR resource record. For explanation visit https://postmaster.gmx.net/en/error-messages?ip=%I&c=rdns",
    },
    [TONLINE] = {
        [OK] = "250 2.0.0 1vGe%U Message accepted.",
        [NO_USER] = "550 5.1.1 user unknown",
        [BLOCKED] = "554 IP=%I - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (BL)",
    },
    [ORANGE] = {
        [OK] = "250 2.0.0 c%U mail accepted for delivery",
        [NO_USER] = "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]",
        [FULL_HARD] = "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR204_417 [417]",
        [SLOW] = "421 4.7.0 mwinf5c%U ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]",
        [BLOCKED] = "550 5.7.1 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_506 [506]",
    },
    [FREE] = {
        [OK] = "250 2.0.0 Ok: queued as %U",
        [NO_USER] = "550 5.1.1 <%A>: Recipient address rejected: User unknown in relay recipient table",
        [SLOW] = "421 Too many spams from your IP (%I), please visit http://postmaster.free.fr/",
    },
    [LIBERO] = {
        [OK] = "250 mail accepted for delivery %U",
        [NO_USER] = "550 RCPT TO:<%A> User unknown",
        [FULL] = "452 4.2.2 <%A> Mailbox over quota",
    },
    [MAILRU] = {
        [OK] = "250 OK id=1vK%U-00A-1x",
        [NO_USER] = "550 Message was not accepted -- invalid mailbox.  Local mailbox %A is unavailable: user not found",
        [SPAM] = "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=%U or  report details to abuse@corp.mail.ru. Error code: %U",
    },
    [COMCAST] = {
        [OK] = "250 2.0.0 v%U mail accepted for delivery",
        [NO_USER] = "550 5.1.1 <%A> Account not available",
        [LISTED] = "554 resimta-ch2-12v.sys.comcast.net resimta-ch2-12v.sys.comcast.net %I found on one or more DNSBLs (zen.spamhaus.org), see https://postmaster.xfinity.com/smtp-error-codes.php#BL000001",
        [NO_PTR] = "554 resimta-ch2-12v.sys.comcast.net comcast requires that all mail servers must have a PTR record with a valid Reverse DNS entry. Currently your mail server does not fill that requirement. https://postmaster.xfinity.com/smtp-error-codes.php#554",
    },
    [M365] = {
        [OK] = "250 2.6.0 <%U@%S> [InternalId=%U, Hostname=AM9PR%U.eurprd08.prod.outlook.com] Queued mail for delivery",
        [NO_USER] = "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [AM4PEPF00025F%U.EURPRD83.prod.outlook.com 2026-11-03T10:00:00.000Z 08DE%U]",
        [BLOCKED] = "550 5.7.606 Access denied, banned sending IP [%I]. To request removal from this list please visit https://sender.office.com/ and follow the directions. For more information please go to http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609) [AM4PEPF00025F%U.EURPRD83.prod.outlook.com]",
        [LISTED] = "550 5.7.1 Service unavailable, Client host [%I] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/%I (AS3130). [AM4PEPF00025F%U.EURPRD83.prod.outlook.com]",
    },
    [WORKSPACE] = {
        [OK] = "250 2.0.0 OK  %U 4fb4d7f45d1cf-5c8a%U - gsmtp",
        [NO_USER] = "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser 4fb4d7%U - gsmtp",
    },
    [PROOFPOINT] = {
        [OK] = "250 2.0.0 4a5x%U-1 Message accepted for delivery",
        [NO_USER] = "550 5.1.1 User Unknown",
        [BLOCKED] = "554 Blocked - see https://ipcheck.proofpoint.com/?ip=%I",
    },
    [MIMECAST] = {
        [OK] = "250 SmtpThread-%U-1700000000@eu-smtp-inbound-1.mimecast.com Received OK [%U.uk%U]",
        [NO_USER] = "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [%U.uk%U]",
        [BLOCKED] = "550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550 [%U.uk%U]",
    },
    [POSTFIX] = {
        [OK] = "250 2.0.0 Ok: queued as 4d%U",
        [NO_USER] = "550 5.1.1 <%A>: Recipient address rejected: User unknown in local recipient table",
        [GREY] = "450 4.2.0 <%A>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/%D.html",
        [LISTED] = "554 5.7.1 Service unavailable; Client host [%I] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/%I",
        [NO_PTR] = "450 4.7.25 Client host rejected: cannot find your hostname, [%I]",
    },
    [EXIM] = {
        [OK] = "250 OK id=1vKq%U-0004",
        [NO_USER] = "550 No Such User Here",
        [GREY] = "451 Greylisted, please try again in 300 seconds",
        [LISTED] = "550 JunkMail rejected - (mta.acme.example) [%I]:41%U is in an RBL on zen.spamhaus.org, see https://www.spamhaus.org/query/ip/%I",
    },
};

static const char *const common[N_MEANT] = {
    [FULL] = "452 4.2.2 <%A>: mailbox is full",
    [FULL_HARD] = "552 5.2.2 <%A>: mailbox is full",
    [GREY] = "451 4.7.1 Greylisting in action, please come back later",
    [SLOW] = "451 4.7.1 Too many connections from %I, please slow down",
    [TIMEOUT] = "451 4.4.1 [internal] connection timed out: no response from mx.%D",
    [EXPIRED] = "550 4.4.7 message expired: unable to deliver in 48 hours <connection timed out: mx.%D>",
    [BUSY] = "421 4.3.2 Service not available, closing transmission channel",
    [SPAM] = "554 5.7.1 This message has been identified as spam and was rejected",
    [LISTED] = "554 5.7.1 Rejected: %I listed at zen.spamhaus.org",
    [AUTH] = "550 5.7.1 Email rejected per DMARC policy for %S",
    [BLOCKED] = "554 5.7.1 Your IP address %I is blocked by our reputation system",
    [NO_PTR] = "550 5.7.25 Reverse DNS lookup failed for %I",
    [NO_DOMAIN] = "550 5.1.2 Host or domain name not found. Name service error for name=%D type=MX: Host not found",
};

static const char *reply_of(enum receiver r, enum meant m)
{
    return replies[r][m] != NULL ? replies[r][m] : common[m];
}

/* ---- the world ---- */

struct fate {
    int campaign;
    int64_t time;
    enum meant meant;
    bool bounce;
};

struct person {
    int domain;
    bool dead, full, complained, blocked; /* blocked: on the platform's own list */
    int n_fates;
    struct fate fates[MAX_FATES];
};

struct domain {
    char name[48];
    char mx[64];
    enum receiver receiver;
    int first, n; /* people */
};

struct mailing {
    char campaign[32];
    int index;
    const char *sender;
};

static struct domain *domains;
static struct person *people;
static int n_domains, n_people, n_mailings;
static const char *story;
static const struct platform *platform;
static bool bounces_only;
static FILE *export_file, *truth_file;
static unsigned long next_id = 1000;
static unsigned seed;
static int from_day, to_day; /* of the story */
static int target; /* domain of the story, or the first of several */
static enum receiver struck;
static double dead_rate, full_rate;

static const char *const ips[] = { "192.0.2.21", "192.0.2.22", "192.0.2.23", "198.51.100.9" };
static const char *const senders[] = { "news.acme.example", "shop.acme.example",
                                       "post.acme.example" };

static bool is_story(const char *name)
{
    return strcmp(story, name) == 0;
}

static int add_domain(const char *name, enum receiver r, const char *mx, int n)
{
    struct domain *d = &domains[n_domains];

    snprintf(d->name, sizeof d->name, "%s", name);
    snprintf(d->mx, sizeof d->mx, "%s", mx);
    d->receiver = r;
    d->first = n_people;
    d->n = n;
    for (int i = 0; i < n; i++) {
        struct person *p = &people[n_people++];

        *p = (struct person){ .domain = n_domains };
        p->dead = chance(dead_rate);
        p->full = !p->dead && chance(full_rate);
    }
    return n_domains++;
}

static void add_company(const char *name, enum receiver r, int n)
{
    static const char *const mx[N_RECEIVERS] = { [WORKSPACE] = "aspmx.l.google.com",
                                                 [PROOFPOINT] = "mx0b-0042.pphosted.com",
                                                 [MIMECAST] = "eu-smtp-inbound-1.mimecast.com" };
    char host[64];

    if (r == M365) {
        snprintf(host, sizeof host, "%s.mail.protection.outlook.com", name);
        for (char *c = host; *c != '\0' && strncmp(c, ".mail.prot", 10) != 0; c++)
            *c = *c == '.' ? '-' : *c;
    } else {
        snprintf(host, sizeof host, mx[r] != NULL ? "%s" : "mx.%s", mx[r] != NULL ? mx[r] : name);
    }
    add_domain(name, r, host, n);
}

static void add_providers(double size)
{
    static const struct {
        const char *name;
        enum receiver receiver;
        const char *mx;
        int people;
    } list[] = {
        { "gmail.com", GMAIL, "gmail-smtp-in.l.google.com", 1300 },
        { "outlook.com", OUTLOOK, "outlook-com.olc.protection.outlook.com", 250 },
        { "hotmail.fr", OUTLOOK, "eur.olc.protection.outlook.com", 200 },
        { "yahoo.com", YAHOO, "mta6.am0.yahoodns.net", 330 },
        { "aol.com", YAHOO, "mx-aol.mail.gm0.yahoodns.net", 80 },
        { "icloud.com", ICLOUD, "mx02.mail.icloud.com", 280 },
        { "gmx.de", GMX, "mx01.emig.gmx.net", 260 },
        { "web.de", GMX, "mx-ha03.web.de", 220 },
        { "t-online.de", TONLINE, "mx02.t-online.de", 240 },
        { "orange.fr", ORANGE, "smtp-in.orange.fr", 260 },
        { "free.fr", FREE, "mx1.free.fr", 120 },
        { "libero.it", LIBERO, "smtp-in.libero.it", 160 },
        { "mail.ru", MAILRU, "mxs.mail.ru", 140 },
        { "comcast.net", COMCAST, "mx2a1.comcast.net", 210 },
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        add_domain(list[i].name, list[i].receiver, list[i].mx, (int)(list[i].people * size) + 1);
}

static void add_companies(int n, int most)
{
    static const enum receiver kinds[] = { M365, M365, WORKSPACE, PROOFPOINT, MIMECAST, POSTFIX,
                                           POSTFIX, EXIM };
    static const char *const tld[] = { "de", "fr", "co.uk", "com", "nl", "it" };
    char name[48];

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "werk%04d.%s", i, tld[below(6)]);
        add_company(name, kinds[below(8)], 1 + (int)below((unsigned)(i % 25 == 0 ? 4 * most : most)));
    }
}

/* ---- rows ---- */

static void fill(char *to, size_t room, const char *text, const struct row *r)
{
    size_t n = 0;

    for (; *text != '\0' && n + 64 < room; text++) {
        if (*text != '%') {
            to[n++] = *text;
            continue;
        }
        switch (*++text) {
        case 'A':
            n += (size_t)snprintf(to + n, room - n, "%s", r->to);
            break;
        case 'D':
            n += (size_t)snprintf(to + n, room - n, "%s", strchr(r->to, '@') + 1);
            break;
        case 'S':
            n += (size_t)snprintf(to + n, room - n, "%s", strchr(r->sender, '@') + 1);
            break;
        case 'I':
            n += (size_t)snprintf(to + n, room - n, "%s", r->ip);
            break;
        default:
            n += (size_t)snprintf(to + n, room - n, "%04u", below(9999));
        }
    }
    to[n] = '\0';
}

static void put(enum row_kind kind, int64_t t, const struct person *p, const struct mailing *m,
                const char *ip, enum meant meant, unsigned long id)
{
    const struct domain *d = &domains[p->domain];
    char to[80], sender[64], reply[1024] = "";
    struct row r = { kind, t, to, sender, ip, d->mx, m->campaign, reply, id };
    const bool shown = kind == ROW_SENT        ? platform->has_sent && !bounces_only
                       : kind == ROW_DELIVERED ? !bounces_only
                       : kind == ROW_DEFERRED  ? platform->has_deferrals
                                               : true;

    if (!shown)
        return;
    snprintf(to, sizeof to, "u%05d@%s", (int)(p - people), d->name);
    snprintf(sender, sizeof sender, "bounce@%s", m->sender);
    if (kind == ROW_DELIVERED || kind == ROW_DEFERRED || kind == ROW_BOUNCED)
        fill(reply, sizeof reply, reply_of(d->receiver, meant), &r);
    platform->put(export_file, &r);
}

static void remember(struct person *p, const struct mailing *m, int64_t t, enum meant meant,
                     bool bounce)
{
    const int key = platform->has_campaign ? m->index : (int)((t - MONTH) / DAY);
    int i = 0;

    if (bounces_only && meant == OK)
        return; /* what the export does not show can't be known */
    if (!bounce && meant != OK && !platform->has_deferrals)
        return;
    while (i < p->n_fates && p->fates[i].campaign != key)
        i++;
    if (i == MAX_FATES)
        abort();
    if (i == p->n_fates)
        p->n_fates++;
    else if (t < p->fates[i].time)
        return;
    p->fates[i] = (struct fate){ key, t, meant, bounce };
}

static bool in_story(int64_t t)
{
    return t >= MONTH + (int64_t)from_day * DAY && t < MONTH + (int64_t)to_day * DAY;
}

/* ---- what happens to a message ---- */

static enum meant two_incidents(enum receiver r, int64_t t)
{
    const int day = (int)((t - MONTH) / DAY);

    if (r != GMX || chance(0.1))
        return N_MEANT;
    if (day >= from_day && day < from_day + 2)
        return BUSY;
    return day >= from_day + 14 && day < from_day + 17 ? BLOCKED : N_MEANT;
}

static enum meant two_bursts(enum receiver r, int64_t t)
{
    const int day = (int)((t - MONTH) / DAY);

    if (r != struck || chance(0.3))
        return N_MEANT;
    return day == from_day || day == from_day + 1 || day == from_day + 15 || day == from_day + 16
               ? SLOW
               : N_MEANT;
}

static bool refuses_listed(enum receiver r)
{
    return r == POSTFIX || r == EXIM || r == M365 || r == COMCAST || r == ICLOUD || r == YAHOO;
}

static enum meant story_says(const struct person *p, const struct mailing *m, const char *ip,
                             int64_t t)
{
    const enum receiver r = domains[p->domain].receiver;
    const bool now = in_story(t);

    if (is_story("small_outage") || is_story("four_people"))
        return now && p->domain == target ? TIMEOUT : N_MEANT;
    if (is_story("subdomains"))
        return now && p->domain >= target && p->domain < target + 6 ? TIMEOUT : N_MEANT;
    if (is_story("tenants") || is_story("gateway") || is_story("edge"))
        return now && r == struck && !chance(0.03) ? BLOCKED : N_MEANT;
    if (is_story("two_incidents"))
        return two_incidents(r, t);
    if (is_story("two_bursts"))
        return two_bursts(r, t);
    if (is_story("one_sender"))
        return now && m->sender == senders[1] &&
                       (r == GMAIL || r == OUTLOOK || r == YAHOO || r == ICLOUD) && !chance(0.1)
                   ? AUTH
                   : N_MEANT;
    if (is_story("spamhaus"))
        return now && ip == ips[1] && refuses_listed(r) ? LISTED : N_MEANT;
    if (is_story("no_ptr"))
        return now && ip == ips[2] && (r == GMAIL || r == GMX || r == COMCAST || r == POSTFIX)
                   ? NO_PTR
                   : N_MEANT;
    if (is_story("warm_up"))
        return now && ip == ips[3] && (r == GMAIL || r == OUTLOOK || r == YAHOO) && chance(0.6)
                   ? SLOW
                   : N_MEANT;
    if (is_story("our_network"))
        return now && !chance(0.05) ? TIMEOUT : N_MEANT;
    if (is_story("quota"))
        return now && r == ICLOUD && p->domain + p - people > 0 && (p - people) % 9 == 0 ? FULL_HARD
                                                                                          : N_MEANT;
    return N_MEANT;
}

static enum meant ordinary(const struct person *p)
{
    const struct domain *d = &domains[p->domain];

    if (strncmp(d->name, "gone", 4) == 0)
        return NO_DOMAIN;
    if (p->dead)
        return NO_USER;
    if (p->full)
        return d->receiver == ICLOUD || d->receiver == ORANGE ? FULL_HARD : FULL;
    if ((d->receiver == POSTFIX || d->receiver == EXIM) && chance(is_story("greylisting") ? 0.6 : 0.02))
        return GREY;
    if (is_story("greylisting") && d->receiver != GMAIL && chance(0.02))
        return GREY;
    if (chance(d->receiver == YAHOO || d->receiver == FREE ? 0.008 : 0.001))
        return SLOW;
    if (chance(0.0012))
        return TIMEOUT;
    if (chance(0.0006))
        return BUSY;
    return chance(d->receiver == MAILRU ? 0.004 : 0.0005) ? SPAM : OK;
}

static bool is_permanent(enum receiver r, enum meant m)
{
    return reply_of(r, m)[0] == '5' && m != EXPIRED;
}

/*
 * Retries: the ordinary ones succeed at the second or third attempt, those of a story once it is
 * over, a full box never.
 */
static void retry(struct person *p, const struct mailing *m, const char *ip, int64_t t,
                  enum meant meant, bool planted, unsigned long id)
{
    const int64_t start = t;
    int64_t wait = 600;

    for (int i = 0; t - start < 2 * DAY; i++) {
        put(ROW_DEFERRED, t, p, m, ip, meant, id);
        remember(p, m, t, meant, false);
        t += wait + below(300);
        wait *= 4;
        if (meant != FULL && (planted ? !in_story(t) || meant == SLOW || meant == NO_PTR
                                      : i > 0 || chance(0.8))) {
            put(ROW_DELIVERED, t, p, m, ip, OK, id);
            remember(p, m, t, OK, false);
            return;
        }
    }
    if (meant == FULL)
        return;
    put(ROW_BOUNCED, t, p, m, ip, EXPIRED, id);
    remember(p, m, t, EXPIRED, true);
}

static void complain(struct person *p, const struct mailing *m, const char *ip, int64_t t,
                     unsigned long id)
{
    const enum receiver r = domains[p->domain].receiver;
    const bool surge = is_story("complaints") && strcmp(m->campaign, "win-back") == 0;

    if ((r != YAHOO && r != OUTLOOK && r != COMCAST) || !chance(surge ? 0.04 : 0.0002))
        return;
    put(ROW_COMPLAINED, t + 3600 + below(10 * 3600), p, m, ip, OK, id);
    p->complained = true;
}

static void mail(struct person *p, const struct mailing *m, const char *ip, int64_t t)
{
    const unsigned long id = next_id++;
    enum meant meant = story_says(p, m, ip, t);
    const bool planted = meant != N_MEANT;

    if (t >= MONTH + (int64_t)N_DAYS * DAY)
        return;
    put(ROW_SENT, t - 2, p, m, ip, OK, id);
    if (p->blocked) {
        put(ROW_SUPPRESSED, t, p, m, ip, OK, id);
        return;
    }
    if (!planted || (p->dead && meant != TIMEOUT && meant != SLOW && meant != BUSY))
        meant = ordinary(p);
    if (meant == OK) {
        put(ROW_DELIVERED, t, p, m, ip, OK, id);
        remember(p, m, t, OK, false);
        complain(p, m, ip, t, id);
    } else if (is_permanent(domains[p->domain].receiver, meant)) {
        put(ROW_BOUNCED, t, p, m, ip, meant, id);
        remember(p, m, t, meant, true);
    } else {
        retry(p, m, ip, t, meant, planted, id);
    }
}

/* ---- mailings ---- */

static struct mailing start(const char *name, const char *sender)
{
    struct mailing m = { .index = n_mailings++, .sender = sender };

    snprintf(m.campaign, sizeof m.campaign, "%s", name);
    return m;
}

static const char *pick_ip(int day)
{
    if (is_story("warm_up") && day >= from_day && chance(day >= to_day ? 0.3 : 0.12))
        return ips[3];
    return ips[below(3)];
}

static void send_to(struct person *p, const struct mailing *m, int day)
{
    mail(p, m, pick_ip(day), MONTH + (int64_t)day * DAY + 7 * 3600 + below(9 * 3600));
}

/* A mailing to every 'step'th person. */
static void mail_all(const char *name, int day, int step, const char *sender)
{
    char numbered[32];
    struct mailing m;

    snprintf(numbered, sizeof numbered, "%s-%02d", name, day + 1);
    m = start(strcmp(name, "win-back") == 0 ? name : numbered, sender);
    for (int i = (int)below((unsigned)step); i < n_people; i += step)
        send_to(&people[i], &m, day);
}

static void send_month(void)
{
    const bool weekly = seed % 2 == 0 && !is_story("edge") && !is_story("two_bursts");
    const struct mailing receipts = start("receipts", senders[2]);

    for (int day = 0; day < N_DAYS; day++) {
        const bool season = is_story("season") && day >= 20;

        if (is_story("tiny") ? day % 9 == 4 : weekly && day % 7 == 3)
            mail_all("letter", day, 1, senders[0]);
        else if (!weekly && !is_story("tiny"))
            mail_all("letter", day, 7, senders[0]);
        if (day % 3 == 1 && !is_story("tiny"))
            mail_all("shop", day, season ? 3 : 10, senders[1]);
        if (season)
            mail_all("sale", day, 4, senders[0]);
        for (int i = 0; i < n_people / 50; i++)
            send_to(&people[below((unsigned)n_people)], &receipts, day);
        if (is_story("complaints") && day == from_day)
            mail_all("win-back", day, 1, senders[0]);
        if ((is_story("small_outage") || is_story("four_people") || is_story("subdomains") ||
             is_story("our_network")) && day == from_day)
            mail_all("notice", day, 1, senders[0]);
    }
}

/* ---- stories ---- */

static void finding(const char *kind, const char *scope, const char *subject)
{
    fprintf(truth_file, "%s,%s,%s\n", kind, scope, subject);
}

static void small_company(int n)
{
    char name[48];

    snprintf(name, sizeof name, "tischlerei-%u.de", seed);
    target = n_domains;
    add_company(name, seed % 2 == 0 ? POSTFIX : EXIM, n);
    for (int i = domains[target].first; i < n_people; i++)
        people[i].dead = people[i].full = false;
}

static void add_struck(enum receiver r, int n, int people_each)
{
    char name[48];

    struck = r;
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "kanzlei%03d.%s", i, i % 3 == 0 ? "de" : i % 3 == 1 ? "at" : "ch");
        add_company(name, r, people_each);
    }
}

static void prepare(void)
{
    char name[48];

    from_day = 6 + (int)below(6);
    to_day = from_day + 3;
    if (is_story("small_outage") || is_story("four_people")) {
        small_company(is_story("four_people") ? 4 : 6 + (int)(seed % 4));
        from_day = 13; /* Saturday */
        to_day = 15;
    } else if (is_story("subdomains")) {
        target = n_domains;
        to_day = from_day + 4;
        for (int i = 0; i < 6; i++) {
            snprintf(name, sizeof name, "fak%d.uni-nord.ac.uk", i);
            add_company(name, POSTFIX, 3);
        }
    } else if (is_story("tenants")) {
        add_struck(M365, 60, 3);
        to_day = from_day + 8;
    } else if (is_story("gateway")) {
        add_struck(seed % 2 == 0 ? PROOFPOINT : MIMECAST, 40, 4);
        to_day = from_day + 6;
    } else if (is_story("edge")) {
        struck = TONLINE;
        from_day = seed % 2 == 0 ? 0 : N_DAYS - 4;
        to_day = from_day + 4;
    } else if (is_story("two_bursts")) {
        struck = seed % 2 == 0 ? YAHOO : ORANGE;
    } else if (is_story("one_sender") || is_story("no_ptr")) {
        from_day = 14;
        to_day = N_DAYS;
    } else if (is_story("spamhaus") || is_story("warm_up")) {
        to_day = from_day + 8;
    } else if (is_story("our_network")) {
        to_day = from_day + 1;
    } else if (is_story("waste")) {
        for (int i = 0; i < n_people; i++)
            people[i].blocked = chance(0.30);
    } else if (is_story("b2b")) {
        for (int i = 0; i < 12; i++) {
            snprintf(name, sizeof name, "gone%02d.example", i);
            add_company(name, POSTFIX, 1 + i % 3);
        }
    }
}

static void tell_truth(void)
{
    const char *ip = platform->has_ip ? NULL : "acme.example";

    if (is_story("small_outage"))
        finding("domain_wide_failure", "domain_wide", domains[target].name);
    else if (is_story("subdomains"))
        finding("domain_wide_failure", "domain_wide", "uni-nord.ac.uk");
    else if (is_story("tenants"))
        finding("provider_reputation", "provider_wide", "Microsoft 365");
    else if (is_story("gateway"))
        finding("provider_reputation", "provider_wide", seed % 2 == 0 ? "Proofpoint" : "Mimecast");
    else if (is_story("edge"))
        finding("provider_reputation", "provider_wide", "T-Online");
    else if (is_story("two_incidents")) {
        finding("provider_fault", "provider_wide", "GMX / WEB.DE");
        finding("provider_reputation", "provider_wide", "GMX / WEB.DE");
    } else if (is_story("two_bursts")) {
        finding("rate_limited_burst|provider_reputation", "provider_wide",
                seed % 2 == 0 ? "Yahoo" : "Orange (FR)");
        finding("rate_limited_burst|provider_reputation", "provider_wide",
                seed % 2 == 0 ? "Yahoo" : "Orange (FR)");
    } else if (is_story("one_sender"))
        finding("authentication_failure", "sender_wide", senders[1]);
    else if (is_story("spamhaus"))
        finding("provider_reputation", "sender_wide", ip != NULL ? ip : ips[1]);
    else if (is_story("no_ptr"))
        finding("sender_configuration", "sender_wide", ip != NULL ? ip : ips[2]);
    else if (is_story("warm_up"))
        finding("rate_limited_burst|volume_spike_throttled|provider_reputation", "sender_wide",
                ip != NULL ? ip : ips[3]);
    else if (is_story("our_network"))
        finding("sender_configuration", "sender_wide", "acme.example");
    else if (is_story("complaints") && !bounces_only)
        finding("complaint_rate", "sender_wide", platform->has_campaign ? "win-back" : senders[0]);
    else if (is_story("waste") && !bounces_only)
        finding("suppressed_waste", "recipient_local", "");
    else if (is_story("worse") && !bounces_only)
        finding("trend", "provider_wide", "Orange (FR)");
}

/* ---- the lists, from what was meant ---- */

static int by_time(const void *a, const void *b)
{
    const struct fate *x = a, *y = b;

    return (x->time > y->time) - (x->time < y->time);
}

static bool ours(enum meant m)
{
    return m == SPAM || m == LISTED || m == AUTH || m == BLOCKED || m == NO_PTR;
}

static const char *list_of(struct person *p)
{
    int from = 0, soft = 0, dead = 0, refused = 0, kept = 0, gone = 0;
    int64_t full = 0;
    bool twice = false;

    qsort(p->fates, (size_t)p->n_fates, sizeof p->fates[0], by_time);
    for (int i = 0; i < p->n_fates; i++)
        if (p->fates[i].meant == OK)
            from = i + 1;
    for (int i = from; i < p->n_fates; i++) {
        const struct fate *f = &p->fates[i];

        dead += f->meant == NO_USER;
        gone += f->meant == NO_DOMAIN;
        refused += f->bounce && ours(f->meant);
        kept += f->bounce && !ours(f->meant);
        soft += f->bounce ? f->meant == EXPIRED : f->meant != SLOW && f->meant != NO_PTR;
        if (f->meant == FULL_HARD) {
            twice |= full != 0 && f->time - full >= DAY;
            full = full == 0 ? f->time : full;
        }
    }
    if (p->complained || dead > 0)
        return "suppress";
    if (gone > 0)
        return "suppress_domains";
    if (twice)
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
                fprintf(f, "u%05d@%s\n", i, domains[people[i].domain].name);
        }
        fclose(f);
    }
}

/* ---- a month ---- */

static void make_world(void)
{
    n_domains = n_people = n_mailings = 0;
    rng_state = (uint64_t)(seed + 77) * UINT64_C(0xd1342543de82ef95);
    dead_rate = is_story("b2b") ? 0.02 : 0.004 + below(5) * 0.001;
    full_rate = 0.001;
    if (is_story("b2b"))
        add_companies(1500, 3);
    else if (is_story("tiny"))
        add_providers(0.03);
    else {
        add_providers(0.7 + below(8) * 0.1);
        add_companies(90 + (int)below(120), 5);
    }
}

static void write_month(const char *dir)
{
    FILE *f = open_in(dir, "name.txt");

    fprintf(f, "%s\n", platform->file);
    fclose(f);
    export_file = open_in(dir, platform->file);
    truth_file = open_in(dir, "truth.csv");
    fputs(platform->header, export_file);
    make_world();
    prepare();
    if (is_story("worse"))
        for (int i = 0; i < n_people; i++)
            people[i].dead |= domains[people[i].domain].receiver == ORANGE && chance(0.045);
    tell_truth();
    send_month();
    write_lists(dir);
    if (fclose(export_file) != 0 || fclose(truth_file) != 0)
        exit(74);
}

/* The seed's platform, or the next one that can show the story. */
static const struct platform *pick_platform(const char *name)
{
    const unsigned n = bounces_only ? n_platforms : n_platforms - 1; /* the last one: bounces alone */
    unsigned i = seed % n;

    while ((strcmp(name, "warm_up") == 0 && !platforms[i].has_ip) ||
           (strcmp(name, "waste") == 0 && !platforms[i].has_suppressed))
        i = (i + 1) % n;
    return &platforms[i];
}

int main(int argc, char **argv)
{
    char before[4096];

    if (argc < 4) {
        fprintf(stderr, "usage: gen_more STORY SEED DIR [bounces]\n");
        return 2;
    }
    seed = (unsigned)strtoul(argv[2], NULL, 10);
    bounces_only = argc > 4;
    platform = pick_platform(argv[1]);
    people = calloc(MAX_PEOPLE, sizeof *people);
    domains = calloc(MAX_DOMAINS, sizeof *domains);
    if (people == NULL || domains == NULL)
        return 71;
    if (strcmp(argv[1], "worse") == 0) {
        story = "quiet";
        snprintf(before, sizeof before, "%s/before", argv[3]);
        mkdir(before, 0700);
        write_month(before);
    }
    story = argv[1];
    write_month(argv[3]);
    free(people);
    free(domains);
    return 0;
}

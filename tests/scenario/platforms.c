/* SPDX-License-Identifier: MIT
 * platforms.c - the rows of seven platforms, as their exports have them.
 */
#include "platforms.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void put_time(FILE *f, int64_t t, const char *layout)
{
    const time_t at = (time_t)t;
    struct tm tm;
    char text[64];

    gmtime_r(&at, &tm);
    strftime(text, sizeof text, layout, &tm);
    fputs(text, f);
}

/* A CSV cell, always quoted. */
static void put_cell(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s != '\0'; s++) {
        if (*s == '"')
            fputc('"', f);
        fputc(*s, f);
    }
    fputc('"', f);
}

static void put_json(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            fputc('\\', f);
        fputc(*s, f);
    }
    fputc('"', f);
}

/* The parts of "550 5.1.1 text"; 'enhanced' is empty where the reply has none. */
struct parts {
    int code;
    char enhanced[16];
    const char *text;
};

static struct parts split(const char *reply)
{
    struct parts p = { .code = atoi(reply) };
    const char *at = reply + strspn(reply, "0123456789");
    size_t n;

    at += *at == ' ' || *at == '-';
    p.text = at;
    n = strspn(at, "0123456789.");
    if (n >= 5 && n < sizeof p.enhanced && at[1] == '.' && strchr("245", at[0]) != NULL) {
        memcpy(p.enhanced, at, n);
        p.text = at + n + (at[n] == ' ');
    }
    return p;
}

static bool is_permanent(const struct row *r)
{
    return r->reply[0] == '5';
}

static void put_sendgrid(FILE *f, const struct row *r)
{
    static const char *const event[] = { "processed", "delivered", "deferred",
                                         "bounce",    "dropped",   "spamreport" };

    fprintf(f, "%lld,%lx.recvd,%s,,%lx.recvd,,News,%s,%s,,,,", (long long)r->time, r->id,
            event[r->kind], r->id, r->sender, r->to);
    put_cell(f, r->kind == ROW_SUPPRESSED ? "Bounced Address" : r->reply);
    fprintf(f, ",%s,dedicated,%s,1,,,%s,,acme,,,%s,,,\n", r->ip, r->mx,
            r->kind != ROW_BOUNCED ? "" : is_permanent(r) ? "bounce" : "blocked", r->campaign);
}

static void put_mailgun(FILE *f, const struct row *r)
{
    static const char *const event[] = { "accepted", "delivered", "failed",
                                         "failed",   "failed",    "complained" };
    const struct parts p = split(r->kind == ROW_SUPPRESSED ? "605 Not delivering to previously bounced address"
                                                           : r->reply);

    fprintf(f, "%s,%s,%s,%lld.25,%s,%s,%s,%lx@mg,", event[r->kind],
            r->kind == ROW_DEFERRED                                  ? "temporary"
            : r->kind == ROW_BOUNCED || r->kind == ROW_SUPPRESSED    ? "permanent"
                                                                     : "",
            r->kind == ROW_SUPPRESSED ? "suppress-bounce" : r->kind == ROW_BOUNCED ? "bounce" : "",
            (long long)r->time, r->to, r->sender, r->ip, r->id);
    if (p.code > 0)
        fprintf(f, "%d", p.code);
    fputc(',', f);
    put_cell(f, r->kind == ROW_SUPPRESSED ? "" : strlen(r->reply) > 4 ? r->reply + 4 : "");
    fprintf(f, ",%s,%s,%s\n", p.enhanced, r->mx, r->campaign);
}

static void put_ses(FILE *f, const struct row *r)
{
    static const char *const event[] = { "Send",   "Delivery", "DeliveryDelay",
                                         "Bounce", "Bounce",   "Complaint" };
    const struct parts p = split(r->reply);

    fprintf(f, "{\"eventType\":\"%s\",\"mail\":{\"timestamp\":\"", event[r->kind]);
    put_time(f, r->time - 2, "%Y-%m-%dT%H:%M:%SZ");
    fprintf(f,
            "\",\"source\":\"%s\",\"messageId\":\"0100%lx\",\"destination\":[\"%s\"],\"tags\":{\"campaign\":[\"%s\"]}}",
            r->sender, r->id, r->to, r->campaign);
    if (r->kind == ROW_BOUNCED || r->kind == ROW_SUPPRESSED) {
        fprintf(f, ",\"bounce\":{\"bounceType\":\"%s\",\"bounceSubType\":\"%s\",\"timestamp\":\"",
                r->kind == ROW_SUPPRESSED || is_permanent(r) ? "Permanent" : "Transient",
                r->kind == ROW_SUPPRESSED ? "OnAccountSuppressionList" : "General");
        put_time(f, r->time, "%Y-%m-%dT%H:%M:%SZ");
        fprintf(f, "\",\"bouncedRecipients\":[{\"emailAddress\":\"%s\",\"status\":\"%s\",\"diagnosticCode\":",
                r->to, p.enhanced);
        if (r->kind == ROW_SUPPRESSED)
            put_json(f, "Amazon SES did not send the message to this address because it is on the suppression list for your account");
        else
            put_json(f, r->reply);
        fputs("}]}", f);
    } else if (r->kind == ROW_DEFERRED) {
        fputs(",\"deliveryDelay\":{\"delayType\":\"TransientCommunicationFailure\",\"timestamp\":\"", f);
        put_time(f, r->time, "%Y-%m-%dT%H:%M:%SZ");
        fprintf(f, "\",\"delayedRecipients\":[{\"emailAddress\":\"%s\",\"status\":\"%s\",\"diagnosticCode\":",
                r->to, p.enhanced);
        put_json(f, r->reply);
        fputs("}]}", f);
    } else if (r->kind == ROW_DELIVERED) {
        fputs(",\"delivery\":{\"timestamp\":\"", f);
        put_time(f, r->time, "%Y-%m-%dT%H:%M:%SZ");
        fprintf(f, "\",\"recipients\":[\"%s\"],\"smtpResponse\":", r->to);
        put_json(f, r->reply);
        fputc('}', f);
    } else if (r->kind == ROW_COMPLAINED) {
        fputs(",\"complaint\":{\"timestamp\":\"", f);
        put_time(f, r->time, "%Y-%m-%dT%H:%M:%SZ");
        fprintf(f, "\",\"complainedRecipients\":[{\"emailAddress\":\"%s\"}],\"complaintFeedbackType\":\"abuse\"}",
                r->to);
    }
    fputs("}\n", f);
}

static void put_sparkpost(FILE *f, const struct row *r)
{
    static const char *const event[] = { "injection", "delivery",         "delay",
                                         "bounce",    "policy_rejection", "spam_complaint" };
    const struct parts p = split(r->reply);

    put_time(f, r->time, "%Y-%m-%dT%H:%M:%S.000Z");
    fprintf(f, ",%s,%s,%s,%lx,%s,%s,", event[r->kind], r->to, r->sender, r->id, r->campaign,
            r->kind == ROW_SUPPRESSED ? "25" : r->kind == ROW_BOUNCED ? "1" : "");
    if (p.code >= 400)
        fprintf(f, "%d", p.code);
    fputc(',', f);
    put_cell(f, r->kind == ROW_SUPPRESSED ? "550 5.7.1 recipient address suppressed due to customer policy"
             : r->kind == ROW_DELIVERED   ? ""
                                          : r->reply);
    fprintf(f, ",%s\n", r->ip);
}

static void put_smtp2go(FILE *f, const struct row *r)
{
    static const char *const event[] = { "processed", "delivered", "deferred",
                                         "bounce",    "rejected",  "spam" };

    fprintf(f, "%s,1v%lx,%s,%s,Hello,",
            r->kind != ROW_BOUNCED ? event[r->kind] : is_permanent(r) ? "hard-bounced" : "soft-bounced",
            r->id, r->sender, r->to);
    put_time(f, r->time, "%Y-%m-%dT%H:%M:%SZ");
    fputc(',', f);
    put_cell(f, r->reply);
    fprintf(f, ",%s,%s\n", r->mx, r->ip);
}

static void put_pmta(FILE *f, const struct row *r)
{
    static const char type[] = "?dtb?f";
    const struct parts p = split(r->reply);

    fprintf(f, "%c,", type[r->kind]);
    put_time(f, r->time, "%Y-%m-%d %H:%M:%S+0000");
    fprintf(f, ",%s,%s,%s,\"", r->sender, r->to, p.enhanced);
    if (r->kind != ROW_COMPLAINED)
        fprintf(f, "smtp;%s", r->reply);
    fprintf(f, "\",%s,,%s,%s\n", r->mx, r->ip, r->campaign);
}

static void put_postmark(FILE *f, const struct row *r)
{
    const char *type = r->kind == ROW_COMPLAINED      ? "SpamComplaint"
                       : r->kind == ROW_DEFERRED      ? "Transient"
                       : strncmp(r->reply, "550 5.1.1", 9) == 0 ? "HardBounce"
                                                      : "SoftBounce";

    fprintf(f, "Bounce,%lu,%s,1,%s,%s,%lx-0000,", r->id, type, type, r->campaign, r->id);
    put_cell(f, r->reply);
    fprintf(f, ",%s,%s,", r->to, r->sender);
    put_time(f, r->time, "%Y-%m-%dT%H:%M:%S.0000000+00:00");
    fputs(",true,Hello\n", f);
}

const struct platform platforms[] = {
    { "sendgrid", "sendgrid.csv",
      "processed,message_id,event,api_key_id,recv_message_id,credential_id,subject,from,email,"
      "asm_group_id,template_id,originating_ip,reason,outbound_ip,outbound_ip_type,mx,attempt,url,"
      "user_agent,type,is_unique,username,categories,marketing_campaign_id,marketing_campaign_name,"
      "marketing_campaign_split_id,marketing_campaign_version,unique_args\n",
      true, true, true, true, true, put_sendgrid },
    { "mailgun", "mailgun.csv",
      "event,severity,reason,timestamp,recipient,envelope.sender,envelope.sending-ip,"
      "message.headers.message-id,delivery-status.code,delivery-status.message,"
      "delivery-status.enhanced-code,delivery-status.mx-host,campaigns\n",
      true, true, true, true, true, put_mailgun },
    { "ses", "ses.jsonl", "", false, true, true, true, true, put_ses },
    { "sparkpost", "sparkpost.csv",
      "timestamp,type,rcpt_to,msg_from,message_id,campaign_id,bounce_class,error_code,raw_reason,"
      "sending_ip\n",
      true, true, true, true, true, put_sparkpost },
    { "smtp2go", "smtp2go.csv",
      "event,email_id,sender,recipient,subject,timestamp,smtp_response,host,outbound_ip\n", true,
      false, true, true, true, put_smtp2go },
    { "pmta", "acct.csv",
      "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,dsnMta,bounceCat,dlvSourceIp,jobId\n", true, true,
      true, false, false, put_pmta },
    { "postmark", "postmark.csv",
      "RecordType,ID,Type,TypeCode,Name,Tag,MessageID,Details,Email,From,BouncedAt,Inactive,"
      "Subject\n",
      false, true, true, false, false, put_postmark },
};
const unsigned n_platforms = sizeof platforms / sizeof platforms[0];

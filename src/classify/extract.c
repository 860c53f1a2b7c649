/* SPDX-License-Identifier: MIT */
#include "classify/extract.h"

static bool starts(struct bnc_span s, size_t at, const char *word)
{
    const size_t len = strlen(word);

    return at + len <= s.len &&
           bnc_span_eq_nocase(bnc_span_from(s.at + at, len), bnc_span_from(word, len));
}

static bool is_letter(char c)
{
    return bnc_lower(c) >= 'a' && bnc_lower(c) <= 'z';
}

static struct bnc_span find_url(struct bnc_span s)
{
    for (size_t i = 0; i + 8 < s.len; i++) {
        size_t end = i;

        if (!starts(s, i, "http://") && !starts(s, i, "https://"))
            continue;
        while (end < s.len && (unsigned char)s.at[end] > ' ' &&
               strchr("\"'<>[]", s.at[end]) == NULL)
            end++;
        while (end > i && strchr(".,;:!)", s.at[end - 1]) != NULL)
            end--;
        return bnc_span_from(s.at + i, end - i);
    }
    return bnc_span_from("", 0);
}

/* Length of an IPv4 address at 'at', 0 if there is none. */
static size_t ipv4_at(struct bnc_span s, size_t at)
{
    size_t k = at;

    for (int part = 0; part < 4; part++) {
        unsigned v = 0;
        const size_t start = k;

        while (k < s.len && bnc_is_digit(s.at[k]) && k - start < 4)
            v = v * 10 + (unsigned)(s.at[k++] - '0');
        if (k == start || k - start > 3 || v > 255)
            return 0;
        if (part < 3 && (k >= s.len || s.at[k++] != '.'))
            return 0;
    }
    if (k < s.len && (bnc_is_digit(s.at[k]) || is_letter(s.at[k]) || s.at[k] == '-'))
        return 0;
    return k + 1 < s.len && s.at[k] == '.' && bnc_is_digit(s.at[k + 1]) ? 0 : k - at;
}

/* Length of an IPv6 address behind a bracket or blank at 'at', 0 if there is none. */
static size_t ipv6_at(struct bnc_span s, size_t at)
{
    size_t k = at, colons = 0;

    while (k < s.len &&
           (bnc_is_digit(s.at[k]) || (bnc_lower(s.at[k]) >= 'a' && bnc_lower(s.at[k]) <= 'f') ||
            s.at[k] == ':'))
        colons += s.at[k++] == ':';
    if (colons < 2 || k - at < 4 || (k < s.len && is_letter(s.at[k])))
        return 0;
    for (size_t i = at; i < k; i++)      /* a time has no letters and no double colon */
        if (is_letter(s.at[i]) || (s.at[i] == ':' && i + 1 < k && s.at[i + 1] == ':') || colons > 3)
            return k - at;
    return 0;
}

static struct bnc_span find_ip(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char before = i > 0 ? s.at[i - 1] : ' ';
        size_t len;

        if (bnc_is_digit(before) || is_letter(before) || before == '.' || before == '-' ||
            before == ':')
            continue;
        len = ipv4_at(s, i);
        if (len == 0)
            len = ipv6_at(s, i);
        if (len > 0)
            return bnc_span_from(s.at + i, len);
    }
    return bnc_span_from("", 0);
}

static const char *find_command(struct bnc_span s)
{
    static const struct { const char *text, *command;
    } forms[] = {
        { "end of data", "end of DATA" },
        { "in reply to rcpt", "RCPT TO" },
        { "in reply to mail", "MAIL FROM" },
        { "in reply to data", "DATA" },
        { "in reply to ehlo", "EHLO" },
        { "in reply to helo", "HELO" },
        { "in reply to starttls", "STARTTLS" },
        { "in reply to auth", "AUTH" },
        { "after rcpt", "RCPT TO" },
        { "after mail", "MAIL FROM" },
        { "after end of data", "end of DATA" },
        { "after data", "DATA" },
        { "after starttls", "STARTTLS" },
        { "sending rcpt to", "RCPT TO" },
        { "sending mail from", "MAIL FROM" },
        { "sending message body", "end of DATA" },
        { "sending end of data", "end of DATA" },
        { "[rcpt_to]", "RCPT TO" },
        { "[mail_from]", "MAIL FROM" },
        { "following rcpt command", "RCPT TO" },
        { "for rcpt to response", "RCPT TO" },
        { "step: data send", "DATA" },
        { "(data)", "DATA" },
        { "receiving the initial server greeting", "connect" },
        { "performing the ehlo handshake", "EHLO" },
        { "performing the helo handshake", "HELO" },
    };

    for (size_t i = 0; i < s.len; i++)
        for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++)
            if (bnc_lower(s.at[i]) == forms[k].text[0] && starts(s, i, forms[k].text))
                return forms[k].command;
    return "";
}

/* Seconds in the unit named at 'at' ("minutes", "secs", "h"), 0 if it is none. */
static uint32_t unit_at(struct bnc_span s, size_t at)
{
    static const struct { const char *word; uint32_t seconds;
    } units[] = {
        { "second", 1 },  { "sec", 1 },   { "minute", 60 }, { "min", 60 },
        { "hour", 3600 }, { "hr", 3600 }, { "day", 86400 },
    };

    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++)
        if (starts(s, at, units[k].word))
            return units[k].seconds;
    return (starts(s, at, "s") && (at + 1 == s.len || !is_letter(s.at[at + 1]))) ? 1 : 0;
}

/* A delay stands within 40 bytes after a word about trying again. */
static bool is_about_retry(struct bnc_span s, size_t at)
{
    static const char *const words[] = { "again", "retry", "greylist",  "graylist",
                                         "wait",  "delay", "come back", "resend" };

    for (size_t i = at > 40 ? at - 40 : 0; i < at; i++)
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (starts(s, i, words[k]))
                return true;
    return false;
}

static uint32_t find_retry(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint32_t v = 0, unit;
        size_t k = i;

        if (!bnc_is_digit(s.at[i]) ||
            (i > 0 && (bnc_is_digit(s.at[i - 1]) || is_letter(s.at[i - 1]) || s.at[i - 1] == '.')))
            continue;
        while (k < s.len && bnc_is_digit(s.at[k]) && k - i < 6)
            v = v * 10 + (uint32_t)(s.at[k++] - '0');
        while (k < s.len && s.at[k] == ' ')
            k++;
        unit = unit_at(s, k);
        if (unit > 0 && v > 0 && v <= 604800 / unit && is_about_retry(s, i))
            return v * unit;
    }
    return 0;
}

struct bnc_extract bnc_extract_from(struct bnc_span response)
{
    return (struct bnc_extract){ find_url(response), find_ip(response), find_command(response),
                                 find_retry(response) };
}

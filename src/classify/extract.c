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

/* Where the word that ends before 'end' starts. */
static size_t word_before(struct bnc_span s, size_t end)
{
    while (end > 0 && (unsigned char)s.at[end - 1] > ' ')
        end--;
    return end;
}

static size_t skip_back_blanks(struct bnc_span s, size_t end)
{
    while (end > 0 && (unsigned char)s.at[end - 1] <= ' ')
        end--;
    return end;
}

/* Whether an address in brackets is that of the server that answered: "host NAME[IP] said",
 * "connect to NAME[IP]". A "client host" is the sender's. */
static bool is_answering_host(struct bnc_span s, size_t at)
{
    size_t name, word, end;

    if (at == 0 || s.at[at - 1] != '[')
        return false;
    name = word_before(s, skip_back_blanks(s, at - 1));
    if (starts(s, name, "relay="))
        return true;
    end = skip_back_blanks(s, name);
    word = word_before(s, end);
    word += word < end && s.at[word] == '(';
    if (end == word || !starts(s, word, end - word == 2 ? "to" : end - word == 4 ? "host" : "-"))
        return end - word == 4 && starts(s, word, "with");
    end = skip_back_blanks(s, word);
    return end < 6 || !starts(s, end - 6, "client");
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
        if (len > 0 && !is_answering_host(s, i))
            return bnc_span_from(s.at + i, len);
        i += len;
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
        { "refused to talk to me", "connect" },
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

static size_t number_at(struct bnc_span s, size_t at, uint32_t *v)
{
    size_t k = at;

    for (*v = 0; k < s.len && bnc_is_digit(s.at[k]) && k - at < 6; k++)
        *v = *v * 10 + (uint32_t)(s.at[k] - '0');
    return k;
}

/* Seconds of "00:05:00" at 'at', 0 if it is none. */
static uint32_t clock_at(struct bnc_span s, size_t at)
{
    uint32_t parts[3];
    size_t k = at;

    for (int i = 0; i < 3; i++) {
        const size_t start = k;

        k = number_at(s, k, &parts[i]);
        if (k == start || k - start > 2 || (i < 2 && (k >= s.len || s.at[k++] != ':')))
            return 0;
    }
    return parts[0] * 3600 + parts[1] * 60 + parts[2];
}

/* Seconds of "5 minutes" or "1 hour(s) 25 minute(s)" at 'at', 0 if it is none; each unit is smaller
 * than the one before. */
static uint32_t duration_at(struct bnc_span s, size_t at)
{
    uint32_t v, unit, last = UINT32_MAX, sum = 0;

    for (size_t k = at; k < s.len && bnc_is_digit(s.at[k]); last = unit) {
        k = number_at(s, k, &v);
        while (k < s.len && s.at[k] == ' ')
            k++;
        unit = unit_at(s, k);
        if (unit == 0 || unit >= last || v > 604800 / unit)
            break;
        sum += v * unit;
        while (k < s.len && (is_letter(s.at[k]) || s.at[k] == '(' || s.at[k] == ')'))
            k++;
        while (k < s.len && (s.at[k] == ' ' || s.at[k] == ','))
            k++;
        if (starts(s, k, "and "))
            k += 4;
    }
    return sum;
}

static uint32_t find_retry(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint32_t seconds;

        if (!bnc_is_digit(s.at[i]) ||
            (i > 0 && (bnc_is_digit(s.at[i - 1]) || is_letter(s.at[i - 1]) || s.at[i - 1] == '.' ||
                       s.at[i - 1] == ':')))
            continue;
        seconds = clock_at(s, i);
        if (seconds == 0)
            seconds = duration_at(s, i);
        if (seconds > 0 && is_about_retry(s, i))
            return seconds;
    }
    return 0;
}

struct bnc_extract bnc_extract_from(struct bnc_span response)
{
    return (struct bnc_extract){ find_url(response), find_ip(response), find_command(response),
                                 find_retry(response) };
}

/* SPDX-License-Identifier: MIT */
#include "failon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static const char severities[] =
    "info|monitor|fix_soon|critical"; /* 0.. as bnc_analysis_severity() counts */
static const char rates[] = "bounce_rate|hard_bounce_rate|complaint_rate|deferral_rate";

struct condition {
    int severity; /* -1 never, -2: a rate */
    char name[128]; /* "complaint_rate@yahoo" */
    bool or_equal, below;
    double percent;
};

static enum bnc_status refuse(struct bnc_error *err, const char *term, size_t len, const char *why,
                              const char *near, size_t near_len)
{
    *err = (struct bnc_error){ .status = BNC_EUSAGE, .byte_off = BNC_NO_PLACE };
    snprintf(err->text, sizeof err->text, "--fail-on '%.*s': %s%s%.*s%s",
             (int)(len < 80 ? len : 80), term, why, near != NULL ? "; did you mean '" : "",
             near != NULL ? (int)near_len : 0, near != NULL ? near : "", near != NULL ? "'?" : "");
    return BNC_EUSAGE;
}

static int index_of(const char *word, size_t len, const char *values)
{
    for (int i = 0;; i++) {
        const size_t n = strcspn(values, "|");

        if (n == len && memcmp(values, word, n) == 0)
            return i;
        if (values[n] == '\0')
            return -1;
        values += n + 1;
    }
}

static enum bnc_status parse_rate(const char *term, size_t len, size_t op, struct condition *c,
                                  struct bnc_error *err)
{
    size_t at = op + 1, metric = strcspn(term, "@<>="), near_len = 0;
    char word[64], *end;
    const char *near;

    c->severity = -2;
    c->below = term[op] == '<';
    c->or_equal = term[at] == '=';
    at += c->or_equal;
    c->percent = 0;
    for (size_t i = at; i < len; i++)
        if (strchr("0123456789.%", term[i]) == NULL)
            return refuse(err, term, len, "the limit is a percentage", NULL, 0);
    snprintf(word, sizeof word, "%.*s", (int)(len - at), term + at);
    c->percent = strtod(word, &end); /* the locale is "C": the program never sets another */
    if (end == word || (end[0] != '\0' && strcmp(end, "%") != 0))
        return refuse(err, term, len, "the limit is a percentage", NULL, 0);
    if (index_of(term, metric, rates) < 0) {
        snprintf(word, sizeof word, "%.*s", (int)metric, term);
        near = nearest_value(word, rates, &near_len);
        return refuse(err, term, len, "no such rate", near, near_len);
    }
    snprintf(c->name, sizeof c->name, "%.*s", (int)op, term);
    return BNC_OK;
}

static enum bnc_status parse(const char *term, size_t len, struct condition *c,
                             struct bnc_error *err)
{
    const size_t op = strcspn(term, "<>,");
    char word[64];
    const char *near;
    size_t near_len = 0;

    if (op < len)
        return parse_rate(term, len, op, c, err);
    c->severity = len == 5 && memcmp(term, "never", 5) == 0 ? -1 : index_of(term, len, severities);
    if (c->severity >= 0 || (len == 5 && memcmp(term, "never", 5) == 0))
        return BNC_OK;
    snprintf(word, sizeof word, "%.*s", (int)len, term);
    near = nearest_value(word,
                         "never|info|monitor|fix_soon|critical|bounce_rate|hard_bounce_rate|"
                         "complaint_rate|deferral_rate",
                         &near_len);
    return refuse(err, term, len, "neither a severity nor a rate with a limit", near, near_len);
}

enum bnc_status failon_check(const char *text, struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;
    struct condition c;

    while (status == BNC_OK) {
        const size_t len = strcspn(text, ",");

        status = parse(text, len, &c, err);
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    return status;
}

static enum bnc_status judge(const struct condition *c, const struct bnc_analysis *a,
                             void (*warn)(const char *name), bool *holds, struct bnc_error *err)
{
    enum bnc_status status;
    double percent = NAN;

    if (c->severity != -2) {
        *holds = c->severity >= 0 && bnc_analysis_severity(a) >= c->severity;
        return BNC_OK;
    }
    status = bnc_analysis_rate(a, c->name, &percent, err);
    if (status != BNC_OK)
        return status;
    if (isnan(percent)) {
        warn(c->name);
        *holds = false;
        return BNC_OK;
    }
    *holds = c->below ? percent < c->percent : percent > c->percent;
    *holds = *holds || (c->or_equal && !(percent < c->percent) && !(percent > c->percent));
    return BNC_OK;
}

enum bnc_status failon_holds(const char *text, const struct bnc_analysis *a,
                             void (*warn)(const char *name), bool *holds, struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;
    struct condition c;

    *holds = false;
    while (text != NULL && status == BNC_OK) {
        const size_t len = strcspn(text, ",");
        bool one = false;

        status = parse(text, len, &c, err);
        if (status == BNC_OK)
            status = judge(&c, a, warn, &one, err);
        *holds = *holds || one;
        text = text[len] == '\0' ? NULL : text + len + 1;
    }
    return status;
}

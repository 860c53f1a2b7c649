/* SPDX-License-Identifier: MIT
 * response_kit.h - responses put together of pieces that masking finds hard to tell apart: the same
 * skeleton filled in twice gives two texts that may be of one shape.
 */
#ifndef BNC_TEST_RESPONSE_KIT_H
#define BNC_TEST_RESPONSE_KIT_H

#include <stdint.h>
#include <stdio.h>

static uint64_t kit_state;

static uint64_t below(uint64_t n)
{
    kit_state = kit_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (kit_state >> 33) % n;
}

static char *put_any(char *p, const char *digits, size_t n_digits, size_t len)
{
    while (len-- > 0)
        *p++ = digits[below(n_digits)];
    return p;
}

#define ANY(p, alphabet, len) put_any(p, alphabet, sizeof alphabet - 1, len)

/* A piece of a response; 'piece' picks which, the generator's state how it is filled. */
static char *put_piece(char *p, unsigned piece)
{
    static const char *const fixed[] = {
        "550 5.1.1 ",
        "550-5.7.1 ",
        "smtp;421 ",
        "rfc ",
        "section ",
        "level ",
        "err/",
        "oct ",
        "on mon, ",
        "said: 450 4.2.0 ",
        "(#5.1.1)",
        "version ",
        "user ",
        "<",
        "> ",
        ": ",
        ":",
        "::",
        "/",
        "=",
        "-",
        "(state 14) ",
        "S3150 ",
        "[TSS04] ",
        "mwinf5",
        "ofr006_",
        "aup#",
        ".prod.outlook.com ",
        ".spamhaus.org ",
        ".example ",
        "domain.Fix ",
        "domain.fix ",
        "..",
        "\"",
        "' ",
        ", ",
        "; ",
        "\\n",
        "\\",
        "error code ",
        "status ",
        "*",
        "#",
        "@",
        "to ",
        "  ",
        "postfix ",
        "GMT ",
        "utc",
        "page.html#",
        "id=",
        "+",
        "x/page.pl ",
        "//host.pl ",
        "InfoDomainNonexistent ",
        "zen.spamhaus.org ",
        "Mail.Box ",
        "_",
        "rfc822",
        "<a.b",
    };
    const size_t n_fixed = sizeof fixed / sizeof fixed[0];

    if (piece < n_fixed)
        return p + sprintf(p, "%s", fixed[piece]);
    switch ((piece - n_fixed) % 15) {
    case 0:
        return p + sprintf(p, "%u", (unsigned)below(1000000));
    case 1:
        return p + sprintf(p, "%u.%u.%u.%u", (unsigned)below(256), (unsigned)below(256),
                           (unsigned)below(256), (unsigned)below(256));
    case 2:
        return ANY(p, "0123456789abcdef", 5 + below(30));
    case 3:
        return ANY(p, "0123456789ABCDEFabcdefghijklmnopqrstuvwxyzXYZ_", 8 + below(20));
    case 4:
        p = ANY(p, "abcdefgh.19", 1 + below(12));
        *p++ = '@';
        return ANY(p, "abcdef.12-", 3 + below(14));
    case 5:
        p = ANY(p, "0123456789abcdef", 13);
        *p++ = '-';
        p = ANY(p, "0123456789abcdefsi", 20);
        *p++ = '.';
        return ANY(p, "0123456789", 2);
    case 6:
        return p + sprintf(p, "20%02u-%02u-%02u", (unsigned)below(30), 1 + (unsigned)below(12),
                           1 + (unsigned)below(31));
    case 7:
        return p + sprintf(p, "%02u:%02u:%02u", (unsigned)below(24), (unsigned)below(60),
                           (unsigned)below(60));
    case 8:
        p = ANY(p, "abcdefgXYZ0123456789-", 1 + below(12));
        return p + sprintf(p, ".eurprd04.prod.outlook.com");
    case 9:
        p = ANY(p, "245", 1);
        p = ANY(p, "0123456789", 2);
        return ANY(p, "-abc0123456789.", below(8));
    case 10:
        return ANY(p, "aBcDeFgHiJkLmNoPqRsTuVwXyZ-_AEIOU", 10 + below(14));
    case 11:
        p = ANY(p, "abcdefgh-", 1 + below(9));
        *p++ = '.';
        return ANY(p, "abcXYcomplyd", 2 + below(3));
    case 12:
        *p++ = '<';
        p = ANY(p, "abcdef19=", 1 + below(340));
        *p++ = '@';
        p = ANY(p, "abcdef", 3);
        *p++ = '>';
        return p;
    case 13:
        return p + sprintf(p, "%u%c%u", (unsigned)below(100000), "-_+#"[below(4)],
                           (unsigned)below(1000000));
    default:
        p = ANY(p, "abcdefgh19-", 1 + below(9));
        *p++ = '.';
        p = ANY(p, "abcXYZ19", 1 + below(6));
        *p++ = '.';
        return ANY(p, "comnet1", 3);
    }
}

#define N_PIECES 120u

#define MAX_PIECES 14

struct skeleton {
    unsigned pieces[MAX_PIECES];
    size_t n;
};

static void skeleton_draw(struct skeleton *s)
{
    s->n = 2 + below(MAX_PIECES - 2);
    for (size_t i = 0; i < s->n; i++)
        s->pieces[i] = (unsigned)below(N_PIECES);
}

/* A text of this skeleton, with a NUL; 'text' has room for 6000 bytes.  Its length. */
static size_t skeleton_fill(const struct skeleton *s, char *text)
{
    char *p = text;

    for (size_t i = 0; i < s->n; i++) {
        p = put_piece(p, s->pieces[i]);
        if (s->pieces[i] % 3 == 0)
            *p++ = ' ';
    }
    *p = '\0';
    return (size_t)(p - text);
}

#endif

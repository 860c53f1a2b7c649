/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memrchr */
#include "util/idn.h"

#if BNC_WITH_IDN2
#include <idn2.h>
#endif

bool bnc_is_ascii(struct bnc_span s)
{
    unsigned char all = 0;

    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.at[i];
    return all < 0x80;
}

#if BNC_WITH_IDN2
/*
 * Whether it came out as a host name: full-width forms of '@' and of blanks fold to these, and an
 * empty label is nobody's.
 */
static bool is_host(struct bnc_span s)
{
    bool empty = true;

    for (size_t i = 0; i < s.len; i++) {
        const char c = s.at[i];

        if ((c == '.' && empty) ||
            (!bnc_is_digit(c) && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.'))
            return false;
        empty = c == '.';
    }
    return !empty;
}
#endif

size_t bnc_idn_fold(struct bnc_span name, char folded[BNC_NAME_ROOM])
{
    size_t len = 0;
#if BNC_WITH_IDN2
    char text[BNC_NAME_ROOM], *ascii = NULL;
    int rc;

    if (name.len >= sizeof text || memchr(name.at, '\0', name.len) != NULL)
        return 0;
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    rc = idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL);
    if (rc == IDN2_MALLOC)
        return BNC_IDN_NOMEM;
    if (rc == IDN2_OK && strlen(ascii) < BNC_NAME_ROOM && is_host(bnc_span_str(ascii))) {
        len = strlen(ascii);
        memcpy(folded, ascii, len);
    }
    idn2_free(ascii);
#else
    (void)name;
    (void)folded;
#endif
    return len;
}

struct bnc_span bnc_idn_folded(struct bnc_arena *arena, struct bnc_span s)
{
    const char *const at = s.len == 0 ? NULL : memrchr(s.at, '@', s.len);
    const size_t local = at == NULL ? 0 : (size_t)(at + 1 - s.at);
    const struct bnc_span domain = bnc_span_from(s.at + local, s.len - local);
    char name[BNC_NAME_ROOM], *to;
    size_t len;

    if (bnc_is_ascii(domain) || (len = bnc_idn_fold(domain, name)) == 0)
        return s;
    to = len != BNC_IDN_NOMEM ? bnc_arena_alloc(arena, local + len) : NULL;
    if (to == NULL)
        return bnc_span_from(NULL, 0);
    memcpy(to, s.at, local);
    memcpy(to + local, name, len);
    return bnc_span_from(to, local + len);
}

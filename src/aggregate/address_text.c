/* SPDX-License-Identifier: MIT */
#include "aggregate/address_text.h"

#include "aggregate/counts.h"

#include <stdlib.h>

struct bnc_text bnc_text_read(const char *at)
{
    struct bnc_text t;
    uint16_t head;

    memcpy(&t.fp, at, 8);
    memcpy(&head, at + 8, 2);
    t.is_local = (head & BNC_TEXT_LOCAL) != 0;
    t.text = bnc_span_from(at + BNC_TEXT_HEAD, head & BNC_TEXT_MAX);
    return t;
}

size_t bnc_text_bytes(const char *at)
{
    return BNC_TEXT_HEAD + bnc_text_read(at).text.len;
}

void bnc_text_put_head(char *at, uint64_t fp, size_t len, bool is_local)
{
    const uint16_t head = (uint16_t)(len | (is_local ? BNC_TEXT_LOCAL : 0));

    memcpy(at, &fp, 8);
    memcpy(at + 8, &head, 2);
}

bool bnc_text_push(struct bnc_log *log, uint64_t fp, struct bnc_span text, bool is_local)
{
    const size_t len = text.len < BNC_TEXT_MAX ? text.len : BNC_TEXT_MAX;
    char *at = bnc_log_push(log, bnc_log_part(fp), BNC_TEXT_HEAD + len);

    if (at == NULL)
        return false;
    bnc_text_put_head(at, fp, len, is_local);
    if (len > 0)
        memcpy(at + BNC_TEXT_HEAD, text.at, len);
    return true;
}

/*
 * Of two spellings of one address the one that is kept: local parts before whole texts, then
 * bytewise.
 */
static bool text_before(const char *a, const char *b)
{
    const struct bnc_text x = bnc_text_read(a), y = bnc_text_read(b);

    return x.is_local != y.is_local ? x.is_local : bnc_span_cmp(x.text, y.text) < 0;
}

size_t bnc_texts_fold(char *at, size_t len, void *room, size_t room_bytes)
{
    size_t n = 0, i = 0, kept = 0;
    struct bnc_sortkey *keys, *own = NULL;
    char *sorted;

    for (size_t off = 0; off < len; off += bnc_text_bytes(at + off))
        n++;
    keys = room;
    if (room_bytes < (n + 1) * 2 * sizeof *keys)
        keys = own = malloc((n + 1) * 2 * sizeof *keys);
    sorted = malloc(len + 1);
    if (keys == NULL || sorted == NULL) {
        free(own);
        free(sorted);
        return SIZE_MAX;
    }
    for (size_t off = 0; off < len; off += bnc_text_bytes(at + off))
        keys[i++] = (struct bnc_sortkey){ .key = bnc_text_read(at + off).fp, .ref = off };
    bnc_sortkeys(keys, keys + n, n);
    for (i = 0; i < n;) {
        const char *best = at + keys[i].ref;
        size_t j = i + 1;

        for (; j < n && keys[j].key == keys[i].key; j++)
            if (text_before(at + keys[j].ref, best))
                best = at + keys[j].ref;
        memcpy(sorted + kept, best, bnc_text_bytes(best));
        kept += bnc_text_bytes(best);
        i = j;
    }
    memcpy(at, sorted, kept);
    free(own);
    free(sorted);
    return kept;
}

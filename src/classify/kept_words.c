/* SPDX-License-Identifier: MIT */
#include "classify/kept_words.h"

#define BNC_GEN_WORDS
#include "gen/words.h"

enum bnc_word_kind bnc_word_get(const struct bnc_words *words, const char *at, size_t len)
{
    const uint64_t key = bnc_hash64(at, len, 0);

    for (; words != NULL; words = words->next) {
        const uint32_t kind = bnc_phash_get(&words->hash, key);

        if (kind != BNC_PHASH_NONE)
            return (enum bnc_word_kind)kind;
    }
    return BNC_WORD_NONE;
}

enum bnc_word_kind bnc_word_find(const struct bnc_words *words, const char *at, size_t len)
{
    return bnc_word_may_be(words, at, len) ? bnc_word_get(words, at, len) : BNC_WORD_NONE;
}

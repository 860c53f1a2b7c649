/* SPDX-License-Identifier: MIT */
#include "util/squeeze.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void squeeze__gives_back_every_word(void **state)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    char word[64], squeezed[64], back[80];
    uint64_t random = 1;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        const size_t len = i % 60;

        for (size_t k = 0; k < len; k++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            word[k] = characters[(random >> 33) % (sizeof characters - 1)];
        }
        memset(squeezed, '!', sizeof squeezed);
        memset(back, '!', sizeof back);
        assert_true(bnc_squeeze(squeezed, bnc_span_from(word, len)));
        assert_int_equal(squeezed[BNC_SQUEEZED_BYTES(len)], '!');
        bnc_unsqueeze(back, squeezed, len);
        assert_memory_equal(back, word, len);
        assert_int_equal(back[len + 2], '!');
    }
}

static void squeeze__takes_no_other_character(void **state)
{
    char word[4] = "abcd", squeezed[8];

    (void)state;
    for (int c = 0; c < 256; c++) {
        const bool known =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';

        for (unsigned at = 0; at < 4; at++) {
            memcpy(word, "abcd", 4);
            word[at] = (char)c;
            assert_int_equal(bnc_squeeze(squeezed, bnc_span_from(word, 4)), known);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squeeze__gives_back_every_word),
        cmocka_unit_test(squeeze__takes_no_other_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

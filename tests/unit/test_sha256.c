/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "util/sha256.h"

static void expect(struct bnc_span s, const char *hex)
{
    static const char digit[] = "0123456789abcdef";
    unsigned char d[BNC_SHA256_BYTES];
    char text[2 * BNC_SHA256_BYTES + 1] = "";

    bnc_sha256(s, d);
    for (int i = 0; i < BNC_SHA256_BYTES; i++) {
        text[2 * i] = digit[d[i] >> 4];
        text[2 * i + 1] = digit[d[i] & 15];
    }
    assert_string_equal(text, hex);
}

/* The examples of FIPS 180-2 (appendix B) and the empty message. */
static void sha256__agrees_with_the_standard(void **state)
{
    char *const million = malloc(1000000);

    (void)state;
    expect(BNC_SPAN(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(BNC_SPAN("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(BNC_SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_non_null(million);
    memset(million, 'a', 1000000);
    expect(bnc_span_from(million, 1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void sha256__base64_is_what_a_policy_wants(void **state)
{
    char text[BNC_SHA256_BASE64];

    (void)state;
    bnc_sha256_base64(BNC_SPAN(""), text);
    assert_string_equal(text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256__agrees_with_the_standard),
        cmocka_unit_test(sha256__base64_is_what_a_policy_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

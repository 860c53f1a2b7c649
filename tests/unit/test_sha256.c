/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "util/sha256.h"

static void expect_digest(const unsigned char d[BNC_SHA256_BYTES], const char *hex)
{
    static const char digit[] = "0123456789abcdef";
    char text[2 * BNC_SHA256_BYTES + 1] = "";

    for (int i = 0; i < BNC_SHA256_BYTES; i++) {
        text[2 * i] = digit[d[i] >> 4];
        text[2 * i + 1] = digit[d[i] & 15];
    }
    assert_string_equal(text, hex);
}

static void expect(struct bnc_span s, const char *hex)
{
    unsigned char d[BNC_SHA256_BYTES];

    bnc_sha256(s, d);
    expect_digest(d, hex);
}

static void expect_hmac(struct bnc_span secret, struct bnc_span s, const char *hex)
{
    struct bnc_hmac_key key;
    unsigned char d[BNC_SHA256_BYTES];

    bnc_hmac_key_make(&key, secret);
    bnc_hmac_sha256(&key, s, d);
    expect_digest(d, hex);
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

/* Test cases 1, 2, 6 and 7 of RFC 4231. */
static void hmac__agrees_with_the_standard(void **state)
{
    char aa[131];

    (void)state;
    memset(aa, 0x0b, 20);
    expect_hmac(bnc_span_from(aa, 20), BNC_SPAN("Hi There"),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    expect_hmac(BNC_SPAN("Jefe"), BNC_SPAN("what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(aa, 0xaa, sizeof aa);
    expect_hmac(bnc_span_from(aa, sizeof aa),
                BNC_SPAN("Test Using Larger Than Block-Size Key - Hash Key First"),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    expect_hmac(bnc_span_from(aa, sizeof aa),
                BNC_SPAN("This is a test using a larger than block-size key and a larger than "
                         "block-size data. The key needs to be hashed before being used by the "
                         "HMAC algorithm."),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
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
        cmocka_unit_test(hmac__agrees_with_the_standard),
        cmocka_unit_test(sha256__base64_is_what_a_policy_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * Names with letters beyond ASCII: folded as RFC 5891 and UTS #46 (non-transitional) have it, or not
 * at all.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "schema/domain_fold.h"
#include "util/idn.h"

static const struct {
    const char *name, *folded;           /* NULL: stays as it is */
} names[] = {
    { "b\u00fccher.example", "xn--bcher-kva.example" },
    { "B\u00dcCHER.Example", "xn--bcher-kva.example" },
    { "bu\u0308cher.example", "xn--bcher-kva.example" },   /* decomposed */
    { "fa\u00df.example", "xn--fa-hia.example" },          /* kept, not "fass" */
    { "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444", "xn--80a1acny.xn--p1ai" },
    { "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah" }, /* ideographic full stop */
    { "p\u0430ypal.example", "xn--pypal-4ve.example" },    /* a Cyrillic a among Latin letters */
    { "example.com", NULL },
    { "", NULL },
    { "\u202eevil.example", NULL },      /* a bidirectional control is no letter */
    { "b\xfc""cher.example", NULL },     /* Latin-1, which is no UTF-8 */
    { "\u00fc..example", NULL },
    { "\u00fc\uff20evil.example", NULL }, /* a full-width @ */
    { "\u00fc\uff0cevil.example", NULL },
};

static void idn__names_fold_or_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct bnc_arena arena = { .blocks = NULL };
        const struct bnc_span name = bnc_span_str(names[i].name);
        const struct bnc_span got = bnc_idn_folded(&arena, name);

        if (!BNC_WITH_IDN2 || names[i].folded == NULL)
            assert_string_equal(got.at, name.at);
        else if (!bnc_span_eq(got, bnc_span_str(names[i].folded)))
            fail_msg("%s: %.*s", names[i].name, (int)got.len, got.at);
        bnc_arena_release(&arena);
    }
}

static void idn__no_name_is_too_long(void **state)
{
    char name[400], folded[BNC_NAME_ROOM];

    (void)state;
    for (size_t len = 2; len < sizeof name; len++) {
        memset(name, 'a', len);
        for (size_t i = 50; i < len; i += 50)
            name[i] = '.';
        memcpy(name + len - 2, "\u00fc", 2);
        assert_true(bnc_idn_fold(bnc_span_from(name, len), folded) < BNC_NAME_ROOM);
    }
}

static void fold__address_and_domain_stay_one(void **state)
{
    struct bnc_fold_ring ring = { .now = 0 };
    struct bnc_span address[BNC_MAPPER_KEEP], domain[BNC_MAPPER_KEEP];

    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i + 1 < BNC_MAPPER_KEEP; i++) {
            bnc_fold_next(&ring);
            address[i] = BNC_SPAN("Ann@b\u00fccher.example");
            domain[i] = bnc_span_from(address[i].at + 4, address[i].len - 4);
            bnc_fold(&ring, &address[i], &domain[i]);
        }
        for (unsigned i = 0; i + 1 < BNC_MAPPER_KEEP && BNC_WITH_IDN2; i++) {
            assert_true(bnc_span_eq(address[i], BNC_SPAN("Ann@xn--bcher-kva.example")));
            assert_ptr_equal(domain[i].at, address[i].at + 4);
            assert_int_equal(domain[i].len, address[i].len - 4);
        }
    }
    domain[0] = BNC_SPAN("b\u00fccher.example");
    bnc_fold(&ring, NULL, &domain[0]);
    assert_int_equal(bnc_is_ascii(domain[0]), BNC_WITH_IDN2);
    assert_false(ring.nomem);
    bnc_fold_free(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idn__names_fold_or_stay),
        cmocka_unit_test(idn__no_name_is_too_long),
        cmocka_unit_test(fold__address_and_domain_stay_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "aggregate/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY INT64_C(86400)

static struct bnc_part *new_part(enum bnc_detail detail)
{
    const struct bnc_part_options opt = { .detail = detail, .seed = 11 };
    struct bnc_part *part = bnc_part_create(&opt);

    assert_non_null(part);
    return part;
}

/* An event at 'address', which ends in its domain. */
static struct bnc_item item_of(enum bnc_event_type type, const char *address)
{
    struct bnc_item item = { .event = { .type = type, .time = DAY } };
    const char *at = strchr(address, '@');

    item.event.recipient = bnc_span_str(address);
    item.event.domain = bnc_span_str(at + 1);
    return item;
}

/* Short and long domains, at the end of their address and in a column of their own, in any case. */
static void part__finds_a_domain_however_it_is_spelled(void **state)
{
    static const char *const names[] = { "a.b",           "gmx.de",           "mail.com",
                                         "yahoo.com",     "somewhere.example", "sixteen-bytes.io",
                                         "seventeen.co.uk.", "a-very-long-name.of-a.host.example" };
    struct bnc_part *part = new_part(BNC_DETAIL_REPORT);

    (void)state;
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char address[80], shout[80], *alone = malloc(strlen(names[i]));
        struct bnc_item items[4];

        assert_non_null(alone);
        memcpy(alone, names[i], strlen(names[i]));
        snprintf(address, sizeof address, "long.local.part@%s", names[i]);
        for (size_t k = 0; k <= strlen(address); k++)
            shout[k] = (char)(address[k] >= 'a' && address[k] <= 'z' ? address[k] - 32 : address[k]);
        items[0] = item_of(BNC_EVENT_BOUNCE, address);
        items[1] = item_of(BNC_EVENT_BOUNCE, shout);
        items[2] = item_of(BNC_EVENT_BOUNCE, address + strlen("long.local.par"));
        items[3] = items[0];
        items[3].event.domain = bnc_span_from(alone, strlen(names[i]));
        for (unsigned pass = 0; pass < 2; pass++) {
            assert_int_equal(bnc_part_locate(part, items, 4), BNC_OK);
            for (unsigned k = 0; k < 4; k++)
                assert_int_equal(items[k].domain, i + 2); /* number 0 has no name */
        }
        assert_true(items[0].address == bnc_hash_span(bnc_span_str(address)));
        assert_true(items[1].address == items[0].address);
        free(alone);
    }
    bnc_part_free(part);
}

/* Who got mail stops to matter where all bits of a sketch are set; who did not never does. */
static void part__asks_who_it_was_while_that_tells_something(void **state)
{
    (void)state;
    for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
        struct bnc_part *part = new_part((enum bnc_detail)detail);
        struct bnc_item item;
        char address[64];

        for (unsigned i = 0; i < 3000; i++) {
            snprintf(address, sizeof address, "recipient.%u@large.example", i);
            item = item_of(BNC_EVENT_DELIVERED, address);
            assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
            assert_true(i >= 64 || item.address != 0);
            assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
        }
        item = item_of(BNC_EVENT_DELIVERED, "another@large.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_int_equal(item.address == 0, detail == BNC_DETAIL_REPORT);
        item = item_of(BNC_EVENT_BOUNCE, "another@large.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_true(item.address != 0);
        item = item_of(BNC_EVENT_DELIVERED, "another@small.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_true(item.address != 0);
        bnc_part_free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part__finds_a_domain_however_it_is_spelled),
        cmocka_unit_test(part__asks_who_it_was_while_that_tells_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

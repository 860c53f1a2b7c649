/* SPDX-License-Identifier: MIT
 * test_mapping_memory.c - recognition and mapping when memory runs out: the Nth allocation fails,
 * for every N.  Each time there is BNC_ENOMEM and nothing half made, or the result of a good day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/formats.h"
#include "oom_kit.h"

#define T(lit) BNC_SPAN(lit)

static const struct bnc_span texts[] = {
    T("a title\nstatus,reason,email,created\n5.1.1,\"550 "
      "\"\"no\"\"\",ann@example.net,1788423160\n"),
    T("date-time;source;event-id;recipient-address;recipient-status\n"
      "2026-09-03T08:12:44Z;SMTP;FAIL;\"a@b.c;d@e.f\";550 no\n"),
    T("email,status,reason\nann@example.net,bounced,550 no\n"),
    T("{\"email\":\"a@b.c\",\"timestamp\":1788423160,\"event\":\"bounce\",\"sg_event_id\":\"e\"}\n"
      "[{\"email\":\"d@e.f\",\"event\":\"open\",\"sg_event_id\":\"e\"}]\n"),
};

/* All that is done with a source; true if it ended well. */
static bool once(struct bnc_span text)
{
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_mapping *map = NULL;
    struct bnc_buf out = { 0 };
    enum bnc_status status = bnc_mapping_create(&map, text, true, "export.csv", NULL, &err);

    if (status == BNC_OK)
        status = bnc_mapping_describe(map, "export.csv", "UTF-8", text, true, false, &out);
    else
        assert_null(map);
    assert_true(status == BNC_OK || (oom_failed && status == BNC_ENOMEM));
    bnc_buf_release(&out);
    bnc_mapping_free(map);
    return status == BNC_OK;
}

static void mapping__survives_every_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned failures = 0;

        for (long n = 0;; n++) {
            bool ok;

            oom_begin(n);
            ok = once(texts[i]);
            oom_end();
            if (!oom_failed) {
                assert_true(ok);
                break;
            }
            failures++;
        }
        assert_true(!OOM_CAN_FAIL || failures > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(mapping__survives_every_failure) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "ingest_kit.h"

#define TEXT_BYTES ((size_t)30000)

static void plain__is_the_same_every_way(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 1);

    assert_slurps_every_way(kit_file(kit, "a.csv", bnc_buf_span(&text)), bnc_buf_span(&text), BNC_OK);
    bnc_buf_release(&text);
}

static void plain__loses_its_mark_only(void **state)
{
    struct kit *kit = *state;

    assert_slurps_every_way(kit_file(kit, "mark.csv", BNC_SPAN("\xef\xbb\xbf" "a,b\n\xef\xbb\xbf")),
                            BNC_SPAN("a,b\n\xef\xbb\xbf"), BNC_OK);
    assert_slurps_every_way(kit_file(kit, "only.csv", BNC_SPAN("\xef\xbb\xbf")), BNC_SPAN(""), BNC_OK);
}

static void plain__may_be_empty(void **state)
{
    struct kit *kit = *state;

    assert_slurps_every_way(kit_file(kit, "empty.csv", BNC_SPAN("")), BNC_SPAN(""), BNC_OK);
}

static void gzip__is_the_same_every_way(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 2), gz = { 0 };

    kit_gzip(&gz, bnc_buf_span(&text), 6);
    assert_slurps_every_way(kit_file(kit, "a.csv", bnc_buf_span(&gz)), bnc_buf_span(&text), BNC_OK);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain__is_the_same_every_way, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(plain__loses_its_mark_only, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(plain__may_be_empty, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(gzip__is_the_same_every_way, kit_setup, kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

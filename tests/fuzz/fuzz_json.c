/* SPDX-License-Identifier: MIT
 * fuzz_json.c - a text of JSON, read by us and by jansson: both take it or neither does, and each
 * value in it is the same.  The first line may hold paths: they lead to the same values.
 */
#include "../unit/json_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bnc_span text = bnc_span_from((const char *)data, size);

    (void)kit_agree(text);
    if (memchr(data, '\0', size) == NULL)
        kit_agree_on_paths(text);
    return 0;
}

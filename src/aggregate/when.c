/* SPDX-License-Identifier: MIT */
#include "aggregate/when.h"

void bnc_day_name(uint32_t day, char buf[32])
{
    char text[BNC_TIME_ROOM];
    const size_t len = day == 0 ? 0 : 10;

    bnc_time_spell(text, ((int64_t)day - 1) * BNC_SECONDS_PER_DAY);
    memcpy(buf, text, len);
    buf[len] = '\0';
}

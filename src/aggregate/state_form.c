/* SPDX-License-Identifier: MIT */
#include "aggregate/state_form.h"

#define PIECE_BYTES ((size_t)64 << 10)

const char bnc_state_tags[BNC_N_STATE_TAGS][5] = { "WORD", "PROV", "SRCS", "CAMP", "IPAD", "SNDR",
                                                   "DOMS", "ENTR", "VOTE", "PAIR", "CELL", "FALT",
                                                   "TOTL", "ADDR", "HELD", "TEXT", "END " };

static const struct {
    const char *const *names;
    unsigned n;
} lists[BNC_N_WORD_LISTS] = { [BNC_WORDS_EVENTS] = { bnc_event_names, BNC_N_EVENTS },
                              [BNC_WORDS_CAUSES] = { NULL, BNC_N_CAUSES },
                              [BNC_WORDS_DURATIONS] = { bnc_duration_names, BNC_N_DURATIONS },
                              [BNC_WORDS_SIDES] = { bnc_side_names, BNC_N_SIDES },
                              [BNC_WORDS_ACTIONS] = { bnc_action_names, BNC_N_ACTIONS },
                              [BNC_WORDS_PRIORITIES] = { bnc_priority_names, BNC_N_PRIORITIES },
                              [BNC_WORDS_MECHANISMS] = { bnc_mechanism_names, BNC_N_MECHS },
                              [BNC_WORDS_FAULTS] = { bnc_fault_names, BNC_N_FAULTS } };

unsigned bnc_words_count(enum bnc_word_list list)
{
    return lists[list].n;
}

const char *bnc_words_name(enum bnc_word_list list, unsigned i)
{
    return list == BNC_WORDS_CAUSES ? bnc_causes[i].name : lists[list].names[i];
}

uint64_t bnc_state_checksum(uint64_t sum, const char *at, size_t len)
{
    while (len > 0) {
        const size_t piece = len < PIECE_BYTES ? len : PIECE_BYTES;

        sum = bnc_hash64(at, piece, sum);
        at += piece;
        len -= piece;
    }
    return sum;
}

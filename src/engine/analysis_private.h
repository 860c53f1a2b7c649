/* SPDX-License-Identifier: MIT
 * analysis_private.h - what the public handle holds; private to the analysis_*.c.
 */
#ifndef BNC_ENGINE_ANALYSIS_PRIVATE_H
#define BNC_ENGINE_ANALYSIS_PRIVATE_H

#include "bounce/analysis.h"
#include "detect/lists.h"
#include "engine/notes.h"
#include "report/report.h"

struct bnc_analysis {
    struct bnc_options opt;
    struct bnc_setup setup;
    struct bnc_inputs inputs;
    struct bnc_worker *workers;
    struct bnc_part **parts; /* the workers' or the states' */
    size_t n_parts;
    bool parts_are_states;
    struct bnc_tally *tally, *baseline;
    struct bnc_judged *judged;
    struct bnc_report_input *report_inputs;
    size_t n_report_inputs;
    char **fault_texts;
    struct bnc_notes notes;
    bool has_run;
    int64_t generated;
};

/* Counts what the inputs hold, each row that several of them share once; fills 'workers'. */
enum bnc_status bnc_analysis_count(struct bnc_analysis *a, struct bnc_error *err);

#endif

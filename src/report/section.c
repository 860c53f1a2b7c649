/* SPDX-License-Identifier: MIT
 * section.c - the one table of what a report says, in the order it says it; see section.h.
 */
#include "report/section_parts.h"

const struct bnc_section *const bnc_sections[] = {
    &bnc_section_verdicts,
    &bnc_section_rates,
    &bnc_section_sides,
    &bnc_section_providers,
    &bnc_section_provider_causes,
    &bnc_section_findings,
    &bnc_section_limits,
    &bnc_section_domains,
    &bnc_section_domain_causes,
    &bnc_section_codes,
    &bnc_section_causes,
    &bnc_section_templates,
    &bnc_section_rules,
    &bnc_section_campaigns,
    &bnc_section_sending_ips,
    &bnc_section_sender_domains,
    &bnc_section_days,
    &bnc_section_contradictions,
    &bnc_section_unknown,
    &bnc_section_rows,
    &bnc_section_inputs,
    &bnc_section_malformed,
    &bnc_section_doubts,
    &bnc_section_thresholds,
    &bnc_section_method,
};
const size_t bnc_n_sections = sizeof bnc_sections / sizeof bnc_sections[0];

bool bnc_column_on_page(const struct bnc_column *c, const struct bnc_model *m)
{
    return (c->use & BNC_USE_PAGE) && (!(c->use & BNC_USE_BASELINE) || m->judged->has_baseline);
}

const struct bnc_section *bnc_section_find(const char *id)
{
    for (size_t i = 0; i < bnc_n_sections; i++)
        if (strcmp(bnc_sections[i]->id, id) == 0)
            return bnc_sections[i];
    return NULL;
}

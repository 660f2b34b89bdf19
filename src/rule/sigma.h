/* sigma.h - one YAML document as a Sigma rule (notes/sigma.md 1.2).
 *
 * v1 and v2 spellings are accepted; unknown keys are no fault. A key that only informs (date, tags,
 * level) gets a warning when it is malformed; what decides about a match gets an error.
 * Rank: base/, rule.h, detection.h, correlation.h, filter.h, placeholder.h, ruletest.h, ynode.h,
 * report.h. */
#ifndef RULE_SIGMA_H
#define RULE_SIGMA_H

#include "rule/placeholder.h"
#include "rule/report.h"
#include "rule/rule.h"
#include "rule/ynode.h"

enum sigma_kind {
    SIGMA_RULE,
    SIGMA_CORRELATION,
    SIGMA_FILTER,
    SIGMA_OTHER /* no Sigma document: neither detection, correlation nor filter */
};
enum sigma_kind sigma_kind_of(const struct ynode *doc);

/* Makes the rule in a; file, document and index are left to the caller. A filter becomes the rule of
 * its detection. ph: values for the modifier expand, may be NULL. Negative after reports; *ret is
 * then what could be read, for checks alone: no matcher may see it. */
int sigma_build(const struct ynode *doc, const struct placeholders *ph, struct arena *a,
                struct report *rep, struct rule **ret);

#endif

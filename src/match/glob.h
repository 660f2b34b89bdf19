/* glob.h - a Sigma string pattern against a text.
 *
 * Greedy and without backtracking beyond the last `*`: each part between two stars is looked for as
 * early as possible, which is enough because nothing but a star can stretch. The cost is at most
 * text x longest part, with memmem for the common case.
 * Rank: base/, rule/pattern.h. */
#ifndef MATCH_GLOB_H
#define MATCH_GLOB_H

#include "rule/pattern.h"

/* Does the whole text fulfil the pattern? text: folded (fold_slice) unless the pattern is cased.
 * Where it does, *ret_offset and *ret_length are the bytes of text from the first to the end of the
 * last literal, `?` or dash; length 0 when the pattern has stars only, or nothing. */
bool glob_match(const struct pattern *p, struct slice text, size_t *ret_offset, size_t *ret_length);

#endif

/* regex.h - PCRE2 with limits; the only user of that library.
 *
 * A compiled expression is const and shared; what changes is in one regex_state per worker. Limits
 * (limits.h) make a hostile text cost a bounded time: reaching one is an answer of its own.
 * \w, \d and \s are ASCII, as the specification's "PCRE" says; case folding is Unicode's.
 * Rank: base/, rule/rule.h. */
#ifndef MATCH_REGEX_H
#define MATCH_REGEX_H

#include "base/err.h"
#include "rule/rule.h"

struct regex;
struct regex_state;

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* Compiles the expression of a TEST_REGEX. EV_ESYNTAX with PCRE2's words and the offset in the
 * expression. */
int regex_new(const struct test *t, struct regex **ret, struct ev_err *err);
/* Would it compile? No machine code is made: that is most of the cost. */
int regex_check(const struct test *t, struct ev_err *err);
void regex_free(struct regex *r);

struct regex_state *regex_state_new(void);
void regex_state_free(struct regex_state *s);

/* Unanchored search. Where it is REGEX_YES, *ret_offset and *ret_length say what matched. */
enum regex_answer regex_search(const struct regex *r, struct regex_state *s, struct slice text,
                               size_t *ret_offset, size_t *ret_length);

#endif

/* number.h - tests that read a value as a number, a time or an address.
 *
 * A value that cannot be read so makes the test false, whatever the test.
 * Rank: base/, event/value.h, rule/rule.h. */
#ifndef MATCH_NUMBER_H
#define MATCH_NUMBER_H

#include "event/value.h"
#include "rule/rule.h"

/* Each for one kind of test; text is the value's text. */
bool number_compare(const struct test *t, struct slice text);
bool number_timepart(const struct test *t, const struct value *v, struct slice text);
bool number_cidr(const struct test *t, struct slice text);
/* Is the text a number in another base (0x...) that equals the rule's integer? */
bool number_equals(const struct test *t, struct slice text);

#endif

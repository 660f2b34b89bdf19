/* notices.h - what a reader of a result must know before trusting it, as sentences.
 *
 * The same for the terminal, the HTML page and the manifest: what was not read, what was hidden,
 * which rules could not fire and why. Silence is explained here.
 * Rank: base/, event/, rule/, detect/, knowledge/. */
#ifndef OUT_NOTICES_H
#define OUT_NOTICES_H

#include "detect/summary.h"

enum notice_kind {
    NOTICE_INFO,   /* good to know */
    NOTICE_WARNING /* the result is less than it seems */
};

struct notice {
    enum notice_kind kind;
    struct slice text; /* a sentence, UTF-8, control characters made visible */
};

/* All notices of a run, most important first; in a. Returns how many. */
size_t notices_of(const struct summary *sum, struct arena *a, struct notice **ret);

/* Rules that could not have fired because no log of theirs, or no event of the kind that they look
 * at, is there (summary.coverage; 0 when nobody judged). */
uint64_t rules_without_log(const struct summary *sum);

/* "1,234,567"; room for any number. Returns out. */
enum { COUNT_TEXT = 28 };
const char *count_text(uint64_t n, char out[COUNT_TEXT]);

/* Rows of all levels. */
uint64_t summary_rows(const struct summary *sum);
/* Rules refused of all kinds. */
uint64_t summary_refused(const struct summary *sum);

#endif

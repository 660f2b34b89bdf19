/* shelf.h - rows kept until the end of a run: as many as a page may show, serious ones first.
 *
 * The HTML page has its summary on top and a bound on its rows, and both are known only when the
 * last row is. Rows lie in memory up to a few MiB, then in an unlinked file. Of each level at most
 * `most` are kept; shelf_choose then fills the page from critical down.
 * Rank: base/, rule/. */
#ifndef OUT_SHELF_H
#define OUT_SHELF_H

#include "base/buf.h"
#include "base/err.h"
#include "rule/rule.h"

struct shelf;

/* most: rows that will be read back, also the most kept of one level. most_bytes: of all that is
 * kept of one level. tmpdir: as in tempfile.h; copied. */
struct shelf *shelf_new(size_t most, uint64_t most_bytes, const char *tmpdir);
void shelf_free(struct shelf *s);
/* Would a row of that level still be kept? */
bool shelf_wants(const struct shelf *s, enum rule_level level);
/* Keeps a row, after those added before. EV_EIO. */
int shelf_add(struct shelf *s, enum rule_level level, struct slice row, struct ev_err *err);

/* Decides which rows shelf_next gives. Returns how many; ret_shown counts them by level. */
size_t shelf_choose(struct shelf *s, uint64_t ret_shown[LEVEL_CRITICAL + 1]);
/* The next chosen row in the order of shelf_add, appended to out. 1 a row, 0 none left, EV_EIO. */
int shelf_next(struct shelf *s, struct buf *out, struct ev_err *err);

#endif

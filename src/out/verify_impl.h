/* verify_impl.h - what the tables of verify share.
 * Rank: base/, event/, grid.h, verify_out.h. */
#ifndef OUT_VERIFY_IMPL_H
#define OUT_VERIFY_IMPL_H

#include "out/grid.h"
#include "out/verify_out.h"

enum { VERIFY_WIDE = 10000 }; /* columns where there is no terminal: lines are not broken */

/* A number; "-" for 0. */
void verify_count(struct grid *g, uint64_t n);

#endif

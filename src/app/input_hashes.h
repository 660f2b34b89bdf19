/* input_hashes.h - SHA-256 of the inputs for a manifest, made while they are scanned.
 *
 * A thread of its own reads the files in the order in which the workers take them. Both are at about
 * the same place, so the second reader finds the bytes in the page cache, also of evidence larger than
 * the memory: a slow disk is read once.
 * Rank: base/, scan/. */
#ifndef APP_INPUT_HASHES_H
#define APP_INPUT_HASHES_H

#include "scan/inputs.h"

struct input_hashes;

/* Starts with the files of in that will be read; its paths are borrowed until input_hashes_free. */
struct input_hashes *input_hashes_start(const struct inputs *in);
/* Waits until all are made; then each summary file that was read as a whole has its digest, one that
 * cannot be read again none. Files that only the scan could name are read now. */
void input_hashes_finish(struct input_hashes *h, struct summary *sum);
/* Waits for the file at hand. NULL is fine. */
void input_hashes_free(struct input_hashes *h);

#endif

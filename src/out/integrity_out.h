/* integrity_out.h - disk images as a whole, for people and for programs.
 * Rank: base/, event/, json.h. */
#ifndef OUT_INTEGRITY_OUT_H
#define OUT_INTEGRITY_OUT_H

#include "event/integrity.h"
#include "out/json.h"

/* The next value: path, verified, text, media, stored, files. */
void integrity_json(struct json *j, const struct image_integrity *m);
/* Appends a line, and a line for each digest of disk and files that is known when all. */
void integrity_text(const struct image_integrity *m, bool all, struct buf *out);
/* "path" of that file, and "path_hex" where it is no UTF-8: members of an object. */
void integrity_json_path(struct json *j, struct slice path);

#endif

/* ew_damage.h - break a well-formed image in one known way.
 *
 * Each kind stands for a row of the table of edge cases (notes 2.1). Where the
 * kind is not about checksums, they are made right again afterwards, so that a
 * file shows one fault only.
 */
#ifndef EW_DAMAGE_H
#define EW_DAMAGE_H

#include "ew_buf.h"

/* spec: KIND, KIND@CHUNK or KIND@CHUNK:RECORD, both counted from 0, default 0.
 * The image may grow or shrink. False with a message: no such kind, chunk, record. */
bool ew_damage_apply(struct ew_buf *image, struct ew_str spec, char *err, size_t errn);

/* The kinds there are, by index: name and one line about it; NULL behind the last. */
const char *ew_damage_name(size_t i);
const char *ew_damage_about(size_t i);

#endif

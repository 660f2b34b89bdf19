/* codec.h - the flat form of a detection, and the part of it that ordering reads.
 *
 * The sort never decodes a row: what decides its place lies at the front of the flat form. Rows are
 * compared many times and decoded once.
 * Rank: base/, detection.h. */
#ifndef DETECT_CODEC_H
#define DETECT_CODEC_H

#include "detect/detection.h"

/* What the total order looks at, in its order (verdict and the rest never decide). */
struct row_key {
    uint64_t timestamp;
    struct slice computer, channel;
    bool has_record_id, header_time;
    uint64_t record_id;
    const uint8_t *hash; /* 16 bytes */
    const struct rule *rule;
    enum event_origin origin;
    struct slice source_file;
    uint64_t offset;
    struct slice content; /* of a flat form: all that follows the key, nothing of it tells the
                           * place. No part of the order */
};

/* The key of a flat form; borrows from bytes. EV_EFORMAT when they are damaged. */
int row_key_read(struct slice bytes, const struct ruleset *rs, struct row_key *ret);
/* The key of a detection, without content; borrows from it. */
void row_key_of(const struct detection *d, struct row_key *ret);
/* DESIGN.md section 5: <0, 0, >0. */
int row_key_cmp(const struct row_key *a, const struct row_key *b);
/* The same record by name, but with other content: it was changed in one place. */
bool row_key_other_version(const struct row_key *a, const struct row_key *b);
/* The same record, found in another place by the same rule (also_in), as far as the key tells: the
 * hash is no cryptographic one, so who folds rows compares their content as well. */
bool row_key_same_record(const struct row_key *a, const struct row_key *b);

#endif

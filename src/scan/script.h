/* script.h - script blocks that PowerShell logged in parts (4104), put together again.
 *
 * A long script block is written as several 4104 with one ScriptBlockId, cut anywhere, also in the
 * middle of a word that a rule looks for. Workers meet the parts in any order, in any chunk and
 * file; so a part is not matched where it is read but kept, sorted by computer, channel,
 * ScriptBlockId and MessageNumber in bounded memory (like rows, by detect/order.h), and matched
 * afterwards as one event: the first part's record with the text of all. Hence a block gives one
 * row a rule; it stands at the record of the part in which the last of what matched begins, where a
 * person will look for it. The same part in several places (shadow copies, exports) counts once.
 * Rank: base/, event/, rule/, detect/order.h. */
#ifndef SCAN_SCRIPT_H
#define SCAN_SCRIPT_H

#include "detect/order.h"

struct script;

/* Where a part of a block lies. */
struct script_place {
    struct slice file;
    struct record_place place;
};

/* One record of a block. */
struct script_part {
    size_t end;                 /* of its text in the block's, bytes */
    size_t row, row_n;          /* the record without its text, in script_block.row */
    size_t first_place, nplace; /* in script_block.place: at least one */
};

/* A block put together; everything is borrowed until the callback returns. */
struct script_block {
    struct event *ev; /* the first part; ScriptBlockText is the text of all that are there */
    const struct script_part *part; /* in order of MessageNumber */
    size_t npart;
    const struct script_place *place; /* of a part: in order of file and offset */
    const struct buf *row;            /* the parts' records */
    const struct ruleset *rs;
    struct slice note; /* "parts 1-2, 4 of 4" */
    bool incomplete;   /* parts are missing, or the text is longer than LIMIT_SCRIPT_BLOCK */
};

/* memory: of the sort; tmpdir as in order.h. */
struct script *script_new(const struct ruleset *rs, size_t memory, const char *tmpdir);
void script_free(struct script *s);

/* Keeps ev when it is a part of a block of several; *ret_taken says so. room: the caller's scratch.
 * Thread safe. EV_EIO when the sort cannot write. */
int script_take(struct script *s, struct event *ev, const char *file, struct buf *room,
                bool *ret_taken, struct ev_err *err);

/* The part in which the byte at offset of the block's text stands. */
size_t script_part_at(const struct script_block *b, size_t offset);
/* Gives ev the record of that part: its fields but the text, its time and number. The order and the
 * names of the fields stay, so that what refers to them does; false, and nothing changed, where a
 * part has others (no Windows writes that). */
bool script_move(const struct script_block *b, size_t part);

typedef int script_block_fn(void *ctx, const struct script_block *b);
/* Calls fn for each block, in a fixed order; a negative return ends it. May be called once, after
 * the last script_take. *ret_lost: parts that went into no block, beyond LIMIT_SCRIPT_*. */
int script_blocks(struct script *s, script_block_fn *fn, void *ctx, uint64_t *ret_lost,
                  struct ev_err *err);

#endif

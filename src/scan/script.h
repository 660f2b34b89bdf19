/* script.h - script blocks that PowerShell logged in parts (4104), put together again.
 *
 * A long script block is written as several 4104 with one ScriptBlockId, cut anywhere, also in the
 * middle of a word that a rule looks for. Workers meet the parts in any order, in any chunk and
 * file; so a part is not matched where it is read but kept, sorted by computer, channel,
 * ScriptBlockId and MessageNumber in bounded memory (like rows, by detect/order.h), and matched
 * afterwards as one event: the first part's record with the text of all. Hence a block gives one
 * row a rule. The same part in several places (shadow copies, exports) counts once.
 * Rank: base/, event/, rule/, detect/order.h. */
#ifndef SCAN_SCRIPT_H
#define SCAN_SCRIPT_H

#include "detect/order.h"

struct script;

/* Where the first part of a block lies. */
struct script_place {
    struct slice file;
    struct record_place place;
};

/* A block put together; everything is borrowed until the callback returns. */
struct script_block {
    struct event *ev; /* the first part; ScriptBlockText is the text of all that are there */
    const struct script_place *place; /* at least one, in order of file and offset */
    size_t nplace;
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

typedef int script_block_fn(void *ctx, const struct script_block *b);
/* Calls fn for each block, in a fixed order; a negative return ends it. May be called once, after
 * the last script_take. *ret_lost: parts that went into no block, beyond LIMIT_SCRIPT_*. */
int script_blocks(struct script *s, script_block_fn *fn, void *ctx, uint64_t *ret_lost,
                  struct ev_err *err);

#endif

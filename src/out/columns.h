/* columns.h - the columns of a timeline: one table for CSV, HTML and the terminal.
 *
 * Names and order are those of DESIGN.md section 5 and final.
 * Rank: base/, detect/, knowledge/, view.h. */
#ifndef OUT_COLUMNS_H
#define OUT_COLUMNS_H

#include "detect/detection.h"
#include "out/view.h"

enum column_id {
    COLUMN_TIMESTAMP,
    COLUMN_LEVEL,
    COLUMN_RULE_TITLE,
    COLUMN_RULE_ID,
    COLUMN_COMPUTER,
    COLUMN_CHANNEL,
    COLUMN_EVENT_ID,
    COLUMN_RECORD_ID,
    COLUMN_USER,
    COLUMN_PROCESS_ID,
    COLUMN_IMAGE,
    COLUMN_COMMAND_LINE,
    COLUMN_PARENT_PROCESS_ID,
    COLUMN_PARENT_IMAGE,
    COLUMN_PARENT_COMMAND_LINE,
    COLUMN_LOGON_ID,
    COLUMN_TACTICS,
    COLUMN_TECHNIQUES,
    COLUMN_CAR,
    COLUMN_VERDICT,
    COLUMN_UNTESTED,
    COLUMN_MATCHED,
    COLUMN_DETAILS,
    COLUMN_SOURCE_FILE,
    COLUMN_SOURCE_OFFSET,
    COLUMN_ALSO_IN,
    COLUMN_ORIGIN,
    COLUMN_RULE_FILE,
    COLUMN_COUNT
};

enum column_scope {
    COLUMN_OF_ROW,
    COLUMN_OF_RULE, /* the same in every row of the rule */
    COLUMN_OF_BOTH  /* prose that HTML and JSONL show as structure instead */
};

struct column {
    const char *name;  /* "rule_title" */
    const char *label; /* "Rule", for people */
    enum column_scope scope;
    /* Appends the cell's text, unescaped; nothing for an empty cell. */
    void (*put)(const struct detection *d, const struct view *view, struct buf *out);
    size_t
        slice;  /* where the slice that is this text lies in struct detection, plus 1; 0: nowhere */
    bool plain; /* the text never needs an escape */
};

/* By enum column_id. */
extern const struct column column_table[COLUMN_COUNT];

#endif

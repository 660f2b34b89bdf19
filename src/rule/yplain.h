/* yplain.h - the events of a rule file in plain YAML, without libyaml.
 *
 * Nearly all rule files are one document of block maps and lists whose texts stand on one line or in
 * a literal block. Such a file is read here at a tenth of libyaml's price. What is not surely of that
 * kind (a tab, a flow list, an anchor, an escape, a text of several lines, a fault) is refused as a
 * whole and left to libyaml: so libyaml alone decides what is an error and where. test_yplain and
 * the differential test compare the two over all rule files at hand.
 * Rank: base/. */
#ifndef RULE_YPLAIN_H
#define RULE_YPLAIN_H

#include "base/arena.h"
#include "base/slice.h"

enum yplain_type { YPLAIN_SCALAR, YPLAIN_LIST, YPLAIN_MAP, YPLAIN_LIST_END, YPLAIN_MAP_END };
enum yplain_style { YPLAIN_PLAIN, YPLAIN_SINGLE, YPLAIN_DOUBLE, YPLAIN_LITERAL };

struct yplain_event {
    uint8_t type, style;   /* enum yplain_type; scalars: enum yplain_style */
    uint32_t line, column; /* from 0; not of ends */
    struct slice text;     /* scalars */
};

/* Files that are larger are refused. */
#define YPLAIN_MOST 65536

/* The events of the only document of a file, in a; texts lie in `text` or in a. False when the file is
 * not plain. */
bool yplain_read(struct slice text, struct arena *a, const struct yplain_event **ret,
                 size_t *ret_n);

#endif

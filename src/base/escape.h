/* escape.h - text made safe for its target: CSV, JSON, HTML/XML.
 *
 * One place for all escaping, so that it can be tested against hostile values once. Input may be
 * any bytes; invalid UTF-8 becomes U+FFFD. Output goes to a buf.
 * Rank: slice.h, buf.h, utf16.h. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buf.h"
#include "base/slice.h"

/* Control characters as control pictures (U+2400 + c; DEL U+2421; C1 controls as U+FFFD). */
void escape_controls(struct slice s, struct buf *out);
/* One CSV cell (RFC 4180, quoted where needed). guard: a leading `'` where the cell begins with
 * = + - @ tab or CR (DESIGN.md section 5). Control characters become control pictures. */
void escape_csv(struct slice s, bool guard, struct buf *out);
/* The inside of a JSON string, without the quotes; also escapes DEL, C1 controls, U+2028/9,
 * and the `<` of `</` and `<!`. */
void escape_json(struct slice s, struct buf *out);
/* Quoted JSON string. */
void escape_json_string(struct slice s, struct buf *out);
/* HTML text and attribute values: & < > " '. Controls as in escape_controls, noncharacters as
 * U+FFFD. */
void escape_html(struct slice s, struct buf *out);
/* XML 1.0 text or attribute: as Windows (& < > in text; also " and ' in attributes). Characters
 * that XML forbids become U+FFFD; returns how many. */
size_t escape_xml(struct slice s, bool attribute, struct buf *out);

#endif

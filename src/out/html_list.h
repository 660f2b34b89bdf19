/* html_list.h - tables of the HTML page that fold out, and their cells.
 * Rank: base/. */
#ifndef OUT_HTML_LIST_H
#define OUT_HTML_LIST_H

#include "base/buf.h"

#define HTML_TEXT_HEAD(name) "<th scope=\"col\">" name "</th>"
#define HTML_NUMBER_HEAD(name) "<th scope=\"col\" class=\"num\">" name "</th>"

/* "1,234" */
void html_number(struct buf *out, uint64_t n);
/* Cells of a row; the text is escaped. */
void html_number_cell(struct buf *out, uint64_t n);
void html_text_cell(struct buf *out, struct slice s);
/* Begins a table with the title and a count behind it; head: cells of HTML_TEXT_HEAD and the like. */
void html_fold(struct buf *out, const char *title, uint64_t n, const char *head);
/* Ends it; left_out: how many rows more there would be. */
void html_fold_end(struct buf *out, uint64_t left_out);

#endif

/* page.h - a page in Markdown, HTML or plain text: everything that is put into it is data.
 *
 * One place that escapes for all three, so that what a rule says stays what a reader sees: no markup,
 * no table row and no terminal sequence of it takes effect. Links are made of http and https
 * addresses only; any other reference stays text.
 * Rank: base/. */
#ifndef KNOWLEDGE_PAGE_H
#define KNOWLEDGE_PAGE_H

#include "base/buf.h"

enum page_format { PAGE_MARKDOWN, PAGE_HTML, PAGE_TEXT };
/* By name: md, html, text; false when it is none. */
bool page_format_parse(const char *name, enum page_format *ret);
/* ".md", ".html", ".txt" */
const char *page_suffix(enum page_format f);

/* A table without items leaves no trace. */
enum page_table { TABLE_NONE, TABLE_EMPTY, TABLE_OPEN };

struct page {
    enum page_format format;
    struct buf *out;   /* borrowed */
    const char *label; /* of the row that is open */
    size_t items;      /* of that row so far */
    enum page_table table;
};

/* Begins and ends a page. home: address of the page above it, or NULL. */
void page_begin(struct page *p, struct buf *out, enum page_format f, struct slice title,
                const char *home);
void page_end(struct page *p);
/* A heading of level 2 or 3; anchor: a name of our own for links to it, or NULL. */
void page_heading(struct page *p, unsigned level, struct slice text, const char *anchor);
/* Running text; white space is collapsed. */
void page_paragraph(struct page *p, struct slice text);
/* Text as it stands, line for line. */
void page_code(struct page *p, struct slice text);

/* A table of two columns: a row is a label and any number of items. Only rows may stand in it; a row
 * without items is left out. */
void page_table(struct page *p);
void page_row(struct page *p, const char *label);
void page_item(struct page *p, struct slice text); /* white space alone is no item */
/* An item that links to address, which came from a rule: text when it is neither http nor https. */
void page_link(struct page *p, struct slice text, struct slice address);
/* An item that links to a file of ours, whose name needs no escape. */
void page_file(struct page *p, struct slice text, const char *name);
void page_row_end(struct page *p);
void page_table_end(struct page *p);

/* Is it an address that may become a link? */
bool page_safe_address(struct slice address);

#endif

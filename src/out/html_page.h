/* html_page.h - parts of the HTML page: embedded files, summary, rows.
 * Rank: base/, detect/, knowledge/, columns.h, notices.h. */
#ifndef OUT_HTML_PAGE_H
#define OUT_HTML_PAGE_H

#include "base/map.h"
#include "base/vec.h"
#include "detect/detection.h"
#include "detect/summary.h"
#include "out/view.h"

/* timeline.html, .css and .js as embed.awk made them; terminated, the size without the NUL. */
extern const char html_html[], html_css[], html_js[];
extern const size_t html_html_n, html_css_n, html_js_n;

/* Rows of one rule or one computer. */
struct html_count {
    struct slice name;       /* computer; borrowed from the arena of html_counts */
    const struct rule *rule; /* or NULL */
    uint64_t n;
};

struct html_counts {
    struct arena arena;
    VEC(struct html_count) rule; /* by rule->index; rule NULL: no row */
    VEC(struct html_count) host;
    struct map host_at;
};

/* A row as a JSON value for the page's script, every `<` escaped: see timeline.js for its members. */
void html_row_json(const struct detection *d, const struct view *view, struct buf *out);
/* A row of the table that is there without scripts. */
void html_row_plain(const struct detection *d, const struct view *view, struct buf *out);
/* Its head, and what closes it. */
void html_plain_head(struct buf *out);
void html_plain_end(struct buf *out);
/* The JSON block with columns and rules: `meta` of timeline.js. */
void html_meta(const struct html_counts *c, const struct view *view, struct buf *out);
/* Cards, notices and the tables behind them, as markup. */
void html_summary(const struct summary *sum, const struct html_counts *c, const struct zone *zone,
                  struct buf *out);
/* "sha256-..." of a script or style for the page's security policy. */
void html_policy_hash(struct slice text, struct buf *out);

#endif

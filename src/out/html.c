/* html.c - the timeline as one HTML page that loads nothing.
 *
 * Rows wait on shelves (shelf.h) until the summary, which stands above them, is known. Without
 * scripts the page is a plain table of some rows; its own script makes a filterable table of all
 * of them from JSON blocks. The security policy allows exactly that script and style, by hash. */
#include <inttypes.h>

#include "base/digest.h"
#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "knowledge/attack.h"
#include "out/coverage_out.h"
#include "out/formats.h"
#include "out/html_page.h"
#include "out/notices.h"
#include "out/shelf.h"

enum { BLOCK = 500 }; /* rows of one JSON block: the script parses and drops one after another */

struct html {
    struct sink sink;
    struct shelf *json, *plain;
    struct html_counts counts;
    struct buf row, page;
    const struct summary *sum;
    struct ev_err *err;
};

static void html_free(struct sink *s)
{
    struct html *h = (struct html *)s;
    shelf_free(h->json);
    shelf_free(h->plain);
    map_release(&h->counts.host_at);
    vec_release(&h->counts.rule);
    vec_release(&h->counts.host);
    arena_release(&h->counts.arena);
    buf_release(&h->row);
    buf_release(&h->page);
    free(h);
}

static void count_row(struct html_counts *c, const struct detection *d)
{
    while (c->rule.n <= d->rule->index)
        vec_push(&c->rule, SIZE_MAX, (struct html_count){ .rule = NULL });
    c->rule.v[d->rule->index].rule = d->rule;
    c->rule.v[d->rule->index].n++;
    uint64_t *at = map_get(&c->host_at, d->computer);
    if (at == NULL) {
        struct html_count host = { .name = arena_dup(&c->arena, d->computer) };
        if (host.name.p == NULL || !vec_push(&c->host, LIMIT_TALLY_NAMES, host))
            return; /* names beyond the cap: the rows are there all the same */
        at = map_put(&c->host_at, host.name, c->host.n - 1, NULL);
    }
    c->host.v[*at].n++;
}

static int keep(struct html *h, struct shelf *shelf, const struct detection *d,
                void (*write)(const struct detection *, const struct view *, struct buf *),
                struct ev_err *err)
{
    if (!shelf_wants(shelf, d->rule->level))
        return EV_OK;
    buf_clear(&h->row);
    write(d, &h->sink.options.view, &h->row);
    if (h->row.full)
        return ev_err_set(err, EV_ELIMIT, "%s: a row is larger than %zu bytes",
                          output_path(h->sink.out), h->row.cap);
    return shelf_add(shelf, d->rule->level, buf_view(&h->row), err);
}

static int html_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct html *h = (struct html *)s;
    count_row(&h->counts, d);
    int rc = keep(h, h->json, d, html_row_json, err);
    return rc < 0 ? rc : keep(h, h->plain, d, html_row_plain, err);
}

void html_policy_hash(struct slice text, struct buf *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t d[33] = { 0 };
    struct sha256 *sha = sha256_new();
    sha256_add(sha, text);
    sha256_done(sha, d);
    sha256_free(sha);
    buf_str(out, "sha256-");
    for (size_t i = 0; i < 33; i += 3) { /* 32 bytes: 43 digits and one `=` */
        uint32_t v = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 | d[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            buf_byte(out, i == 30 && shift == 0 ? '=' : (uint8_t)digit[v >> shift & 63]);
    }
}

/* --- parts of the page, by the names in timeline.html --- */

static int part_style_hash(struct html *h)
{
    html_policy_hash(slice_of(html_css, html_css_n), &h->page);
    return EV_OK;
}

static int part_script_hash(struct html *h)
{
    html_policy_hash(slice_of(html_js, html_js_n), &h->page);
    return EV_OK;
}

static int part_style(struct html *h)
{
    buf_put(&h->page, html_css, html_css_n);
    return EV_OK;
}

static int part_script(struct html *h)
{
    buf_put(&h->page, html_js, html_js_n);
    return EV_OK;
}

static void put_number(struct buf *out, uint64_t n, const char *one, const char *many)
{
    char text[COUNT_TEXT];
    buf_printf(out, "%s %s", count_text(n, text), n == 1 ? one : many);
}

static int part_title(struct html *h)
{
    put_number(&h->page, summary_rows(h->sum), "detection", "detections");
    buf_str(&h->page, " - evtriage");
    return EV_OK;
}

static int part_lead(struct html *h)
{
    put_number(&h->page, h->sum->nfile, "file", "files");
    buf_str(&h->page, ", ");
    put_number(&h->page, h->sum->total.events, "event", "events");
    buf_str(&h->page, ", ");
    put_number(&h->page, h->sum->rules ? h->sum->rules->n : 0, "rule", "rules");
    buf_str(&h->page, ". Times in ");
    escape_html(slice_str(zone_name(h->sink.options.view.zone)), &h->page);
    buf_str(&h->page, ". Written by " PACKAGE_NAME " " PACKAGE_VERSION "; this page loads nothing "
                      "from anywhere.");
    return EV_OK;
}

static int part_summary(struct html *h)
{
    html_summary(h->sum, &h->counts, h->sink.options.view.zone, &h->page);
    return EV_OK;
}

static int part_coverage(struct html *h)
{
    if (h->sum->coverage != NULL)
        coverage_html(h->sum->coverage, &h->page);
    return EV_OK;
}

/* Says how many rows are left out, by level. */
static void left_out(const struct html *h, const uint64_t shown[LEVEL_CRITICAL + 1],
                     struct buf *out)
{
    char text[COUNT_TEXT];
    const char *comma = "";
    for (int i = LEVEL_CRITICAL; i >= 0; i--) {
        if (h->sum->rows[i] <= shown[i])
            continue;
        buf_printf(out, "%s%s %s", comma, count_text(h->sum->rows[i] - shown[i], text),
                   level_name((enum rule_level)i));
        comma = ", ";
    }
}

static int part_shown(struct html *h)
{
    uint64_t shown[LEVEL_CRITICAL + 1];
    size_t n = shelf_choose(h->json, shown);
    if (n == summary_rows(h->sum))
        return EV_OK;
    buf_str(&h->page, "<p class=\"shown\">This page shows ");
    put_number(&h->page, n, "row", "rows");
    buf_str(&h->page, ", the most serious first; CSV and JSONL have all. Left out: ");
    left_out(h, shown, &h->page);
    buf_str(&h->page, ".</p>\n");
    return EV_OK;
}

/* Writes what is in page when it has grown. */
static int drain(struct html *h, bool all)
{
    return all || h->page.n > LIMIT_MIB(1) ? sink_flush(&h->sink, &h->page, h->err) : EV_OK;
}

static int part_plain(struct html *h)
{
    uint64_t shown[LEVEL_CRITICAL + 1];
    size_t n = shelf_choose(h->plain, shown);
    if (n < summary_rows(h->sum)) {
        buf_str(&h->page, "<p class=\"shown\">Without scripts this page shows ");
        put_number(&h->page, n, "row", "rows");
        buf_str(&h->page, ", the most serious first. Left out: ");
        left_out(h, shown, &h->page);
        buf_str(&h->page, ".</p>\n");
    }
    if (n == 0)
        return EV_OK;
    html_plain_head(&h->page);
    int rc;
    while ((rc = shelf_next(h->plain, &h->page, h->err)) > 0) {
        rc = drain(h, false);
        if (rc < 0)
            return rc;
    }
    html_plain_end(&h->page);
    return rc;
}

static int part_data(struct html *h)
{
    uint64_t shown[LEVEL_CRITICAL + 1];
    html_meta(&h->counts, &h->sink.options.view, &h->page);
    int rc = drain(h, true);
    size_t n = rc < 0 ? 0 : shelf_choose(h->json, shown);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        buf_str(&h->page,
                i % BLOCK == 0 ? "<script type=\"application/json\" class=\"rows\">[\n" : ",\n");
        rc = shelf_next(h->json, &h->page, h->err);
        if (i % BLOCK == BLOCK - 1 || i == n - 1)
            buf_str(&h->page, "\n]</script>\n");
        if (rc >= 0)
            rc = drain(h, false);
    }
    return rc;
}

static int part_attribution(struct html *h)
{
    escape_html(slice_str(attack_version(h->sink.options.view.attack)), &h->page);
    buf_str(&h->page, ". ");
    escape_html(slice_str(attack_attribution()), &h->page);
    return EV_OK;
}

static const struct part {
    const char *name;
    int (*write)(struct html *h);
} parts[] = {
    { "style_hash", part_style_hash },
    { "script_hash", part_script_hash },
    { "style", part_style },
    { "script", part_script },
    { "title", part_title },
    { "lead", part_lead },
    { "summary", part_summary },
    { "coverage", part_coverage },
    { "shown", part_shown },
    { "plain", part_plain },
    { "data", part_data },
    { "attribution", part_attribution },
};

static int write_part(struct html *h, struct slice name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!slice_eq(name, slice_str(parts[i].name)))
            continue;
        int rc = parts[i].write(h);
        return rc < 0 ? rc : drain(h, false);
    }
    return ev_err_set(h->err, EV_EFORMAT, "the page has no part %.*s", SLICE_ARG(name));
}

/* The template with every {{name}} replaced. */
static int html_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    struct html *h = (struct html *)s;
    struct slice left = slice_of(html_html, html_html_n);
    int rc = EV_OK;
    h->sum = sum;
    h->err = err;
    while (rc >= 0 && left.n > 0) {
        size_t n = slice_find(left, SLICE("{{"));
        buf_slice(&h->page, slice_sub(left, 0, n));
        if (n == SIZE_MAX)
            break;
        left = slice_sub(left, n + 2, left.n);
        n = slice_find(left, SLICE("}}"));
        rc = write_part(h, slice_sub(left, 0, n));
        left = slice_sub(left, n + 2, left.n);
    }
    return rc < 0 ? rc : drain(h, true);
}

static const struct sink_ops html_ops = { html_row, html_end, html_free, NULL };

static int html_open(struct output *out, const struct sink_options *o, struct sink **ret,
                     struct ev_err *err)
{
    (void)err;
    struct html *h = xcalloc(1, sizeof *h);
    h->sink = (struct sink){ &html_ops, out, *o };
    h->json = shelf_new(LIMIT_HTML_ROWS, LIMIT_HTML_BYTES, o->tmpdir);
    h->plain = shelf_new(LIMIT_HTML_PLAIN_ROWS, LIMIT_HTML_BYTES, o->tmpdir);
    map_init(&h->counts.host_at, map_seed());
    arena_init(&h->counts.arena, LIMIT_TALLY_ARENA);
    buf_init(&h->row, LIMIT_OUT_ROW);
    buf_init(&h->page, LIMIT_HTML_META + LIMIT_OUT_ROW);
    *ret = &h->sink;
    return EV_OK;
}

const struct sink_format sink_html = { "html", ".html", html_open };

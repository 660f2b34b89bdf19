/* html_rows.c - rows of the HTML page, as JSON for its script and as a plain table. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/limits.h"
#include "knowledge/needs.h"
#include "out/columns.h"
#include "out/html_page.h"
#include "out/rule_json.h"

/* JSON inside a script element: `<` occurs in strings only, and there \u003c says the same; so no
 * value can end the element or open a comment in it. */
static void script_safe(struct slice json, struct buf *out)
{
    for (size_t at = 0; at < json.n;) {
        struct slice left = slice_sub(json, at, json.n);
        size_t n = slice_find_byte(left, '<');
        n = n == SIZE_MAX ? left.n : n;
        buf_put(out, left.p, n);
        at += n;
        if (at < json.n) {
            buf_str(out, "\\u003c");
            at++;
        }
    }
}

static void cells(struct json *j, const struct detection *d, const struct view *view)
{
    struct buf text;
    buf_init(&text, LIMIT_OUT_ROW);
    json_key(j, "c");
    json_array(j);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (column_table[i].scope != COLUMN_OF_ROW)
            continue;
        buf_clear(&text);
        column_table[i].put(d, view, &text);
        json_slice(j, text.n > 0 ? buf_view(&text) : SLICE(""));
    }
    json_end(j);
    buf_release(&text);
}

static void fields(struct json *j, const char *key, const struct detection *d, bool system)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < d->nfield; i++) {
        bool of_system = d->field[i].part == EVENT_SYSTEM || d->field[i].part == EVENT_RENDERING;
        if (of_system != system)
            continue;
        json_array(j);
        json_slice(j, d->field[i].name);
        json_slice(j, d->field[i].text);
        if (d->field[i].meaning.n > 0)
            json_slice(j, d->field[i].meaning);
        json_end(j);
    }
    json_end(j);
}

static void reasons(struct json *j, const struct detection *d)
{
    json_key(j, "k");
    json_array(j);
    for (size_t i = 0; i < d->nmatched; i++) {
        const struct detection_matched *m = &d->matched[i];
        json_array(j);
        json_slice(j, m->selection);
        json_slice(j, m->field);
        json_slice(j, m->modifiers);
        json_slice(j, m->pattern);
        json_u64(j, m->offset);
        json_u64(j, m->length);
        json_end(j);
    }
    json_end(j);
    json_key(j, "u");
    json_array(j);
    for (size_t i = 0; i < d->nuntested; i++) {
        json_array(j);
        json_slice(j, d->untested[i].selection);
        json_slice(j, d->untested[i].field);
        json_end(j);
    }
    json_end(j);
}

/* Milliseconds since 1970, as JavaScript counts; may be negative. */
static void unix_ms(struct json *j, uint64_t t)
{
    char text[32];
    int64_t ms = (int64_t)(t / 10000) - (int64_t)(FILETIME_UNIX_EPOCH / 10000);
    int n = snprintf(text, sizeof text, "%" PRId64, ms);
    json_key(j, "t");
    if (t == 0)
        json_null(j);
    else
        json_raw(j, slice_of(text, (size_t)n));
}

void html_row_json(const struct detection *d, const struct view *view, struct buf *out)
{
    struct buf text;
    struct json j;
    buf_init(&text, LIMIT_OUT_ROW);
    json_init(&j, &text, false);
    json_object(&j);
    unix_ms(&j, d->timestamp);
    json_key(&j, "r");
    json_u64(&j, d->rule->index);
    cells(&j, d, view);
    json_key(&j, "m");
    json_slice(&j, d->message);
    json_key(&j, "p");
    json_slice(&j, d->provider);
    fields(&j, "d", d, false);
    fields(&j, "s", d, true);
    reasons(&j, d);
    json_key(&j, "x");
    json_array(&j);
    json_u64(&j, d->place.chunk);
    json_u64(&j, d->place.record_number);
    json_end(&j);
    json_end(&j);
    script_safe(buf_view(&text), out);
    out->full = out->full || text.full;
    buf_release(&text);
}

static void others(struct json *j, const struct view *view, const struct rule *r)
{
    static const enum attack_kind kind[] = { ATTACK_GROUP, ATTACK_SOFTWARE, ATTACK_CAMPAIGN,
                                             ATTACK_MITIGATION, ATTACK_DATA_SOURCE };
    struct attack_tag tag[ATTACK_TAGS];
    struct buf text;
    buf_init(&text, LIMIT_KIB(4));
    json_key(j, "others");
    json_array(j);
    for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
        size_t n = attack_tags(view->attack, r, kind[k], tag, ATTACK_TAGS);
        for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
            buf_clear(&text);
            attack_tag_text(&tag[i], &text);
            json_slice(j, buf_view(&text));
        }
    }
    json_end(j);
    buf_release(&text);
}

static void need_text(void *ctx, struct slice text)
{
    json_slice(ctx, text);
}

/* What the rule needs to see anything, for its card. */
static void needs(struct json *j, const struct rule *r)
{
    static const struct {
        const char *key;
        enum need what;
    } part[] = { { "events", NEED_EVENT }, { "classes", NEED_CLASS }, { "policies", NEED_POLICY } };
    json_key(j, "needs");
    json_object(j);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        json_key(j, part[i].key);
        json_array(j);
        rule_needs(r, part[i].what, need_text, j);
        json_end(j);
    }
    json_end(j);
}

void html_meta(const struct html_counts *c, const struct view *view, struct buf *out)
{
    struct buf text;
    struct json j;
    char index[24];
    buf_init(&text, LIMIT_HTML_META);
    json_init(&j, &text, false);
    json_object(&j);
    json_key(&j, "columns");
    json_array(&j);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (column_table[i].scope == COLUMN_OF_ROW)
            json_str(&j, column_table[i].name);
    }
    json_end(&j);
    json_key(&j, "rules");
    json_object(&j);
    for (size_t i = 0; i < c->rule.n; i++) {
        const struct rule *r = c->rule.v[i].rule;
        if (r == NULL)
            continue;
        snprintf(index, sizeof index, "%zu", i);
        json_key(&j, index);
        json_object(&j);
        json_key(&j, "level");
        json_str(&j, level_name(r->level));
        rule_json(&j, view, r);
        others(&j, view, r);
        needs(&j, r);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_str(out, "<script type=\"application/json\" id=\"meta\">");
    script_safe(buf_view(&text), out);
    buf_str(out, "</script>\n");
    out->full = out->full || text.full;
    buf_release(&text);
}

static const enum column_id plain[] = { COLUMN_TIMESTAMP, COLUMN_LEVEL,     COLUMN_RULE_TITLE,
                                        COLUMN_COMPUTER,  COLUMN_USER,      COLUMN_CHANNEL,
                                        COLUMN_EVENT_ID,  COLUMN_TECHNIQUES };
enum { PLAIN = sizeof plain / sizeof *plain };

void html_plain_head(struct buf *out)
{
    buf_str(out, "<table>\n<thead><tr>");
    for (size_t i = 0; i < PLAIN; i++)
        buf_printf(out, "<th scope=\"col\">%s</th>", column_table[plain[i]].label);
    buf_str(out, "<th scope=\"col\">Activity</th></tr></thead>\n<tbody>\n");
}

void html_row_plain(const struct detection *d, const struct view *view, struct buf *out)
{
    struct buf text;
    buf_init(&text, LIMIT_OUT_ROW);
    buf_str(out, "<tr>");
    for (size_t i = 0; i < PLAIN; i++) {
        buf_clear(&text);
        column_table[plain[i]].put(d, view, &text);
        if (plain[i] == COLUMN_LEVEL)
            buf_printf(out, "<td><span class=\"level %s\">", level_name(d->rule->level));
        else
            buf_str(out, "<td>");
        escape_html(buf_view(&text), out);
        buf_str(out, plain[i] == COLUMN_LEVEL ? "</span></td>" : "</td>");
    }
    buf_str(out, "<td class=\"mono\">");
    escape_html(d->process.command_line.n > 0 ? d->process.command_line : d->message, out);
    buf_str(out, "</td></tr>\n");
    buf_release(&text);
}

void html_plain_end(struct buf *out)
{
    buf_str(out, "</tbody>\n</table>\n");
}

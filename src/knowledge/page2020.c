/* page2020.c - a Markdown page of 2020: a table, the rule as it is, six exports.
 *
 * Texts of the rule stand in the table as they are, whatever they do to it.
 * Widths in the table are those of the template, not of the values.
 * May include: base/. */
#include "knowledge/page2020.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/atc2020.h"
#include "knowledge/legacy_export.h"
#include "knowledge/page2020_needed.h"

void page2020_repr(struct slice s, struct buf *out)
{
    const bool single = slice_find_byte(s, '\'') == SIZE_MAX || slice_find_byte(s, '"') != SIZE_MAX;
    for (size_t i = 0; i < s.n; i++) {
        const uint8_t c = s.p[i];
        if (c == '\\' || (c == '\'' && single))
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_str(out, "\\n");
        else if (c == '\r')
            buf_str(out, "\\r");
        else if (c == '\t')
            buf_str(out, "\\t");
        else if (c < 0x20 || c >= 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_byte(out, c);
    }
}

static void put_spaces(struct buf *out, int n)
{
    buf_printf(out, "%*s", n, "");
}

/* --- kinds of tags --- */

static bool is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c >= 0x80;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* attack.\w\D+ and a row for it. */
static const struct atc_row *tactic_of(struct slice tag)
{
    if (!slice_starts(tag, SLICE("attack.")) || tag.n < 9 || !is_word(tag.p[7]))
        return NULL;
    for (size_t i = 8; i < tag.n; i++)
        if (is_digit(tag.p[i]))
            return NULL;
    return atc2020_find(ATC_TACTIC, tag);
}

/* attack.t and one to five digits. */
static bool is_technique(struct slice tag)
{
    if (!slice_starts(tag, SLICE("attack.t")) || tag.n < 9 || tag.n > 13)
        return false;
    for (size_t i = 8; i < tag.n; i++)
        if (!is_digit(tag.p[i]))
            return false;
    return true;
}

/* "T1003: Credential Dumping" twice: as text and in a link. */
static void put_technique(struct slice tag, const char *before, const char *after, struct buf *out)
{
    const size_t at = out->n + 1;
    buf_byte(out, '[');
    buf_byte(out, 'T');
    buf_slice(out, slice_sub(tag, 8, tag.n));
    const struct slice id = slice_sub(tag, 7, tag.n);
    const struct atc_row *r = NULL;
    if (!out->full)
        r = atc2020_find(ATC_TECHNIQUE, slice_sub(buf_view(out), at, id.n));
    buf_printf(out, ": %s](%sT%.*s%s)", r ? r->v[0] : "None", before,
               SLICE_ARG(slice_sub(id, 1, id.n)), after);
}

/* --- rows --- */

enum tag_kind { TAG_TACTIC, TAG_TECHNIQUE, TAG_TRIGGER, TAG_OTHER };

static bool put_tag(struct slice tag, enum tag_kind kind, bool first, struct buf *out)
{
    const struct atc_row *tactic = tactic_of(tag);
    const bool technique = is_technique(tag);
    const bool wanted = kind == TAG_TACTIC  ? tactic != NULL
                        : kind == TAG_OTHER ? !tactic && !technique
                                            : technique;
    if (!wanted)
        return false;
    buf_str(out, first ? "<ul><li>" : "<li>");
    if (kind == TAG_TACTIC)
        buf_printf(out, "[%s: %s](https://attack.mitre.org/tactics/%s)", tactic->v[0], tactic->v[1],
                   tactic->v[0]);
    else if (kind == TAG_TECHNIQUE)
        put_technique(tag, "https://attack.mitre.org/techniques/", "", out);
    else if (kind == TAG_TRIGGER)
        put_technique(tag, "../Triggers/", ".md", out);
    else
        buf_slice(out, tag);
    buf_str(out, "</li>");
    return true;
}

static void put_tags(const struct lvalue *rule, enum tag_kind kind, const char *head,
                     const char *none, struct buf *out)
{
    const struct lvalue *tags = lvalue_get(rule, "tags");
    bool any = false;
    const size_t before = out->n;
    buf_str(out, head);
    for (uint32_t i = 0; tags && tags->kind == LVALUE_LIST && i < tags->n; i++)
        any |= put_tag(tags->child[i]->text, kind, !any, out);
    if (!any && !none) {
        out->n = before;
        buf_byte(out, '\n');
        return;
    }
    if (kind == TAG_OTHER)
        buf_str(out, "</ul> | \n");
    else if (any)
        buf_str(out, "</ul>  |\n");
    else
        buf_printf(out, "%s |\n", none);
}

static void put_item(struct slice s, bool link, struct buf *out)
{
    buf_str(out, link ? "<li>[" : "<li>");
    buf_slice(out, s);
    if (link) {
        buf_str(out, "](");
        buf_slice(out, s);
        buf_byte(out, ')');
    }
    buf_str(out, "</li>");
}

/* A text where a list belongs gave an item for each of its characters. */
static void put_list(const struct lvalue *list, const char *head, const char *none, bool link,
                     struct buf *out)
{
    const bool text = list && list->kind == LVALUE_TEXT;
    buf_str(out, head);
    if (!list || !(text ? list->text.n : list->n)) {
        buf_printf(out, "%s |\n", none);
        return;
    }
    buf_str(out, "<ul>");
    for (size_t i = 0, n; text && i < list->text.n; i += n) {
        (void)utf8_decode(slice_sub(list->text, i, list->text.n), &n);
        put_item(slice_sub(list->text, i, n), link, out);
    }
    for (uint32_t i = 0; i < list->n; i++)
        put_item(list->child[i]->kind == LVALUE_NULL ? SLICE("None") : list->child[i]->text, link,
                 out);
    buf_str(out, "</ul>  |\n");
}

static void put_needed(const struct lvalue_file *f, struct buf *out)
{
    struct needed_set set;
    page2020_needed(f, &set);
    buf_str(out, "| Data Needed          | ");
    if (!set.n) {
        buf_str(out, " There is no documented Data Needed for this Detection Rule yet  |\n");
        return;
    }
    buf_str(out, "<ul>");
    for (size_t i = 0; i < set.n; i++)
        buf_printf(out, "<li>[%s](../Data_Needed/%s.md)</li>", set.name[i], set.name[i]);
    buf_str(out, "</ul>  |\n");
}

static void put_enrichments(const struct lvalue *list, struct buf *out)
{
    const uint32_t n = list && list->kind == LVALUE_TEXT ? 1 : list ? list->n : 0;
    if (!n)
        return;
    buf_str(out, "| Enrichment |<ul>");
    for (uint32_t i = 0; i < n; i++) {
        const struct slice s = list->n ? list->child[i]->text : list->text;
        buf_printf(out, "<li>[%.*s](../Enrichments/%.*s.md)</li>", SLICE_ARG(s), SLICE_ARG(s));
    }
    buf_str(out, "</ul> |\n");
}

static void put_cell(const struct lvalue *rule, const char *key, const char *head, const char *none,
                     struct buf *out)
{
    const struct lvalue *v = lvalue_get(rule, key);
    buf_str(out, head);
    if (v && v->text.n)
        buf_slice(out, v->text);
    else
        buf_str(out, none);
    buf_str(out, " |\n");
}

static void put_dashes(struct buf *out, int n)
{
    buf_str(out, "|:");
    for (int i = 0; i < n; i++)
        buf_byte(out, '-');
}

static void put_table(const struct lvalue_file *f, struct buf *out)
{
    const struct lvalue *rule = f->document[0];
    const struct lvalue *title = lvalue_get(rule, "title");
    const struct lvalue *description = lvalue_get(rule, "description");

    buf_str(out, "| Title                | ");
    buf_slice(out, title ? title->text : SLICE(""));
    put_spaces(out, 145);
    buf_str(out, "|\n");
    put_dashes(out, 21);
    put_dashes(out, 156);
    buf_str(out, "|\n| Description          | ");
    buf_slice(out, description ? slice_trim(description->text) : SLICE(""));
    put_spaces(out, 139);
    buf_str(out, "|\n");
    put_tags(rule, TAG_TACTIC, "| ATT&amp;CK Tactic    |  ",
             " This Detection Rule wasn't mapped to ATT&amp;CK Tactic yet ", out);
    put_tags(rule, TAG_TECHNIQUE, "| ATT&amp;CK Technique | ",
             " This Detection Rule wasn't mapped to ATT&amp;CK Technique yet ", out);
    put_needed(f, out);
    put_enrichments(lvalue_get(rule, "enrichment"), out);
    put_tags(rule, TAG_TRIGGER, "| Trigger              | ",
             " There is no documented Trigger for this Detection Rule yet ", out);
    put_cell(rule, "level", "| Severity Level       | ",
             " Severity Level for this Detection Rule wasn't defined yet ", out);
    put_list(lvalue_get(rule, "falsepositives"), "| False Positives      | ",
             " There are no documented False Positives for this Detection Rule yet ", false, out);
    put_cell(rule, "status", "| Development Status   | ",
             " Development Status wasn't defined for this Detection Rule yet ", out);
    put_list(lvalue_get(rule, "references"), "| References           | ",
             " There are no documented References for this Detection Rule yet ", true, out);
    put_cell(rule, "author", "| Author               | ",
             " Author of this Detection Rule haven't introduced himself ", out);
    put_tags(rule, TAG_OTHER, "| Other Tags           | ", NULL, out);
}

/* --- the page --- */

static void put_exports(const struct lvalue_file *f, struct arena *a, struct buf *out)
{
    struct buf text;
    buf_init(&text, LIMIT_LEGACY_EXPORT);
    for (int t = 0; t < LEGACY_TARGETS; t++) {
        buf_clear(&text);
        buf_printf(out, "\n### %s\n    \n```\n", legacy_target_name((enum legacy_target)t));
        if (legacy_export(f, (enum legacy_target)t, a, &text, NULL) == EV_OK && text.n) {
            /* The quotes depend on the whole, the last line feed is cut from the result. */
            const size_t before = out->n;
            page2020_repr(buf_view(&text), out);
            if (out->n > before + 2)
                out->n -= 2;
        }
        buf_str(out, "\n```\n\n");
    }
    buf_release(&text);
}

/* Python reads a text file with every end of line as a line feed. */
static struct slice with_line_feeds(struct slice s, struct arena *a)
{
    uint8_t *p = arena_zalloc(a, s.n, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        p[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            i++;
    }
    return slice_of(p, n);
}

int page2020(struct slice rule, struct buf *out, struct ev_err *err)
{
    struct arena a;
    struct lvalue_file file;

    arena_init(&a, LIMIT_RULE_ARENA);
    rule = with_line_feeds(rule, &a);
    int rc = lvalue_read(rule, &a, &file, err);
    if (rc == EV_OK) {
        put_table(&file, out);
        buf_str(out, "\n## Detection Rules\n\n### Sigma rule\n\n```\n");
        buf_slice(out, rule);
        buf_str(out, "\n```\n\n\n\n\n");
        put_exports(&file, &a, out);
        buf_str(out, "\n\n");
        if (out->full)
            rc = ev_err_set(err, EV_ELIMIT, "the page is longer than %zu bytes", out->cap);
    }
    arena_release(&a);
    return rc;
}

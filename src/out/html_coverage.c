/* html_coverage.c - the section "What this evidence could not show" of the HTML timeline.
 *
 * Stands under the summary and folds out: why rules were silent, tactic by tactic and rule by rule,
 * and what would have to be switched on. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/limits.h"
#include "out/coverage_out.h"
#include "out/html_list.h"
#include "out/html_page.h"
#include "out/notices.h"

static size_t most(size_t n)
{
    return n < LIMIT_HTML_LIST ? n : LIMIT_HTML_LIST;
}

static void causes(const struct coverage *c, struct buf *out)
{
    html_fold(out, "Reasons", c->causes.n,
              HTML_NUMBER_HEAD("Rules") HTML_TEXT_HEAD("State") HTML_TEXT_HEAD("Why"));
    for (size_t i = 0; i < most(c->causes.n); i++) {
        buf_str(out, "<tr>");
        html_number_cell(out, c->causes.v[i].rules);
        html_text_cell(out, slice_str(cover_state_name(c->causes.v[i].state)));
        html_text_cell(out, c->causes.v[i].text);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, c->causes.n - most(c->causes.n));
}

static void tactics(const struct coverage *c, struct buf *out)
{
    if (c->tactics.n == 0)
        return;
    html_fold(out, "By tactic", c->tactics.n,
              HTML_TEXT_HEAD("Tactic") HTML_NUMBER_HEAD("Could fire") HTML_NUMBER_HEAD("In part")
                  HTML_NUMBER_HEAD("Could not"));
    for (size_t i = 0; i < c->tactics.n; i++) {
        const struct cover_group *g = &c->tactics.v[i];
        buf_printf(out, "<tr><td>%s: ", g->entry->id);
        escape_html(slice_str(g->entry->name), out);
        buf_str(out, "</td>");
        for (int s = COVER_FIRE; s >= 0; s--)
            html_number_cell(out, g->n[s]);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, 0);
}

static void rules(const struct coverage *c, struct buf *out)
{
    const uint64_t n = c->n[COVER_NOT] + c->n[COVER_PART];
    uint64_t told = 0;
    struct buf why;
    buf_init(&why, LIMIT_OUT_ROW);
    html_fold(out, "Rules that could not, or not wholly, have fired", n,
              HTML_TEXT_HEAD("Rule") HTML_TEXT_HEAD("Level") HTML_TEXT_HEAD("State")
                  HTML_TEXT_HEAD("Why"));
    for (size_t i = 0; i < c->rules->n && told < LIMIT_HTML_LIST; i++) {
        const struct rule *r = c->rules->rule[i];
        if (!coverage_shows(c, r) || c->best[i] == COVER_FIRE || c->nhost == 0)
            continue;
        const struct cover one = coverage_judge(c, c->best_host[i], r);
        buf_clear(&why);
        cover_text(&one, &why);
        told++;
        buf_str(out, "<tr>");
        html_text_cell(out, r->title);
        buf_printf(out, "<td><span class=\"level %s\">%s</span></td>", level_name(r->level),
                   level_name(r->level));
        html_text_cell(out, slice_str(cover_state_name(one.state)));
        html_text_cell(out, buf_view(&why));
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, n - told);
    buf_release(&why);
}

static void settings(const struct coverage *c, struct buf *out)
{
    if (c->settings.n == 0)
        return;
    html_fold(out, "What would let more rules fire, one by one", c->settings.n,
              HTML_NUMBER_HEAD("Rules") HTML_TEXT_HEAD("Setting") HTML_TEXT_HEAD("How"));
    for (size_t i = 0; i < most(c->settings.n); i++) {
        buf_str(out, "<tr>");
        html_number_cell(out, c->settings.v[i].rules);
        html_text_cell(out, c->settings.v[i].name);
        html_text_cell(out, c->settings.v[i].how);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, c->settings.n - most(c->settings.n));
}

void coverage_html(const struct coverage *c, struct buf *out)
{
    if (c->n[COVER_NOT] + c->n[COVER_PART] == 0)
        return;
    buf_str(out, "<section class=\"notices\" id=\"coverage\"><h3>What this evidence could not "
                 "show</h3>\n<p>");
    html_number(out, c->n[COVER_FIRE]);
    buf_str(out, " rules could have fired, ");
    html_number(out, c->n[COVER_PART]);
    buf_str(out, " in part, ");
    html_number(out, c->n[COVER_NOT]);
    buf_str(out, " could not: of these, silence says nothing. The computers are taken together; "
                 "evtriage coverage tells them apart.</p>\n<div class=\"folds\">\n");
    causes(c, out);
    tactics(c, out);
    settings(c, out);
    rules(c, out);
    buf_str(out, "</div></section>\n");
}

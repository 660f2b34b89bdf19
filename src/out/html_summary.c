/* html_summary.c - the upper part of the HTML page: cards, notices, and tables that fold out. */
#include <inttypes.h>

#include "base/digest.h"
#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "out/html_list.h"
#include "out/html_page.h"
#include "out/notices.h"

enum { TOP = 5 }; /* lines of a card */

static void item(struct buf *out, const char *name, uint64_t n)
{
    buf_printf(out, "<li><span>%s</span><span>", name);
    html_number(out, n);
    buf_str(out, "</span></li>\n");
}

/* level: draws its colour before the name; NULL: none. */
static void item_of(struct buf *out, const char *level, struct slice name, uint64_t n)
{
    if (level != NULL)
        buf_printf(out, "<li><span class=\"dot %s\" title=\"%s\"><span class=\"name\">", level,
                   level);
    else
        buf_str(out, "<li><span>");
    escape_html(name, out);
    buf_str(out, level != NULL ? "</span></span><span>" : "</span><span>");
    html_number(out, n);
    buf_str(out, "</span></li>\n");
}

static void time_text(struct buf *out, const struct zone *zone, uint64_t t)
{
    char text[FILETIME_TEXT];
    size_t n = zone_text(zone, t, text);
    if (n == 0)
        buf_str(out, "none");
    else /* to the second: "2020-02-18 10:11:12Z" */
        buf_printf(out, "%.10s %.8s%s", text, text + 11, text + 27);
}

static void card_detections(const struct summary *sum, struct buf *out)
{
    buf_str(out, "<section class=\"card\"><h3>Detections</h3><p class=\"big\">");
    html_number(out, summary_rows(sum));
    buf_str(out, "</p><ul>\n");
    for (int i = LEVEL_CRITICAL; i >= 0; i--) {
        const char *name = level_name((enum rule_level)i);
        if (sum->rows[i] == 0)
            continue;
        buf_printf(out, "<li><span class=\"level %s\">%s</span><span>", name, name);
        html_number(out, sum->rows[i]);
        buf_str(out, "</span></li>\n");
    }
    buf_str(out, "</ul></section>\n");
}

/* Rules: the most serious first; then by count, then by index or name. */
static int by_weight(const void *a, const void *b)
{
    const struct html_count *x = a, *y = b;
    if (x->rule != NULL && y->rule != NULL && x->rule->level != y->rule->level)
        return x->rule->level < y->rule->level ? 1 : -1;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    if (x->rule != NULL && y->rule != NULL)
        return x->rule->index < y->rule->index ? -1 : x->rule->index > y->rule->index;
    return slice_cmp(x->name, y->name);
}

/* The entries with rows, in order of weight. The caller frees. */
static struct html_count *sorted(const struct html_count *v, size_t n, size_t *ret_n)
{
    struct html_count *copy = xcalloc(n ? n : 1, sizeof *copy);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (v[i].n > 0)
            copy[used++] = v[i];
    }
    qsort(copy, used, sizeof *copy, by_weight);
    *ret_n = used;
    return copy;
}

static void card_rules(const struct summary *sum, const struct html_count *rule, size_t n,
                       struct buf *out)
{
    buf_str(out, "<section class=\"card\"><h3>Rules that fired</h3><p class=\"big\">");
    html_number(out, n);
    buf_str(out, " <small>of ");
    html_number(out, sum->rules ? sum->rules->n : 0);
    buf_str(out, " loaded</small></p><ul>\n");
    for (size_t i = 0; i < n && i < TOP; i++)
        item_of(out, level_name(rule[i].rule->level), rule[i].rule->title, rule[i].n);
    buf_str(out, "</ul></section>\n");
}

static void card_computers(const struct html_count *host, size_t n, struct buf *out)
{
    buf_str(out, "<section class=\"card\"><h3>Computers with detections</h3><p class=\"big\">");
    html_number(out, n);
    buf_str(out, "</p><ul>\n");
    for (size_t i = 0; i < n && i < TOP; i++)
        item_of(out, NULL, host[i].name, host[i].n);
    buf_str(out, "</ul></section>\n");
}

static void card_records(const struct summary *sum, struct buf *out)
{
    const struct accounting *t = &sum->total;
    buf_str(out, "<section class=\"card\"><h3>Records read</h3><p class=\"big\">");
    html_number(out, t->events);
    buf_str(out, " <small>of ");
    html_number(out, t->records);
    buf_str(out, "</small></p><ul>\n");
    item(out, "not needed by any rule", t->skipped);
    item(out, "could not be decoded", t->unreadable);
    if (t->recovered > 0) {
        item(out, "deleted or carved, found", t->recovered);
        item(out, "deleted or carved, read", t->recovered_events);
    }
    uint64_t read = 0, opened = 0;
    for (size_t i = 0; i < sum->nfile; i++) {
        read += sum->file[i].fate == FILE_READ;
        opened += sum->file[i].fate == FILE_OPENED;
    }
    item(out, "files read", read);
    item(out, "files not read", sum->nfile - read - opened);
    buf_str(out, "</ul></section>\n");
}

static void card_time(const struct summary *sum, const struct zone *zone, struct buf *out)
{
    buf_str(out, "<section class=\"card time\"><h3>Time of the events</h3><p class=\"big\">");
    time_text(out, zone, sum->first);
    buf_str(out, "</p><p class=\"big\">");
    time_text(out, zone, sum->last);
    buf_str(out, "</p><ul>\n");
    if (sum->first != 0 && sum->last >= sum->first)
        item(out, "days", (sum->last - sum->first) / (86400 * FILETIME_SECOND) + 1);
    item(out, "channels", sum->nchannel);
    buf_str(out, "</ul></section>\n");
}

static void notices(const struct summary *sum, struct buf *out)
{
    struct arena a;
    struct notice *v;
    arena_init(&a, LIMIT_TALLY_ARENA);
    size_t n = notices_of(sum, &a, &v);
    if (n > 0)
        buf_str(out,
                "<section class=\"notices\"><h3>What to know before relying on this</h3><ul>\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "<li%s>", v[i].kind == NOTICE_WARNING ? " class=\"warning\"" : "");
        escape_html(v[i].text, out);
        buf_str(out, "</li>\n");
    }
    if (n > 0)
        buf_str(out, "</ul></section>\n");
    arena_release(&a);
}

static void file_row(const struct summary_file *f, struct buf *out)
{
    static const char *const fate[] = { "read", "not read", "no event log", "no record", "opened" };
    char hex[65] = "";
    uint64_t findings = 0;
    for (size_t i = 0; i < FINDING_KINDS; i++)
        findings += f->counts.finding[i];
    if (f->has_sha256)
        digest_hex(f->sha256, sizeof f->sha256, hex);
    buf_str(out, "<tr>");
    html_text_cell(out, f->path);
    buf_printf(out, "<td>%s", fate[f->fate]);
    if (f->reason.n > 0) {
        buf_str(out, ": ");
        escape_html(f->reason, out);
    }
    buf_str(out, "</td>");
    html_number_cell(out, f->size);
    html_number_cell(out, f->counts.records);
    html_number_cell(out, f->counts.events);
    html_number_cell(out, f->counts.skipped);
    html_number_cell(out, f->counts.unreadable);
    html_number_cell(out, findings);
    buf_printf(out, "<td class=\"hash\">%s</td></tr>\n", hex);
}

static void files(const struct summary *sum, struct buf *out)
{
    html_fold(out, "Files", sum->nfile,
              HTML_TEXT_HEAD("File") HTML_TEXT_HEAD("State") HTML_NUMBER_HEAD("Bytes")
                  HTML_NUMBER_HEAD("Records") HTML_NUMBER_HEAD("Read")
                      HTML_NUMBER_HEAD("Not needed") HTML_NUMBER_HEAD("Unreadable")
                          HTML_NUMBER_HEAD("Findings") HTML_TEXT_HEAD("SHA-256"));
    /* Those with something to say first would break the order of the manifest: keep it. */
    for (size_t i = 0; i < sum->nfile && i < LIMIT_HTML_LIST; i++)
        file_row(&sum->file[i], out);
    html_fold_end(out, sum->nfile > LIMIT_HTML_LIST ? sum->nfile - LIMIT_HTML_LIST : 0);
}

static void channels(const struct summary *sum, struct buf *out)
{
    html_fold(out, "Events by channel", sum->nchannel,
              HTML_TEXT_HEAD("Channel") HTML_NUMBER_HEAD("Events"));
    for (size_t i = 0; i < sum->nchannel && i < LIMIT_HTML_LIST; i++) {
        buf_str(out, "<tr>");
        html_text_cell(out, sum->channel[i].channel);
        html_number_cell(out, sum->channel[i].events);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, sum->nchannel > LIMIT_HTML_LIST ? sum->nchannel - LIMIT_HTML_LIST : 0);
}

static void hosts(const struct summary *sum, struct buf *out)
{
    if (sum->nhost == 0)
        return;
    html_fold(out, "Process creation by computer", sum->nhost,
              HTML_TEXT_HEAD("Computer") HTML_NUMBER_HEAD("Sysmon 1")
                  HTML_NUMBER_HEAD("Security 4688") HTML_NUMBER_HEAD("4688 with command line"));
    for (size_t i = 0; i < sum->nhost && i < LIMIT_HTML_LIST; i++) {
        const struct summary_host *h = &sum->host[i];
        buf_str(out, "<tr>");
        html_text_cell(out, h->computer);
        html_number_cell(out, h->sysmon_1);
        html_number_cell(out, h->s4688);
        html_number_cell(out, h->s4688_with_command_line);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, sum->nhost > LIMIT_HTML_LIST ? sum->nhost - LIMIT_HTML_LIST : 0);
}

static void fired(const struct html_count *rule, size_t n, struct buf *out)
{
    if (n == 0)
        return;
    html_fold(out, "Rules that fired", n,
              HTML_TEXT_HEAD("Rule") HTML_TEXT_HEAD("Level") HTML_NUMBER_HEAD("Rows"));
    for (size_t i = 0; i < n && i < LIMIT_HTML_LIST; i++) {
        const char *level = level_name(rule[i].rule->level);
        buf_str(out, "<tr>");
        html_text_cell(out, rule[i].rule->title);
        buf_printf(out, "<td><span class=\"level %s\">%s</span></td>", level, level);
        html_number_cell(out, rule[i].n);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, n > LIMIT_HTML_LIST ? n - LIMIT_HTML_LIST : 0);
}

static void refused(const struct ruleset *rs, struct buf *out)
{
    if (rs == NULL || rs->nmessage == 0)
        return;
    html_fold(out, "Messages about rules", rs->nmessage + rs->messages_dropped,
              HTML_TEXT_HEAD("Place") HTML_TEXT_HEAD("Message"));
    size_t n = rs->nmessage < LIMIT_HTML_LIST ? rs->nmessage : LIMIT_HTML_LIST;
    for (size_t i = 0; i < n; i++) {
        const struct rule_message *m = &rs->message[i];
        buf_str(out, "<tr><td>");
        escape_html(m->file, out);
        buf_printf(out, ":%" PRIu32 ":%" PRIu32 "</td>", m->line, m->column);
        html_text_cell(out, m->text);
        buf_str(out, "</tr>\n");
    }
    html_fold_end(out, rs->nmessage + rs->messages_dropped - n);
}

void html_summary(const struct summary *sum, const struct html_counts *c, const struct zone *zone,
                  struct buf *out)
{
    size_t nrule, nhost;
    struct html_count *rule = sorted(c->rule.v, c->rule.n, &nrule);
    struct html_count *host = sorted(c->host.v, c->host.n, &nhost);
    buf_str(out, "<div class=\"cards\">\n");
    card_detections(sum, out);
    card_rules(sum, rule, nrule, out);
    card_computers(host, nhost, out);
    card_time(sum, zone, out);
    card_records(sum, out);
    buf_str(out, "</div>\n");
    notices(sum, out);
    buf_str(out, "<div class=\"folds\">\n");
    fired(rule, nrule, out);
    files(sum, out);
    channels(sum, out);
    hosts(sum, out);
    refused(sum->rules, out);
    buf_str(out, "</div>\n");
    free(rule);
    free(host);
}

/* coverage_text.c - reasons of a judgement in words. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/filetime.h"
#include "knowledge/coverage.h"

enum { LABELS = 2, IDS_TOLD = 4 };

const char *cover_state_name(enum cover_state s)
{
    static const char *const name[] = { "could not", "in part", "could fire" };
    return name[s];
}

const char *cover_reason_name(enum cover_reason r)
{
    static const char *const name[COVER_REASONS] = {
        [COVER_OK] = "",
        [COVER_NEVER] = "never",
        [COVER_NO_LOG] = "no-log",
        [COVER_NO_EVENT] = "no-event",
        [COVER_UNSEEN] = "unseen",
        [COVER_NO_COMMAND_LINE] = "no-command-line",
        [COVER_FIELDS] = "missing-fields",
        [COVER_OLD_SYSMON] = "old-sysmon",
        [COVER_TWIN] = "poorer-source",
        [COVER_SUSPECTED] = "suspicious-only",
        [COVER_BEGINS] = "log-begins-after",
        [COVER_ENDS] = "log-ends-before",
    };
    return name[r];
}

struct slice channel_label(struct slice channel)
{
    const struct slice head = SLICE("Microsoft-Windows-"), tail = SLICE("/Operational");
    if (slice_starts(channel, head))
        channel = slice_sub(channel, head.n, channel.n);
    if (slice_ends(channel, tail))
        channel = slice_sub(channel, 0, channel.n - tail.n);
    return channel;
}

static struct slice need_label(const struct cover_need *n)
{
    return n->channel ? channel_label(slice_str(n->channel)) : SLICE("event");
}

/* "no Sysmon log, no Security log" */
static void put_logs(const struct cover_rule *r, struct buf *out)
{
    size_t told = 0;
    for (size_t i = 0; i < r->nneed; i++) {
        const struct slice label = need_label(&r->need[i]);
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = slice_eq(label, need_label(&r->need[k]));
        if (again)
            continue;
        if (told == LABELS) {
            buf_str(out, " or others");
            return;
        }
        buf_str(out, told++ ? ", no " : "no ");
        escape_controls(label, out);
        buf_str(out, " log");
    }
}

/* "event 4688", "event 12, 13 or 14" */
static void put_ids(const struct cover_need *n, struct buf *out)
{
    buf_str(out, "event");
    for (size_t i = 0; i < n->nid && i < IDS_TOLD; i++)
        buf_printf(out, "%s%" PRIu32, i == 0 ? " " : i + 1 == n->nid ? " or " : ", ", n->id[i]);
    if (n->nid > IDS_TOLD)
        buf_str(out, " ...");
}

/* "Process Creation" of "Detailed Tracking: Process Creation" */
static struct slice subcategory(const struct policy_entry *p)
{
    const struct slice title = slice_str(p->title);
    const size_t at = slice_find(title, SLICE(": "));
    return at == SIZE_MAX ? title : slice_sub(title, at + 2, title.n);
}

static void put_events(const struct cover *c, struct buf *out)
{
    const struct policy_entry *p = cover_policy(c->need);
    buf_str(out, "no ");
    put_ids(c->need, out);
    buf_str(out, " in the ");
    escape_controls(need_label(c->need), out);
    buf_str(out, " log");
    if (!p || p->kind != POLICY_AUDITPOL)
        return;
    if (c->reason == COVER_UNSEEN)
        buf_printf(out, " and none else of audit subcategory %.*s: off, or nothing happened",
                   SLICE_ARG(subcategory(p)));
    else if (c->long_log && cover_is_busy(p))
        buf_printf(out, ": audit of %.*s is off", SLICE_ARG(subcategory(p)));
}

static void put_fields(const struct cover *c, struct buf *out)
{
    escape_controls(need_label(c->need), out);
    if (c->need->twin == TWIN_PROCESS_4688)
        buf_str(out, " 4688");
    buf_str(out, " has no ");
    for (size_t i = 0; i < c->missing->n; i++) {
        buf_str(out, i ? ", " : "");
        escape_controls(c->missing->v[i], out);
    }
}

static void put_time(struct buf *out, uint64_t t)
{
    char text[FILETIME_TEXT];
    filetime_iso(t, text);
    buf_printf(out, "%.19sZ", text);
}

static void put_never(const struct cover *c, struct buf *out)
{
    if (c->about->never) {
        buf_str(out, "category ");
        escape_controls(c->rule->category, out);
        buf_printf(out, " %s", c->about->never);
    } else {
        buf_str(out, "its events occur in none of its logs");
    }
}

static void put_reason(const struct cover *c, bool all, struct buf *out)
{
    switch (c->reason) {
    case COVER_OK:
    case COVER_REASONS:
        return;
    case COVER_NEVER:
        put_never(c, out);
        return;
    case COVER_NO_LOG:
        put_logs(c->about, out);
        return;
    case COVER_NO_EVENT:
    case COVER_UNSEEN:
        put_events(c, out);
        return;
    case COVER_NO_COMMAND_LINE:
        buf_str(out, "4688 without command line");
        if (all && c->from) {
            buf_str(out, " from ");
            put_time(out, c->from);
            buf_str(out, " to ");
            put_time(out, c->to);
        }
        return;
    case COVER_FIELDS:
        if (all) {
            put_fields(c, out);
        } else {
            escape_controls(need_label(c->need), out);
            buf_str(out,
                    c->need->twin == TWIN_PROCESS_4688 ? " 4688 lacks fields" : " lacks fields");
        }
        return;
    case COVER_OLD_SYSMON:
        buf_str(out, "Sysmon before version 10 has no OriginalFileName");
        return;
    case COVER_TWIN:
        buf_str(out, "only ");
        put_ids(c->need, out);
        buf_str(out, " of the ");
        escape_controls(need_label(c->need), out);
        buf_str(out, " log, which tells less than Sysmon");
        return;
    case COVER_SUSPECTED:
        buf_str(out, "only script blocks that PowerShell found suspicious: logging of all is off");
        return;
    case COVER_BEGINS:
    case COVER_ENDS:
        escape_controls(need_label(c->need), out);
        buf_str(out, c->reason == COVER_BEGINS ? " log begins" : " log ends");
        buf_str(out, c->reason == COVER_BEGINS ? " after the time asked for"
                                               : " before the time asked for");
        if (all) {
            buf_str(out, ": ");
            put_time(out, c->reason == COVER_BEGINS ? c->from : c->to);
        }
        return;
    }
}

void cover_text(const struct cover *c, struct buf *out)
{
    put_reason(c, true, out);
}

void cover_cause_text(const struct cover *c, struct buf *out)
{
    put_reason(c, false, out);
}

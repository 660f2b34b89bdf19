/* notices_rules.c - sentences about the rules of a run: refused ones, and those that could not fire. */
#include <inttypes.h>

#include "base/escape.h"
#include "knowledge/coverage.h"
#include "out/notices_impl.h"
#include "rule/logsource.h"

/* Why no event log can hold what the rule looks for; NULL when one can. */
static const char *never_logged(const struct rule *r)
{
    struct logsource source;
    return logsource_resolve(r, &source, NULL) < 0 ? NULL : source.never;
}

uint64_t rules_without_log(const struct summary *sum)
{
    return sum->coverage ? sum->coverage->without_log : 0;
}

/* How many rules of this one's category there are from it on; 0 when there was one before. */
static uint64_t of_category(const struct ruleset *rs, size_t at)
{
    uint64_t n = 0;
    for (size_t i = 0; i < rs->n; i++) {
        bool same = slice_eq(rs->rule[i]->category, rs->rule[at]->category);
        if (same && i < at)
            return 0;
        n += same;
    }
    return n;
}

/* Rules that no event log can satisfy, by category. */
static void impossible(struct notices *l, struct buf *b)
{
    const struct ruleset *rs = l->sum->rules;
    for (size_t i = 0; rs != NULL && i < rs->n; i++) {
        const char *never = never_logged(rs->rule[i]);
        const uint64_t n = never != NULL ? of_category(rs, i) : 0;
        if (n == 0)
            continue;
        notices_count(b, n, "rule", "rules");
        buf_str(b, " can never fire on event logs: category ");
        escape_controls(rs->rule[i]->category, b);
        buf_printf(b, " %s", never);
        notices_say(l, NOTICE_INFO, b);
    }
}

/* "3 rules were not used: FILE:LINE:COLUMN: TEXT; ...; `evtriage rules check` says all" */
static void refused(struct notices *l, struct buf *b)
{
    const struct ruleset *rs = l->sum->rules;
    const uint64_t n = summary_refused(l->sum) - (rs ? rs->refused[REFUSAL_LOGSOURCE] : 0);
    const struct rule_message *last = NULL;
    uint64_t named = 0;
    if (n == 0)
        return;
    notices_count(b, n, "rule was", "rules were");
    buf_str(b, " not used");
    for (size_t i = 0; i < rs->nmessage && named < NOTICES_NAMED; i++) {
        const struct rule_message *m = &rs->message[i];
        if (m->kind != MESSAGE_ERROR || (last && slice_eq(last->file, m->file)))
            continue; /* the first fault of each file */
        last = m;
        buf_str(b, named++ ? "; " : ": ");
        escape_controls(m->file, b);
        buf_printf(b, ":%" PRIu32 ":%" PRIu32 ": ", m->line, m->column);
        escape_controls(m->text, b);
    }
    buf_str(b, "; `evtriage rules check` names every fault");
    notices_say(l, NOTICE_WARNING, b);
}

static void other_logs(struct notices *l, struct buf *b)
{
    const uint64_t n = l->sum->rules ? l->sum->rules->refused[REFUSAL_LOGSOURCE] : 0;
    if (n == 0)
        return;
    notices_count(b, n, "rule is", "rules are");
    buf_str(b, " about logs that no Windows event log holds; `evtriage rules check` names them");
    notices_say(l, NOTICE_INFO, b);
}

void notices_rules(struct notices *l, struct buf *b)
{
    char text[COUNT_TEXT];
    const uint64_t n = l->sum->rules ? l->sum->rules->n : 0;
    uint64_t silent = rules_without_log(l->sum);
    refused(l, b);
    other_logs(l, b);
    if (silent > 0) {
        buf_printf(b, "%s of ", count_text(silent, text));
        notices_count(b, n, "rule", "rules");
        buf_str(b, " could not have fired: no event of their logs is in this evidence");
        notices_say(l, NOTICE_WARNING, b);
    }
    impossible(l, b);
    if (summary_rows(l->sum) == 0) {
        buf_str(b, n == 0 ? "No detection, because no rule was loaded"
                          : "No detection. That says nothing about what was not logged, not read "
                            "or hidden by options");
        notices_say(l, n == 0 ? NOTICE_WARNING : NOTICE_INFO, b);
    }
}

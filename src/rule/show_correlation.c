/* show_correlation.c - a correlation in words, down to the conditions of its rules (show.h).
 *
 * Correlations refer to correlations at most LIMIT_CORRELATION_DEPTH deep; a rule that several of
 * them refer to is shown each time, within LIMIT_SHOWN_RULES. */
#include "base/escape.h"
#include "base/limits.h"
#include "rule/correlation.h"
#include "rule/show.h"

struct shown {
    struct buf *out;
    size_t rules;
};

static void names(const struct slice *name, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        buf_str(out, i > 0 ? ", " : "");
        escape_controls(name[i], out);
    }
}

/* "event_count gte 10 by IpAddress within 5m, judged at each event" */
static void head(const struct correlation *c, struct buf *out)
{
    buf_printf(out, "correlation: %s", correlation_type_name(c->type));
    if (c->nkey > c->ngroup) {
        buf_str(out, " of ");
        names(c->key + c->ngroup, c->nkey - c->ngroup, out);
    }
    if (c->expression != NULL) {
        buf_byte(out, ' ');
        escape_controls(c->expression_text, out);
    }
    for (size_t i = 0; i < c->nbound; i++) {
        buf_printf(out, " %s ", bound_op_name(c->bound[i].op));
        escape_controls(c->bound[i].written, out);
    }
    if (c->ngroup > 0) {
        buf_str(out, " by ");
        names(c->key, c->ngroup, out);
    }
    if (c->timespan_text.n > 0) {
        buf_str(out, " within ");
        escape_controls(c->timespan_text, out);
    }
    buf_str(out, c->closes ? ", judged when the window is over\n" : ", judged at each event\n");
}

/* Appends text line by line behind indent. */
static void indented(struct slice text, const char *indent, struct buf *out)
{
    while (text.n > 0) {
        size_t end = slice_find_byte(text, '\n');
        end = end == SIZE_MAX ? text.n : end + 1;
        buf_str(out, indent);
        buf_slice(out, slice_sub(text, 0, end));
        text = slice_sub(text, end, text.n);
    }
}

static void tree(struct shown *s, const struct rule *r, unsigned depth);

static void reference(struct shown *s, const struct rule *r, bool last, unsigned depth)
{
    struct buf own, *out = s->out;

    escape_controls(r->title, out);
    buf_byte(out, '\n');
    if (depth >= LIMIT_CORRELATION_DEPTH || ++s->rules > LIMIT_SHOWN_RULES) {
        buf_str(out, last ? "   (not shown)\n" : "\u2502  (not shown)\n");
        return;
    }
    buf_init(&own, LIMIT_OUT_ROW);
    s->out = &own;
    tree(s, r, depth + 1);
    s->out = out;
    indented(buf_view(&own), last ? "   " : "\u2502  ", out);
    out->full |= own.full;
    buf_release(&own);
}

static void references(struct shown *s, const struct correlation *c, unsigned depth)
{
    for (size_t i = c->self ? 1 : 0; i < c->nref; i++) {
        const struct correlation_ref *ref = &c->ref[i];
        for (size_t k = 0; k < ref->nrule; k++) {
            const bool last = i + 1 == c->nref && k + 1 == ref->nrule;
            buf_str(s->out, last ? "\u2514\u2500 " : "\u251c\u2500 ");
            escape_controls(ref->at.name, s->out);
            buf_str(s->out, ": ");
            reference(s, ref->rule[k], last, depth);
        }
    }
}

static void tree(struct shown *s, const struct rule *r, unsigned depth)
{
    if (r->correlation != NULL) {
        head(r->correlation, s->out);
        references(s, r->correlation, depth);
    }
    show_tree(r, NULL, s->out);
}

void show_correlation_tree(const struct rule *r, struct buf *out)
{
    struct shown s = { out, 0 };
    if (r->correlation != NULL)
        tree(&s, r, 0);
}

/* show.c - see show.h. Trees are as deep as LIMIT_RULE_DEPTH lets conditions and detections be. */
#include "rule/show.h"

#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"

static void tokens(const struct pattern *p, size_t from, size_t to, struct buf *out)
{
    static const char *const mark[] = { "", "*", "?", "<dash>" };
    for (size_t i = from; i < to; i++) {
        if (i > from)
            buf_byte(out, ' ');
        if (p->token[i].kind == TOKEN_LITERAL) {
            buf_byte(out, '"');
            escape_controls(p->token[i].literal, out);
            buf_byte(out, '"');
        } else {
            buf_str(out, mark[p->token[i].kind]);
        }
    }
    if (from >= to)
        buf_str(out, "\"\"");
}

/* By the stars at its ends: is, contains, starts with, ends with; like where there are more. */
static void pattern_words(const struct test *t, struct buf *out)
{
    const struct pattern *p = &t->u.text.pattern;
    size_t from = 0, to = p->n;
    if (p->n == 1 && p->token[0].kind == TOKEN_ANY) {
        buf_str(out, "is there");
        return;
    }
    bool front = p->n > 0 && p->token[0].kind == TOKEN_ANY;
    bool back = p->n > 1 && p->token[p->n - 1].kind == TOKEN_ANY;
    bool inner = false;
    for (size_t i = front; i + back < p->n; i++)
        inner |= p->token[i].kind == TOKEN_ANY || p->token[i].kind == TOKEN_ONE;
    if (inner) {
        buf_str(out, "like ");
    } else {
        buf_str(out, front && back ? "contains "
                     : front       ? "ends with "
                     : back        ? "starts with "
                                   : "is ");
        from += front;
        to -= back;
    }
    tokens(p, from, to, out);
    if (p->cased)
        buf_str(out, " (with case)");
}

static void regex_words(const struct test *t, struct buf *out)
{
    buf_str(out, "fits /");
    escape_controls(t->u.regex.pattern, out);
    buf_str(out, "/");
    if (t->u.regex.icase)
        buf_byte(out, 'i');
    if (t->u.regex.multiline)
        buf_byte(out, 'm');
    if (t->u.regex.dotall)
        buf_byte(out, 's');
}

static void ref_words(const struct test *t, struct buf *out)
{
    static const char *const mode[] = { "equals", "contains", "starts with", "ends with" };
    buf_printf(out, "%s the field ", mode[t->u.ref.mode]);
    escape_controls(t->u.ref.field, out);
    if (t->u.ref.cased)
        buf_str(out, " (with case)");
}

void show_test(const struct test *t, struct buf *out)
{
    static const char *const compare[] = { "<", "<=", ">", ">=" };
    static const char *const part[] = { "minute", "hour", "day", "week", "month", "year" };
    if (t->field.p)
        escape_controls(t->field, out);
    else
        buf_str(out, "any value");
    buf_byte(out, ' ');
    switch (t->kind) {
    case TEST_PATTERN:
        pattern_words(t, out);
        break;
    case TEST_REGEX:
        regex_words(t, out);
        break;
    case TEST_CIDR:
        buf_str(out, "lies in ");
        escape_controls(t->written, out);
        break;
    case TEST_COMPARE:
        buf_printf(out, "%s %.15g", compare[t->u.compare.op], t->u.compare.number);
        break;
    case TEST_TIMEPART:
        buf_printf(out, "has %s %lld (UTC)", part[t->u.time.part], (long long)t->u.time.number);
        break;
    case TEST_EXISTS:
        buf_str(out, t->u.exists ? "is there" : "is not there");
        break;
    case TEST_NULL:
        buf_str(out, "is absent or empty");
        break;
    case TEST_FIELDREF:
        ref_words(t, out);
        break;
    }
}

/* --- the tree --- */

struct tree {
    const struct rule *rule;
    const struct show_notes *notes;
    struct buf *out, *indent;
    bool *shown; /* by selection */
};

static const struct node *selection_of(const struct tree *t, const struct node *n)
{
    return n->kind == NODE_SELECTION ? t->rule->selection[n->selection].node : NULL;
}

static void node_line(struct tree *t, const struct node *n, const char *joint)
{
    static const char *const word[] = { "and", "or", "not" };
    buf_slice(t->out, buf_view(t->indent));
    buf_str(t->out, joint);
    if (n->kind == NODE_TEST)
        show_test(n->test, t->out);
    else if (n->kind == NODE_SELECTION)
        escape_controls(t->rule->selection[n->selection].name, t->out);
    else
        buf_str(t->out, word[n->kind]);
    if (n->kind == NODE_SELECTION && t->shown[n->selection])
        buf_str(t->out, " (see above)");
    if (t->notes && (n->kind == NODE_TEST || n->kind == NODE_SELECTION))
        t->notes->note(t->notes->ctx, n, t->out);
    buf_byte(t->out, '\n');
}

static void tree_node(struct tree *t, const struct node *n, const char *joint, const char *below)
{
    node_line(t, n, joint);
    const struct node *selection = selection_of(t, n);
    if (selection && t->shown[n->selection])
        return;
    const size_t indent = t->indent->n;
    buf_str(t->indent, below);
    if (selection) {
        t->shown[n->selection] = true;
        tree_node(t, selection, "\u2514\u2500 ", "   ");
    }
    for (uint32_t i = 0; i < n->n && !t->out->full; i++) {
        bool last = i + 1 == n->n;
        tree_node(t, n->child[i], last ? "\u2514\u2500 " : "\u251c\u2500 ",
                  last ? "   " : "\u2502  ");
    }
    t->indent->n = indent;
}

void show_tree(const struct rule *r, const struct show_notes *notes, struct buf *out)
{
    struct buf indent;
    buf_init(&indent, LIMIT_KIB(16));
    struct tree t = { r, notes, out, &indent, xcalloc(r->nselection + 1, sizeof(bool)) };
    for (size_t i = 0; i < r->ncondition; i++) {
        buf_str(out, "condition: ");
        escape_controls(r->condition_text[i], out);
        buf_byte(out, '\n');
        tree_node(&t, r->condition[i], "", "");
    }
    free(t.shown);
    buf_release(&indent);
}

/* --- JSON --- */

static void json_test(const struct test *t, struct buf *out)
{
    struct buf words;
    buf_init(&words, LIMIT_MIB(1));
    show_test(t, &words);
    buf_str(out, "{\"test\":{\"field\":");
    if (t->field.p)
        escape_json_string(t->field, out);
    else
        buf_str(out, "null");
    buf_str(out, ",\"modifiers\":");
    escape_json_string(t->modifiers, out);
    buf_str(out, ",\"value\":");
    escape_json_string(t->written, out);
    buf_str(out, ",\"meaning\":");
    escape_json_string(buf_view(&words), out);
    buf_printf(out, ",\"line\":%u,\"column\":%u}}", t->line, t->column);
    buf_release(&words);
}

static void json_node(struct tree *t, const struct node *n)
{
    static const char *const word[] = { "and", "or", "not" };
    if (n->kind == NODE_TEST) {
        json_test(n->test, t->out);
        return;
    }
    if (n->kind == NODE_SELECTION) {
        buf_str(t->out, "{\"selection\":");
        escape_json_string(t->rule->selection[n->selection].name, t->out);
        if (!t->shown[n->selection]) {
            t->shown[n->selection] = true;
            buf_str(t->out, ",\"node\":");
            json_node(t, selection_of(t, n));
        }
        buf_byte(t->out, '}');
        return;
    }
    buf_printf(t->out, "{\"%s\":%s", word[n->kind], n->kind == NODE_NOT ? "" : "[");
    for (uint32_t i = 0; i < n->n && !t->out->full; i++) {
        buf_str(t->out, i ? "," : "");
        json_node(t, n->child[i]);
    }
    buf_str(t->out, n->kind == NODE_NOT ? "}" : "]}");
}

void show_json(const struct rule *r, struct buf *out)
{
    struct tree t = { r, NULL, out, NULL, xcalloc(r->nselection + 1, sizeof(bool)) };
    buf_byte(out, '[');
    for (size_t i = 0; i < r->ncondition; i++) {
        buf_str(out, i ? ",{\"text\":" : "{\"text\":");
        escape_json_string(r->condition_text[i], out);
        buf_str(out, ",\"node\":");
        json_node(&t, r->condition[i]);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
    free(t.shown);
}

/* render_rule.h - rule trees as one line of text, so that tests compare tables of strings.
 *
 * Tokens: 'literal', * any, ? one, - dash. (a & b), (a | b), !a. A test is `field=tokens`, with a
 * trailing `c` when cased and `#` when a number; keywords have the field `<any>`.
 * Rank: rule/. */
#ifndef UNIT_RENDER_RULE_H
#define UNIT_RENDER_RULE_H

#include "base/buf.h"
#include "rule/rule.h"

static inline void render_pattern(const struct pattern *p, struct buf *b)
{
    static const char marks[] = { 0, '*', '?', '-' };
    for (size_t i = 0; i < p->n; i++) {
        if (p->token[i].kind != TOKEN_LITERAL) {
            buf_byte(b, (uint8_t)marks[p->token[i].kind]);
            continue;
        }
        buf_byte(b, '\'');
        buf_slice(b, p->token[i].literal);
        buf_byte(b, '\'');
    }
    if (p->cased)
        buf_byte(b, 'c');
}

static inline void render_test(const struct test *t, struct buf *b)
{
    static const char *const compare[] = { "<", "<=", ">", ">=" };
    static const char *const part[] = { "minute", "hour", "day", "week", "month", "year" };
    static const char *const mode[] = { "==", "contains", "starts", "ends" };
    buf_slice(b, t->field.p ? t->field : SLICE("<any>"));
    switch (t->kind) {
    case TEST_PATTERN:
        buf_byte(b, '=');
        render_pattern(&t->u.text.pattern, b);
        buf_str(b, t->u.text.is_number ? "#" : "");
        break;
    case TEST_REGEX:
        buf_printf(b, "~%.*s/%s%s%s", SLICE_ARG(t->u.regex.pattern), t->u.regex.icase ? "i" : "",
                   t->u.regex.multiline ? "m" : "", t->u.regex.dotall ? "s" : "");
        break;
    case TEST_CIDR:
        buf_printf(b, " in v%d %02x%02x/%u", t->u.cidr.v6 ? 6 : 4, t->u.cidr.net[0],
                   t->u.cidr.net[1], t->u.cidr.bits);
        break;
    case TEST_COMPARE:
        buf_printf(b, "%s%g", compare[t->u.compare.op], t->u.compare.number);
        break;
    case TEST_TIMEPART:
        buf_printf(b, ".%s=%d", part[t->u.time.part], (int)t->u.time.number);
        break;
    case TEST_EXISTS:
        buf_printf(b, " exists %d", t->u.exists);
        break;
    case TEST_NULL:
        buf_str(b, "=null");
        break;
    case TEST_FIELDREF:
        buf_printf(b, " %s %.*s%s", mode[t->u.ref.mode], SLICE_ARG(t->u.ref.field),
                   t->u.ref.cased ? "c" : "");
        break;
    default:
        buf_str(b, "bad test");
    }
}

static inline void render_node(const struct rule *r, const struct node *n, struct buf *b)
{
    if (n->kind == NODE_TEST) {
        render_test(n->test, b);
        return;
    }
    if (n->kind == NODE_SELECTION) {
        buf_slice(b, r->selection[n->selection].name);
        return;
    }
    if (n->kind == NODE_NOT)
        buf_byte(b, '!');
    else
        buf_byte(b, '(');
    for (uint32_t i = 0; i < n->n; i++) {
        buf_str(b, i == 0 ? "" : n->kind == NODE_AND ? " & " : " | ");
        render_node(r, n->child[i], b);
    }
    if (n->kind != NODE_NOT)
        buf_byte(b, ')');
}

/* A terminated string in b. */
static inline const char *render_text(struct buf *b)
{
    buf_byte(b, '\0');
    return (const char *)b->p;
}

#endif

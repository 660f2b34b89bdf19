/* infix.c - a tree of clauses as text with AND, OR, NOT and parentheses (export_impl.h).
 * May include base/, rule/, this folder. */
#include "knowledge/export_impl.h"

static int write_clause(struct writing *w, const struct infix *i, const struct clause *c);

/* The members from `from` on that share what stands around them. */
static size_t run_length(const struct infix *i, struct clause *const *child, size_t from, size_t to)
{
    size_t n = 1;

    if (!i->together || child[from]->kind != CLAUSE_TERM ||
        !i->together(child[from]->term, child[from]->term))
        return 1;
    while (from + n < to && child[from + n]->kind == CLAUSE_TERM &&
           i->together(child[from]->term, child[from + n]->term))
        n++;
    return n;
}

static int write_child(struct writing *w, const struct infix *i, const struct clause *c)
{
    bool list = c->kind == CLAUSE_AND || c->kind == CLAUSE_OR;

    /* What stands together has its own parentheses. */
    if (c->kind == CLAUSE_OR && run_length(i, c->child, 0, c->n) == c->n)
        list = false;
    if (list)
        buf_byte(w->out, '(');
    int rc = write_clause(w, i, c);
    if (list)
        buf_byte(w->out, ')');
    return rc;
}

static int write_not(struct writing *w, const struct infix *i, const struct clause *c)
{
    buf_str(w->out, i->not_open ? i->not_open : "");
    buf_str(w->out, i->not );
    int rc = write_child(w, i, c->child[0]);
    buf_str(w->out, i->not_close ? i->not_close : "");
    return rc;
}

/* A NOT that does not stand in an AND with something positive. */
static int write_lone_not(struct writing *w, const struct infix *i, const struct clause *c,
                          bool inside)
{
    if (!i->company)
        return write_not(w, i, c);
    if (inside)
        buf_byte(w->out, '(');
    buf_str(w->out, i->company);
    buf_str(w->out, i->and);
    int rc = write_not(w, i, c);
    if (inside)
        buf_byte(w->out, ')');
    return rc;
}

static int write_values(struct writing *w, const struct infix *i, struct clause *const *child,
                        size_t n)
{
    int rc = EV_OK;

    if (i->most && n > i->most) {
        size_t part = (n + i->most - 1) / i->most;
        for (size_t from = 0; rc == EV_OK && from < n; from += part) {
            buf_str(w->out, from ? i->or : "");
            buf_byte(w->out, '(');
            rc = write_values(w, i, child + from, n - from < part ? n - from : part);
            buf_byte(w->out, ')');
        }
        return rc;
    }
    for (size_t k = 0; rc == EV_OK && k < n; k++) {
        buf_str(w->out, k ? (i->comma ? i->comma : i->or) : "");
        rc = i->value(w, child[k]->term);
    }
    return rc;
}

static int write_run(struct writing *w, const struct infix *i, struct clause *const *child,
                     size_t n)
{
    const struct term *t = child[0]->term;
    int rc = i->open(w, t, n);

    if (rc == EV_OK)
        rc = write_values(w, i, child, n);
    if (rc == EV_OK)
        i->close(w, t, n);
    return rc;
}

static int write_or(struct writing *w, const struct infix *i, struct clause *const *child, size_t n)
{
    int rc = EV_OK;

    for (size_t at = 0, len; rc == EV_OK && at < n; at += len) {
        len = run_length(i, child, at, n);
        buf_str(w->out, at ? i->or : "");
        if (len > 1)
            rc = write_run(w, i, child + at, len);
        else if (child[at]->kind == CLAUSE_NOT)
            rc = write_lone_not(w, i, child[at], true);
        else
            rc = write_child(w, i, child[at]);
    }
    return rc;
}

/* Positive members first: a NOT has company then. */
static int write_and(struct writing *w, const struct infix *i, struct clause *const *child,
                     size_t n)
{
    int rc = EV_OK;
    bool any = false;

    for (int negative = 0; negative < 2; negative++)
        for (size_t k = 0; rc == EV_OK && k < n; k++) {
            if ((child[k]->kind == CLAUSE_NOT) != (negative != 0))
                continue;
            buf_str(w->out, any ? i->and : "");
            if (negative && !any)
                rc = write_lone_not(w, i, child[k], false);
            else
                rc = negative ? write_not(w, i, child[k]) : write_child(w, i, child[k]);
            any = true;
        }
    return rc;
}

/* A long list as lists of lists: languages that parse `a AND b AND c` from the left nest as deep as
 * it is long. */
static int write_list(struct writing *w, const struct infix *i, enum clause_kind kind,
                      struct clause *const *child, size_t n)
{
    int rc = EV_OK;

    if (!i->most || n <= i->most)
        return kind == CLAUSE_OR ? write_or(w, i, child, n) : write_and(w, i, child, n);
    if (kind == CLAUSE_OR && run_length(i, child, 0, n) == n)
        return write_or(w, i, child, n);
    size_t part = (n + i->most - 1) / i->most;
    for (size_t from = 0; rc == EV_OK && from < n; from += part) {
        buf_str(w->out, from ? (kind == CLAUSE_OR ? i->or : i->and) : "");
        buf_byte(w->out, '(');
        rc = write_list(w, i, kind, child + from, n - from < part ? n - from : part);
        buf_byte(w->out, ')');
    }
    return rc;
}

static int write_clause(struct writing *w, const struct infix *i, const struct clause *c)
{
    switch (c->kind) {
    case CLAUSE_FALSE:
        return writing_refuse(w, "no event can fulfil the rule");
    case CLAUSE_TRUE:
        buf_str(w->out, i->all);
        return EV_OK;
    case CLAUSE_TERM:
        return i->term(w, c->term);
    case CLAUSE_NOT:
        return write_not(w, i, c);
    case CLAUSE_AND:
    case CLAUSE_OR:
        return write_list(w, i, c->kind, c->child, c->n);
    }
    return EV_OK;
}

int infix_write(struct writing *w, const struct infix *i, const struct clause *c)
{
    if (c->kind == CLAUSE_NOT)
        return write_lone_not(w, i, c, false);
    return write_clause(w, i, c);
}

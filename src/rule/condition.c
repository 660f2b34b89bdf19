/* condition.c - see condition.h. */
#include "rule/condition.h"

#include "base/limits.h"
#include "rule/ralloc.h"

enum word_kind {
    WORD_END,
    WORD_OPEN,
    WORD_CLOSE,
    WORD_PIPE,
    WORD_AND,
    WORD_OR,
    WORD_NOT,
    WORD_NAME
};

struct word {
    enum word_kind kind;
    struct slice text;
    size_t at;
};

struct parser {
    const struct ynode *node;
    struct slice text;
    size_t at;        /* end of the present word */
    struct word word; /* present word */
    const struct selection *sel;
    size_t nsel;
    bool *used;
    struct arena *a;
    struct report *rep;
    size_t depth, nodes;
    bool unknown; /* names were reported; go on, but fail at the end */
};

/* Children of an AND or OR while it is read. */
struct list {
    struct node **v;
    size_t n, room;
};

static int parse_or(struct parser *p, struct node **ret);

__attribute__((format(printf, 3, 4))) static int fault(struct parser *p, size_t at, const char *fmt,
                                                       ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    uint32_t line, column;
    ynode_place(p->node, at, &line, &column);
    return report_error(p->rep, REFUSAL_SYNTAX, line, column, "condition: %s", text);
}

static int fault_memory(struct parser *p)
{
    fault(p, p->word.at, RALLOC_FULL);
    return EV_ENOMEM;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_single(uint8_t c)
{
    return c == '(' || c == ')' || c == '|';
}

/* Printable part of a slice for messages. */
static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

/* A keyword in any case; other than lower case gets a warning, unless a selection has that very
 * name. */
static bool is_keyword(struct parser *p, struct slice s, const char *keyword)
{
    if (!slice_eq_nocase(s, slice_str(keyword)))
        return false;
    if (slice_eq(s, slice_str(keyword)))
        return true;
    for (size_t i = 0; i < p->nsel; i++)
        if (slice_eq(p->sel[i].name, s))
            return false;
    uint32_t line, column;
    ynode_place(p->node, (size_t)(s.p - p->text.p), &line, &column);
    report_warning(p->rep, line, column,
                   "condition: \"%.*s\" read as \"%s\": write it in lower case", shown(s),
                   (const char *)s.p, keyword);
    return true;
}

static void next_word(struct parser *p)
{
    size_t i = p->at;
    while (i < p->text.n && is_blank(p->text.p[i]))
        i++;
    size_t start = i;
    if (i < p->text.n && is_single(p->text.p[i])) {
        uint8_t c = p->text.p[i];
        p->at = i + 1;
        p->word = (struct word){ c == '('   ? WORD_OPEN
                                 : c == ')' ? WORD_CLOSE
                                            : WORD_PIPE,
                                 slice_sub(p->text, i, 1), i };
        return;
    }
    while (i < p->text.n && !is_blank(p->text.p[i]) && !is_single(p->text.p[i]))
        i++;
    struct slice s = slice_sub(p->text, start, i - start);
    p->at = i;
    p->word = (struct word){ s.n == 0 ? WORD_END : WORD_NAME, s, start };
    if (s.n < 2 || s.n > 3)
        return;
    if (is_keyword(p, s, "and"))
        p->word.kind = WORD_AND;
    else if (is_keyword(p, s, "or"))
        p->word.kind = WORD_OR;
    else if (is_keyword(p, s, "not"))
        p->word.kind = WORD_NOT;
}

static struct node *new_node(struct parser *p, enum node_kind kind, size_t children)
{
    struct node *n = ralloc(p->a, 1, sizeof *n);
    if (n == NULL || ++p->nodes > LIMIT_RULE_NODES)
        return NULL;
    n->kind = kind;
    n->n = (uint32_t)children;
    if (children > 0) {
        n->child = ralloc(p->a, children, sizeof *n->child);
        if (n->child == NULL)
            return NULL;
    }
    return n;
}

static struct node *selection_node(struct parser *p, size_t i)
{
    struct node *n = new_node(p, NODE_SELECTION, 0);
    if (n != NULL)
        n->selection = (uint32_t)i;
    p->used[i] = true;
    return n;
}

static bool list_add(struct parser *p, struct list *l, struct node *n)
{
    if (l->n == l->room) {
        size_t room = l->room == 0 ? 4 : l->room * 2;
        struct node **v = ralloc(p->a, room, sizeof *v);
        if (v == NULL)
            return false;
        if (l->n > 0)
            memcpy(v, l->v, l->n * sizeof *v);
        l->v = v;
        l->room = room;
    }
    l->v[l->n++] = n;
    return true;
}

/* The list as one node; a single child stands for itself. */
static int list_node(struct parser *p, const struct list *l, enum node_kind kind, struct node **ret)
{
    if (l->n == 1) {
        *ret = l->v[0];
        return EV_OK;
    }
    struct node *n = new_node(p, kind, 0);
    if (n == NULL)
        return fault_memory(p);
    n->n = (uint32_t)l->n;
    n->child = l->v;
    *ret = n;
    return EV_OK;
}

/* Does the name match a glob with `*`? */
static bool glob_matches(struct slice glob, struct slice name)
{
    size_t g = 0, i = 0, star = SIZE_MAX, mark = 0;
    while (i < name.n) {
        if (g < glob.n && glob.p[g] == '*') {
            star = g++;
            mark = i;
        } else if (g < glob.n && glob.p[g] == name.p[i]) {
            g++;
            i++;
        } else if (star != SIZE_MAX) {
            g = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (g < glob.n && glob.p[g] == '*')
        g++;
    return g == glob.n;
}

static int parse_name(struct parser *p, struct slice name, size_t at, struct node **ret)
{
    for (size_t i = 0; i < p->nsel; i++) {
        if (!slice_eq(p->sel[i].name, name))
            continue;
        *ret = selection_node(p, i);
        return *ret != NULL ? EV_OK : fault_memory(p);
    }
    p->unknown = true;
    *ret = NULL;
    if (slice_find_byte(name, '*') != SIZE_MAX)
        fault(p, at, "\"%.*s\" has a wildcard: write \"1 of %.*s\" or \"all of %.*s\"", shown(name),
              (const char *)name.p, shown(name), (const char *)name.p, shown(name),
              (const char *)name.p);
    else
        fault(p, at, "\"%.*s\" is not a selection of this rule: correct the name", shown(name),
              (const char *)name.p);
    return EV_OK;
}

/* `all of name` of a list meant all its items before v2. */
static void warn_all_of_list(struct parser *p, const struct node *child, struct slice name,
                             size_t at)
{
    if (child == NULL || p->sel[child->selection].node == NULL ||
        p->sel[child->selection].node->kind != NODE_OR)
        return;
    uint32_t line, column;
    ynode_place(p->node, at, &line, &column);
    report_warning(
        p->rep, line, column,
        "condition: \"all of %.*s\" is the selection itself, one item of which is enough: "
        "write '|all' in the selection if all must hold",
        shown(name), (const char *)name.p);
}

/* After "1 of", "any of", "all of". */
static int parse_quantified(struct parser *p, bool all, struct node **ret)
{
    struct word w = p->word;
    if (w.kind != WORD_NAME)
        return fault(p, w.at, "\"of\" needs \"them\" or a selection name after it");
    next_word(p);
    bool them = is_keyword(p, w.text, "them");
    if (!them && slice_find_byte(w.text, '*') == SIZE_MAX) {
        int rc = parse_name(p, w.text, w.at, ret);
        if (rc == EV_OK && all)
            warn_all_of_list(p, *ret, w.text, w.at);
        return rc;
    }
    bool hidden_too = !them && w.text.p[0] == '_';
    struct list l = { NULL, 0, 0 };
    for (size_t i = 0; i < p->nsel; i++) {
        struct slice name = p->sel[i].name;
        if ((name.n > 0 && name.p[0] == '_' && !hidden_too) ||
            (!them && !glob_matches(w.text, name)))
            continue;
        struct node *n = selection_node(p, i);
        if (n == NULL || !list_add(p, &l, n))
            return fault_memory(p);
    }
    if (l.n > 0)
        return list_node(p, &l, all ? NODE_AND : NODE_OR, ret);
    p->unknown = true;
    *ret = NULL;
    fault(p, w.at, "\"%.*s\" matches no selection of this rule: correct the name", shown(w.text),
          (const char *)w.text.p);
    return EV_OK;
}

static int parse_group(struct parser *p, struct node **ret)
{
    size_t at = p->word.at;
    if (p->depth == LIMIT_RULE_DEPTH)
        return fault(p, at, "nested too deeply: at most %d levels are read", LIMIT_RULE_DEPTH);
    p->depth++;
    next_word(p);
    int rc = parse_or(p, ret);
    p->depth--;
    if (rc < 0)
        return rc;
    if (p->word.kind == WORD_PIPE) /* told at the top */
        return fault(p, p->word.at, "\"|\" inside parentheses: move it to the end");
    if (p->word.kind != WORD_CLOSE)
        return fault(p, at, "this parenthesis is never closed: add \")\"");
    next_word(p);
    return EV_OK;
}

static int parse_atom(struct parser *p, struct node **ret)
{
    struct word w = p->word;
    if (w.kind == WORD_OPEN)
        return parse_group(p, ret);
    if (w.kind == WORD_END)
        return fault(p, w.at, "ends where a selection name is expected");
    if (w.kind != WORD_NAME)
        return fault(p, w.at, "\"%.*s\" where a selection name is expected", shown(w.text),
                     (const char *)w.text.p);
    next_word(p);
    bool of = p->word.kind == WORD_NAME && p->word.text.n == 2 && is_keyword(p, p->word.text, "of");
    if (!of)
        return parse_name(p, w.text, w.at, ret);
    bool all = is_keyword(p, w.text, "all");
    if (!all && !slice_eq(w.text, SLICE("1")) && !is_keyword(p, w.text, "any"))
        return fault(p, w.at,
                     "\"%.*s of\" is not understood: write \"1 of\", \"any of\" or \"all of\"",
                     shown(w.text), (const char *)w.text.p);
    next_word(p);
    return parse_quantified(p, all, ret);
}

static int parse_not(struct parser *p, struct node **ret)
{
    bool negated = false, any = false;
    while (p->word.kind == WORD_NOT) {
        negated = !negated;
        any = true;
        next_word(p);
    }
    struct node *n = NULL;
    int rc = parse_atom(p, &n);
    if (rc < 0)
        return rc;
    if (any && n != NULL && negated) {
        struct node *not = new_node(p, NODE_NOT, 1);
        if (not == NULL)
            return fault_memory(p);
        not ->child[0] = n;
        n = not ;
    }
    *ret = n;
    return EV_OK;
}

/* One level of the grammar: operands of `parse` joined by words of kind `by`. */
static int parse_chain(struct parser *p, enum word_kind by, enum node_kind kind,
                       int (*parse)(struct parser *, struct node **), struct node **ret)
{
    struct list l = { NULL, 0, 0 };
    for (;;) {
        struct node *n = NULL;
        int rc = parse(p, &n);
        if (rc < 0)
            return rc;
        if (n != NULL && !list_add(p, &l, n))
            return fault_memory(p);
        if (p->word.kind != by)
            break;
        next_word(p);
    }
    if (l.n == 0) { /* all unknown, already reported */
        *ret = NULL;
        return EV_OK;
    }
    return list_node(p, &l, kind, ret);
}

static int parse_and(struct parser *p, struct node **ret)
{
    return parse_chain(p, WORD_AND, NODE_AND, parse_not, ret);
}

static int parse_or(struct parser *p, struct node **ret)
{
    return parse_chain(p, WORD_OR, NODE_OR, parse_and, ret);
}

int condition_parse(const struct ynode *n, const struct selection *sel, size_t nsel, bool *used,
                    struct arena *a, struct report *rep, struct node **ret, size_t *ret_pipe)
{
    struct parser p = {
        .node = n, .text = n->text, .sel = sel, .nsel = nsel, .used = used, .a = a, .rep = rep
    };
    if (n->text.n > LIMIT_CONDITION)
        return fault(&p, 0, "longer than %zu bytes: shorten it", (size_t)LIMIT_CONDITION);
    next_word(&p);
    struct node *node = NULL;
    int rc = parse_or(&p, &node);
    if (rc < 0)
        return rc;
    if (p.word.kind == WORD_PIPE && ret_pipe == NULL)
        return fault(&p, p.word.at, "\"|\" is not possible here: remove it");
    if (p.word.kind == WORD_CLOSE)
        return fault(&p, p.word.at, "\")\" without \"(\" before it: remove it");
    if (p.word.kind != WORD_END && p.word.kind != WORD_PIPE)
        return fault(&p, p.word.at, "\"and\" or \"or\" is missing before \"%.*s\"",
                     shown(p.word.text), (const char *)p.word.text.p);
    if (p.unknown || node == NULL)
        return EV_ESYNTAX;
    if (ret_pipe != NULL)
        *ret_pipe = p.word.kind == WORD_PIPE ? p.at : SIZE_MAX;
    *ret = node;
    return EV_OK;
}

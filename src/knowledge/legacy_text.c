/* legacy_text.c - queries of six languages from a legacy tree.
 *
 * Five of them differ in a table of words; grep is a language of its own.
 * May include: base/. */
#include "knowledge/legacy_text.h"

#include "base/utf16.h"

/* EV_OK, WROTE_NOTHING or negative. */
enum { WROTE_NOTHING = 1 };

struct language {
    const char *and, * or, *not ;
    const char *list_open, *list_separator, *list_close;
    const char *null_before, *null_after; /* around the field */
    const char *equals;                   /* between field and value */
    const char *escaped;                  /* each of these gets a backslash */
    bool lucene;                          /* also && and ||; drops < and >; keyword fields */
    bool blanks;                          /* white space is escaped, too, and \u */
};

static const struct language language_table[LEGACY_TARGETS] = {
    [LEGACY_ES_QS] = { " AND ", " OR ", "NOT ", "(", " OR ", ")", "NOT _exists_:", "", ":",
                       "+-=!(){}[]^\"~:/", true, true },
    [LEGACY_XPACK_WATCHER] = { " AND ", " OR ", "NOT ", "(", " OR ", ")", "NOT _exists_:", "", ":",
                               "+-=!(){}[]^\"~:/", true, true },
    [LEGACY_GRAYLOG] = { " AND ", " OR ", "NOT ", "(", " ", ")", "NOT _exists_:", "", ":",
                         "+-!(){}[]^\"~:/", true, false },
    [LEGACY_SPLUNK] = { " ", " OR ", "NOT ", "(", " OR ", ")", "NOT ", "=\"*\"", "=", "\"", false,
                        false },
    [LEGACY_LOGPOINT] = { " ", " OR ", " -", "[", ", ", "]", "-", "=*", "=", "\"", false, false },
};

/* White space of Python's \s above ASCII. */
static bool is_wide_blank(uint32_t c)
{
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_blank_at(struct slice s, size_t i)
{
    size_t n;
    const uint8_t c = s.p[i];
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    return c >= 0xc0 && is_wide_blank(utf8_decode(slice_sub(s, i, s.n), &n));
}

static bool all_blank(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] & 0xc0) != 0x80 && !is_blank_at(s, i))
            return false;
    return true;
}

static bool has_wildcard(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] == '*' || s.p[i] == '?') &&
            (i == 0 || s.p[i - 1] != '\\' || (i > 1 && s.p[i - 2] == '\\')))
            return true;
    return false;
}

/* A backslash that stands alone: no other before it, no * ? \ behind it. */
static bool lone_backslash(struct slice s, size_t i)
{
    const uint8_t next = i + 1 < s.n ? s.p[i + 1] : 0;
    return s.p[i] == '\\' && (i == 0 || s.p[i - 1] != '\\') && next != '*' && next != '?' &&
           next != '\\';
}

/* Bytes at i that get a backslash before them; 0: none. */
static size_t escaped_length(const struct language *l, struct slice s, size_t i)
{
    const uint8_t c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
    if ((c && strchr(l->escaped, c)) || lone_backslash(s, i))
        return 1;
    if (l->blanks && is_blank_at(s, i))
        return 1;
    if (l->blanks && c == '\\' && next == 'u')
        return 2;
    if (l->lucene && ((c == '&' && next == '&') || (c == '|' && next == '|')))
        return 2;
    return 0;
}

static void put_escaped(const struct language *l, struct slice s, struct buf *out)
{
    for (size_t i = 0; i < s.n;) {
        const size_t n = escaped_length(l, s, i);
        if (n)
            buf_byte(out, '\\');
        for (size_t k = 0; k < (n ? n : 1); k++, i++)
            if (!l->lucene || (s.p[i] != '<' && s.p[i] != '>'))
                buf_byte(out, s.p[i]);
    }
}

static int put_value(const struct legacy_state *s, const struct lvalue *v, struct buf *out)
{
    const struct language *l = &language_table[s->target];
    if (!lvalue_is_plain(v))
        return EV_ESYNTAX;
    const size_t start = out->n;
    const bool quote = !l->lucene || !s->keyword;
    if (quote)
        buf_byte(out, '"');
    put_escaped(l, v->text, out);
    if (l->lucene && all_blank(slice_sub(buf_view(out), start + quote, out->n))) {
        out->n = start;
        buf_str(out, "\"\"");
        return EV_OK;
    }
    if (quote)
        buf_byte(out, '"');
    return EV_OK;
}

static int put_list(const struct legacy_state *s, const struct lvalue *v, struct slice field,
                    struct buf *out)
{
    const struct language *l = &language_table[s->target];
    int rc = EV_OK;
    buf_str(out, l->list_open);
    for (uint32_t i = 0; rc == EV_OK && i < v->n; i++) {
        if (i)
            buf_str(out, l->list_separator);
        if (s->target == LEGACY_SPLUNK) {
            buf_slice(out, field);
            buf_str(out, "=");
        }
        rc = put_value(s, v->child[i], out);
    }
    buf_str(out, l->list_close);
    return rc;
}

static bool any_wildcard(const struct lvalue *v)
{
    if (v->kind == LVALUE_TEXT)
        return has_wildcard(v->text);
    for (uint32_t i = 0; v->kind == LVALUE_LIST && i < v->n; i++)
        if (v->child[i]->kind == LVALUE_TEXT && has_wildcard(v->child[i]->text))
            return true;
    return false;
}

static int put_pair(struct legacy_state *s, const struct lnode *n, struct buf *out)
{
    const struct language *l = &language_table[s->target];
    const struct lvalue *v = n->value;
    s->keyword = any_wildcard(v);
    if (v->kind == LVALUE_NULL) {
        buf_str(out, l->null_before);
        buf_slice(out, n->field);
        buf_str(out, l->null_after);
        return EV_OK;
    }
    if (v->kind == LVALUE_LIST && s->target == LEGACY_SPLUNK)
        return put_list(s, v, n->field, out);
    buf_slice(out, n->field);
    if (l->lucene && s->keyword)
        buf_str(out, ".keyword");
    buf_str(out, v->kind == LVALUE_LIST && s->target == LEGACY_LOGPOINT ? " IN " : l->equals);
    if (v->kind == LVALUE_LIST)
        return put_list(s, v, n->field, out);
    if (v->kind != LVALUE_REGEX)
        return put_value(s, v, out);
    if (!l->lucene)
        return EV_ESYNTAX;
    buf_byte(out, '/');
    buf_slice(out, v->text);
    buf_byte(out, '/');
    return EV_OK;
}

static int put_node(struct legacy_state *s, const struct lnode *n, struct buf *out);

static int put_items(struct legacy_state *s, const struct lnode *n, const char *join,
                     struct buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < n->n; i++) {
        const size_t before = out->n;
        if (any)
            buf_str(out, join);
        const int rc = put_node(s, n->item[i], out);
        if (rc < 0)
            return rc;
        if (rc == WROTE_NOTHING)
            out->n = before;
        else
            any = true;
    }
    return any ? EV_OK : WROTE_NOTHING;
}

/* Values without a field: stars at both ends, on keyword fields. */
static bool only_values(const struct lnode *n)
{
    if (n->kind != LNODE_AND && n->kind != LNODE_OR)
        return false;
    for (uint32_t i = 0; i < n->n; i++)
        if (!n->item[i] || n->item[i]->kind != LNODE_VALUE)
            return false;
    return true;
}

static int put_keywords(struct legacy_state *s, const struct lnode *n, struct buf *out)
{
    const struct language *l = &language_table[s->target];
    const struct slice star = SLICE("*"), none = SLICE("");
    int rc = EV_OK;
    s->keyword = true;
    buf_str(out, "\\*.keyword:(");
    for (uint32_t i = 0; rc == EV_OK && i < n->n; i++) {
        struct lvalue v = *n->item[i]->value;
        if (v.kind == LVALUE_TEXT) {
            const bool front = !slice_starts(v.text, star);
            const bool back = !slice_ends(v.text, star); /* nothing becomes `**` */
            v.text = ARENA_JOIN(s->a, front ? star : none, v.text, back ? star : none);
        }
        if (i)
            buf_str(out, n->kind == LNODE_AND ? l->and : l->or);
        rc = put_value(s, &v, out);
    }
    buf_byte(out, ')');
    s->keyword = false;
    return n->n ? rc : EV_ESYNTAX;
}

static int put_group(struct legacy_state *s, const struct lnode *n, struct buf *out)
{
    const struct lnode *inner = n->item[0];
    if (!inner)
        return EV_ESYNTAX;
    if (language_table[s->target].lucene && only_values(inner))
        return put_keywords(s, inner, out);
    buf_byte(out, '(');
    const int rc = put_node(s, inner, out);
    buf_byte(out, ')');
    return rc;
}

static int put_not(struct legacy_state *s, const struct lnode *n, struct buf *out)
{
    const struct language *l = &language_table[s->target];
    if (l->lucene)
        buf_byte(out, '(');
    buf_str(out, l->not );
    const int rc = put_node(s, n->item[0], out);
    if (l->lucene)
        buf_byte(out, ')');
    return rc;
}

/* The tree is no deeper than the condition and the document allow. */
static int put_node(struct legacy_state *s, const struct lnode *n, struct buf *out)
{
    const struct language *l = &language_table[s->target];
    if (!n)
        return EV_ESYNTAX;
    switch (n->kind) {
    case LNODE_AND:
        return put_items(s, n, l->and, out);
    case LNODE_OR:
        return put_items(s, n, l->or, out);
    case LNODE_NOT:
        return put_not(s, n, out);
    case LNODE_GROUP:
        return put_group(s, n, out);
    case LNODE_PAIR:
        return put_pair(s, n, out);
    case LNODE_VALUE:
        return put_value(s, n->value, out);
    case LNODE_TOKEN:
        break;
    }
    return EV_ESYNTAX;
}

/* --- grep --- */

static int grep_value(const struct lvalue *v, struct buf *out)
{
    if (!lvalue_is_plain(v))
        return EV_ESYNTAX;
    for (size_t i = 0; i < v->text.n; i++) {
        const uint8_t c = v->text.p[i];
        if (c == '*') {
            buf_str(out, ".*");
        } else if (c == '\'') {
            buf_str(out, "'\"'\"'");
        } else {
            if (c && strchr("|()[]{}.^$+", c))
                buf_byte(out, '\\');
            buf_byte(out, c);
        }
    }
    return EV_OK;
}

static int grep_node(const struct lnode *n, struct buf *out);

static int grep_any(const struct lnode *n, const struct lvalue *list, struct buf *out)
{
    const uint32_t total = n ? n->n : list->n;
    int rc = EV_OK;
    buf_str(out, "(?:");
    for (uint32_t i = 0; rc == EV_OK && i < total; i++) {
        buf_str(out, i ? "|.*" : ".*");
        rc = n ? grep_node(n->item[i], out) : grep_value(list->child[i], out);
    }
    buf_byte(out, ')');
    return rc;
}

static int grep_wrapped(const char *open, const struct lnode *n, struct buf *out)
{
    buf_str(out, open);
    const int rc = grep_node(n, out);
    buf_byte(out, ')');
    return rc;
}

static int grep_pair(const struct lnode *n, struct buf *out)
{
    if (n->value->kind == LVALUE_LIST)
        return grep_any(NULL, n->value, out);
    if (n->value->kind != LVALUE_NULL)
        return grep_value(n->value, out);
    buf_str(out, "(?!");
    buf_slice(out, n->field);
    buf_byte(out, ')');
    return EV_OK;
}

static int grep_node(const struct lnode *n, struct buf *out)
{
    int rc = EV_OK;
    if (!n)
        return EV_ESYNTAX;
    switch (n->kind) {
    case LNODE_AND:
        for (uint32_t i = 0; rc == EV_OK && i < n->n; i++)
            rc = grep_wrapped("(?=.*", n->item[i], out);
        return rc;
    case LNODE_OR:
        return grep_any(n, NULL, out);
    case LNODE_NOT:
        return grep_wrapped("(?!.*", n->item[0], out);
    case LNODE_GROUP:
        return grep_wrapped("(?:.*", n->item[0], out);
    case LNODE_PAIR:
        return grep_pair(n, out);
    case LNODE_VALUE:
        return grep_value(n->value, out);
    case LNODE_TOKEN:
        break;
    }
    return EV_ESYNTAX;
}

int legacy_text(struct legacy_state *s, const struct lnode *root, struct buf *out)
{
    int rc;
    if (s->target != LEGACY_GREP) {
        rc = put_node(s, root, out);
        return rc == WROTE_NOTHING ? EV_ESYNTAX : rc;
    }
    buf_str(out, "grep -P '^");
    rc = grep_node(root, out);
    buf_byte(out, '\'');
    return rc;
}

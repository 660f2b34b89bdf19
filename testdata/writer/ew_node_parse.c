/* ew_node_parse.c - ew_node_parse(): XML-like text to a tree.
 *
 * A small recursive reader for text that the project itself wrote; not for
 * hostile input.
 */
#include "ew_node.h"
#include "ew_text.h"

#include <stdio.h>
#include <string.h>

struct parser {
    struct ew_arena *a;
    const char *p, *end;
    const char *why;
};

static bool parse_content(struct parser *ps, struct ew_node *parent, char quote);

static bool fail(struct parser *ps, const char *why)
{
    if (ps->why == NULL)
        ps->why = why;
    return false;
}

static bool at(const struct parser *ps, const char *s)
{
    size_t n = strlen(s);

    return (size_t)(ps->end - ps->p) >= n && memcmp(ps->p, s, n) == 0;
}

static bool skip_to(struct parser *ps, const char *mark, struct ew_str *ret_before)
{
    const char *from = ps->p;

    for (; ps->p < ps->end; ps->p++) {
        if (at(ps, mark)) {
            *ret_before = (struct ew_str){ from, (size_t)(ps->p - from) };
            ps->p += strlen(mark);
            return true;
        }
    }
    return fail(ps, "end of text inside a construct");
}

static struct ew_str name_at(struct parser *ps)
{
    const char *from = ps->p;

    while (ps->p < ps->end && strchr(" \t\r\n=/>;?", *ps->p) == NULL)
        ps->p++;
    return (struct ew_str){ from, (size_t)(ps->p - from) };
}

static void skip_space(struct parser *ps)
{
    while (ps->p < ps->end && strchr(" \t\r\n", *ps->p) != NULL)
        ps->p++;
}

/* End of a ${...}: braces nest, so that XML values may hold values. */
static bool value_end(struct parser *ps, struct ew_str *ret_inside)
{
    const char *from = ps->p;

    for (int depth = 1; ps->p < ps->end; ps->p++) {
        depth += *ps->p == '{';
        depth -= *ps->p == '}';
        if (depth == 0) {
            *ret_inside = (struct ew_str){ from, (size_t)(ps->p - from) };
            ps->p++;
            return true;
        }
    }
    return fail(ps, "${ without }");
}

static bool parse_nested(struct parser *ps, struct ew_str text, struct ew_value *v)
{
    struct ew_node *holder = ew_node_new(ps->a, EW_ELEMENT, ew_str("holder"));
    struct parser in = { ps->a, text.p, text.p + text.n, NULL };

    if (!parse_content(&in, holder, 0) || holder->kids == NULL || holder->kids->kind != EW_ELEMENT)
        return fail(ps, in.why != NULL ? in.why : "nested XML without an element");
    v->xml = holder->kids;
    if (v->xml_template)
        ew_node_number(v->xml);
    return true;
}

static bool parse_value(struct parser *ps, struct ew_node *parent)
{
    struct ew_str s, type, text = { NULL, 0 };
    struct ew_value v;
    const char *colon;

    ps->p += 2;
    if (!value_end(ps, &s))
        return false;
    type = s;
    colon = memchr(s.p, ':', s.n);
    if (colon != NULL) {
        type.n = (size_t)(colon - s.p);
        text = (struct ew_str){ colon + 1, s.n - type.n - 1 };
    }
    if (!ew_value_parse(ps->a, type, text, &v))
        return fail(ps, "value not understood");
    if (v.type == EW_XML && !parse_nested(ps, text, &v))
        return false;
    ew_node_add(parent, ew_node_value(ps->a, &v));
    return true;
}

static bool parse_entity(struct parser *ps, struct ew_node *parent)
{
    struct ew_node *n;
    struct ew_str s;
    uint64_t unit;

    ps->p++;
    if (!skip_to(ps, ";", &s))
        return false;
    if (s.n > 1 && s.p[0] == '#') {
        if (!ew_text_int((struct ew_str){ s.p + 1, s.n - 1 }, &unit))
            return fail(ps, "character reference not understood");
        n = ew_node_new(ps->a, EW_CHARREF, ew_str(""));
        n->unit = (uint16_t)unit;
    } else {
        n = ew_node_new(ps->a, EW_ENTITY, s);
    }
    ew_node_add(parent, n);
    return true;
}

static bool parse_marked(struct parser *ps, struct ew_node *parent, enum ew_node_kind kind)
{
    struct ew_node *n;
    struct ew_str name = { NULL, 0 }, text;

    ps->p += kind == EW_PI ? 2 : 9;
    if (kind == EW_PI) {
        name = name_at(ps);
        skip_space(ps);
    }
    if (!skip_to(ps, kind == EW_PI ? "?>" : "]]>", &text))
        return false;
    n = ew_node_new(ps->a, kind, name);
    n->text = ew_arena_copy(ps->a, text);
    ew_node_add(parent, n);
    return true;
}

static bool parse_attributes(struct parser *ps, struct ew_node *element)
{
    for (;;) {
        struct ew_node *attr;
        char quote;

        skip_space(ps);
        if (ps->p < ps->end && (*ps->p == '/' || *ps->p == '>'))
            return true;
        attr = ew_node_new(ps->a, EW_ATTRIBUTE, name_at(ps));
        if (ps->end - ps->p < 3 || ps->p[0] != '=' || strchr("'\"", ps->p[1]) == NULL)
            return fail(ps, "attribute without =\"");
        quote = ps->p[1];
        ps->p += 2;
        if (!parse_content(ps, attr, quote))
            return false;
        ew_node_add_attr(element, attr);
    }
}

static bool parse_element(struct parser *ps, struct ew_node *parent)
{
    struct ew_node *element;

    ps->p++;
    element = ew_node_new(ps->a, EW_ELEMENT, name_at(ps));
    ew_node_add(parent, element);
    if (!parse_attributes(ps, element))
        return false;
    if (at(ps, "/>")) {
        ps->p += 2;
        return true;
    }
    ps->p++;
    if (!parse_content(ps, element, 0))
        return false;
    if (!at(ps, "</"))
        return fail(ps, "element without end");
    ps->p += 2;
    if (name_at(ps).n != element->name.n || !at(ps, ">"))
        return fail(ps, "end of another element");
    ps->p++;
    return true;
}

static void parse_text(struct parser *ps, struct ew_node *parent, char quote)
{
    const char *from = ps->p;

    while (ps->p < ps->end && *ps->p != (quote == 0 ? '<' : quote) && *ps->p != '&' &&
           !at(ps, "${"))
        ps->p++;
    ew_node_add(parent, ew_node_text(ps->a, (struct ew_str){ from, (size_t)(ps->p - from) }));
}

/* Content up to "</" or the end of text, or up to the quote of an attribute. */
static bool parse_content(struct parser *ps, struct ew_node *parent, char quote)
{
    bool ok = true;

    while (ok && ps->p < ps->end && !at(ps, "</")) {
        if (quote != 0 && *ps->p == quote) {
            ps->p++;
            return true;
        }
        if (at(ps, "${"))
            ok = parse_value(ps, parent);
        else if (*ps->p == '&')
            ok = parse_entity(ps, parent);
        else if (quote == 0 && at(ps, "<![CDATA["))
            ok = parse_marked(ps, parent, EW_CDATA);
        else if (quote == 0 && at(ps, "<?"))
            ok = parse_marked(ps, parent, EW_PI);
        else if (*ps->p == '<' && quote == 0)
            ok = parse_element(ps, parent);
        else
            parse_text(ps, parent, quote);
    }
    return ok && (quote == 0 || fail(ps, "attribute without end"));
}

bool ew_node_parse(struct ew_arena *a, struct ew_str xml, struct ew_node *parent, char *err,
                   size_t errn)
{
    struct parser ps = { a, xml.p, xml.p + xml.n, NULL };

    if (parse_content(&ps, parent, 0) && ps.p == ps.end)
        return true;
    snprintf(err, errn, "at byte %zu: %s", (size_t)(ps.p - xml.p),
             ps.why != NULL ? ps.why : "end of an element that was not begun");
    return false;
}

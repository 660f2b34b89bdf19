/* ew_expect.c - see ew_expect.h. */
#include "ew_expect.h"

#include "ew_emit.h"
#include "ew_text.h"

#include <string.h>

struct walk {
    const char *prefix;
    struct ew_buf *out, path;
};

static void element(struct walk *w, const struct ew_node *n);

static struct ew_str local_name(struct ew_str name)
{
    const char *colon = memchr(name.p, ':', name.n);

    return colon == NULL ? name
                         : (struct ew_str){ colon + 1, name.n - (size_t)(colon - name.p) - 1 };
}

static void entity(struct ew_str name, struct ew_buf *out)
{
    static const struct {
        const char *name, *text;
    } known[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ew_str_eq(name, known[i].name))
            ew_buf_text(out, known[i].text);
    }
}

/* Text of a run of content, array item `item`; type of its last value. */
static void content(const struct ew_node *n, size_t item, struct ew_buf *out, struct ew_buf *type)
{
    uint8_t unit[2];

    for (; n != NULL; n = n->next) {
        switch (n->kind) {
        case EW_TEXT:
        case EW_CDATA:
            ew_buf_str(out, n->text);
            break;
        case EW_CHARREF:
            ew_poke(unit, n->unit, 2);
            ew_text_utf8(unit, 2, out);
            break;
        case EW_ENTITY:
            entity(n->name, out);
            break;
        case EW_VALUE:
            ew_value_text(&n->value, item, out);
            type->n = 0;
            ew_value_type_name(&n->value, type);
            break;
        default:
            break;
        }
    }
}

static void put_escaped(struct ew_buf *out, const struct ew_buf *text)
{
    static const char from[] = "\n\r\t\0\\", to[] = "nrt0\\";
    struct ew_buf wide = { 0 }, clean = { 0 };

    ew_text_utf16((struct ew_str){ (char *)text->p, text->n }, &wide);
    ew_text_utf8(wide.p, wide.n, &clean);
    for (size_t i = 0; i < clean.n; i++) {
        const char *hit = memchr(from, clean.p[i], 5);

        if (hit != NULL)
            ew_buf_printf(out, "\\%c", to[hit - from]);
        else
            ew_buf_put(out, clean.p + i, 1);
    }
    ew_buf_release(&wide);
    ew_buf_release(&clean);
}

static void line(struct walk *w, const struct ew_node *kids, size_t item)
{
    struct ew_buf text = { 0 }, type = { 0 };

    ew_buf_text(&type, "text");
    content(kids, item, &text, &type);
    ew_buf_printf(w->out, "%s\t", w->prefix);
    ew_buf_put(w->out, w->path.p, w->path.n);
    ew_buf_text(w->out, "\t");
    ew_buf_put(w->out, type.p, type.n);
    ew_buf_text(w->out, "\t");
    put_escaped(w->out, &text);
    ew_buf_text(w->out, "\n");
    ew_buf_release(&text);
    ew_buf_release(&type);
}

static size_t items_of(const struct ew_node *n)
{
    size_t items = 1;

    for (const struct ew_node *k = n->kids; k != NULL; k = k->next) {
        if (k->kind == EW_VALUE && ew_value_items(&k->value) > items)
            items = ew_value_items(&k->value);
    }
    return items;
}

/* Child elements, also those inside nested XML; true when there were any. */
static bool children(struct walk *w, const struct ew_node *n)
{
    bool any = false;

    for (const struct ew_node *k = n->kids; k != NULL; k = k->next) {
        if (k->kind == EW_ELEMENT)
            element(w, k);
        else if (k->kind == EW_VALUE && k->value.type == EW_XML)
            element(w, k->value.xml);
        else
            continue;
        any = true;
    }
    return any;
}

static void element(struct walk *w, const struct ew_node *n)
{
    size_t before = w->path.n;

    if (ew_emit_drops(n))
        return;
    ew_buf_text(&w->path, before > 0 ? "/" : "");
    ew_buf_str(&w->path, local_name(n->name));
    for (size_t i = 0; i < items_of(n); i++) {
        size_t here = w->path.n;

        for (const struct ew_node *at = n->attrs; at != NULL; at = at->next) {
            if (ew_emit_drops(at) || (at->name.n >= 5 && memcmp(at->name.p, "xmlns", 5) == 0))
                continue;
            ew_buf_text(&w->path, "@");
            ew_buf_str(&w->path, local_name(at->name));
            line(w, at->kids, 0);
            w->path.n = here;
        }
        if (!children(w, n))
            line(w, n->kids, i);
    }
    w->path.n = before;
}

void ew_expect(const struct ew_event *ev, const char *prefix, struct ew_buf *out)
{
    struct ew_arena a = { 0 };
    struct walk w = { prefix, out, { 0 } };
    size_t slots;
    struct ew_node *tree = ew_event_tree(&a, ev, &slots);

    if (tree != NULL)
        element(&w, tree);
    ew_buf_release(&w.path);
    ew_arena_release(&a);
}

/* ew_script.c - see ew_script.h. */
#include "ew_script.h"

#include "ew_expect.h"
#include "ew_text.h"

#include <stdio.h>
#include <string.h>

struct script {
    struct ew_file *f;
    struct ew_file_options options;
    struct ew_arena run, block; /* header values live on; bodies do not */
    struct ew_event ev;
    struct ew_node *data; /* EventData being filled */
    struct ew_buf xml;
    struct ew_buf *tsv;
    struct ew_str section; /* Name attribute of EventData */
    uint8_t guid[16];
    unsigned line;
    bool open, started;
    char *err;
    size_t errn;
};

static bool fail(struct script *s, const char *why, struct ew_str what)
{
    snprintf(s->err, s->errn, "line %u: %s: %.*s", s->line, why, (int)(what.n < 60 ? what.n : 60),
             what.p);
    return false;
}

static bool set_number(struct ew_event *ev, const struct ew_str key, uint64_t v)
{
    const struct {
        const char *key;
        void *at;
        size_t width;
    } field[] = {
        { "id", &ev->id, sizeof ev->id },
        { "task", &ev->task, sizeof ev->task },
        { "version", &ev->version, 1 },
        { "level", &ev->level, 1 },
        { "opcode", &ev->opcode, 1 },
        { "keywords", &ev->keywords, 8 },
        { "qualifiers", &ev->qualifiers, 8 },
        { "pid", &ev->pid, 8 },
        { "tid", &ev->tid, 8 },
        { "record", &ev->record_id, 8 },
        { "number", &ev->number, 8 },
    };

    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        if (!ew_str_eq(key, field[i].key))
            continue;
        if (field[i].width == 8)
            memcpy(field[i].at, &v, 8);
        else if (field[i].width == 2)
            memcpy(field[i].at, &(uint16_t){ (uint16_t)v }, 2);
        else
            memcpy(field[i].at, &(uint8_t){ (uint8_t)v }, 1);
        return true;
    }
    return false;
}

static bool set_text(struct script *s, struct ew_str key, struct ew_str v)
{
    struct ew_event *ev = &s->ev;
    struct {
        const char *key;
        struct ew_str *at;
    } field[] = { { "provider", &ev->provider }, { "guid", &ev->guid },
                  { "source", &ev->source },     { "channel", &ev->channel },
                  { "computer", &ev->computer }, { "user", &ev->user },
                  { "activity", &ev->activity }, { "related", &ev->related },
                  { "name", &s->section } };

    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        if (ew_str_eq(key, field[i].key)) {
            *field[i].at = ew_arena_copy(&s->run, v);
            return true;
        }
    }
    return false;
}

static bool set_layout(struct ew_event *ev, struct ew_str v)
{
    static const char *const name[] = { "generic", "system", "classic", "direct", "raw" };

    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        if (ew_str_eq(v, name[i])) {
            ev->layout = (enum ew_layout)i;
            return true;
        }
    }
    return false;
}

static bool set_option(struct script *s, struct ew_str key, struct ew_str v)
{
    struct ew_file_options *o = &s->options;
    uint64_t n = 0;

    if (ew_str_eq(key, "residue")) {
        o->residue = ew_str_eq(v, "true");
        return true;
    }
    if (!ew_text_int(v, &n))
        return false;
    if (ew_str_eq(key, "first"))
        o->first_number = n;
    else if (ew_str_eq(key, "max-records"))
        o->max_records = (uint32_t)n;
    else if (ew_str_eq(key, "minor"))
        o->minor_version = (uint16_t)n;
    else if (ew_str_eq(key, "flags"))
        o->flags = (uint32_t)n;
    else
        return false;
    return true;
}

static bool set_pair(struct script *s, struct ew_str key, struct ew_str v)
{
    uint64_t n;

    if (ew_str_eq(key, "layout"))
        return set_layout(&s->ev, v);
    if (ew_str_eq(key, "written"))
        return ew_text_time(v, &s->ev.written);
    if (ew_str_eq(key, "template")) {
        s->ev.template_guid = s->guid;
        return ew_text_guid(v, s->guid);
    }
    return set_text(s, key, v) || (ew_text_int(v, &n) && set_number(&s->ev, key, n));
}

/* Next word of a line; quotes hold a word together. */
static struct ew_str word(struct ew_str *rest)
{
    struct ew_str w;
    size_t i = 0;
    bool quoted = false;

    while (rest->n > 0 && *rest->p == ' ') {
        rest->p++;
        rest->n--;
    }
    for (; i < rest->n && (quoted || rest->p[i] != ' '); i++)
        quoted ^= rest->p[i] == '"';
    w = (struct ew_str){ rest->p, i };
    rest->p += i;
    rest->n -= i;
    return w;
}

static bool pairs(struct script *s, struct ew_str rest,
                  bool (*set)(struct script *, struct ew_str, struct ew_str))
{
    for (struct ew_str w = word(&rest); w.n > 0; w = word(&rest)) {
        const char *eq = memchr(w.p, '=', w.n);
        struct ew_str key, v;

        if (eq == NULL)
            return fail(s, "no '='", w);
        key = (struct ew_str){ w.p, (size_t)(eq - w.p) };
        v = (struct ew_str){ eq + 1, w.n - key.n - 1 };
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
            v = (struct ew_str){ v.p + 1, v.n - 2 };
        if (!set(s, key, v))
            return fail(s, "not understood", w);
    }
    return true;
}

static struct ew_node *event_data(struct script *s)
{
    if (s->data == NULL) {
        s->data = ew_node_new(&s->block, EW_ELEMENT, ew_str("EventData"));
        if (s->section.n > 0)
            ew_node_text_attr(&s->block, s->data, "Name", s->section);
        s->ev.body = s->data;
    }
    return s->data;
}

static bool place_xml(struct script *s, struct ew_node *n)
{
    if (ew_str_eq(n->name, "UserData")) {
        s->ev.user_data = true;
        s->ev.body = n->kids;
        return n->kids != NULL;
    }
    if (ew_str_eq(n->name, "Event") || ew_str_eq(n->name, "EventData") ||
        ew_str_eq(n->name, "ProcessingErrorData"))
        s->ev.body = n;
    else if (ew_str_eq(n->name, "RenderingInfo"))
        s->ev.extra = n;
    else
        ew_node_add(event_data(s), n);
    return true;
}

static bool end_xml(struct script *s)
{
    struct ew_node *holder, *next;
    char why[120];

    if (s->xml.n == 0)
        return true;
    holder = ew_node_new(&s->block, EW_ELEMENT, ew_str(""));
    if (!ew_node_parse(&s->block, (struct ew_str){ (char *)s->xml.p, s->xml.n }, holder, why,
                       sizeof why))
        return fail(s, "XML before this line", ew_str(why));
    s->xml.n = 0;
    for (struct ew_node *n = holder->kids; n != NULL; n = next) {
        next = n->next;
        n->next = NULL;
        if (n->kind == EW_ELEMENT && !place_xml(s, n))
            return fail(s, "XML before this line", n->name);
    }
    return true;
}

static bool end_event(struct script *s)
{
    char prefix[24];

    if (!s->open)
        return true;
    if (!end_xml(s))
        return false;
    snprintf(prefix, sizeof prefix, "%llu", (unsigned long long)s->f->next_number);
    if (!ew_file_add(s->f, &s->ev, s->err, s->errn))
        return fail(s, "event before this line", ew_arena_copy(&s->block, ew_str(s->err)));
    if (s->tsv != NULL)
        ew_expect(&s->ev, prefix, s->tsv);
    ew_arena_release(&s->block);
    s->open = false;
    return true;
}

static bool begin_event(struct script *s, struct ew_str rest)
{
    struct ew_event *ev = &s->ev;
    struct ew_str when;

    if (!end_event(s))
        return false;
    if (!s->started)
        ew_file_init(s->f, &s->options);
    s->started = s->open = true;
    s->data = ev->body = ev->extra = NULL;
    s->section = ev->activity = ev->related = ew_str("");
    ev->number = ev->record_id = ev->written = 0;
    ev->template_guid = NULL;
    ev->user_data = false;
    when = word(&rest);
    if (!ew_text_time(when, &ev->time))
        return fail(s, "time not understood", when);
    return pairs(s, rest, set_pair);
}

static bool add_data(struct script *s, struct ew_str line)
{
    const char *eq = memchr(line.p, '=', line.n);
    struct ew_str left, type = ew_str("str"), text;
    struct ew_node *n;
    struct ew_value v;

    if (eq == NULL || !s->open)
        return fail(s, "not understood", line);
    left = (struct ew_str){ line.p, (size_t)(eq - line.p) };
    text = (struct ew_str){ eq + 1, line.n - left.n - 1 };
    for (size_t i = left.n; i > 0; i--) {
        if (left.p[i - 1] == ':') {
            type = (struct ew_str){ left.p + i, left.n - i };
            left.n = i - 1;
            break;
        }
    }
    if (!end_xml(s))
        return false;
    if (!ew_value_parse(&s->block, type, text, &v) || v.type == EW_XML)
        return fail(s, "value not understood", line);
    n = ew_node_new(&s->block, EW_ELEMENT, ew_str("Data"));
    if (left.n > 0)
        ew_node_text_attr(&s->block, n, "Name", left);
    ew_node_add(n, ew_node_value(&s->block, &v));
    ew_node_add(event_data(s), n);
    return true;
}

static bool directive(struct script *s, struct ew_str rest)
{
    struct ew_str copy = rest;

    if (ew_str_eq(word(&copy), "chunk")) {
        if (!end_event(s))
            return false;
        if (s->started)
            ew_file_end_chunk(s->f);
        return true;
    }
    return s->started ? fail(s, "options stand before the first event", rest)
                      : pairs(s, rest, set_option);
}

static bool one_line(struct script *s, struct ew_str line)
{
    struct ew_str rest = { line.p + 1, line.n > 0 ? line.n - 1 : 0 };

    if (line.n == 0 || line.p[0] == '#')
        return true;
    switch (line.p[0]) {
    case '!':
        return directive(s, rest);
    case '@':
        return begin_event(s, rest);
    case '<':
        if (!s->open)
            return fail(s, "no event", line);
        ew_buf_str(&s->xml, line);
        return true;
    case '|':
        ew_buf_str(&s->xml, rest);
        return true;
    default:
        return add_data(s, line);
    }
}

bool ew_script_compile_as(struct ew_str text, const struct ew_file_options *options,
                          struct ew_file *f, struct ew_buf *tsv, char *err, size_t errn)
{
    struct script s = { .f = f, .tsv = tsv, .err = err, .errn = errn };
    bool ok = true;

    s.options = *options;
    ew_event_init(&s.ev);
    for (size_t i = 0, from = 0; ok && i <= text.n; i++) {
        if (i < text.n && text.p[i] != '\n')
            continue;
        s.line++;
        ok = one_line(&s, (struct ew_str){ text.p + from, i - from });
        from = i + 1;
    }
    ok = ok && end_event(&s);
    if (!s.started)
        ew_file_init(f, &s.options);
    ew_file_finish(f);
    ew_buf_release(&s.xml);
    ew_arena_release(&s.block);
    ew_arena_release(&s.run);
    return ok;
}

bool ew_script_compile(struct ew_str text, struct ew_file *f, struct ew_buf *tsv, char *err,
                       size_t errn)
{
    return ew_script_compile_as(text, &(struct ew_file_options){ 0 }, f, tsv, err, errn);
}

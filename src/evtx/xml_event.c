/* xml_event.c - SAX calls -> fields.
 *
 * The text of all open elements lies in one buffer, as a stack: an element's text begins at its
 * mark and is cut off when it ends. Elements inside a child of EventData are written back as XML,
 * because there the markup is the value (Microsoft-Windows-LiveId 6113).
 * May include: base/, event/, event_builder.h, xml_clean.h, libxml2. */
#include "evtx/xml_event.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include "base/escape.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "base/mem.h"
#include "evtx/xml_clean.h"

#define PARSE_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

struct level {
    struct slice name; /* in x->keep */
    size_t name_at;    /* length of x->keep before this element */
    size_t text_at;    /* length of x->text before its content */
    bool child, attributes;
    bool inner; /* written back as XML */
};

struct xml_event {
    xmlParserCtxtPtr parser;
    xmlSAXHandler sax;
    struct buf clean; /* what libxml2 reads */
    struct buf text;  /* of the open elements */
    struct buf keep;  /* names of the open elements; never moves: reserved at init */
    struct level level[LIMIT_XML_DEPTH];
    size_t depth;
    size_t tag_end; /* length of text after the last tag written back */
    enum event_part part;
    enum xml_dialect dialect;
    struct event_builder *b;
    bool done; /* </Event> was seen */
    int rc;
    const char *why; /* own reason for stopping */
};

#define KEEP_ROOM LIMIT_KIB(64)

static struct slice local_name(const char *qname)
{
    const char *colon = strrchr(qname, ':');

    return slice_str(colon ? colon + 1 : qname);
}

static void stop(struct xml_event *x, int rc, const char *why)
{
    if (x->rc == EV_OK) {
        x->rc = rc;
        x->why = why;
    }
    xmlStopParser(x->parser);
}

static bool is_namespace(const char *qname)
{
    return strcmp(qname, "xmlns") == 0 || strncmp(qname, "xmlns:", 6) == 0;
}

static enum event_part part_of(struct slice name)
{
    if (slice_eq(name, SLICE("System")))
        return EVENT_SYSTEM;
    if (slice_eq(name, SLICE("EventData")))
        return EVENT_DATA;
    if (slice_eq(name, SLICE("ProcessingErrorData")))
        return EVENT_PROCESSING_ERROR;
    if (slice_eq(name, SLICE("RenderingInfo")))
        return EVENT_RENDERING;
    return EVENT_USER_DATA; /* and what later versions may add */
}

static bool is_blank(const struct buf *b, size_t from)
{
    return b->n == from || xml_blank(slice_of(b->p + from, b->n - from));
}

/* `0x0000abcd` -> `0xabcd`; other text as it is. libevtx pads HexInt32 and HexInt64. */
static struct slice unpadded_hex(struct slice s, uint8_t room[18])
{
    size_t i = 2;

    if ((s.n != 10 && s.n != 18) || s.p[0] != '0' || s.p[1] != 'x')
        return s;
    for (size_t k = 2; k < s.n; k++)
        if (!(s.p[k] >= '0' && s.p[k] <= '9') && !(s.p[k] >= 'a' && s.p[k] <= 'f'))
            return s;
    while (i < s.n - 1 && s.p[i] == '0')
        i++;
    memcpy(room, "0x", 2);
    memcpy(room + 2, s.p + i, s.n - i);
    return slice_of(room, 2 + s.n - i);
}

/* Adds a field with a copy of name and text. */
static void add(struct xml_event *x, struct slice name, struct slice text)
{
    uint8_t hex[18];
    char iso[FILETIME_TEXT];
    uint64_t t;

    if (x->dialect == XML_DIALECT_LIBEVTX) {
        text = unpadded_hex(text, hex);
        if (x->part == EVENT_SYSTEM && slice_eq(name, SLICE("TimeCreated_SystemTime")) &&
            filetime_parse(text, &t) == EV_OK)
            text = slice_of(iso, filetime_iso(t, iso));
    }
    event_builder_add(x->b, x->part, event_builder_copy(x->b, name),
                      value_utf8(event_builder_copy(x->b, text)));
}

static void add_attribute(struct xml_event *x, struct slice element, const char *qname,
                          const char *text)
{
    struct slice name = local_name(qname);
    size_t from = x->text.n, n;

    if (x->part == EVENT_SYSTEM)
        name = event_builder_join(x->b, element, name);
    buf_str(&x->text, text);
    n = xml_restore(x->text.p + from, x->text.n - from);
    add(x, name, slice_of(x->text.p + from, n));
    x->text.n = from;
}

/* Removes the blanks that only indent tags. */
static void cut_indent(struct xml_event *x)
{
    if (is_blank(&x->text, x->tag_end))
        x->text.n = x->tag_end;
}

static void write_open(struct xml_event *x, const char *qname, const xmlChar **atts)
{
    buf_byte(&x->text, '<');
    buf_str(&x->text, qname);
    for (size_t i = 0; atts && atts[i]; i += 2) {
        buf_printf(&x->text, " %s=\"", (const char *)atts[i]);
        escape_xml(slice_str((const char *)atts[i + 1]), true, &x->text);
        buf_byte(&x->text, '"');
    }
    buf_byte(&x->text, '>');
    x->tag_end = x->text.n;
}

static void write_close(struct xml_event *x, const struct level *l, const char *qname)
{
    if (l->child)
        cut_indent(x);
    if (x->text.n == l->text_at && x->text.n > 0) {
        x->text.n--;
        buf_str(&x->text, "/>");
    } else {
        buf_str(&x->text, "</");
        buf_str(&x->text, qname);
        buf_byte(&x->text, '>');
    }
    x->tag_end = x->text.n;
}

/* Attributes of a field's element; *name becomes the value of Data's Name. */
static bool read_attributes(struct xml_event *x, const xmlChar **atts, struct slice element,
                            struct slice *name)
{
    bool any = false, data = x->part == EVENT_DATA && x->depth == 2;

    for (size_t i = 0; atts && atts[i]; i += 2) {
        const char *key = (const char *)atts[i], *text = (const char *)atts[i + 1];

        if (is_namespace(key) || !text)
            continue;
        if (data && strcmp(key, "Name") == 0) {
            *name = slice_str(text);
            continue;
        }
        if (data && slice_eq(element, SLICE("Data")))
            continue;
        add_attribute(x, element, key, text);
        any = true;
    }
    return any;
}

/* Copies a name behind those of the open elements. */
static bool keep_name(struct xml_event *x, struct level *l, struct slice name)
{
    l->name_at = x->keep.n;
    if (name.n > KEEP_ROOM - x->keep.n)
        return false;
    buf_slice(&x->keep, name);
    l->name.p = x->keep.p + l->name_at;
    l->name.n = xml_restore(x->keep.p + l->name_at, name.n);
    return true;
}

/* libxml2 leaves an ampersand of an attribute's value as "&#38;", and writes no other that way. The
 * values are the parser's copies, which it frees after the call. */
static void plain_ampersands(const xmlChar **atts)
{
    for (size_t i = 0; atts && atts[i]; i += 2) {
        char *from = (char *)(uintptr_t)atts[i + 1], *to = from;

        while (from && *from) {
            *to++ = *from;
            from += strncmp(from, "&#38;", 5) == 0 ? 5 : 1;
        }
        if (to)
            *to = '\0';
    }
}

static void on_start(void *ctx, const xmlChar *qname, const xmlChar **atts)
{
    struct xml_event *x = ctx;
    struct level *l = &x->level[x->depth];
    struct slice local = local_name((const char *)qname), name = local;
    bool inner = x->depth > 2 && x->part == EVENT_DATA;

    if (x->done || x->rc < 0)
        return;
    plain_ampersands(atts);
    if (x->depth == LIMIT_XML_DEPTH) {
        stop(x, EV_ELIMIT, "elements are nested too deep");
        return;
    }
    *l = (struct level){ .inner = inner };
    if (x->depth == 0 && !slice_eq(local, SLICE("Event"))) {
        stop(x, EV_EFORMAT, "the outermost element is not Event");
        return;
    }
    if (x->depth > 0)
        x->level[x->depth - 1].child = true;
    cut_indent(x);
    if (x->depth == 1)
        x->part = part_of(local);
    if (x->depth == 1 && slice_eq(local, SLICE("UnboundData")))
        x->b->ev.unbound = true;
    if (inner)
        write_open(x, (const char *)qname, atts);
    else if (x->depth > 1 || (x->depth == 1 && x->part > EVENT_DATA))
        l->attributes = read_attributes(x, atts, local, &name);
    if (!keep_name(x, l, name))
        stop(x, EV_ELIMIT, "names of elements are too long");
    if (!inner)
        x->tag_end = x->text.n;
    l->text_at = x->text.n;
    x->depth++;
}

/* The field that an element ends up as, if any. */
static void end_field(struct xml_event *x, const struct level *l)
{
    bool blank, field;
    size_t n;

    if (l->child)
        cut_indent(x);
    blank = is_blank(&x->text, l->text_at);
    if (x->text.n > l->text_at)
        field = !blank || (!l->child && x->depth > 1);
    else
        field =
            x->depth > 1 && !l->child && event_builder_keeps_empty(x->part, l->name, l->attributes);
    if (field) {
        n = xml_restore(x->text.p + l->text_at, x->text.n - l->text_at);
        add(x, l->name, slice_of(x->text.p + l->text_at, n));
    }
    x->text.n = x->tag_end = l->text_at;
}

static void on_end(void *ctx, const xmlChar *qname)
{
    struct xml_event *x = ctx;
    struct level *l;

    if (x->depth == 0 || x->rc < 0)
        return;
    l = &x->level[--x->depth];
    if (l->inner)
        write_close(x, l, (const char *)qname);
    else if (x->depth > 0)
        end_field(x, l);
    else
        x->done = true;
    x->keep.n = l->name_at;
}

static void on_text(void *ctx, const xmlChar *p, int n)
{
    struct xml_event *x = ctx;

    if (x->depth == 0 || x->done || n <= 0)
        return;
    if (x->level[x->depth - 1].inner)
        escape_xml(slice_of(p, (size_t)n), false, &x->text);
    else
        buf_put(&x->text, p, (size_t)n);
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    stop(ctx, EV_EFORMAT, "it has a document type declaration, which no event has");
}

struct xml_event *xml_event_new(void)
{
    struct xml_event *x = xcalloc(1, sizeof *x);

    xmlInitParser();
    x->sax.startElement = on_start;
    x->sax.endElement = on_end;
    x->sax.characters = on_text;
    x->sax.ignorableWhitespace = on_text;
    x->sax.cdataBlock = on_text;
    x->sax.internalSubset = on_doctype;
    x->sax.initialized = 1; /* SAX1: prefixes are part of the name */
    buf_init(&x->clean, LIMIT_EVENT_XML);
    buf_init(&x->text, 2 * LIMIT_EVENT_XML);
    buf_reserve(&x->text, LIMIT_KIB(16)); /* so that there is a place even for empty text */
    buf_init(&x->keep, KEEP_ROOM);
    buf_reserve(&x->keep, KEEP_ROOM);
    return x;
}

void xml_event_free(struct xml_event *x)
{
    if (!x)
        return;
    if (x->parser)
        xmlFreeParserCtxt(x->parser);
    buf_release(&x->clean);
    buf_release(&x->text);
    buf_release(&x->keep);
    free(x);
}

static int parser_make(struct xml_event *x)
{
    if (x->parser)
        return EV_OK;
    x->parser = xmlNewParserCtxt();
    if (!x->parser)
        return EV_ENOMEM;
    *x->parser->sax = x->sax;
    x->parser->userData = x;
    return EV_OK;
}

static void reset(struct xml_event *x, enum xml_dialect dialect, struct event_builder *b)
{
    buf_clear(&x->clean);
    buf_clear(&x->text);
    buf_clear(&x->keep);
    x->depth = x->tag_end = 0;
    x->part = EVENT_SYSTEM;
    x->dialect = dialect;
    x->b = b;
    x->done = false;
    x->rc = EV_OK;
    x->why = NULL;
}

static int parse_error(const struct xml_event *x, struct ev_err *err)
{
    const xmlError *e = xmlCtxtGetLastError(x->parser);
    const char *text = e && e->message ? e->message : "it ends too early";

    return ev_err_set(err, EV_EFORMAT, "not well-formed XML: %.*s", (int)strcspn(text, "\n"), text);
}

int xml_event_parse(struct xml_event *x, struct slice xml, enum xml_dialect dialect,
                    struct event_builder *b, struct ev_err *err)
{
    xmlDocPtr doc;

    if (parser_make(x) < 0)
        return ev_err_set(err, EV_ENOMEM, "no memory for the XML parser");
    reset(x, dialect, b);
    xml_clean(xml, &x->clean);
    if (x->clean.full)
        return ev_err_set(err, EV_ELIMIT, "the event is larger than %zu bytes",
                          (size_t)LIMIT_EVENT_XML);
    doc = xmlCtxtReadMemory(x->parser, (const char *)x->clean.p, (int)x->clean.n, NULL, NULL,
                            PARSE_OPTIONS);
    xmlFreeDoc(doc); /* NULL as long as the handlers are ours */
    if (x->rc < 0)
        return ev_err_set(err, x->rc, "%s", x->why);
    if (!x->done)
        return parse_error(x, err);
    if (x->text.full)
        b->ev.cut = true;
    return EV_OK;
}

/* yaml.c - see yaml.h. */
#include "rule/yaml.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "rule/ralloc.h"
#include "rule/yplain.h"

#include <inttypes.h>
#include <yaml.h>

/* Maps up to this size are searched for duplicate keys pair by pair. */
#define SMALL_MAP 16

/* An alias of a long text is as heavy as one of many nodes. */
#define TEXT_WEIGHT 32

struct frame {
    struct ynode *node;
    struct ynode *last; /* last child, NULL when none */
    struct slice anchor;
    bool want_value; /* map: a key was read, its value comes next */
};

struct yaml_file {
    const struct yplain_event *plain; /* nplain of them; NULL: libyaml reads the file */
    size_t nplain;
    yaml_parser_t parser;
    bool has_parser;
    struct slice text;
    struct arena *nodes, *texts;
    struct report *rep;
    struct map anchors; /* of the present document: name -> struct ynode * */
    struct map keys;    /* for large maps */
    struct frame frame[LIMIT_RULE_DEPTH];
    size_t depth;
    uint64_t count; /* nodes so far, aliases expanded */
    struct ynode *root;
    bool ended;
};

struct yaml_file *yaml_open(struct slice text, struct arena *nodes, struct arena *texts,
                            struct report *rep)
{
    struct yaml_file *y = xcalloc(1, sizeof *y);
    y->text = text;
    y->nodes = nodes;
    y->texts = texts;
    y->rep = rep;
    map_init(&y->anchors, map_seed());
    map_init(&y->keys, y->anchors.seed);
    if (!yplain_read(text, nodes, &y->plain, &y->nplain))
        y->plain = NULL;
    return y;
}

void yaml_use_library(struct yaml_file *y)
{
    y->plain = NULL;
}

void yaml_close(struct yaml_file *y)
{
    if (y == NULL)
        return;
    if (y->has_parser)
        yaml_parser_delete(&y->parser);
    map_release(&y->anchors);
    map_release(&y->keys);
    free(y);
}

static uint32_t one_based(size_t n)
{
    return n < UINT32_MAX ? (uint32_t)n + 1 : UINT32_MAX;
}

static int fault_at(struct yaml_file *y, const yaml_mark_t *at, const char *text)
{
    return report_error(y->rep, REFUSAL_SYNTAX, one_based(at->line), one_based(at->column), "%s",
                        text);
}

static int fault_memory(struct yaml_file *y, const yaml_mark_t *at)
{
    fault_at(y, at, RALLOC_FULL);
    return EV_ENOMEM;
}

/* The fault that libyaml found. Reader faults (bytes that are no text) have an offset only. */
static int fault_parser(struct yaml_file *y)
{
    const yaml_parser_t *p = &y->parser;
    const char *what = p->problem != NULL ? p->problem : "not enough memory";
    if (p->error == YAML_READER_ERROR) {
        yaml_mark_t at = { 0, 0, 0 };
        for (size_t i = 0; i < p->problem_offset && i < y->text.n; i++) {
            at.column = y->text.p[i] == '\n' ? 0 : at.column + 1;
            at.line += y->text.p[i] == '\n';
        }
        return report_error(y->rep, REFUSAL_SYNTAX, one_based(at.line), one_based(at.column),
                            "not a text file: %s: save the file as UTF-8", what);
    }
    const yaml_mark_t *at = &p->problem_mark;
    const char *context = p->context != NULL ? p->context : "";
    return report_error(y->rep, REFUSAL_SYNTAX, one_based(at->line), one_based(at->column),
                        "not valid YAML: %s%s%s: correct the indentation or quotes near here; the "
                        "rest of the file was not read",
                        what, *context != '\0' ? ", " : "", context);
}

static bool count_nodes(struct yaml_file *y, uint64_t n, const yaml_mark_t *at)
{
    y->count += n;
    if (y->count <= LIMIT_YAML_EVENTS)
        return true;
    report_error(y->rep, REFUSAL_SYNTAX, at != NULL ? one_based(at->line) : 0,
                 at != NULL ? one_based(at->column) : 0,
                 "more than %d YAML nodes, counting aliases: split the file", LIMIT_YAML_EVENTS);
    return false;
}

bool yaml_charge(struct yaml_file *y, const struct ynode *n)
{
    return count_nodes(y, n->weight, NULL);
}

static struct ynode *new_node(struct yaml_file *y, const yaml_mark_t *at, enum ynode_kind kind)
{
    struct ynode *n = ralloc(y->nodes, 1, sizeof *n);
    if (n == NULL)
        return NULL;
    n->kind = (uint8_t)kind;
    n->line = one_based(at->line);
    n->column = one_based(at->column);
    n->weight = 1;
    n->height = 1;
    return n;
}

static int set_anchor(struct yaml_file *y, struct slice anchor, struct ynode *n)
{
    if (anchor.p == NULL)
        return EV_OK;
    bool is_new;
    uint64_t *at = map_put(&y->anchors, anchor, (uint64_t)(uintptr_t)n, &is_new);
    *at = (uint64_t)(uintptr_t)n; /* a later anchor of the same name wins */
    return EV_OK;
}

static int anchor_name(struct yaml_file *y, const yaml_char_t *anchor, struct slice *ret)
{
    *ret = SLICE_ABSENT;
    if (anchor == NULL)
        return EV_OK;
    *ret = arena_dup(y->nodes, slice_str((const char *)anchor));
    return ret->p != NULL ? EV_OK : EV_ENOMEM;
}

/* Hangs a complete node under the container that is open. */
static int attach(struct yaml_file *y, struct ynode *n, const yaml_mark_t *at)
{
    if (y->depth == 0) {
        y->root = n;
        return EV_OK;
    }
    struct frame *f = &y->frame[y->depth - 1];
    bool is_map = f->node->kind == YNODE_MAP;
    if (is_map && !f->want_value && n->kind != YNODE_SCALAR)
        return fault_at(y, at, "a key must be plain text: quote a key that begins with [ { * or &");
    if (f->last != NULL)
        f->last->next = n;
    else
        f->node->first = n;
    f->last = n;
    f->node->weight += n->weight;
    if (n->height >= f->node->height)
        f->node->height = n->height + 1;
    f->node->n += !is_map || f->want_value;
    f->want_value = is_map && !f->want_value;
    return EV_OK;
}

static bool is_text_tag(const yaml_char_t *tag)
{
    return tag != NULL &&
           (strcmp((const char *)tag, YAML_STR_TAG) == 0 || strcmp((const char *)tag, "!") == 0);
}

static int on_scalar(struct yaml_file *y, const yaml_event_t *e)
{
    const yaml_mark_t *at = &e->start_mark;
    if (!count_nodes(y, 1, at))
        return EV_ELIMIT;
    struct ynode *n = new_node(y, at, YNODE_SCALAR);
    if (n == NULL)
        return fault_memory(y, at);
    n->text = arena_dup(y->texts, slice_of(e->data.scalar.value, e->data.scalar.length));
    if (n->text.p == NULL)
        return fault_memory(y, at);
    n->weight += (uint32_t)(n->text.n / TEXT_WEIGHT);
    yaml_scalar_style_t style = e->data.scalar.style;
    n->one_line = e->start_mark.line == e->end_mark.line;
    n->lead = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    n->plain = style == YAML_PLAIN_SCALAR_STYLE && !is_text_tag(e->data.scalar.tag);
    if (n->plain)
        ynode_resolve(n);
    struct slice anchor;
    if (anchor_name(y, e->data.scalar.anchor, &anchor) < 0)
        return fault_memory(y, at);
    set_anchor(y, anchor, n);
    return attach(y, n, at);
}

static int on_alias(struct yaml_file *y, const yaml_event_t *e)
{
    const yaml_mark_t *at = &e->start_mark;
    const char *name = (const char *)e->data.alias.anchor;
    const uint64_t *found = map_get(&y->anchors, slice_str(name));
    if (found == NULL)
        return report_error(y->rep, REFUSAL_SYNTAX, one_based(at->line), one_based(at->column),
                            "alias *%.100s has no anchor before it: define &%.100s first", name,
                            name);
    const struct ynode *to = (const struct ynode *)(uintptr_t)*found;
    if (!count_nodes(y, to->weight, at))
        return EV_ELIMIT;
    if (y->depth + to->height > LIMIT_RULE_DEPTH)
        return fault_at(y, at, "nested too deeply: at most 64 levels are read");
    struct ynode *n = ralloc(y->nodes, 1, sizeof *n);
    if (n == NULL)
        return fault_memory(y, at);
    *n = *to; /* shares the children, which nobody changes */
    n->next = NULL;
    n->line = one_based(at->line);
    n->column = one_based(at->column);
    n->one_line = false;
    return attach(y, n, at);
}

static int on_open(struct yaml_file *y, const yaml_event_t *e, enum ynode_kind kind)
{
    const yaml_mark_t *at = &e->start_mark;
    if (!count_nodes(y, 1, at))
        return EV_ELIMIT;
    if (y->depth == LIMIT_RULE_DEPTH)
        return fault_at(y, at, "nested too deeply: at most 64 levels are read");
    struct ynode *n = new_node(y, at, kind);
    if (n == NULL)
        return fault_memory(y, at);
    /* A container becomes an alias target at its end: an alias inside itself has no anchor. */
    struct slice anchor;
    const yaml_char_t *name =
        kind == YNODE_MAP ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    if (anchor_name(y, name, &anchor) < 0)
        return fault_memory(y, at);
    y->frame[y->depth++] = (struct frame){ n, NULL, anchor, false };
    return EV_OK;
}

static void duplicate(struct yaml_file *y, const struct ynode *key, const struct ynode *before)
{
    report_error(
        y->rep, REFUSAL_SYNTAX, key->line, key->column,
        "key \"%.*s\" stands twice in this map, first in line %" PRIu32 ": rename or remove one",
        (int)(key->text.n < 100 ? key->text.n : 100), (const char *)key->text.p, before->line);
}

static void find_duplicates(struct yaml_file *y, const struct ynode *map)
{
    if (map->n <= SMALL_MAP) {
        for (const struct ynode *k = map->first; k != NULL; k = ynode_after(k))
            for (const struct ynode *j = map->first; j != k; j = ynode_after(j))
                if (slice_eq(j->text, k->text)) {
                    duplicate(y, k, j);
                    break;
                }
        return;
    }
    map_clear(&y->keys);
    for (const struct ynode *k = map->first; k != NULL; k = ynode_after(k)) {
        bool is_new;
        uint64_t *at = map_put(&y->keys, k->text, (uint64_t)(uintptr_t)k, &is_new);
        if (!is_new)
            duplicate(y, k, (const struct ynode *)(uintptr_t)*at);
    }
}

/* Appends the pairs of src whose keys map does not have yet. */
static int merge_map(struct yaml_file *y, struct frame *f, const struct ynode *src,
                     const yaml_mark_t *at)
{
    if (src->kind != YNODE_MAP)
        return fault_at(y, at, "<< takes a map or a list of maps");
    map_clear(&y->keys);
    for (const struct ynode *k = f->node->first; k != NULL; k = ynode_after(k))
        map_put(&y->keys, k->text, 1, NULL);
    for (const struct ynode *k = src->first; k != NULL; k = ynode_after(k)) {
        if (map_get(&y->keys, k->text) != NULL)
            continue;
        if (!count_nodes(y, 1 + (uint64_t)k->next->weight, at))
            return EV_ELIMIT;
        struct ynode *pair = ralloc(y->nodes, 2, sizeof *pair);
        if (pair == NULL)
            return fault_memory(y, at);
        pair[0] = *k;
        pair[1] = *k->next;
        pair[0].next = pair[1].next = NULL;
        if (attach(y, &pair[0], at) < 0 || attach(y, &pair[1], at) < 0)
            return EV_ESYNTAX;
    }
    return EV_OK;
}

static int merge_keys(struct yaml_file *y, struct frame *f)
{
    for (struct ynode *k = f->node->first; k != NULL; k = k->next->next) {
        if (k->lead != 0 || !slice_eq(k->text, SLICE("<<")))
            continue;
        const struct ynode *v = k->next;
        yaml_mark_t at = { 0, k->line - 1, k->column - 1 };
        if (v->kind != YNODE_LIST)
            return merge_map(y, f, v, &at);
        for (const struct ynode *item = v->first; item != NULL; item = item->next) {
            int rc = merge_map(y, f, item, &at);
            if (rc < 0)
                return rc;
        }
        return EV_OK;
    }
    return EV_OK;
}

static int on_close(struct yaml_file *y)
{
    struct frame *f = &y->frame[y->depth - 1];
    struct ynode *n = f->node;
    if (n->kind == YNODE_MAP) {
        find_duplicates(y, n);
        int rc = merge_keys(y, f);
        if (rc < 0)
            return rc;
    }
    struct slice anchor = f->anchor;
    y->depth--;
    set_anchor(y, anchor, n);
    yaml_mark_t at = { 0, n->line - 1, n->column - 1 };
    return attach(y, n, &at);
}

/* One event. 1 when a document is complete, 0 to go on, negative on a fault. */
static int on_event(struct yaml_file *y, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        y->root = NULL;
        y->depth = 0;
        if (y->anchors.n > 0)
            map_clear(&y->anchors);
        return 0;
    case YAML_DOCUMENT_END_EVENT:
        return y->root != NULL;
    case YAML_STREAM_END_EVENT:
        y->ended = true;
        return 0;
    case YAML_SCALAR_EVENT:
        return on_scalar(y, e);
    case YAML_ALIAS_EVENT:
        return on_alias(y, e);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(y, e, YNODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return on_open(y, e, YNODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(y);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    default:
        return 0;
    }
}

/* What libyaml would have made of the event. */
static void plain_event(const struct yplain_event *p, yaml_event_t *e)
{
    static const yaml_event_type_t type[] = {
        [YPLAIN_SCALAR] = YAML_SCALAR_EVENT,       [YPLAIN_LIST] = YAML_SEQUENCE_START_EVENT,
        [YPLAIN_MAP] = YAML_MAPPING_START_EVENT,   [YPLAIN_LIST_END] = YAML_SEQUENCE_END_EVENT,
        [YPLAIN_MAP_END] = YAML_MAPPING_END_EVENT,
    };
    static const yaml_scalar_style_t style[] = {
        [YPLAIN_PLAIN] = YAML_PLAIN_SCALAR_STYLE,
        [YPLAIN_SINGLE] = YAML_SINGLE_QUOTED_SCALAR_STYLE,
        [YPLAIN_DOUBLE] = YAML_DOUBLE_QUOTED_SCALAR_STYLE,
        [YPLAIN_LITERAL] = YAML_LITERAL_SCALAR_STYLE,
    };
    e->type = type[p->type];
    e->start_mark = (yaml_mark_t){ 0, p->line, p->column };
    if (p->type != YPLAIN_SCALAR)
        return;
    /* libyaml's events own their texts; on_scalar only reads this one. */
    e->data.scalar.value = (yaml_char_t *)(uintptr_t)p->text.p;
    e->data.scalar.length = p->text.n;
    e->data.scalar.style = style[p->style];
    e->end_mark = e->start_mark;
    e->end_mark.line += p->style == YPLAIN_LITERAL;
}

/* The only document of a plain file. */
static int next_plain(struct yaml_file *y, const struct ynode **ret_root)
{
    yaml_event_t e;
    int rc = 0;
    memset(&e, 0, sizeof e);
    y->ended = true;
    for (size_t i = 0; i < y->nplain && rc == 0; i++) {
        plain_event(&y->plain[i], &e);
        rc = on_event(y, &e);
    }
    if (rc < 0)
        return rc;
    *ret_root = y->root;
    return 1;
}

static bool parser_start(struct yaml_file *y)
{
    if (y->has_parser)
        return true;
    if (!yaml_parser_initialize(&y->parser))
        return false;
    y->has_parser = true;
    yaml_parser_set_input_string(&y->parser, y->text.p, y->text.n);
    return true;
}

int yaml_next(struct yaml_file *y, const struct ynode **ret_root)
{
    int rc = 0;
    if (y->plain != NULL && !y->ended)
        return next_plain(y, ret_root);
    if (!y->ended && !parser_start(y))
        return fault_memory(y, &(yaml_mark_t){ 0, 0, 0 });
    while (rc == 0 && !y->ended) {
        yaml_event_t e;
        if (!yaml_parser_parse(&y->parser, &e)) {
            y->ended = true;
            return fault_parser(y);
        }
        rc = on_event(y, &e);
        yaml_event_delete(&e);
    }
    if (rc > 0)
        *ret_root = y->root;
    else if (rc < 0)
        y->ended = true;
    return rc;
}

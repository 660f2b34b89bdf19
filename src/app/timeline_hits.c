#include "app/timeline_hits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"

struct counting {
    struct navigator *n;
    uint64_t *hits;
    struct arena *a;
    struct map by_id, by_title, stranger; /* the last: technique and title -> index */
    const char *path;
};

/* The first rule of an id or title counts. */
static void index_rules(struct counting *c)
{
    map_init(&c->by_id, map_seed());
    map_init(&c->by_title, map_seed());
    map_init(&c->stranger, map_seed());
    for (size_t i = 0; i < c->n->rules->n; i++) {
        const struct rule *r = c->n->rules->rule[i];
        if (r->id.n)
            map_put(&c->by_id, r->id, i, NULL);
        if (r->title.n)
            map_put(&c->by_title, r->title, i, NULL);
    }
}

static void add_stranger(struct counting *c, const struct attack_entry *e, struct slice title,
                         struct slice level)
{
    struct slice key = ARENA_JOIN(c->a, slice_str(e->id), SLICE(" "), title);
    const uint64_t *at = key.p ? map_get(&c->stranger, key) : NULL;
    struct navigator_stranger new = {
        .technique = e, .title = arena_dup(c->a, title), .level = arena_dup(c->a, level), .hits = 1
    };
    if (at) {
        c->n->strangers.v[*at].hits++;
    } else if (key.p && new.title.p && vec_push(&c->n->strangers, LIMIT_COVER_STRANGERS, new)) {
        map_put(&c->stranger, key, c->n->strangers.n - 1, NULL);
    }
}

/* A rule that is not loaded: its techniques are those of the row. */
static void count_stranger(struct counting *c, const struct json_node *root,
                           const struct json_node *rule)
{
    const struct json_node *list = json_member(json_member(root, "attack"), "techniques");
    for (size_t i = 0; i < json_length(list); i++) {
        const struct slice id = json_text(json_member(json_element(list, i), "id"));
        const struct attack_entry *e = id.n ? attack_find(c->n->attack, id) : NULL;
        if (e && e->kind == ATTACK_TECHNIQUE)
            add_stranger(c, attack_current(c->n->attack, e), json_text(json_member(rule, "title")),
                         json_text(json_member(root, "level")));
    }
}

static int count_line(struct counting *c, struct slice line, uint32_t number, struct ev_err *err)
{
    struct json_document *d = NULL;
    int rc = json_document_parse(line, c->path, &d, err);
    if (rc < 0) {
        if (err)
            err->line = number; /* that of the file, not of the row */
        return rc;
    }
    const struct json_node *root = json_root(d), *rule = json_member(root, "rule");
    const struct slice id = json_text(json_member(rule, "id")),
                       title = json_text(json_member(rule, "title"));
    const uint64_t *at = id.n ? map_get(&c->by_id, id) : NULL;
    if (!at && title.n)
        at = map_get(&c->by_title, title);
    if (!rule)
        rc = ev_err_set(err, EV_EFORMAT,
                        "%s: line %u is no row of a timeline: write one with scan -f jsonl",
                        c->path, number);
    else if (at)
        c->hits[*at]++;
    else
        count_stranger(c, root, rule);
    c->n->rows += rc == EV_OK;
    json_document_free(d);
    return rc;
}

static int count_file(struct counting *c, FILE *f, struct ev_err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    uint32_t number = 0;
    int rc = EV_OK;
    while (rc == EV_OK && (n = getline(&line, &room, f)) >= 0) {
        const struct slice s = slice_trim(slice_of(line, (size_t)n));
        number++;
        if (s.n > LIMIT_OUT_ROW)
            rc = ev_err_set(err, EV_ELIMIT, "%s: line %u is longer than %zu bytes", c->path, number,
                            LIMIT_OUT_ROW);
        else if (s.n > 0)
            rc = count_line(c, s, number, err);
    }
    if (rc == EV_OK && ferror(f))
        rc = ev_err_set(err, EV_EIO, "%s: cannot read it", c->path);
    free(line);
    return rc;
}

int timeline_hits(const char *path, struct navigator *n, uint64_t *hits, struct arena *a,
                  struct ev_err *err)
{
    struct counting c = { .n = n, .hits = hits, .a = a, .path = path };
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!f)
        return ev_err_set(err, EV_ENOTFOUND, "%s: %s", path, strerror(errno));
    index_rules(&c);
    int rc = count_file(&c, f, err);
    map_release(&c.by_id);
    map_release(&c.by_title);
    map_release(&c.stranger);
    if (f != stdin)
        fclose(f);
    return rc;
}

/* verdicts.c - what the matcher says of every rule of a file on every event of another.
 *
 * Usage: verdicts RULES EVENTS [naive]. RULES: YAML, many documents. EVENTS: one field a line, NAME, tab,
 * value with \\ \n \r \t escaped; an empty line ends an event. First prints `rules` and the numbers
 * of the documents that loaded (refused ones are told on standard error), then a line an event: of
 * each rule that hits its document and verdict: f, u or p (rows `possible` too). For evaluator.py,
 * which must say the same. */
#include <stdio.h>
#include <stdlib.h>

#include "app/rule_event.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "match/matcher.h"

struct context {
    struct names *names;
    struct ruleset *rules;
    struct matcher *matcher;
    struct scratch *scratch;
    struct arena arena;
    VEC(struct slice) key;
    VEC(struct slice) value;
};

static bool file_read(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "rb");
    uint8_t block[65536];
    size_t n;

    if (!f)
        return false;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_put(b, block, n);
    fclose(f);
    return !b->full;
}

/* Takes the escapes out of a line, in place. */
static struct slice unescaped(uint8_t *p, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = p[i];
        if (c == '\\' && i + 1 < n) {
            c = p[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
        p[to++] = c;
    }
    return slice_of(p, to);
}

static void event_run(struct context *c)
{
    const struct test_event t = { .key = c->key.v, .value = c->value.v, .n = c->key.n };
    struct event ev;
    struct hits hits;

    arena_reset(&c->arena);
    rule_event_make(&t, c->names, &c->arena, &ev);
    matcher_run(c->matcher, c->scratch, &ev, &hits);
    for (size_t i = 0; i < hits.n; i++)
        printf("%s%u%c", i ? " " : "", hits.v[i].rule->document,
               verdict_name(hits.v[i].verdict)[0]);
    putchar('\n');
    c->key.n = c->value.n = 0;
}

static void events_run(struct context *c, struct buf *text)
{
    for (size_t at = 0; at < text->n;) {
        const struct slice rest = slice_of(text->p + at, text->n - at);
        const size_t end = slice_find_byte(rest, '\n');
        const size_t n = end < rest.n ? end : rest.n;
        const size_t tab = slice_find_byte(slice_sub(rest, 0, n), '\t');
        if (n == 0) {
            event_run(c);
        } else if (tab < n) {
            (void)vec_push(&c->key, LIMIT_EVENT_FIELDS, slice_sub(rest, 0, tab));
            (void)vec_push(&c->value, LIMIT_EVENT_FIELDS,
                           unescaped(text->p + at + tab + 1, n - tab - 1));
        }
        at += n + 1;
    }
}

static bool rules_load(struct context *c, const char *path, bool naive)
{
    const struct match_options mo = { .kind = naive ? MATCHER_NAIVE : MATCHER_INDEXED,
                                      .possible = true };
    struct ev_err err = { 0 };

    if (ruleset_load(&path, 1, c->names, &c->rules, &err) < 0)
        return false;
    (void)matcher_check(c->rules);
    for (size_t i = 0; i < c->rules->nmessage; i++)
        if (c->rules->message[i].kind == MESSAGE_ERROR)
            fprintf(stderr, "%u: %.*s\n", c->rules->message[i].line,
                    SLICE_ARG(c->rules->message[i].text));
    if (matcher_build(c->rules, &mo, &c->matcher, &err) < 0)
        return false;
    c->scratch = scratch_new(c->matcher);
    printf("rules");
    for (size_t i = 0; i < c->rules->n; i++)
        printf(" %u", c->rules->rule[i]->document);
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    struct context c = { .names = names_new() };
    struct buf text;

    buf_init(&text, LIMIT_MIB(256));
    arena_init(&c.arena, LIMIT_EVENT_ARENA);
    const bool good = argc >= 3 && rules_load(&c, argv[1], argc > 3) && file_read(argv[2], &text);
    if (good)
        events_run(&c, &text);
    else
        fprintf(stderr, "usage: verdicts RULES EVENTS, both readable\n");
    scratch_free(c.scratch);
    matcher_free(c.matcher);
    ruleset_free(c.rules);
    names_free(c.names);
    arena_release(&c.arena);
    buf_release(&text);
    vec_release(&c.key);
    vec_release(&c.value);
    return good ? 0 : 2;
}

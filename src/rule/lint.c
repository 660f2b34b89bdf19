/* lint.c - see lint.h. The checks over several rules are here. */
#include "rule/lint.h"

#include "base/limits.h"
#include "base/map.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX 512 /* a note is one sentence that quotes parts of a rule */

void lint_init(struct lint *l)
{
    *l = (struct lint){ .dropped = 0 };
    arena_init(&l->arena, LIMIT_LINT_ARENA);
}

void lint_release(struct lint *l)
{
    vec_release(&l->note);
    arena_release(&l->arena);
}

__attribute__((format(printf, 6, 0))) static void add(struct lint *l, const struct rule *r,
                                                      const char *check, uint32_t line,
                                                      uint32_t column, const char *fmt, va_list ap)
{
    char text[TEXT_MAX];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct slice copy = arena_dup(&l->arena, slice_of(text, len));
    struct lint_note note = { r, check, line, column, copy };
    if (copy.p == NULL || !vec_push(&l->note, LIMIT_LINT_NOTES, note))
        l->dropped++;
}

void lint_add(struct lint *l, const struct rule *r, const char *check, uint32_t line,
              uint32_t column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(l, r, check, line, column, fmt, ap);
    va_end(ap);
}

void lint_at_key(struct lint *l, const struct rule *r, const char *check, const char *key,
                 const char *fmt, ...)
{
    const struct rule_key *k = rule_key_find(r, key);
    va_list ap;
    va_start(ap, fmt);
    add(l, r, check, k != NULL ? k->line : r->line, k != NULL ? k->column : 1, fmt, ap);
    va_end(ap);
}

/* Rules of deprecated and unsupported status keep the title of what replaced them. */
static bool is_current(const struct rule *r)
{
    return r->status != STATUS_DEPRECATED && r->status != STATUS_UNSUPPORTED;
}

static void check_title_twice(struct lint *l, struct map *titles, const struct ruleset *rs,
                              const struct rule *r)
{
    bool is_new = true;
    if (r->title.n == 0 || !is_current(r))
        return;
    uint64_t *at = map_put(titles, r->title, r->index, &is_new);
    if (is_new)
        return;
    const struct rule *before = rs->rule[*at];
    if (slice_eq(before->file, r->file) && slice_eq(before->id, r->id))
        return; /* documents made of one `action: global` */
    lint_at_key(l, r, "title-duplicate", "title", "the title is also that of %.*s:%u",
                SLICE_ARG(slice_sub(before->file, 0, 300)), before->line);
}

void lint_rules(struct lint *l, const struct ruleset *rs)
{
    struct map titles;
    map_init(&titles, map_seed());
    for (size_t i = 0; i < rs->n; i++) {
        if (rs->rule[i]->part_of) /* of an old `near`: the rule itself is looked at */
            continue;
        check_title_twice(l, &titles, rs, rs->rule[i]);
        lint_meta(l, rs->rule[i]);
        lint_values(l, rs->rule[i]);
        lint_logic(l, rs->rule[i]);
    }
    for (size_t i = 0; i < rs->nbroken; i++)
        lint_meta(l, rs->broken[i]);
    map_release(&titles);
}

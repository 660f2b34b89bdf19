/* load_rule.h - one rule text to a ruleset, with all its messages as one string.
 *
 * Rank: rule/. */
#ifndef UNIT_LOAD_RULE_H
#define UNIT_LOAD_RULE_H

#include "base/limits.h"
#include "render_rule.h"
#include "rule/ruleset.h"

struct loaded {
    struct names *names;
    struct ruleset *rs;
    struct buf text; /* of the last call of a loaded_ function */
};

static inline void loaded_free(struct loaded *l)
{
    ruleset_free(l->rs);
    names_free(l->names);
    buf_release(&l->text);
}

/* The rs is NULL when loading failed as a whole. */
static inline void loaded_text(struct loaded *l, struct slice text)
{
    *l = (struct loaded){ .names = names_new() };
    buf_init(&l->text, LIMIT_MIB(4));
    (void)ruleset_load_text(text, "t.yml", l->names, &l->rs, NULL);
}

/* A rule with this detection, whose lines are indented by four blanks; its first line is line 5. */
static inline void loaded_detection(struct loaded *l, const char *detection)
{
    struct buf b;
    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b, "title: t\nlogsource:\n    product: windows\ndetection:\n");
    buf_str(&b, detection);
    loaded_text(l, buf_view(&b));
    buf_release(&b);
}

/* "E 5:3 text\nW ..." for all messages. */
static inline const char *loaded_messages(struct loaded *l)
{
    buf_clear(&l->text);
    for (size_t i = 0; i < l->rs->nmessage; i++) {
        const struct rule_message *m = &l->rs->message[i];
        buf_printf(&l->text, "%s%s %u:%u %.*s", i > 0 ? "\n" : "",
                   m->kind == MESSAGE_ERROR ? "E" : "W", m->line, m->column, SLICE_ARG(m->text));
    }
    return render_text(&l->text);
}

/* The tree of selection i of the first rule. */
static inline const char *loaded_selection(struct loaded *l, size_t i)
{
    buf_clear(&l->text);
    if (l->rs->n > 0)
        render_node(l->rs->rule[0], l->rs->rule[0]->selection[i].node, &l->text);
    return render_text(&l->text);
}

/* The tree of condition i of the first rule. */
static inline const char *loaded_condition(struct loaded *l, size_t i)
{
    buf_clear(&l->text);
    if (l->rs->n > 0)
        render_node(l->rs->rule[0], l->rs->rule[0]->condition[i], &l->text);
    return render_text(&l->text);
}

#endif

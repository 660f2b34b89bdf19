/* cmd_rules_list.c - `evtriage rules list`: a line a rule, and classes by source. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/talk.h"
#include "base/buf.h"
#include "base/limits.h"

static const char *text_or_dash(struct slice s)
{
    return s.n ? (const char *)s.p : "-";
}

static int shape_parse(const char *text, enum shape *ret)
{
    for (int s = 0; s < SHAPE_COUNT; s++)
        if (strcmp(text, shape_name((enum shape)s)) == 0) {
            *ret = (enum shape)s;
            return EV_OK;
        }
    return EV_ENOTFOUND;
}

static void print_class_row(const struct rule *r, enum shape shape, struct arena *a)
{
    struct slices missing = { 0 };
    struct buf names;
    buf_init(&names, LIMIT_LITERAL);
    const char *class = rule_class_name(rule_classify(r, shape, a, &missing));
    for (size_t i = 0; i < missing.n; i++) {
        buf_str(&names, i ? "," : "");
        buf_slice(&names, missing.v[i]);
    }
    const struct slice cell[] = { r->id, slice_str(class), buf_view(&names), r->title };
    print_cells(stdout, cell, sizeof cell / sizeof *cell);
    buf_release(&names);
    arena_reset(a);
}

/* One line a process creation rule: how much of it that source can decide. */
static int list_classes(const struct options *o, const struct loaded *l)
{
    enum shape shape;
    struct arena a;

    if (shape_parse(o->source, &shape) < 0) {
        talk("--source: \"%s\" is no source; sources are Sysmon/1, Security/4688, "
             "Security/4688-no-command-line, Security/4688-no-parent",
             o->source);
        return EXIT_USAGE;
    }
    arena_init(&a, LIMIT_RULE_ARENA);
    printf("rule_id\tclass\tmissing_fields\ttitle\n");
    for (size_t i = 0; i < l->rules->n; i++) {
        const struct rule *r = l->rules->rule[i];
        if (slice_eq(r->category, SLICE("process_creation")) && rules_listed(o, r))
            print_class_row(r, shape, &a);
    }
    arena_release(&a);
    return EXIT_DONE;
}

int rules_list(const struct options *o, struct loaded *l)
{
    const bool tsv = o->format && strcmp(o->format, "tsv") == 0;

    if (o->format && !tsv && strcmp(o->format, "table") != 0) {
        talk("--format: \"%s\" is no format of rules list; formats are table, tsv", o->format);
        return EXIT_USAGE;
    }
    if (o->source)
        return list_classes(o, l);
    if (tsv)
        printf("rule_id\tlevel\tstatus\tcategory\tservice\ttitle\tfile\n");
    for (size_t i = 0; i < l->rules->n; i++) {
        const struct rule *r = l->rules->rule[i];
        if (!rules_listed(o, r))
            continue;
        const struct slice cell[] = { r->id,
                                      slice_str(level_name(r->level)),
                                      slice_str(status_name(r->status)),
                                      r->category,
                                      r->service,
                                      r->title,
                                      r->file };
        if (tsv)
            print_cells(stdout, cell, sizeof cell / sizeof *cell);
        else
            print_line(stdout, "%-36s  %-13s  %s", text_or_dash(r->id), level_name(r->level),
                       text_or_dash(r->title));
    }
    return EXIT_DONE;
}

/* cmd_rules_export.c - `evtriage rules export`: rules in the query languages of other products. */
#include <stdio.h>
#include <unistd.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/talk.h"
#include "base/escape.h"
#include "base/limits.h"
#include "knowledge/export.h"

struct export_run {
    const struct options *o;
    struct exporter *exporter;
    struct buf query, text;
    bool json, heading, terminal;
    size_t done, refused, narrow;
};

static void list_targets(const char *given)
{
    char known[400] = "";

    for (size_t i = 0; export_target_at(i); i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 export_target_name(export_target_at(i)));
    if (given)
        talk("--target: \"%s\" is no target; targets are %s", given, known);
    else
        talk("rules export needs --target NAME; targets are %s", known);
}

static void put_member(struct buf *out, const char *key, struct slice value)
{
    buf_printf(out, "\"%s\":", key);
    if (value.p)
        escape_json_string(value, out);
    else
        buf_str(out, "null");
}

static void print_json(struct export_run *x, const struct rule *r, const char *error, bool narrow)
{
    struct slice query = buf_view(&x->query);

    buf_clear(&x->text);
    buf_byte(&x->text, '{');
    put_member(&x->text, "id", r->id);
    buf_byte(&x->text, ',');
    put_member(&x->text, "title", r->title);
    buf_byte(&x->text, ',');
    put_member(&x->text, "file", r->file);
    buf_printf(&x->text, ",\"document\":%u,", r->document);
    put_member(&x->text, "target", slice_str(x->o->target));
    buf_byte(&x->text, ',');
    query.n -= query.n > 0; /* the line feed behind it */
    put_member(&x->text, "query", error ? SLICE_ABSENT : query);
    buf_byte(&x->text, ',');
    put_member(&x->text, "error", slice_str(error));
    buf_printf(&x->text, ",\"narrow\":%s}\n", narrow ? "true" : "false");
    fwrite(x->text.p, 1, x->text.n, stdout);
}

/* What a rule wrote must not steer a terminal; in a file the query stays as it is. */
static void print_text(struct export_run *x, const struct rule *r)
{
    if (x->heading)
        print_line(stdout, "# %.*s (%.*s)", SLICE_ARG(r->title), SLICE_ARG(r->id));
    if (!x->terminal) {
        fwrite(x->query.p, 1, x->query.n, stdout);
    } else {
        struct slice rest = buf_view(&x->query);
        while (rest.n) {
            size_t end = slice_find_byte(rest, '\n');
            end = end == SIZE_MAX ? rest.n : end;
            print_slice(stdout, slice_sub(rest, 0, end));
            putchar('\n');
            rest = slice_sub(rest, end + 1, rest.n);
        }
    }
    if (x->heading)
        putchar('\n');
}

static int export_one(struct export_run *x, const struct rule *r)
{
    struct ev_err err = { 0 };
    bool narrow = false;

    buf_clear(&x->query);
    int rc = exporter_rule(x->exporter, r, &x->query, &narrow, &err);
    if (rc == EV_EUSAGE) {
        talk_error(&err);
        return rc;
    }
    x->done += rc == EV_OK;
    x->refused += rc < 0;
    x->narrow += rc == EV_OK && narrow;
    if (x->json)
        print_json(x, r, rc < 0 ? err.text : NULL, narrow);
    else if (rc == EV_OK)
        print_text(x, r);
    if (rc < 0 && !x->json && !x->o->quiet)
        print_line(stderr, "%.*s:%u: not exported: %.*s: %s", SLICE_ARG(r->file), r->line,
                   SLICE_ARG(r->title), err.text);
    return EV_OK;
}

static size_t count(const struct options *o, const struct loaded *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->rules->n; i++)
        n += rules_listed(o, l->rules->rule[i]);
    return n;
}

static int export_all(struct export_run *x, const struct loaded *l)
{
    for (size_t i = 0; i < l->rules->n; i++)
        if (rules_listed(x->o, l->rules->rule[i]) && export_one(x, l->rules->rule[i]) < 0)
            return EXIT_USAGE;
    if (x->narrow && !x->o->quiet)
        talk("%zu %s look at Sysmon's events only: Windows' own events tell the same in other "
             "values, which %s cannot turn around",
             x->narrow, x->narrow == 1 ? "query has to" : "queries", x->o->target);
    if (x->heading && !x->o->quiet)
        talk("%zu rules exported to %s, %zu refused", x->done, x->o->target, x->refused);
    if (fflush(stdout) != 0) {
        talk("standard output: cannot be written");
        return EXIT_FAILED;
    }
    return x->refused || loaded_refused(l) ? EXIT_FAULTS : EXIT_DONE;
}

static bool check(const struct options *o, const struct export_target *t)
{
    if (!t)
        list_targets(o->target);
    else if (o->format && strcmp(o->format, "text") != 0 && strcmp(o->format, "jsonl") != 0)
        talk("--format: \"%s\" is no format of rules export; formats are text, jsonl", o->format);
    else if (o->argument.n < 2 && !o->all)
        talk("rules export needs a rule, a file, a folder, or --all");
    else
        return true;
    return false;
}

int rules_export(const struct options *o, struct loaded *l)
{
    const struct export_target *t = o->target ? export_target_find(o->target) : NULL;
    const struct export_options options = { o->fields, o->index, o->interval };
    struct export_run x = { .o = o,
                            .json = o->format && strcmp(o->format, "jsonl") == 0,
                            .terminal = isatty(STDOUT_FILENO) };
    struct ev_err err = { 0 };

    if (!check(o, t))
        return EXIT_USAGE;
    const size_t n = count(o, l);
    loaded_print_messages(l, MESSAGE_ERROR);
    if (!n && !loaded_refused(l)) {
        talk("no rule of that id, title or tag; rules list shows those there are");
        return EXIT_USAGE;
    }
    if (exporter_new(t, &options, &x.exporter, &err) < 0) {
        talk_error(&err);
        return EXIT_USAGE;
    }
    x.heading = n > 1 && !x.json;
    buf_init(&x.query, LIMIT_EXPORT + 1);
    buf_init(&x.text, LIMIT_OUT_ROW);
    int code = export_all(&x, l);
    buf_release(&x.query);
    buf_release(&x.text);
    exporter_free(x.exporter);
    return code;
}

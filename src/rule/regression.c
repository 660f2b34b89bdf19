/* regression.c - see regression.h. */
#include "rule/regression.h"

#include "base/limits.h"
#include "base/parse.h"
#include "rule/ralloc.h"
#include "rule/yaml.h"

static struct slice text_of(const struct ynode *map, const char *key)
{
    const struct ynode *v = ynode_get(map, key);
    return v != NULL && v->kind == YNODE_SCALAR ? slice_trim(v->text) : SLICE_ABSENT;
}

static struct slice last_part(struct slice path)
{
    for (size_t at; (at = slice_find_byte(path, '/')) != SIZE_MAX;)
        path = slice_sub(path, at + 1, path.n);
    return path;
}

static int wrong(const struct ynode *at, const char *what, struct ev_err *err)
{
    ev_err_set(err, EV_ESYNTAX, "%s", what);
    if (err != NULL && at != NULL)
        ev_err_line(err, at->line, at->column);
    return EV_ESYNTAX;
}

static int read_test(const struct ynode *n, struct slice rule_id, struct arena *a,
                     struct regression_info *info, struct ev_err *err)
{
    struct slice type = text_of(n, "type"), count = text_of(n, "match_count");
    if (type.n > 0 && !slice_eq(type, SLICE("evtx"))) {
        info->other_types++;
        return EV_OK;
    }
    struct regression_test t = { .rule_id = arena_dup(a, rule_id),
                                 .name = arena_dup(a, text_of(n, "name")),
                                 .file = arena_dup(a, last_part(text_of(n, "path"))),
                                 .match_count = 1 };
    if (t.file.n == 0)
        return wrong(n, "a test without \"path\": name its log", err);
    if (count.n > 0 && parse_u32(count, &t.match_count) < 0)
        return wrong(n, "\"match_count\" must be a number", err);
    info->test[info->n++] = t;
    return EV_OK;
}

static int read_info(const struct ynode *doc, struct arena *a, struct regression_info *info,
                     struct ev_err *err)
{
    const struct ynode *rules = ynode_get(doc, "rule_metadata");
    const struct ynode *tests = ynode_get(doc, "regression_tests_info");
    if (rules == NULL || rules->kind != YNODE_LIST || rules->n == 0)
        return wrong(doc, "no list \"rule_metadata\": it names the rule by its id", err);
    if (tests == NULL || tests->kind != YNODE_LIST)
        return wrong(doc, "no list \"regression_tests_info\": it names the logs", err);
    struct slice id = text_of(rules->first, "id");
    if (id.n == 0)
        return wrong(rules, "the first entry of \"rule_metadata\" has no id", err);
    info->test = ralloc(a, tests->n, sizeof *info->test);
    if (info->test == NULL)
        return ev_err_set(err, EV_ENOMEM, RALLOC_FULL);
    for (const struct ynode *n = tests->first; n != NULL; n = n->next) {
        int rc = read_test(n, id, a, info, err);
        if (rc < 0)
            return rc;
    }
    return EV_OK;
}

int regression_read(struct slice text, struct arena *a, struct regression_info *ret,
                    struct ev_err *err)
{
    struct regression_info info = { .n = 0 };
    const struct ynode *doc = NULL;
    struct report rep;
    report_init(&rep, a);
    report_file(&rep, SLICE("info.yml"));
    struct yaml_file *y = yaml_open(text, a, a, &rep);
    int rc = y != NULL ? yaml_next(y, &doc) : EV_ENOMEM;
    if (rc > 0)
        rc = read_info(doc, a, &info, err);
    else if (rep.message.n > 0) {
        const struct rule_message *m = &rep.message.v[0];
        rc = ev_err_set(err, EV_ESYNTAX, "%.*s", SLICE_ARG(m->text));
        if (err != NULL)
            ev_err_line(err, m->line, m->column);
    } else {
        rc = wrong(NULL, "no YAML document", err);
    }
    yaml_close(y);
    report_release(&rep);
    if (rc == EV_OK)
        *ret = info;
    return rc;
}

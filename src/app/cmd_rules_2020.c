/* cmd_rules_2020.c - `rules card` and `rules export` in the dialect atc-2020.
 *
 * They work on files as they are, not on rules as the loader understands them: a page shows its
 * rule file, and the tools of 2020 took what the loader refuses. */
#include "app/cmd_rules.h"

#include <stdio.h>

#include "app/talk.h"
#include "base/limits.h"
#include "knowledge/legacy_export.h"
#include "knowledge/page2020.h"
#include "rule/rulewalk.h"

struct files_2020 {
    bool pages;
    enum legacy_target target;
    size_t done, failed;
    struct buf text, out;
};

static int export_file(struct files_2020 *f, struct ev_err *err)
{
    struct arena a;
    struct lvalue_file documents;
    arena_init(&a, LIMIT_RULE_ARENA);
    int rc = lvalue_read(buf_view(&f->text), &a, &documents, err);
    if (rc == EV_OK)
        rc = legacy_export(&documents, f->target, &a, &f->out, err);
    arena_release(&a);
    return rc;
}

static int on_file(void *ctx, const char *path)
{
    struct files_2020 *f = ctx;
    struct ev_err err = { 0 };
    int rc = rulewalk_read(path, &f->text, &err);
    buf_clear(&f->out);
    if (rc == EV_OK)
        rc = f->pages ? page2020(buf_view(&f->text), &f->out, &err) : export_file(f, &err);
    if (rc < 0) {
        (void)ev_err_file(&err, path);
        talk_error(&err);
        f->failed++;
        return 0;
    }
    f->done++;
    fwrite(f->out.p, 1, f->out.n, stdout);
    return 0;
}

static void on_trouble(void *ctx, const struct ev_err *err)
{
    struct files_2020 *f = ctx;
    talk_error(err);
    f->failed++;
}

static int run(struct files_2020 *f, const struct option_list *paths, const char *what)
{
    const struct rulewalk_visitor v = { on_file, on_trouble, f };
    if (!paths->n) {
        talk("%s --dialect atc-2020 needs rule files or folders", what);
        return EXIT_USAGE;
    }
    buf_init(&f->text, LIMIT_RULE_FILE);
    buf_init(&f->out, LIMIT_LEGACY_EXPORT);
    for (size_t i = 0; i < paths->n; i++) {
        struct ev_err err = { 0 };
        if (rulewalk(paths->v[i], &v, &err) < 0)
            on_trouble(f, &err);
    }
    buf_release(&f->text);
    buf_release(&f->out);
    return f->failed ? EXIT_USAGE : EXIT_DONE;
}

int rules_card_2020(const struct options *o, const struct option_list *paths)
{
    struct files_2020 f = { .pages = true };
    (void)o;
    return run(&f, paths, "rules card");
}

int rules_export_2020(const struct options *o, const struct option_list *paths)
{
    struct files_2020 f = { .target = LEGACY_TARGETS };
    for (int t = 0; o->target && t < LEGACY_TARGETS; t++)
        if (strcmp(o->target, legacy_target_name((enum legacy_target)t)) == 0)
            f.target = (enum legacy_target)t;
    if (f.target == LEGACY_TARGETS) {
        talk("--target: %s%s%s; targets of atc-2020 are es-qs, xpack-watcher, graylog, splunk, "
             "logpoint, grep",
             o->target ? "\"" : "", o->target ? o->target : "missing", o->target ? "\"" : "");
        return EXIT_USAGE;
    }
    return run(&f, paths, "rules export");
}

#include "app/outputs.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/interrupt.h"
#include "app/terminal.h"
#include "base/mem.h"

static const struct sink_format *format_of(const struct options *o, const char *path)
{
    const struct sink_format *f = NULL;
    if (strcmp(path, "-") != 0)
        f = sink_format_by_path(slice_str(path));
    if (!f && o->format)
        f = sink_format_by_name(slice_str(o->format));
    if (!f && !o->format && strcmp(path, "-") == 0) {
        const bool table = isatty(STDOUT_FILENO) && !o->output.n;
        f = sink_format_by_name(table ? SLICE("table") : SLICE("csv"));
    }
    return f;
}

static int open_one(const struct options *o, const char *path, const struct sink_options *so,
                    struct output_file *ret, struct ev_err *err)
{
    const struct sink_format *f = format_of(o, path);
    if (!f && o->format && strcmp(path, "-") == 0)
        return ev_err_set(
            err, EV_EUSAGE,
            "--format: \"%s\" is no format; formats are csv, jsonl, html, sqlite, table",
            o->format);
    if (!f)
        return ev_err_set(
            err, EV_EUSAGE,
            "%s: the suffix names no format; use .csv, .jsonl, .html or .sqlite, or add "
            "--format",
            path);
    int rc = output_open(path, o->force, &ret->file, err);
    if (rc < 0)
        return rc;
    if (output_temporary(ret->file))
        interrupt_remove(output_temporary(ret->file));
    if (!o->manifest)
        output_skip_digest(ret->file);
    return f->open(ret->file, so, &ret->sink, err);
}

int outputs_open(const struct options *o, const struct attack *attack, struct outputs *ret,
                 struct ev_err *err)
{
    const char *standard[] = { "-" };
    const char **path = o->output.n ? o->output.v : standard;
    const size_t n = o->output.n ? o->output.n : 1;
    struct sink_options so = { .csv_raw = o->csv_raw,
                               .bom = o->bom,
                               .tmpdir = o->tmpdir,
                               .width = terminal_width(STDOUT_FILENO),
                               .color = terminal_color(o->color, STDOUT_FILENO) };

    *ret =
        (struct outputs){ .v = xcalloc(n, sizeof *ret->v), .sink = xcalloc(n, sizeof *ret->sink) };
    int rc = o->timezone ? zone_open(o->timezone, &ret->zone, err) : EV_OK;
    so.view = (struct view){ ret->zone, attack, o->car_related };
    for (size_t i = 0; i < n && rc == EV_OK; i++) {
        ret->n = i + 1;
        rc = open_one(o, path[i], &so, &ret->v[i], err);
        ret->sink[i] = ret->v[i].sink;
    }
    ret->early = rc == EV_OK && lines_init(&ret->lines, ret->sink, n);
    return rc;
}

int outputs_row(struct outputs *out, const struct detection *d, struct ev_err *err)
{
    if (d->text.p)
        return lines_write(&out->lines, d, err);
    for (size_t i = 0; i < out->n; i++) {
        struct sink *s = out->v[i].sink;
        int rc = s->ops->row(s, d, err);
        if (rc < 0)
            return rc;
    }
    return EV_OK;
}

int outputs_end(struct outputs *out, const struct summary *sum, struct ev_err *err)
{
    for (size_t i = 0; i < out->n; i++) {
        struct sink *s = out->v[i].sink;
        int rc = s->ops->end(s, sum, err);
        if (rc == EV_OK)
            rc = sum->interrupted ? output_commit_partial(out->v[i].file, err)
                                  : output_commit(out->v[i].file, err);
        if (rc < 0)
            return rc;
    }
    return EV_OK;
}

void outputs_release(struct outputs *out)
{
    for (size_t i = 0; i < out->n; i++) {
        if (out->v[i].sink)
            out->v[i].sink->ops->free(out->v[i].sink);
        output_free(out->v[i].file);
    }
    zone_free(out->zone);
    free(out->v);
    free(out->sink);
    *out = (struct outputs){ 0 };
}

/* The folder that path will be created in, resolved; false when it does not exist. */
static bool resolved_folder(const char *path, bool is_folder, char out[PATH_MAX])
{
    char *copy = xstrdup(path);
    bool ok = realpath(is_folder ? copy : dirname(copy), out) != NULL;
    free(copy);
    return ok;
}

static bool inside(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/' || n == 1);
}

static int guard_one(const struct options *o, const char *path, bool is_folder, struct ev_err *err)
{
    char target[PATH_MAX], input[PATH_MAX];
    struct stat st;

    if (strcmp(path, "-") == 0 || !resolved_folder(path, is_folder, target))
        return EV_OK;
    for (size_t i = 0; i < o->argument.n; i++) {
        if (stat(o->argument.v[i], &st) != 0 || !S_ISDIR(st.st_mode))
            continue;
        if (realpath(o->argument.v[i], input) && inside(input, target))
            return ev_err_set(err, EV_EUSAGE,
                              "%s lies inside the input folder %s; nothing is written beside "
                              "evidence: choose another folder",
                              path, o->argument.v[i]);
    }
    return EV_OK;
}

int outputs_guard(const struct options *o, struct ev_err *err)
{
    int rc = EV_OK;
    for (size_t i = 0; i < o->output.n && rc == EV_OK; i++)
        rc = guard_one(o, o->output.v[i], false, err);
    if (rc == EV_OK && o->manifest)
        rc = guard_one(o, o->manifest, false, err);
    if (rc == EV_OK && o->profile_json)
        rc = guard_one(o, o->profile_json, false, err);
    if (rc == EV_OK && o->tmpdir)
        rc = guard_one(o, o->tmpdir, true, err);
    return rc;
}

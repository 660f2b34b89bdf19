#include "scan/inputs.h"

#include "base/limits.h"
#include "input/walk.h"

struct adding {
    struct inputs *in;
    const char *named; /* what the user said, a file or a folder */
    const char *inside;
    struct ev_err *err;
};

void inputs_init(struct inputs *in)
{
    *in = (struct inputs){ 0 };
    arena_init(&in->arena, LIMIT_INPUT_ARENA);
}

void inputs_release(struct inputs *in)
{
    for (size_t i = 0; i < in->list.n; i++)
        source_free(in->list.v[i].source);
    vec_release(&in->list);
    vec_release(&in->trouble);
    vec_release(&in->left_alone);
    arena_release(&in->arena);
}

/* What the user can do about a file that is evidence but not of a kind that is read. */
static const char *advice(enum probe_kind kind)
{
    switch (kind) {
    case PROBE_EVT:
        return "the log format before Windows Vista is not read";
    case PROBE_IMAGE_PART:
        return "a further part of a split disk image: read with its first part";
    default:
        return "no event log by its first bytes";
    }
}

static void judge(struct input *in)
{
    switch (in->kind) {
    case PROBE_EVTX:
    case PROBE_EVENT_XML:
        in->fate = FILE_READ;
        return;
    case PROBE_ARCHIVE:
    case PROBE_DISK_IMAGE:
        in->fate = FILE_OPENED;
        return;
    case PROBE_EMPTY:
        in->fate = FILE_EMPTY;
        in->reason = SLICE("the file is empty");
        return;
    default:
        in->fate = FILE_NOT_A_LOG;
        in->reason = slice_str(advice(in->kind));
    }
}

/* Is it to be searched for chunks and records? Only what the user named himself: a folder has many
 * files that are none of this. */
static bool carved(const struct adding *a, const char *path, const struct input *in)
{
    return a->in->carve && strcmp(path, a->named) == 0 && !*in->inside && in->kind == PROBE_OTHER;
}

static int open_input(const struct adding *a, const char *path, struct source **ret,
                      struct ev_err *err)
{
    const struct stdin_options o = { a->in->tmpdir, LIMIT_STDIN, a->in->stop, a->in->stop_ctx };
    if (strcmp(path, "-") == 0)
        return source_open_stdin(&o, ret, err);
    return source_open_file(path, ret, err);
}

static int add_file(void *ctx, const char *path)
{
    const struct adding *a = ctx;
    struct input in = { .path = arena_str(&a->in->arena, slice_str(path)),
                        .inside = arena_str(&a->in->arena, slice_str(a->inside)),
                        .fate = FILE_UNREADABLE };
    struct source *src = NULL;
    struct ev_err err = { 0 };
    char text[1200];

    if (a->in->stop && a->in->stop(a->in->stop_ctx))
        return ev_err_set(a->err, EV_EINTR, "interrupted while files were looked for");
    int rc = open_input(a, path, &src, &err);
    if (rc == EV_EINTR) {
        if (a->err)
            *a->err = err;
        return rc;
    }
    if (rc == EV_OK)
        rc = probe_source(src, &in.kind, &err);
    if (rc == EV_OK) {
        source_size(src, &in.size);
        judge(&in);
        if (carved(a, path, &in)) {
            in.fate = FILE_READ;
            in.reason = SLICE_ABSENT;
        } else if (*in.inside && in.fate != FILE_OPENED) {
            in.fate = FILE_UNREADABLE;
            in.reason = SLICE("no archive and no disk image: nothing is inside");
        }
    } else {
        in.reason = arena_dup(&a->in->arena, slice_str(ev_err_format(&err, text, sizeof text)));
    }
    if (strcmp(path, "-") == 0)
        in.source = src;
    else
        source_free(src);
    if (!vec_push(&a->in->list, LIMIT_INPUT_FILES, in)) {
        source_free(in.source);
        return ev_err_set(a->err, EV_ELIMIT, "more than %d files: scan the folder in parts",
                          LIMIT_INPUT_FILES);
    }
    return EV_OK;
}

static void add_trouble(void *ctx, const struct ev_err *err)
{
    const struct adding *a = ctx;
    char text[1200];
    const char *copy = arena_str(&a->in->arena, slice_str(ev_err_format(err, text, sizeof text)));
    if (err->rc == EV_EUNSUPPORTED)
        (void)vec_push(&a->in->left_alone, LIMIT_INPUT_FILES, copy);
    else
        (void)vec_push(&a->in->trouble, LIMIT_INPUT_FILES, copy);
}

int inputs_add(struct inputs *in, const char *path, struct ev_err *err)
{
    struct adding a = { in, path, "", err };
    const struct walk_visitor v = { add_file, add_trouble, &a };
    char *file = NULL;
    int rc;

    if (strstr(path, "!/") && container_split(path, &file, &a.inside))
        path = file;
    rc = walk_path(path, &v, err);
    free(file);
    return rc;
}

#include "app/profiling.h"

#include <stdio.h>
#include <unistd.h>

#include "app/interrupt.h"
#include "app/terminal.h"
#include "base/limits.h"
#include "base/stopwatch.h"
#include "out/output.h"
#include "out/profile.h"

bool profiling_wanted(const struct options *o)
{
    return o->profile || o->profile_json;
}

uint64_t profiling_begin(const struct profile *p)
{
    return p ? stopwatch_now() : 0;
}

uint64_t profiling_stage(struct profile *p, enum profile_stage stage, uint64_t from)
{
    return p ? stopwatch_lap(from, &p->ns[stage]) : 0;
}

static int write_json(const struct options *o, const struct profile *p, struct buf *text,
                      struct ev_err *err)
{
    struct output *file = NULL;
    int rc = output_open(o->profile_json, o->force, &file, err);

    if (rc == EV_OK && output_temporary(file))
        interrupt_remove(output_temporary(file));
    profile_json(p, text);
    if (rc == EV_OK)
        rc = output_write(file, buf_view(text), err);
    if (rc == EV_OK)
        rc = output_commit(file, err);
    output_free(file);
    return rc;
}

int profiling_tell(const struct options *o, const struct profile *p, struct ev_err *err)
{
    struct buf text;
    int rc = EV_OK;

    buf_init(&text, LIMIT_HTML_META);
    if (o->profile)
        rc = profile_text(p, terminal_width(STDERR_FILENO), &text, err);
    if (text.n)
        fwrite(text.p, 1, text.n, stderr);
    buf_clear(&text);
    if (rc == EV_OK && o->profile_json)
        rc = write_json(o, p, &text, err);
    buf_release(&text);
    return rc;
}

#include "app/manifest_file.h"

#include <stdlib.h>

#include "app/interrupt.h"
#include "base/mem.h"

int manifest_file_write(const struct options *o, const struct outputs *outputs, struct manifest *m,
                        const struct summary *sum, struct ev_err *err)
{
    struct manifest_output *list = xcalloc(outputs->n ? outputs->n : 1, sizeof *list);
    struct output *file = NULL;
    char zone[64];

    for (size_t i = 0; i < outputs->n; i++) {
        const struct output *from = outputs->v[i].file;
        list[i].path = output_path(from);
        list[i].bytes = output_bytes(from);
        list[i].is_file = output_is_file(from);
        output_digest(from, list[i].sha256);
    }
    /* The launcher of the triage kit says what it started: this process's file is the loader then. */
    const char *started = getenv("EVTRIAGE_PROGRAM");
    m->program = started ? started : "/proc/self/exe";
    m->argv = (const char *const *)o->argv;
    m->argc = o->argc;
    m->output = list;
    m->noutput = outputs->n;
    manifest_machine_zone(m->start, zone, &m->zone_minutes);
    m->zone = zone;
    int rc = output_open(o->manifest, o->force, &file, err);
    if (rc == EV_OK && output_temporary(file))
        interrupt_remove(output_temporary(file));
    if (rc == EV_OK)
        rc = manifest_write(m, sum, file, err);
    if (rc == EV_OK)
        rc = output_commit(file, err);
    output_free(file);
    free(list);
    return rc;
}

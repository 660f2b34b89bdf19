#include "app/run.h"

#include <unistd.h>

#include "app/container_options.h"
#include "app/interrupt.h"
#include "app/talk.h"
#include "base/limits.h"
#include "evtx/reader.h"

enum { UNREAD_NAMED = 20 /* files, each a line */ };

const struct decoder *run_decoder(const struct options *o, struct ev_err *err)
{
    const struct decoder *d = decoder_find(o->decoder ? o->decoder : "native");
    if (!d)
        ev_err_set(err, EV_EUSAGE, "--decoder: \"%s\" is no decoder; there are native and libevtx",
                   o->decoder);
    return d;
}

int run_check_times(const struct options *o, struct ev_err *err)
{
    if (o->has_from && o->has_to && o->from > o->to)
        return ev_err_set(err, EV_EUSAGE, "--from is later than --to");
    return EV_OK;
}

void run_filter(const struct options *o, struct filter *f)
{
    *f = (struct filter){
        .channel = o->channel.v,
        .nchannel = o->channel.n,
        .computer = o->computer.v,
        .ncomputer = o->computer.n,
        .event_id = o->event_id.v,
        .nevent_id = o->event_id.n,
        .from = o->from,
        .to = o->has_to ? o->to : 0,
    };
}

unsigned run_threads(const struct options *o)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const uint32_t n = o->has_threads ? o->threads : processors > 0 ? (uint32_t)processors : 1;
    return n < LIMIT_THREADS ? n : LIMIT_THREADS;
}

int run_inputs(const struct options *o, struct inputs *in, struct ev_err *err)
{
    return run_inputs_of(o, &o->argument, in, err);
}

int run_inputs_add(const struct options *o, const struct option_list *path, struct inputs *in,
                   struct ev_err *err)
{
    in->tmpdir = o->tmpdir;
    in->stop = interrupt_seen;
    in->carve = o->recover;
    int rc = container_options_make(o, in, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < path->n; i++) {
        rc = inputs_add(in, path->v[i], err);
        if (rc < 0)
            return rc;
    }
    return EV_OK;
}

int run_inputs_of(const struct options *o, const struct option_list *path, struct inputs *in,
                  struct ev_err *err)
{
    int rc = run_inputs_add(o, path, in, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < in->trouble.n; i++)
        talk("%s", in->trouble.v[i]);
    const size_t alone = in->left_alone.n;
    for (size_t i = 0; i < alone && o->verbose; i++)
        talk("%s", in->left_alone.v[i]);
    if (alone && !o->verbose && !o->quiet)
        talk("%zu links, devices or pipes inside folders were left alone; --verbose names them",
             alone);
    return EV_OK;
}

uint64_t run_bytes(const struct inputs *in)
{
    uint64_t n = 0;
    for (size_t i = 0; i < in->list.n; i++)
        n += in->list.v[i].fate == FILE_READ ? in->list.v[i].size : 0;
    return n;
}

void run_print_findings(const struct summary *sum)
{
    for (size_t i = 0; i < sum->nfile; i++) {
        const struct summary_file *f = &sum->file[i];
        if (f->fate != FILE_READ)
            talk("%.*s: %.*s", SLICE_ARG(f->path), SLICE_ARG(f->reason));
        for (size_t k = 0; k < f->nfinding; k++)
            talk("%.*s: offset %llu: %s: %s", SLICE_ARG(f->path),
                 (unsigned long long)f->finding[k].offset, finding_name(f->finding[k].kind),
                 f->finding[k].text);
    }
}

void run_print_unread(const struct summary *sum)
{
    size_t n = 0;

    for (size_t i = 0; i < sum->nfile; i++) {
        const struct summary_file *f = &sum->file[i];
        if (f->fate == FILE_UNREADABLE && n++ < UNREAD_NAMED)
            talk("%.*s: %.*s", SLICE_ARG(f->path), SLICE_ARG(f->reason));
    }
    if (n > UNREAD_NAMED)
        talk("%zu more could not be read; --verbose names them", n - UNREAD_NAMED);
}

/* A file that is no log, searched for records in vain. */
static bool nothing_carved(const struct accounting *c)
{
    return c->finding[FINDING_CARVED] && !c->recovered;
}

bool run_unread(const struct options *o, const struct inputs *in, const struct summary *sum)
{
    size_t logs = 0;
    for (size_t i = 0; i < sum->nfile; i++) {
        if (sum->file[i].fate == FILE_UNREADABLE)
            return true;
        logs += sum->file[i].fate == FILE_READ && !nothing_carved(&sum->file[i].counts);
    }
    if (!logs)
        talk("no event log was found in what was given: nothing was examined");
    uint64_t damage = 0;
    for (int k = 0; k < FINDING_KINDS; k++)
        damage += k == FINDING_CARVED ? 0 : sum->total.finding[k];
    return !logs || in->trouble.n || (o->strict && damage) || sum->total.finding[FINDING_IMAGE];
}

int run_exit(int rc)
{
    switch (rc) {
    case EV_EUSAGE:
    case EV_ENOTFOUND:
    case EV_EEXIST:
        return EXIT_USAGE;
    case EV_EINTR:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_FAILED;
    }
}

/* runs.c - see runs.h. */
#include "runs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/app.h"
#include "app/command.h"
#include "base/utf16.h"
#include "evtx/native_impl.h"

struct run {
    struct runs *r;
    enum run_kind kind;
    uint64_t hash, events;
    struct accounting counts;
    const char *fault; /* the first one */
};

const char *run_name(enum run_kind k)
{
    static const char *const name[] = {
        "read",        "recover and match",       "token walk",     "filter",
        "dump -f xml", "dump --recover -f jsonl", "verify -f json",
    };

    return name[k];
}

static void fault(struct run *u, const char *what)
{
    if (!u->fault)
        u->fault = what;
}

static void mix(struct run *u, struct slice s)
{
    u->hash = slice_hash(s, u->hash + s.n);
}

static void look_at_texts(struct run *u, struct event *ev)
{
    for (size_t i = 0; i < ev->n; i++) {
        struct slice text = event_text(ev, i);

        if (!text.p && !ev->cut)
            fault(u, "a text is absent and the event is not marked as cut");
        if (!utf8_valid(text) || !utf8_valid(ev->field[i].name))
            fault(u, "a text or name is not UTF-8");
        mix(u, ev->field[i].name);
        mix(u, text);
    }
    if (!utf8_valid(ev->provider) || !utf8_valid(ev->channel) || !utf8_valid(ev->computer))
        fault(u, "provider, channel or computer is not UTF-8");
}

static void look_at_hits(struct run *u, struct event *ev)
{
    struct hits hits = { 0 };

    matcher_run(u->r->matcher, u->r->scratch, ev, &hits);
    u->r->hits += hits.n;
    for (size_t i = 0; i < hits.n; i++) {
        if (hits.v[i].nmatched > LIMIT_MATCHED || hits.v[i].nuntested > LIMIT_UNTESTED)
            fault(u, "a hit has more reasons than its limit");
        for (size_t k = 0; k < hits.v[i].nmatched; k++)
            mix(u, hits.v[i].matched[k].field);
    }
}

static int take_event(void *ctx, struct event *ev)
{
    struct run *u = ctx;

    u->events++;
    mix(u, slice_of(&ev->place.offset, sizeof ev->place.offset));
    look_at_texts(u, ev);
    if (u->kind == RUN_RECOVER)
        look_at_hits(u, ev);
    return EV_OK;
}

static bool want_some(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                      uint64_t written)
{
    (void)ctx, (void)written;
    return utf8_valid(provider) && utf8_valid(channel) && event_id % 4 == 3;
}

static void take_finding(void *ctx, const struct finding *f)
{
    struct run *u = ctx;

    if (!memchr(f->text, 0, sizeof f->text) || !utf8_valid(slice_str(f->text)))
        fault(u, "a finding's text does not end or is not UTF-8");
}

static void read_all(struct run *u, const struct decoder *d, struct slice bytes)
{
    struct reader_options o = { .names = u->r->names, .recover = u->kind == RUN_RECOVER };
    const struct reader_visitor v = { .want = u->kind == RUN_FILTER ? want_some : NULL,
                                      .event = take_event,
                                      .finding = take_finding,
                                      .ctx = u };
    struct reader_worker *w = reader_worker_new();
    struct source *src = source_open_memory(bytes, "mutant");
    struct reader *r = NULL;

    if (u->kind == RUN_WALK) {
        w->native = native_worker_new();
        w->native->walk_only = true;
    }
    if (d->open(src, &o, &r, NULL) == EV_OK) {
        for (uint64_t i = 0; i < d->jobs(r); i++)
            (void)d->run(r, i, w, &v, &u->counts, NULL);
        d->close(r);
    }
    source_free(src);
    reader_worker_free(w);
}

static void check_sums(struct run *u)
{
    const struct accounting *c = &u->counts;

    if (c->records != c->events + c->skipped + c->unreadable)
        fault(u, "records are not events + skipped + unreadable");
    if (c->recovered != c->recovered_events + c->recovered_skipped + c->recovered_unbound)
        fault(u, "recovered are not their events + skipped + unbound");
    if (u->events != c->events + c->recovered_events)
        fault(u, "the visitor did not get as many events as were counted");
}

/* app_run with standard output going nowhere: that of this process is the test's. */
static int run_silently(int argc, char **argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), kept, code;

    fflush(stdout);
    kept = dup(STDOUT_FILENO);
    dup2(null, STDOUT_FILENO);
    code = app_run(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(null);
    return code;
}

/* The program as a user starts it, but for the process. */
static const char *run_program(const struct runs *r, enum run_kind k, struct slice bytes)
{
    static const char *const given[][12] = {
        { "evtriage", "dump", "--quiet", "--no-progress", "--threads", "1", "-o", "/dev/null", "-f",
          "xml" },
        { "evtriage", "dump", "--quiet", "--no-progress", "--threads", "1", "-o", "/dev/null", "-f",
          "jsonl", "--recover" },
        { "evtriage", "verify", "--quiet", "-f", "json" },
    };
    char path[64], *argv[16] = { NULL };
    int argc = 0, code;

    if (ftruncate(r->file, 0) != 0 || pwrite(r->file, bytes.p, bytes.n, 0) != (ssize_t)bytes.n)
        return "the file in memory cannot be written";
    snprintf(path, sizeof path, "/proc/self/fd/%d", r->file);
    for (; argc < 12 && given[k - RUN_DUMP][argc]; argc++)
        argv[argc] = (char *)(uintptr_t)given[k - RUN_DUMP][argc];
    argv[argc++] = path;
    code = run_silently(argc, argv);
    return code == EXIT_DONE || code == EXIT_UNREAD || code == EXIT_FAULTS
               ? NULL
               : "the program ends with another code";
}

const char *runs_do(struct runs *r, enum run_kind k, struct slice bytes)
{
    struct run u = { .r = r, .kind = k, .hash = 1 };

    if (k >= RUN_DUMP)
        return run_program(r, k, bytes);
    if (k == RUN_RECOVER)
        r->scratch = scratch_new(r->matcher);
    read_all(&u, &decoder_native, bytes);
    if (k == RUN_RECOVER)
        scratch_free(r->scratch);
    check_sums(&u);
    if (k == RUN_READ) {
        r->read_hash = u.hash;
        r->events += u.events;
    }
    if (k == RUN_WALK && u.hash != r->read_hash)
        fault(&u, "templates and token walk come to different events");
    return u.fault;
}

void runs_libevtx(const struct runs *r, struct slice bytes)
{
    struct runs copy = *r;
    struct run u = { .r = &copy, .kind = RUN_READ, .hash = 1 };

    read_all(&u, &decoder_libevtx, bytes);
}

bool runs_init(struct runs *r, const char *srcdir)
{
    char path[4096];
    const char *paths[] = { path };

    *r = (struct runs){ .names = names_new(), .file = memfd_create("mutant", MFD_CLOEXEC) };
    if (r->file < 0)
        return false;
    snprintf(path, sizeof path, "%s/rules", srcdir);
    if (ruleset_load(paths, 1, r->names, &r->rules, NULL) < 0 || !r->rules->n)
        return false;
    (void)matcher_check(r->rules);
    return matcher_build(r->rules, &(struct match_options){ .possible = true }, &r->matcher,
                         NULL) == EV_OK;
}

void runs_release(struct runs *r)
{
    matcher_free(r->matcher);
    ruleset_free(r->rules);
    names_free(r->names);
    if (r->file >= 0)
        close(r->file);
}

/* cmd_verify.c - `evtriage verify`: structure, checksums, gaps, traces of tampering, of each log. */
#include <string.h>
#include <unistd.h>

#include "app/interrupt.h"
#include "app/run.h"
#include "app/talk.h"
#include "app/terminal.h"
#include "app/verify_against.h"
#include "base/limits.h"
#include "evtx/verify.h"
#include "out/output.h"
#include "out/integrity_out.h"
#include "out/verify_out.h"

struct run {
    const struct options *o;
    struct inputs inputs;
    struct output *output;
    struct names *names;
    struct places *places; /* NULL: a log alone */
    bool whole;            /* not only a part of the archive or image at hand was asked for */
    struct verify_text_options to;
    struct verify_overview *overview; /* of several logs; NULL: each in full */
    struct buf text;                  /* with an overview: what stands below it */
    bool json;
    size_t logs, unread, found, printed;
    size_t images; /* that do not hold what was acquired */
    uint64_t damage, signs;
};

static int check(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;

    if (!o->argument.n)
        return ev_err_set(err, EV_EUSAGE,
                          "verify needs a PATH: a log, a folder, or - for standard input");
    if (o->format && strcmp(o->format, "json") != 0 && strcmp(o->format, "table") != 0)
        return ev_err_set(err, EV_EUSAGE,
                          "--format: \"%s\" is no format of verify; formats are table, json",
                          o->format);
    run->json = o->format && strcmp(o->format, "json") == 0;
    return EV_OK;
}

static int write_text(struct run *run, struct ev_err *err)
{
    int rc = run->text.full ? ev_err_set(err, EV_ELIMIT,
                                         "the report is too large; verify the logs "
                                         "in parts")
                            : output_write(run->output, buf_view(&run->text), err);

    buf_clear(&run->text);
    return rc;
}

static int print(struct run *run, const struct verification *v, const char *path,
                 struct ev_err *err)
{
    struct slice name = slice_str(path);
    int rc = EV_OK;

    if (run->json) {
        buf_str(&run->text, run->printed++ ? ",\n" : "[\n");
        verify_json(v, name, &run->text);
    } else if (run->overview) {
        verify_overview_add(run->overview, v, name);
        return verify_notes_text(v, name, &run->to, &run->text, err);
    } else {
        rc = verify_text(v, name, &run->to, &run->text, err);
    }
    return rc == EV_OK ? write_text(run, err) : rc;
}

static void count(struct run *run, const struct verification *v)
{
    uint64_t damage = verification_weight(v, WEIGHT_DAMAGE),
             signs = verification_weight(v, WEIGHT_SIGN);

    run->logs++;
    run->damage += damage;
    run->signs += signs;
    run->found += damage + signs > 0;
}

/* A file that cannot be read is said and counted; only what ends the run is returned. */
static int verify_one(struct run *run, struct source *src, const char *path, struct ev_err *err)
{
    struct verification v;
    struct ev_err why = { 0 };
    int rc = EV_OK;

    verification_init(&v);
    if (run->places)
        places_begin(run->places, slice_str(path), run->whole);
    if (!src)
        rc = source_open_file(path, &src, &why);
    if (rc == EV_OK)
        rc = verify_log(src, run->names, run->places, interrupt_seen, NULL, &v, &why);
    if (rc == EV_OK) {
        count(run, &v);
        rc = print(run, &v, path, err);
    } else if (rc != EV_EINTR) {
        ev_err_file(&why, path);
        talk_error(&why);
        run->unread++;
        rc = EV_OK;
    }
    verification_release(&v);
    source_free(src);
    return rc;
}

/* A disk image as a whole. */
static int print_image(struct run *run, const struct image_integrity *m, struct ev_err *err)
{
    struct json j;

    if (m->state == IMAGE_DIFFERS || m->state == IMAGE_UNREAD) {
        run->images++;
        run->damage++;
    }
    if (!run->json) {
        integrity_text(m, run->o->hash_images, &run->text);
    } else {
        buf_str(&run->text, run->printed++ ? ",\n" : "[\n");
        json_init(&j, &run->text, false);
        json_object(&j);
        json_key(&j, "image");
        integrity_json(&j, m);
        json_end(&j);
    }
    return run->overview ? EV_OK : write_text(run, err);
}

static void unread(struct run *run, const char *path, const char *why)
{
    talk("%s: %s", path, why);
    run->unread++;
}

/* The disk of the image itself is told of at its end, with its files; one inside at once. */
static int take_image(struct run *run, const struct input *in, const struct container_member *m,
                      struct image_integrity *own, struct ev_err *err)
{
    struct image_integrity inner;
    bool is_own = strcmp(m->path, in->path) == 0;
    int rc = image_check_media(&run->inputs.image_check, m, &run->inputs.arena,
                               is_own ? own : &inner, err);

    return rc < 0 || is_own ? rc : print_image(run, &inner, err);
}

static int end_image(struct run *run, const struct input *in, const struct container *c,
                     struct image_integrity *own, struct ev_err *err)
{
    const struct image_check *check = &run->inputs.image_check;
    int rc;

    if (in->kind != PROBE_DISK_IMAGE || !(check->verify || check->hash) ||
        strcmp(in->path, "-") == 0)
        return EV_OK;
    rc = image_check_files(check, c, in->path, &run->inputs.arena, own, err);
    return rc < 0 ? rc : print_image(run, own, err);
}

/* Each log inside an archive or image. */
static int verify_container(struct run *run, struct input *in, struct ev_err *err)
{
    struct container *c = NULL;
    struct container_member m;
    struct ev_err why = { 0 };
    enum probe_kind kind = PROBE_OTHER;
    struct image_integrity image = { 0 };
    int rc = container_open(in->path, in->inside, in->source, &run->inputs.container, &c, &why);

    run->whole = !*in->inside;
    while (rc == EV_OK && (rc = container_next(c, &m, &why)) > 0) {
        rc = EV_OK;
        if (m.media && (rc = take_image(run, in, &m, &image, &why)) < 0)
            goto out;
        if (m.media)
            continue;
        if (m.trouble)
            unread(run, m.path, m.trouble);
        if (!m.source)
            continue;
        if (probe_source(m.source, &kind, NULL) == EV_OK && kind == PROBE_EVTX &&
            source_state(m.source) != SOURCE_RAW)
            rc = verify_one(run, m.source, m.path, err);
        else
            source_free(m.source);
        if (rc < 0)
            goto out;
    }
    if (rc == EV_OK)
        rc = end_image(run, in, c, &image, err);
    else if (rc != EV_EINTR) {
        unread(run, in->path, why.text);
        rc = EV_OK;
    }
out:
    container_free(c);
    return rc;
}

/* What stands around the logs. */
static int finish(struct run *run, struct ev_err *err)
{
    struct buf table;
    int rc = EV_OK;

    buf_init(&table, LIMIT_SUMMARY_TEXT);
    if (run->json)
        buf_str(&run->text, run->printed ? "\n]\n" : "[]\n");
    if (run->overview)
        rc = verify_overview_print(run->overview, &table, err);
    if (rc == EV_OK)
        rc = output_write(run->output, buf_view(&table), err);
    if (rc == EV_OK)
        rc = write_text(run, err);
    buf_release(&table);
    return rc == EV_OK ? output_commit(run->output, err) : rc;
}

static void pass_over(struct run *run, const struct input *in)
{
    run->unread += in->fate == FILE_UNREADABLE;
    if (in->fate == FILE_READ)
        talk("%s: event XML has no structure to verify", in->path);
    else if (run->o->verbose || in->fate == FILE_UNREADABLE)
        talk("%s: %.*s", in->path, SLICE_ARG(in->reason));
}

static int verify_all(struct run *run, struct ev_err *err)
{
    size_t logs = 0;
    int rc = EV_OK;

    for (size_t i = 0; i < run->inputs.list.n; i++)
        logs += run->inputs.list.v[i].fate == FILE_READ     ? 1u
                : run->inputs.list.v[i].fate == FILE_OPENED ? 2u /* or more */
                                                            : 0u;
    if (logs > 1)
        run->places = places_new();
    if (logs > 1 && !run->json && !run->o->verbose)
        rc = verify_overview_new(&run->to, &run->overview, err);
    for (size_t i = 0; i < run->inputs.list.n && rc == EV_OK; i++) {
        struct input *in = &run->inputs.list.v[i];

        struct source *src = in->source;

        if (in->fate == FILE_OPENED)
            rc = verify_container(run, in, err);
        else if (in->fate == FILE_READ && in->kind != PROBE_EVENT_XML) {
            in->source = NULL;
            rc = verify_one(run, src, in->path, err);
        } else
            pass_over(run, in);
    }
    return rc == EV_OK ? finish(run, err) : rc;
}

static int report(const struct run *run)
{
    if (!run->logs && !run->unread)
        talk("no event log was found in what was given: nothing was examined");
    else if (!run->o->quiet)
        talk("%zu log%s verified, %zu with findings: damage %llu, signs of clearing or alteration "
             "%llu",
             run->logs, run->logs == 1 ? "" : "s", run->found, (unsigned long long)run->damage,
             (unsigned long long)run->signs);
    if (!run->logs || run->unread || run->inputs.trouble.n)
        return EXIT_UNREAD;
    return run->found || run->images ? EXIT_FAULTS : EXIT_DONE;
}

int cmd_verify(const struct options *o)
{
    struct run run = { .o = o };
    struct ev_err err = { 0 };
    int code = EXIT_FAILED, rc;

    if (o->against)
        return verify_against(o);
    interrupt_catch();
    inputs_init(&run.inputs);
    buf_init(&run.text, LIMIT_SUMMARY_TEXT);
    run.names = names_new();
    run.to = (struct verify_text_options){ .width = terminal_width(STDOUT_FILENO),
                                           .color = terminal_color(o->color, STDOUT_FILENO),
                                           .all = o->verbose };
    rc = check(&run, &err);
    if (rc == EV_OK)
        rc = run_inputs(o, &run.inputs, &err);
    if (rc == EV_OK)
        rc = output_open("-", false, &run.output, &err);
    if (rc == EV_OK)
        rc = verify_all(&run, &err);
    if (rc == EV_OK)
        code = report(&run);
    if (rc == EV_EINTR) {
        code = EXIT_INTERRUPTED;
    } else if (rc < 0) {
        talk_error(&err);
        code = run_exit(rc);
    }
    output_free(run.output);
    inputs_release(&run.inputs);
    places_free(run.places);
    names_free(run.names);
    buf_release(&run.text);
    verify_overview_free(run.overview);
    return code;
}

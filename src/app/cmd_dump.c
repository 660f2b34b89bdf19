/* cmd_dump.c - `evtriage dump`: events as they are. */
#include <stdio.h>

#include "app/interrupt.h"
#include "app/outputs.h"
#include "app/progress.h"
#include "app/run.h"
#include "app/talk.h"
#include "base/limits.h"
#include "out/database.h"
#include "out/output.h"
#include "scan/dump.h"

struct run {
    const struct options *o;
    struct inputs inputs;
    struct output *output;
    struct event_database *database; /* of the format sqlite */
    struct names *names;
    struct summary summary;
    struct filter filter;
    struct dump_counts counts;
    enum dump_format format;
};

static const char *path_of(const struct options *o)
{
    return o->output.n ? o->output.v[0] : "-";
}

/* By --format, else by the suffix, else XML. */
static int choose_format(const struct options *o, enum dump_format *ret, struct ev_err *err)
{
    static const char *const name[] = {
        [DUMP_XML] = "xml", [DUMP_JSONL] = "jsonl", [DUMP_CSV] = "csv", [DUMP_ROWS] = "sqlite"
    };
    const char *dot = strrchr(path_of(o), '.');
    const char *word = o->format ? o->format : dot && dot[1] ? dot + 1 : "xml";

    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        if (slice_eq_nocase(slice_str(word), slice_str(name[i]))) {
            *ret = (enum dump_format)i;
            return EV_OK;
        }
    }
    if (o->format)
        return ev_err_set(
            err, EV_EUSAGE,
            "--format: \"%s\" is no format of dump; formats are xml, jsonl, csv, sqlite", word);
    return ev_err_set(
        err, EV_EUSAGE,
        "%s: the suffix names no format; use .xml, .jsonl, .csv or .sqlite, or add --format",
        path_of(o));
}

static int check(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;
    int rc;

    if (!o->argument.n)
        return ev_err_set(err, EV_EUSAGE,
                          "dump needs a PATH: a log, a folder, or - for standard input");
    if (o->output.n > 1)
        return ev_err_set(err, EV_EUSAGE, "dump writes one output; -o was given %zu times",
                          o->output.n);
    if (!run_decoder(o, err))
        return EV_EUSAGE;
    rc = run_check_times(o, err);
    if (rc == EV_OK)
        rc = choose_format(o, &run->format, err);
    if (rc == EV_OK && o->xml_lines && run->format != DUMP_XML)
        rc = ev_err_set(err, EV_EUSAGE, "--xml-lines goes with the format xml only");
    return rc == EV_OK ? outputs_guard(o, err) : rc;
}

static int write_out(void *ctx, struct slice s, struct ev_err *err)
{
    struct run *run = ctx;

    return run->database ? event_database_write(run->database, s, err)
                         : output_write(run->output, s, err);
}

/* What stands before the first event, or after the last. */
static int write_frame(struct run *run, bool head, struct ev_err *err)
{
    struct buf b;
    int rc;

    buf_init(&b, LIMIT_KIB(4));
    if (run->format == DUMP_XML && !run->o->xml_lines)
        buf_str(&b,
                head ? "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>\n" : "</Events>\n");
    if (run->format == DUMP_CSV && head) {
        if (run->o->bom)
            buf_str(&b, "\xef\xbb\xbf");
        render_csv_header(&b);
    }
    rc = output_write(run->output, buf_view(&b), err);
    buf_release(&b);
    return rc;
}

static int dump(struct run *run, struct ev_err *err)
{
    const struct options *o = run->o;
    struct scan_progress counts = { 0 };
    const struct dump_options dump_options = {
        .format = run->format,
        .render = { .lines = o->xml_lines, .csv_raw = o->csv_raw },
        .filter = &run->filter,
        .decoder = run_decoder(o, NULL),
        .reader = { .names = run->names, .recover = o->recover },
        .threads = run_threads(o),
        .stop = interrupt_seen,
        .write = write_out,
        .write_ctx = run,
    };
    struct progress *p =
        o->quiet || o->no_progress ? NULL : progress_start(&counts, run_bytes(&run->inputs));
    int rc, stopped;

    output_skip_digest(run->output);
    rc = write_frame(run, true, err);
    if (rc == EV_OK && run->format == DUMP_ROWS)
        rc = event_database_open(run->output, &run->database, err);
    if (rc == EV_OK)
        rc = dump_run(&dump_options, &run->inputs, &counts, &run->summary, &run->counts, err);
    progress_stop(p);
    if (rc < 0 && rc != EV_EINTR)
        return rc;
    stopped = rc;
    rc = run->database ? event_database_finish(run->database, err) : write_frame(run, false, err);
    if (rc == EV_OK)
        rc =
            stopped < 0 ? output_commit_partial(run->output, err) : output_commit(run->output, err);
    return rc;
}

static void print_summary(const struct run *run)
{
    const struct accounting *a = &run->summary.total;

    talk("%llu events written, of %llu active and %llu recovered records",
         (unsigned long long)run->counts.events, (unsigned long long)a->records,
         (unsigned long long)a->recovered);
    if (a->recovered && !run->o->recover)
        talk("recovered ones are written with --recover");
    if (a->unbound)
        talk("%llu records without their template: written with System and values without names",
             (unsigned long long)a->unbound);
    if (a->recovered_unbound)
        talk("%llu recovered ones hold nothing that could be trusted and are left out",
             (unsigned long long)a->recovered_unbound);
    if (a->skipped + run->counts.filtered)
        talk("%llu left out by filters", (unsigned long long)(a->skipped + run->counts.filtered));
    if (a->unreadable)
        talk("%llu records could not be read; --verbose names them",
             (unsigned long long)a->unreadable);
    if (run->counts.replaced)
        talk("%llu characters that XML does not allow were written as U+FFFD",
             (unsigned long long)run->counts.replaced);
}

static int report(const struct run *run)
{
    bool unread;

    if (run->o->verbose)
        run_print_findings(&run->summary);
    else
        run_print_unread(&run->summary);
    if (!run->o->quiet)
        print_summary(run);
    unread = run_unread(run->o, &run->inputs, &run->summary);
    if (run->summary.interrupted)
        return EXIT_INTERRUPTED;
    return unread ? EXIT_UNREAD : EXIT_DONE;
}

int cmd_dump(const struct options *o)
{
    struct run run = { .o = o };
    struct ev_err err = { 0 };
    int code = EXIT_FAILED, rc;

    interrupt_catch();
    inputs_init(&run.inputs);
    arena_init(&run.summary.arena, LIMIT_SUMMARY_ARENA);
    run.names = names_new();
    run_filter(o, &run.filter);
    rc = check(&run, &err);
    if (rc == EV_OK)
        rc = run_inputs(o, &run.inputs, &err);
    if (rc == EV_OK)
        rc = output_open(path_of(o), o->force, &run.output, &err);
    if (rc == EV_OK && output_temporary(run.output))
        interrupt_remove(output_temporary(run.output));
    if (rc == EV_OK)
        rc = dump(&run, &err);
    if (rc == EV_OK)
        code = report(&run);
    if (rc < 0) {
        talk_error(&err);
        code = run_exit(rc);
    }
    event_database_free(run.database);
    output_free(run.output);
    inputs_release(&run.inputs);
    names_free(run.names);
    arena_release(&run.summary.arena);
    interrupt_forget();
    return code;
}

/* write_timeline.c - writes sample timelines into a folder, for the tests that read them back.
 *
 * write_timeline FOLDER ROWS: plain.csv, plain.jsonl, plain.html of ROWS rows, hostile.* of the
 * hostile ones. */
#include <stdio.h>
#include <stdlib.h>

#include "out/manifest.h"
#include "out/sink.h"
#include "out/summary_text.h"
#include "out_sample.h"

static int write_one(const char *folder, const char *name, const char *format, size_t rows,
                     bool hostile)
{
    struct sample s;
    struct ev_err err;
    struct output *out = NULL;
    struct sink *sink = NULL;
    const struct sink_options o = { .width = 120 };
    const struct sink_format *f = sink_format_by_name(slice_str(format));
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, format);
    sample_init(&s);
    int rc = f ? output_open(path, true, &out, &err) : EV_ENOTFOUND;
    if (rc == EV_OK)
        rc = f->open(out, &o, &sink, &err);
    for (size_t i = 0; i < rows && rc == EV_OK; i++) {
        struct detection d;
        if (hostile)
            sample_hostile(&s, i, &d);
        else
            sample_row(&s, i, &d);
        s.sum.rows[d.rule->level]++;
        rc = sink->ops->row(sink, &d, &err);
    }
    if (rc == EV_OK)
        rc = sink->ops->end(sink, &s.sum, &err);
    if (rc == EV_OK)
        rc = output_commit(out, &err);
    if (sink != NULL)
        sink->ops->free(sink);
    output_free(out);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", path, f ? err.text : "no such format");
    sample_release(&s);
    return rc;
}

/* plain.summary and plain.manifest.json */
static int write_rest(const char *folder)
{
    struct sample s;
    struct ev_err err;
    struct output *out = NULL;
    struct buf text;
    char path[4096];
    static const char *const argv[] = { "evtriage", "scan", "-r", "rules \xff", "case" };
    static const struct manifest_output wrote = { "out.csv", 12, { 1, 2, 3 }, true };
    const struct summary_text_options plain = { NULL, 0, false };
    struct manifest m = { .program = "/proc/self/exe",
                          .argv = argv,
                          .argc = 5,
                          .decoder = "libevtx",
                          .matcher = "naive" };
    char zone[64];
    m.start = UINT64_C(132264942721234567);
    m.end = m.start + 123456789;
    m.threads = 2;
    manifest_machine_zone(m.start, zone, &m.zone_minutes);
    m.zone = zone;
    m.output = &wrote;
    m.noutput = 1;
    sample_init(&s);
    s.sum.file[1].path = SLICE("case/\xe4.evtx");
    snprintf(path, sizeof path, "%s/plain.manifest.json", folder);
    int rc = output_open(path, true, &out, &err);
    if (rc == EV_OK)
        rc = manifest_write(&m, &s.sum, out, &err);
    if (rc == EV_OK)
        rc = output_commit(out, &err);
    output_free(out);
    out = NULL;
    buf_init(&text, 1 << 20);
    summary_text(&s.sum, &plain, &text);
    snprintf(path, sizeof path, "%s/plain.summary", folder);
    if (rc == EV_OK)
        rc = output_open(path, true, &out, &err);
    if (rc == EV_OK)
        rc = output_write(out, buf_view(&text), &err);
    if (rc == EV_OK)
        rc = output_commit(out, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    output_free(out);
    buf_release(&text);
    sample_release(&s);
    return rc;
}

int main(int argc, char **argv)
{
    static const char *const format[] = { "csv", "jsonl", "html", "table" };
    if (argc < 3)
        return 2;
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        if (sink_format_by_name(slice_str(format[i])) == NULL)
            continue;
        if (write_one(argv[1], "plain", format[i], strtoul(argv[2], NULL, 10), false) < 0 ||
            write_one(argv[1], "hostile", format[i], SAMPLE_HOSTILE, true) < 0)
            return 1;
    }
    return write_rest(argv[1]) < 0;
}

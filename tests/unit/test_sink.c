/* test_sink.c - what out_formats.py cannot see: options, odd rows, failing devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "out/lines.h"
#include "out_sample.h"

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/evtriage-sink-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

/* Writes the rows with that format and gives the file's text, heap. */
static char *write_rows(const char *format, const struct sink_options *o, struct sample *s,
                        const struct detection *d, size_t n)
{
    struct output *out = NULL;
    struct sink *sink = NULL;
    struct ev_err err = { .text = "" };
    const struct sink_format *f = sink_format_by_name(slice_str(format));
    assert_non_null(f);
    assert_int_equal(output_open(path, true, &out, &err), EV_OK);
    assert_int_equal(f->open(out, o, &sink, &err), EV_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sink->ops->row(sink, &d[i], &err), EV_OK);
    assert_int_equal(sink->ops->end(sink, &s->sum, &err), EV_OK);
    sink->ops->free(sink);
    assert_int_equal(output_commit(out, &err), EV_OK);
    char *text = calloc(1, (size_t)output_bytes(out) + 1);
    FILE *file = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(file);
    assert_int_equal(fread(text, 1, (size_t)output_bytes(out), file), output_bytes(out));
    fclose(file);
    output_free(out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not there: %s", part);
}

static void formats_are_found_by_name_and_suffix(void **state)
{
    (void)state;
    assert_string_equal(sink_format_by_name(SLICE("CSV"))->name, "csv");
    assert_string_equal(sink_format_by_name(SLICE("table"))->name, "table");
    assert_null(sink_format_by_name(SLICE("xls")));
    assert_string_equal(sink_format_by_path(SLICE("a/b.html"))->name, "html");
    assert_string_equal(sink_format_by_path(SLICE("B.JSONL"))->name, "jsonl");
    assert_null(sink_format_by_path(SLICE(".csv")));
    assert_null(sink_format_by_path(SLICE("csv")));
    assert_null(sink_format_by_path(SLICE("-")));
    assert_string_equal(sink_format_by_path(SLICE("c.sqlite"))->name, "sqlite");
    assert_null(sink_format_at(5));
}

static void csv_options(void **state)
{
    (void)state;
    struct sample s;
    struct detection d;
    sample_init(&s);
    sample_hostile(&s, 0, &d);
    char *text = write_rows("csv", &(struct sink_options){ .bom = true }, &s, &d, 1);
    assert_int_equal(strncmp(text,
                             "\xef\xbb\xbf"
                             "timestamp,level,",
                             19),
                     0);
    assert_has(text, ",'=cmd|' /C calc'!A0,");
    free(text);
    text = write_rows("csv", &(struct sink_options){ .csv_raw = true }, &s, &d, 1);
    assert_int_equal(strncmp(text, "timestamp,level,", 16), 0);
    assert_has(text, ",=cmd|' /C calc'!A0,");
    free(text);
    sample_release(&s);
}

/* Writes the rows by way of texts that are made beforehand; the last two are of one event. */
static char *write_lines(const char *const *format, size_t n, struct sample *s,
                         const struct detection *d, size_t nd)
{
    struct output *out[2] = { NULL };
    struct sink *sink[2] = { NULL };
    struct lines l;
    struct buf text, common;
    char *written = NULL;
    buf_init(&text, LIMIT_MIB(64));
    buf_init(&common, LIMIT_MIB(64));
    for (size_t i = 0; i < n; i++) { /* the last one is looked at */
        const struct sink_format *f = sink_format_by_name(slice_str(format[i]));
        assert_int_equal(output_open(i + 1 == n ? path : "/dev/null", true, &out[i], NULL), EV_OK);
        assert_int_equal(f->open(out[i], &(struct sink_options){ .bom = false }, &sink[i], NULL),
                         EV_OK);
    }
    assert_true(lines_init(&l, sink, n));
    void *state = l.render.open(&l.render);
    for (size_t i = 0; i < nd; i++) {
        struct detection back = { .rule = d[i].rule };
        buf_clear(&text);
        if (i + 1 < nd) { /* the last two are of the same event */
            buf_clear(&common);
            l.render.event(state, &d[i], &common);
        }
        l.render.row(state, &d[i], &text);
        assert_false(text.full);
        /* What detection_encode_key keeps, and other places. */
        back.text = buf_view(&text);
        back.common = buf_view(&common);
        back.source_file = d[i].source_file;
        back.place = d[i].place;
        back.no_place = d[i].no_place;
        back.mixed_origin = d[i].mixed_origin;
        back.also_in = d[i].also_in;
        back.also_in_more = d[i].also_in_more;
        assert_int_equal(lines_write(&l, &back, NULL), EV_OK);
        back.text.n--;
        assert_int_equal(lines_write(&l, &back, NULL), EV_EFORMAT);
        back.text.n++;
        back.common.n--;
        assert_int_equal(lines_write(&l, &back, NULL), EV_EFORMAT);
    }
    l.render.close(state);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(sink[i]->ops->end(sink[i], &s->sum, NULL), EV_OK);
        sink[i]->ops->free(sink[i]);
        assert_int_equal(output_commit(out[i], NULL), EV_OK);
    }
    written = calloc(1, (size_t)output_bytes(out[n - 1]) + 1);
    FILE *file = fopen(path, "r");
    assert_non_null(written);
    assert_non_null(file);
    assert_int_equal(fread(written, 1, (size_t)output_bytes(out[n - 1]), file),
                     output_bytes(out[n - 1]));
    fclose(file);
    for (size_t i = 0; i < n; i++)
        output_free(out[i]);
    buf_release(&text);
    buf_release(&common);
    return written;
}

static void rows_as_text_are_the_same_rows(void **state)
{
    static const char *const format[][2] = { { "csv" }, { "jsonl" }, { "csv", "jsonl" } };
    struct sample s;
    struct detection d[SAMPLE_HOSTILE + 12];
    size_t n = 0;
    (void)state;
    sample_init(&s);
    for (size_t i = 0; i < 10; i++)
        sample_row(&s, i, &d[n++]);
    for (size_t i = 0; i < SAMPLE_HOSTILE; i++)
        sample_hostile(&s, i, &d[n++]);
    d[n] = d[n - 1], d[n++].rule = d[0].rule; /* another rule on the same event */
    for (size_t i = 0; i < 3; i++) {
        const size_t outputs = format[i][1] ? 2 : 1;
        char *as_is =
            write_rows(format[i][outputs - 1], &(struct sink_options){ .bom = false }, &s, d, n);
        char *text = write_lines(format[i], outputs, &s, d, n);
        assert_string_equal(as_is, text);
        free(as_is);
        free(text);
    }
    sample_release(&s);
}

static void outputs_that_want_rows_as_they_are_get_them(void **state)
{
    struct output *out = NULL;
    struct sink *sink[2] = { NULL };
    struct lines l;
    (void)state;
    assert_int_equal(output_open("/dev/null", true, &out, NULL), EV_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(sink_format_by_name(i ? SLICE("html") : SLICE("csv"))
                             ->open(out, &(struct sink_options){ .bom = false }, &sink[i], NULL),
                         EV_OK);
    assert_true(lines_init(&l, sink, 1));
    assert_false(lines_init(&l, sink, 2));
    for (size_t i = 0; i < 2; i++)
        sink[i]->ops->free(sink[i]);
    output_free(out);
}

static void zone_shifts_the_timestamp_not_the_event(void **state)
{
    (void)state;
    struct sample s;
    struct detection d;
    struct zone *zone = NULL;
    sample_init(&s);
    sample_row(&s, 0, &d);
    assert_int_equal(zone_open("+05:30", &zone, NULL), EV_OK);
    char *text = write_rows("jsonl", &(struct sink_options){ .view = { .zone = zone } }, &s, &d, 1);
    assert_has(text, "{\"timestamp\":\"2020-02-18T15:41:12.1234567+05:30\"");
    assert_has(text, "\"time_created\":\"2020-02-18T10:11:12.1234567Z\"");
    free(text);
    text = write_rows("csv", &(struct sink_options){ .view = { .zone = zone } }, &s, &d, 1);
    assert_has(text, "\r\n2020-02-18T15:41:12.1234567+05:30,");
    free(text);
    zone_free(zone);
    sample_release(&s);
}

static void row_without_time_or_ids_says_so(void **state)
{
    (void)state;
    struct sample s;
    struct detection d[2];
    struct sink_options o = { 0 };
    sample_init(&s);
    sample_row(&s, 0, &d[0]);
    d[0].header_time = true;
    d[0].has_event_id = d[0].has_record_id = false;
    d[0].process.id = SLICE_ABSENT;
    d[0].cut = true;
    sample_row(&s, 1, &d[1]);
    d[1].timestamp = 0;
    char *text = write_rows("jsonl", &o, &s, d, 2);
    assert_has(text, "\"event_id\":null,\"record_id\":null,\"time_created\":null,");
    assert_has(text, "\"cut\":true");
    assert_has(text, "\"process\":{\"id\":null,");
    assert_has(text, "\n{\"timestamp\":null,");
    free(text);
    text = write_rows("csv", &o, &s, d, 2);
    assert_has(text, "| no readable TimeCreated: the time is the record header's | ");
    assert_has(text, "the record has more fields than could be kept");
    assert_has(text, "\r\n,informational,");
    assert_has(text, "| no readable time | ");
    free(text);
    sample_release(&s);
}

static void table_keeps_the_newest_rows(void **state)
{
    (void)state;
    enum { ROWS = LIMIT_TABLE_ROWS + 1234 };
    struct sample s;
    struct detection d;
    struct detection *v = calloc(ROWS, sizeof *v);
    assert_non_null(v);
    sample_init(&s);
    sample_row(&s, 0, &d);
    for (size_t i = 0; i < ROWS; i++)
        v[i] = d;
    v[ROWS - 1].process.command_line = SLICE("the last one");
    char *text = write_rows("table", &(struct sink_options){ .width = 100 }, &s, v, ROWS);
    assert_int_equal(strncmp(text, "1,234 earlier rows are not shown", 32), 0);
    const char *last = strstr(text, "the last one");
    assert_non_null(last);
    assert_true(strlen(last) <= strlen("the last one\n"));
    size_t lines = 0;
    for (const char *line = text; *line != '\0'; lines++) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 100);
        line += n + (line[n] == '\n');
    }
    assert_in_range(lines, LIMIT_TABLE_ROWS + 1, LIMIT_TABLE_ROWS + 2); /* and two heads */
    assert_has(text, "DC01 ");
    assert_null(strchr(text, '\033'));
    free(text);
    free(v);
    sample_release(&s);
}

static void every_format_fails_on_a_full_device(void **state)
{
    (void)state;
    struct sample s;
    if (access("/dev/full", W_OK) != 0)
        skip();
    sample_init(&s);
    for (size_t i = 0; sink_format_at(i) != NULL; i++) {
        struct sink_options o = { 0 };
        struct output *out = NULL;
        struct sink *sink = NULL;
        struct ev_err err;
        struct detection d;
        assert_int_equal(output_open("/dev/full", false, &out, &err), EV_OK);
        int rc = sink_format_at(i)->open(out, &o, &sink, &err);
        for (size_t row = 0; row < 2000 && rc == EV_OK; row++) {
            sample_row(&s, row, &d);
            rc = sink->ops->row(sink, &d, &err);
        }
        if (rc == EV_OK)
            rc = sink->ops->end(sink, &s.sum, &err);
        if (rc == EV_OK)
            rc = output_commit(out, &err);
        /* A database goes into files only, and says so at once. */
        bool database = strcmp(sink_format_at(i)->name, "sqlite") == 0;
        if (rc != (database ? EV_EUSAGE : EV_EIO))
            fail_msg("%s: %d", sink_format_at(i)->name, rc);
        if (sink != NULL)
            sink->ops->free(sink);
        output_free(out);
    }
    sample_release(&s);
}

static void same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    struct sample s;
    struct detection d[30];
    struct sink_options o = { 0 };
    sample_init(&s);
    for (size_t i = 0; i < 30; i++)
        sample_row(&s, i, &d[i]);
    for (size_t i = 0; sink_format_at(i) != NULL; i++) {
        char *a = write_rows(sink_format_at(i)->name, &o, &s, d, 30);
        char *b = write_rows(sink_format_at(i)->name, &o, &s, d, 30);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    sample_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_found_by_name_and_suffix),
        cmocka_unit_test(csv_options),
        cmocka_unit_test(rows_as_text_are_the_same_rows),
        cmocka_unit_test(outputs_that_want_rows_as_they_are_get_them),
        cmocka_unit_test(zone_shifts_the_timestamp_not_the_event),
        cmocka_unit_test(row_without_time_or_ids_says_so),
        cmocka_unit_test(table_keeps_the_newest_rows),
        cmocka_unit_test(every_format_fails_on_a_full_device),
        cmocka_unit_test(same_rows_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}

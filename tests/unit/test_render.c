/* test_render.c - XML and JSON of records: values, the two ways to the same bytes, hostile text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/escape.h"
#include "evtx/render_impl.h"
#include "evtx/render_json.h"
#include "evtx/render_name.h"
#include "evtx/render_program.h"
#include "evtx/render_steps.h"
#include "evtx_run.h"
#include "input/walk.h"

#define AT "@ 2026-03-02T08:01:02.1234567Z "
#define HEAD AT "id=4688 version=2 provider=P channel=Security computer=PC pid=4 tid=88\n"

/* A decoder run whose events are rendered. */
struct dump {
    struct names *names;
    struct reader_worker *worker;
    struct render *render;
    struct buf out;
    struct accounting counts;
    bool json;
};

static void dump_init(struct dump *d, bool lines)
{
    struct render_options o = { .lines = lines };

    *d = (struct dump){ .names = names_new(), .worker = reader_worker_new() };
    d->render = render_new(&o);
    buf_init(&d->out, LIMIT_MIB(512));
}

static void dump_release(struct dump *d)
{
    names_free(d->names);
    reader_worker_free(d->worker);
    render_free(d->render);
    buf_release(&d->out);
}

static int on_event(void *ctx, struct event *ev)
{
    struct dump *d = ctx;

    return d->json ? render_json(d->render, d->worker, ev, SLICE("f"), &d->out)
                   : render_xml(d->render, d->worker, ev, &d->out);
}

static void dump_source(struct dump *d, const struct decoder *decoder, struct source *src,
                        bool walk_only, bool recover)
{
    struct reader_options o = { .names = d->names, .recover = recover };
    struct reader_visitor v = {
        .event = on_event, .ctx = d, .facts_only = !d->json, .lazy = d->json
    };
    struct reader *r = NULL;
    struct ev_err err;

    buf_clear(&d->out);
    d->counts = (struct accounting){ 0 };
    if (decoder->open(src, &o, &r, &err) < 0)
        return;
    if (!d->worker->native)
        d->worker->native = native_worker_new();
    d->worker->native->walk_only = walk_only;
    for (uint64_t i = 0; i < decoder->jobs(r); i++)
        assert_int_equal(decoder->run(r, i, d->worker, &v, &d->counts, &err), EV_OK);
    decoder->close(r);
    assert_true(evtx_run_adds_up(&d->counts));
    buf_byte(&d->out, 0);
}

/* The dump of a log made by a script; ends with a NUL. */
static const char *dump_script(struct dump *d, const char *script)
{
    struct source *src;
    char err[256] = "";
    struct ew_file f;

    if (!ew_script_compile(ew_str(script), &f, NULL, err, sizeof err))
        fail_msg("%s", err);
    src = source_open_memory(slice_of(f.image.p, f.image.n), "test.evtx");
    dump_source(d, &decoder_native, src, false, false);
    source_free(src);
    ew_file_release(&f);
    return (const char *)d->out.p;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Text of v, escaped by the functions of base/. */
static void expect(const struct value *v, enum render_place place, struct arena *a, struct buf *out)
{
    struct slice text = value_text(v, a);

    buf_clear(out);
    if (place == RENDER_JSON)
        escape_json(text, out);
    else
        escape_xml(text, place == RENDER_ATTRIBUTE, out);
}

/* escape_xml leaves line ends alone, render_value does not. */
static void without_line_ends(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] == '\r' || p[i] == '\n' || p[i] == '\t')
            p[i] = 'x';
}

static void every_type_renders_as_value_text(void **state)
{
    static const uint32_t size[] = { 0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 28, 31, 32, 64, 68, 130 };
    struct arena a;
    struct render_state r = { .arena = &a };
    uint64_t seed = 88172645463325252;
    struct buf want;
    uint8_t got[6 * 130 + 512], raw[256];

    (void)state;
    arena_init(&a, LIMIT_MIB(1));
    buf_init(&want, LIMIT_MIB(1));
    for (int round = 0; round < 200000; round++) {
        enum render_place place = (enum render_place)(next_random(&seed) % 3);
        struct value v = { raw, size[next_random(&seed) % 16], (uint8_t)(next_random(&seed) % 24) };
        unsigned kind = (unsigned)(next_random(&seed) % 3);
        uint8_t *end;

        for (size_t i = 0; i < sizeof raw; i++)
            raw[i] = (uint8_t)(kind == 0 ? next_random(&seed)
                                         : (i % 2 ? (next_random(&seed) % 40 == 0) * 0x21
                                                  : 0x20 + next_random(&seed) % 96));
        if (v.type == VALUE_SID && kind) {
            raw[0] = 1;
            raw[1] = (uint8_t)(next_random(&seed) % 17);
            raw[2] = raw[3] = 0;
        }
        without_line_ends(raw, sizeof raw);
        arena_reset(&a);
        expect(&v, place, &a, &want);
        end = render_value(&r, got, &v, place, round % 2);
        assert_non_null(end);
        if ((size_t)(end - got) != want.n || (want.n && memcmp(got, want.p, want.n) != 0))
            fail_msg("type %u size %u place %d: \"%.*s\" is not \"%.*s\"", v.type, v.n, (int)place,
                     (int)(end - got), (const char *)got, (int)want.n, (const char *)want.p);
    }
    buf_release(&want);
    arena_release(&a);
}

static void numbers_of_every_length_are_right(void **state)
{
    struct arena a;
    struct render_state r = { .arena = &a };
    uint64_t n = 1;

    (void)state;
    arena_init(&a, LIMIT_MIB(1));
    for (int digits = 1; digits <= 20; digits++, n *= 10) {
        for (uint64_t k = n - 1; k <= n + 1; k++) {
            uint8_t raw[8], got[600];
            struct value v = { raw, 8, VALUE_U64 };
            char want[32];
            size_t len;

            for (int i = 0; i < 8; i++)
                raw[i] = (uint8_t)(k >> 8 * i);
            len = (size_t)(render_value(&r, got, &v, RENDER_TEXT, false) - got);
            snprintf(want, sizeof want, "%llu", (unsigned long long)k);
            assert_int_equal(len, strlen(want));
            assert_memory_equal(got, want, len);
        }
    }
    arena_release(&a);
}

static void a_record_is_rendered_as_windows_does(void **state)
{
    struct dump d;

    (void)state;
    dump_init(&d, false);
    assert_string_equal(
        dump_script(&d, HEAD "A=one & <two>\n"),
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
        "Name='P' "
        "Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/><EventID>4688</EventID><Version>2</"
        "Version><Level>0</Level><Task>0</Task>"
        "<Opcode>0</Opcode><Keywords>0x8020000000000000</Keywords><TimeCreated "
        "SystemTime='2026-03-02T08:01:02.1234567Z'/><EventRecordID>1</EventRecordID><Correlation/>"
        "<Execution ProcessID='4' ThreadID='88'/><Channel>Security</Channel><Computer>PC</Computer>"
        "<Security/></System><EventData><Data Name='A'>one &amp; &lt;two&gt;</Data></EventData>"
        "</Event>\n");
    dump_release(&d);
}

static void json_has_event_and_source(void **state)
{
    struct dump d;
    const char *text;

    (void)state;
    dump_init(&d, false);
    d.json = true;
    text = dump_script(&d, HEAD "A=\"q\"\nB=2\n");
    assert_non_null(strstr(text, "{\"event\":{\"computer\":\"PC\",\"channel\":\"Security\","
                                 "\"provider\":\"P\",\"event_id\":4688,\"record_id\":1,"
                                 "\"time_created\":\"2026-03-02T08:01:02.1234567Z\",\"system\":{"));
    assert_non_null(strstr(text, "\"cut\":false},\"source\":{\"file\":\"f\",\"offset\":4608,"
                                 "\"chunk\":0,\"record_number\":1,\"origin\":\"active\"}}\n"));
    dump_release(&d);
}

static void a_name_that_repeats_is_an_array(void **state)
{
    struct dump d;

    (void)state;
    dump_init(&d, false);
    d.json = true;
    assert_non_null(strstr(dump_script(&d, HEAD "A=1\nB=2\nA=3\n"),
                           "\"data\":{\"A\":[\"1\",\"3\"],\"B\":\"2\"}"));
    dump_release(&d);
}

/* Logs for the tests that need many: testdata/, and the shared ones where there are any. */
struct logs {
    struct dump *fast, *slow;
    uint64_t files, records;
    bool recover;
};

static void compare_file(struct logs *l, const char *path)
{
    struct source *src = NULL;
    struct ev_err err;

    if (source_open_file(path, &src, &err) < 0)
        return;
    dump_source(l->fast, &decoder_native, src, false, l->recover);
    dump_source(l->slow, &decoder_native, src, true, l->recover);
    if (l->fast->out.n != l->slow->out.n ||
        (l->fast->out.n && memcmp(l->fast->out.p, l->slow->out.p, l->fast->out.n) != 0)) {
        size_t i = 0;

        while (i < l->fast->out.n && i < l->slow->out.n && l->fast->out.p[i] == l->slow->out.p[i])
            i++;
        fail_msg("%s, byte %zu: %.120s is not %.120s", path, i,
                 (const char *)l->fast->out.p + (i > 40 ? i - 40 : 0),
                 (const char *)l->slow->out.p + (i > 40 ? i - 40 : 0));
    }
    assert_int_equal(render_replaced(l->fast->render), render_replaced(l->slow->render));
    l->files++;
    l->records += l->fast->counts.events;
    source_free(src);
}

static int walk_logs(const char *path, int (*file)(void *ctx, const char *path), void *ctx)
{
    struct walk_visitor v = { .file = file, .ctx = ctx };
    struct ev_err err;

    return walk_path(path, &v, &err);
}

static int on_file(void *ctx, const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && strcmp(dot, ".evtx") == 0)
        compare_file(ctx, path);
    return EV_OK;
}

static void steps_write_what_the_walk_writes(void **state)
{
    const char *shared = getenv("EVTRIAGE_SHARED"), *srcdir = getenv("srcdir");
    struct dump fast, slow;
    struct logs l = { .fast = &fast, .slow = &slow };
    char path[4096];

    (void)state;
    for (int recover = 0; recover < 2; recover++) {
        for (int form = 0; form < 3; form++) { /* XML, lines of XML, JSON */
            l.recover = recover;
            dump_init(&fast, form == 1);
            dump_init(&slow, form == 1);
            fast.json = slow.json = form == 2;
            snprintf(path, sizeof path, "%s/testdata", srcdir ? srcdir : ".");
            walk_logs(path, on_file, &l);
            if (shared && form > 0) {
                snprintf(path, sizeof path, "%s/corpus", shared);
                walk_logs(path, on_file, &l);
            }
            dump_release(&fast);
            dump_release(&slow);
        }
    }
    print_message("# %llu records of %llu logs, compared\n", (unsigned long long)l.records,
                  (unsigned long long)l.files);
    assert_true(l.records > 1000);
}

/* The others compare bytes, which are right without steps, too, but slow. */
static void the_second_record_of_a_kind_is_written_by_steps(void **state)
{
    const struct native_worker *nw;
    struct dump d;

    (void)state;
    dump_init(&d, false);
    dump_script(&d, HEAD "A=1\nB=2\n\n" HEAD "A=3\nB=4\n");
    nw = d.worker->native;
    assert_int_equal(d.counts.events, 2);
    assert_int_equal(nw->outer.t->render->variants, 1);
    assert_non_null(nw->outer.t->render->first->step);
    d.json = true;
    dump_script(&d, HEAD "A=1\nB=2\n\n" HEAD "A=3\nB=4\n\n" HEAD "A=3\nB=4\n");
    assert_int_equal(d.counts.events, 3);
    assert_non_null(nw->planned[0]);
    assert_non_null(nw->planned[1]);
    assert_int_equal(nw->planned[1]->json->variants, 1);
    assert_non_null(nw->planned[1]->json->first->step);
    dump_release(&d);
}

static void line_feeds_are_references_where_lines_count(void **state)
{
    struct dump d;

    (void)state;
    dump_init(&d, true);
    assert_non_null(strstr(dump_script(&d, HEAD "A:esc=one\\u000atwo\\u000dthree\n"),
                           "<Data Name='A'>one&#10;two&#13;three</Data>"));
    dump_release(&d);
    dump_init(&d, false);
    assert_non_null(strstr(dump_script(&d, HEAD "A:esc=one\\u000atwo\\u000dthree\n"),
                           "<Data Name='A'>one\ntwo&#13;three</Data>"));
    dump_release(&d);
}

static void forbidden_characters_are_replaced_and_counted(void **state)
{
    uint8_t raw[] = { 'a', 0, 1, 0, 0xff, 0xff, 0, 0xd8, 'b', 0 }, got[600];
    struct value v = { raw, sizeof raw, VALUE_UTF16 };
    struct render_state r = { .arena = NULL };
    uint8_t *end = render_value(&r, got, &v, RENDER_TEXT, false);

    (void)state;
    assert_int_equal(end - got, 11);
    assert_memory_equal(got,
                        "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                        "b",
                        11);
    assert_int_equal(r.replaced, 3);
}

static void hostile_names_are_mended(void **state)
{
    static const struct {
        uint8_t units[8];
        uint32_t n;
        const char *want;
        uint64_t replaced;
    } name[] = { { { 'a', 0, '<', 0 }, 2, "a_", 1 },
                 { { 'a', 0, 0x44, 0x0d }, 2, "a_", 1 }, /* allowed by the fifth edition only */
                 { { 0xe4, 0, 'b', 0 },
                   2,
                   "\xc3\xa4"
                   "b",
                   0 },
                 { { '1', 0, '1', 0 }, 2, "_1", 1 },
                 { { 0 }, 0, "_", 1 },
                 { { 'x', 0, ':', 0, 'y', 0 }, 3, "x:y", 0 },
                 { { ':', 0, 'y', 0 }, 2, "_y", 1 },
                 { { 'x', 0, ':', 0, '1', 0 }, 3, "x_1", 1 },
                 { { 'x', 0, ':', 0, 'y', 0, ':', 0 }, 4, "x:y_", 1 },
                 { { 0x00, 0xd8, 'y', 0 }, 2, "_y", 1 },
                 { { 0xe9, 0, '-', 0 }, 2, "\xc3\xa9-", 0 } };
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        buf_clear(&b);
        assert_int_equal(render_name((struct binxml_name){ name[i].units, name[i].n }, &b),
                         name[i].replaced);
        assert_int_equal(b.n, strlen(name[i].want));
        assert_memory_equal(b.p, name[i].want, b.n);
    }
    buf_release(&b);
}

/* Are the events the same when read back from XML? Lines of fields that a control character or the
 * like changed are left out. */
static void compare_lines(const char *path, const struct buf *want, const struct buf *got)
{
    struct slice w = buf_view(want), g = buf_view(got);

    while (w.n && g.n) {
        struct slice a = slice_sub(w, 0, slice_find_byte(w, '\n'));
        struct slice b = slice_sub(g, 0, slice_find_byte(g, '\n'));

        if (!slice_eq(a, b) && slice_find(b, SLICE("\xef\xbf\xbd")) == SIZE_MAX)
            fail_msg("%s: \"%.*s\" came back as \"%.*s\"", path, (int)a.n, (const char *)a.p,
                     (int)b.n, (const char *)b.p);
        w = slice_sub(w, a.n + 1, w.n);
        g = slice_sub(g, b.n + 1, g.n);
    }
    if (w.n != g.n)
        fail_msg("%s: more lines: %.*s%.*s", path, (int)w.n, (const char *)w.p, (int)g.n,
                 (const char *)g.p);
}

struct round_trip {
    struct dump *dump;
    struct evtx_run *before, *after;
    uint64_t events;
};

static int round_trip_file(void *ctx, const char *path)
{
    struct round_trip *t = ctx;
    const char *dot = strrchr(path, '.');
    struct source *src = NULL, *xml;
    struct ev_err err;

    if (!dot || strcmp(dot, ".evtx") != 0 || source_open_file(path, &src, &err) < 0)
        return EV_OK;
    if (evtx_run_source(t->before, &decoder_native, src, &err) == EV_OK &&
        t->before->counts.events) {
        dump_source(t->dump, &decoder_native, src, false, false);
        xml = source_open_memory(slice_of(t->dump->out.p, t->dump->out.n - 1), "dump.xml");
        assert_int_equal(evtx_run_source(t->after, &decoder_xml, xml, &err), EV_OK);
        source_free(xml);
        assert_int_equal(t->after->counts.unreadable, 0);
        if (t->before->counts.events != t->after->counts.events)
            fail_msg("%s: events went missing", path);
        compare_lines(path, &t->before->events, &t->after->events);
        t->events += t->after->counts.events;
    }
    source_free(src);
    return EV_OK;
}

static void xml_reads_back_as_the_same_events(void **state)
{
    const char *shared = getenv("EVTRIAGE_SHARED"), *srcdir = getenv("srcdir");
    struct evtx_run before, after;
    struct dump d;
    struct round_trip t = { &d, &before, &after, 0 };
    char path[4096];

    (void)state;
    dump_init(&d, false);
    evtx_run_init(&before);
    evtx_run_init(&after);
    snprintf(path, sizeof path, "%s/testdata", srcdir ? srcdir : ".");
    walk_logs(path, round_trip_file, &t);
    if (shared) {
        snprintf(path, sizeof path, "%s/corpus", shared);
        walk_logs(path, round_trip_file, &t);
    }
    print_message("# %llu events came back\n", (unsigned long long)t.events);
    assert_true(t.events > 1000);
    evtx_run_release(&before);
    evtx_run_release(&after);
    dump_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_renders_as_value_text),
        cmocka_unit_test(numbers_of_every_length_are_right),
        cmocka_unit_test(a_record_is_rendered_as_windows_does),
        cmocka_unit_test(json_has_event_and_source),
        cmocka_unit_test(a_name_that_repeats_is_an_array),
        cmocka_unit_test(the_second_record_of_a_kind_is_written_by_steps),
        cmocka_unit_test(line_feeds_are_references_where_lines_count),
        cmocka_unit_test(forbidden_characters_are_replaced_and_counted),
        cmocka_unit_test(hostile_names_are_mended),
        cmocka_unit_test(steps_write_what_the_walk_writes),
        cmocka_unit_test(xml_reads_back_as_the_same_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_unbound.c - records whose template is gone: what their values still tell, and what not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"
#include "evtx/native_impl.h"
#include "evtx_run.h"
#include "input/walk.h"

#define AT "@ 2026-03-02T08:01:02.1234567Z "
#define HEAD                                                                                       \
    AT "id=4688 version=2 provider=Test-Provider channel=Security computer=PC pid=4 tid=88\n"

enum { CHUNK_AT = 4096, FIRST = CHUNK_AT + CHUNK_HEADER };

static void make(struct ew_file *f, const char *script, const char *damage)
{
    char err[256] = "";

    if (!ew_script_compile(ew_str(script), f, NULL, err, sizeof err) ||
        (damage && !ew_damage_apply(&f->image, ew_str(damage), err, sizeof err)))
        fail_msg("%s", err);
}

static void run_image(struct evtx_run *t, const struct ew_buf *image, bool recover)
{
    struct ev_err err;

    t->recover = recover;
    assert_int_equal(evtx_run_bytes(t, &decoder_native, slice_of(image->p, image->n), &err), EV_OK);
    assert_true(evtx_run_adds_up(&t->counts));
}

static void has(const struct evtx_run *t, const char *lines)
{
    if (!evtx_run_has(&t->events, lines))
        fail_msg("%s\nis not in\n%.*s", lines, SLICE_ARG(buf_view(&t->events)));
}

static void has_not(const struct evtx_run *t, const char *line)
{
    if (evtx_run_has(&t->events, line))
        fail_msg("%s\nis in\n%.*s", line, SLICE_ARG(buf_view(&t->events)));
}

/* Place of the n-th record of the first chunk in the file. */
static size_t record_at(const struct ew_file *f, int n)
{
    size_t at = FIRST;

    while (n-- > 0)
        at += binxml_u32(f->image.p + at + 4);
    return at;
}

/* Where the second record says that its outer definition lies, and, behind its outer values, that of its
 * body. */
static size_t outer_definition(const struct ew_file *f)
{
    return CHUNK_AT + binxml_u32(f->image.p + record_at(f, 1) + 34);
}

static size_t body_instance(const struct ew_file *f, int record)
{
    const uint8_t *p = f->image.p + record_at(f, record) + 38;
    uint32_t n, bytes = 0;

    if (CHUNK_AT + binxml_u32(p - 4) == (uint32_t)(p - f->image.p))
        p += TEMPLATE_HEADER + binxml_u32(p + 20);
    n = binxml_u32(p);

    for (uint32_t i = 0; i + 1 < n; i++)
        bytes += binxml_u16(p + 4 + 4 * i);
    p += 4 + 4 * n + bytes;
    p += binxml_u32(p) == 0x0001010f ? 4 : 0;
    return (size_t)(p - f->image.p);
}

static size_t body_definition(const struct ew_file *f)
{
    return CHUNK_AT + binxml_u32(f->image.p + body_instance(f, 1) + 6);
}

static void system_is_known_by_the_places_of_its_values(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", "definition-id@0:1");
    run_image(t, &f.image, false);
    /* The first lost its definition with its GUID, but not the place of its values. */
    assert_int_equal(t->counts.events, 2);
    assert_int_equal(t->counts.unbound, 2);
    assert_int_equal(t->counts.unreadable, 0);
    assert_int_equal(t->counts.finding[FINDING_TEMPLATE], 2);
    assert_true(t->unbound);
    assert_int_equal(t->record_id, 2);
    has(t, "event 4688 level 0 version 2 active\n0 Provider_Name=Test-Provider\n");
    has(t, "0 EventID=4688\n");
    has(t, "0 TimeCreated_SystemTime=2026-03-02T08:01:02.1234567Z\n0 EventRecordID=2\n");
    has(t, "0 Execution_ProcessID=4\n0 Execution_ThreadID=88\n0 Channel=Security\n");
    has(t, "2 SystemTemplate=0x");
    has(t, "1 A=two\n"); /* the body has its own template */
    has_not(t, "Computer");
    ew_file_release(&f);
}

static void values_of_a_body_keep_their_order(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\nB:u32=8\nC=x\n" HEAD "A=two\nB:u32=7\nC=\n", NULL);
    f.image.p[body_definition(&f) + 4] ^= 1;
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.events, 2);
    assert_int_equal(t->counts.unbound, 2);
    assert_true(t->unbound);
    has(t, "0 Computer=PC\n"); /* the record's own template is there */
    has(t, "2 Slot0=two\n2 Slot1=7\n2 Slot2=\n");
    has_not(t, "A=");
    has_not(t, "SystemTemplate");
    ew_file_release(&f);
}

static void record_without_any_definition_is_shown(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", NULL);
    memset(f.image.p + body_definition(&f), 0, 24);
    memset(f.image.p + outer_definition(&f), 0, 24);
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.events, 2);
    assert_int_equal(t->counts.unbound, 2);
    /* The first lost the size of its definitions: where its values are is seen by their types. */
    has(t, "0 EventRecordID=1\n");
    has(t, "2 Raw=0000000000");
    has(t, "0 EventRecordID=2\n0 Execution_ProcessID=4\n0 Execution_ThreadID=88\n"
           "0 Channel=Security\n2 SystemTemplate=0x");
    has(t, "2 Slot0=two\n");
    ew_file_release(&f);
}

/* Is the second record still shown with the byte at `at` behind its number of values another one? */
static bool shown_with(struct evtx_run *t, size_t at, uint8_t byte)
{
    struct ew_file f;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", "definition-gone@0:1");
    f.image.p[record_at(&f, 1) + 38 + 4 + at] = byte;
    run_image(t, &f.image, false);
    ew_file_release(&f);
    return t->counts.events == 2 && t->counts.unbound == 2;
}

static void values_of_wrong_types_are_not_believed(void **state)
{
    struct evtx_run *t = *state;

    assert_true(shown_with(t, 4 * 0 + 2, VALUE_U8));
    assert_false(shown_with(t, 4 * 0 + 2, VALUE_I8));     /* Level */
    assert_false(shown_with(t, 4 * 3 + 2, VALUE_NULL));   /* EventID */
    assert_false(shown_with(t, 4 * 6 + 2, VALUE_U64));    /* TimeCreated */
    assert_false(shown_with(t, 4 * 10 + 2, VALUE_HEX64)); /* EventRecordID */
    assert_false(shown_with(t, 4 * 14 + 2, 0x16));        /* no such type */
    assert_false(shown_with(t, 4 * 14 + 3, 1));           /* always 0 */
    assert_false(shown_with(t, 4 * 2, 3));                /* Task of three bytes, all else moved */
}

static void a_time_that_cannot_be_is_not_believed(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;
    size_t at;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", "definition-gone@0:1");
    at = slice_find(slice_of(f.image.p + record_at(&f, 1) + 24, 400),
                    slice_of(f.image.p + record_at(&f, 1) + 16, 8));
    assert_true(at < 400);
    f.image.p[record_at(&f, 1) + 24 + at + 7] = 0x7f;
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.unbound, 1);
    assert_int_equal(t->counts.unreadable, 1);
    ew_file_release(&f);
}

/* What is inside Event and no list of values is shown as bytes. */
static void wild_values_of_a_body_are_shown_as_bytes(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", NULL);
    f.image.p[body_definition(&f) + 4] ^= 1;
    f.image.p[body_instance(&f, 1) + 14 + 2] = 0x77; /* type of the first value */
    run_image(t, &f.image, false);
    assert_true(t->unbound);
    has(t, "2 Template=0x");
    has(t, "2 Raw=0");
    has(t, "740077006F00"); /* two */
    has_not(t, "Slot0=two");
    ew_file_release(&f);
}

/* Slack may hold records of another place in the chunk: what they say of their own place is wrong. */
static void body_with_a_definition_out_of_its_place_is_told(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\n", NULL);
    f.image.p[body_instance(&f, 0) + 6] ^= 0x40;
    run_image(t, &f.image, false);
    assert_true(t->unbound);
    has(t, "0 Computer=PC\n2 Template=0x");
    has(t, "2 Slot0=one\n");
    ew_file_release(&f);
}

/* Values may not be taken from a record that begins inside another. */
static void values_of_a_swallowed_record_are_its_own(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;
    uint8_t *p;

    make(&f, HEAD "A=one\n" HEAD "A=two\n" HEAD "A=three\n", "hide@0:0");
    p = f.image.p + FIRST;
    memset(p + 38, 0, 400);
    run_image(t, &f.image, false);
    has_not(t, "EventRecordID=1\n");
    assert_true(t->counts.unreadable > 0);
    assert_int_equal(t->counts.recovered, 1);
    ew_file_release(&f);
}

static void unwanted_record_is_counted_all_the_same(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f, HEAD "A=one\n" HEAD "A=two\n", "definition-id@0:1");
    t->want_id = 1;
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.skipped, 2);
    assert_int_equal(t->counts.unbound, 2);
    ew_file_release(&f);
}

static void recovered_record_without_template_is_shown(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;

    make(&f,
         "! max-records=3 residue=true\n" HEAD "A=one\n" HEAD "A=two\n" HEAD "A=three\n" HEAD
         "A=four\n",
         "definition-id@1:0");
    run_image(t, &f.image, true);
    assert_int_equal(t->counts.recovered, t->counts.recovered_events);
    ew_file_release(&f);
}

static const char marked[] =
    "<Event><System><Provider Name='P'/><EventID>1</EventID><Channel>Security</Channel></System>"
    "<UnboundData Template='0x12345678'><Slot0>x</Slot0></UnboundData></Event>\n";
static const char whole[] =
    "<Event><System><Provider Name='P'/><EventID>1</EventID><Channel>Security</Channel></System>"
    "<EventData><Data Name='A'>x</Data></EventData></Event>\n";

static void mark_survives_xml(void **state)
{
    struct evtx_run *t = *state;
    struct ev_err err;

    assert_int_equal(evtx_run_bytes(t, &decoder_xml, slice_str(marked), &err), EV_OK);
    assert_true(t->unbound);
    has(t, "2 Slot0=x\n");
    assert_int_equal(evtx_run_bytes(t, &decoder_xml, slice_str(whole), &err), EV_OK);
    assert_int_equal(t->counts.events, 1);
    assert_false(t->unbound);
}

/* One log read twice: as it is, and as if no definition were left. */
struct read_event {
    uint64_t offset;
    bool unbound;
    struct slice lines; /* of its System fields: "\nname=text\n..." */
};

struct read {
    bool forget;
    struct arena arena;
    VEC(struct read_event) event;
    struct accounting counts;
};

static int on_event(void *ctx, struct event *ev)
{
    struct read *r = ctx;
    struct buf b;

    buf_init(&b, LIMIT_MIB(1));
    buf_byte(&b, '\n');
    for (size_t i = 0; i < ev->n; i++) {
        if (ev->field[i].part != EVENT_SYSTEM)
            continue;
        buf_slice(&b, ev->field[i].name);
        buf_byte(&b, '=');
        buf_slice(&b, event_text(ev, i));
        buf_byte(&b, '\n');
    }
    assert_true(vec_push(
        &r->event, 1 << 20,
        (struct read_event){ ev->place.offset, ev->unbound, arena_dup(&r->arena, buf_view(&b)) }));
    buf_release(&b);
    return EV_OK;
}

static void read_log(struct read *r, struct source *src, const struct names *names)
{
    const struct reader_options o = { .names = names };
    const struct reader_visitor v = { .event = on_event, .ctx = r };
    struct reader_worker *w = reader_worker_new();
    struct reader *reader = NULL;

    arena_init(&r->arena, LIMIT_MIB(256));
    w->native = native_worker_new();
    w->native->walk_only = w->native->forget = r->forget;
    if (decoder_native.open(src, &o, &reader, NULL) == EV_OK) {
        for (uint64_t i = 0; i < decoder_native.jobs(reader); i++)
            assert_int_equal(decoder_native.run(reader, i, w, &v, &r->counts, NULL), EV_OK);
        decoder_native.close(reader);
    }
    reader_worker_free(w);
}

/* What was compared, over all logs. */
static struct {
    uint64_t logs, records, gone, values, left_out, provider, channel, computer;
} sum;

/* Every value of System that the record tells without its template is one that it has with it, or one
 * that its template leaves out. */
static void compare_event(const char *path, const struct read_event *with,
                          const struct read_event *without)
{
    struct slice rest = without->lines;

    sum.gone++;
    while (rest.n > 1) {
        size_t n = slice_find(slice_sub(rest, 1, SIZE_MAX), SLICE("\n"));
        struct slice line = slice_sub(rest, 0, n + 2);

        struct slice name = slice_sub(line, 0, slice_find(line, SLICE("=")) + 1);

        if (slice_find(with->lines, name) == SIZE_MAX)
            sum.left_out++;
        else if (slice_find(with->lines, line) == SIZE_MAX)
            fail_msg("%s, record at %llu:%.*sis not in%.*s", path, (unsigned long long)with->offset,
                     SLICE_ARG(line), SLICE_ARG(with->lines));
        sum.values++;
        sum.provider += slice_starts(line, SLICE("\nProvider_Name="));
        sum.channel += slice_starts(line, SLICE("\nChannel="));
        sum.computer += slice_starts(line, SLICE("\nComputer="));
        rest = slice_sub(rest, n + 1, SIZE_MAX);
    }
}

static int on_log(void *ctx, const char *path)
{
    struct read with = { .forget = false }, without = { .forget = true };
    const char *dot = strrchr(path, '.');
    struct source *src = NULL;
    size_t k = 0;

    if (!dot || strcmp(dot, ".evtx") != 0 || source_open_file(path, &src, NULL) < 0)
        return EV_OK;
    read_log(&with, src, ctx);
    read_log(&without, src, ctx);
    for (size_t i = 0; i < with.event.n; i++) {
        if (k == without.event.n || with.event.v[i].offset != without.event.v[k].offset)
            continue;
        if (without.event.v[k].unbound)
            compare_event(path, &with.event.v[i], &without.event.v[k]);
        k++;
    }
    assert_int_equal(k, without.event.n);
    sum.logs++;
    sum.records += with.event.n;
    vec_release(&with.event);
    vec_release(&without.event);
    arena_release(&with.arena);
    arena_release(&without.arena);
    source_free(src);
    return EV_OK;
}

/* The claim on which all of this stands. */
static void places_of_system_hold_in_every_record_that_has_its_template(void **state)
{
    const char *shared = getenv("EVTRIAGE_SHARED"), *srcdir = getenv("srcdir");
    struct names *names = names_new();
    const struct walk_visitor v = { .file = on_log, .ctx = names };
    char path[4096];

    (void)state;
    snprintf(path, sizeof path, "%s/testdata", srcdir ? srcdir : ".");
    assert_int_equal(walk_path(path, &v, NULL), EV_OK);
    if (shared) {
        snprintf(path, sizeof path, "%s/corpus", shared);
        (void)walk_path(path, &v, NULL);
    }
    names_free(names);
    print_message(
        "# %llu logs, %llu records, %llu of them read without template: %llu values of "
        "System, %llu that templates leave out, %llu providers, %llu channels, %llu computers\n",
        (unsigned long long)sum.logs, (unsigned long long)sum.records, (unsigned long long)sum.gone,
        (unsigned long long)sum.values, (unsigned long long)sum.left_out,
        (unsigned long long)sum.provider, (unsigned long long)sum.channel,
        (unsigned long long)sum.computer);
    assert_true(sum.gone > 200);
    assert_int_equal(sum.computer, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, evtx_run_setup, evtx_run_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(system_is_known_by_the_places_of_its_values),
        TEST(values_of_a_body_keep_their_order),
        TEST(record_without_any_definition_is_shown),
        TEST(values_of_wrong_types_are_not_believed),
        TEST(a_time_that_cannot_be_is_not_believed),
        TEST(wild_values_of_a_body_are_shown_as_bytes),
        TEST(body_with_a_definition_out_of_its_place_is_told),
        TEST(values_of_a_swallowed_record_are_its_own),
        TEST(unwanted_record_is_counted_all_the_same),
        TEST(recovered_record_without_template_is_shown),
        TEST(mark_survives_xml),
        cmocka_unit_test(places_of_system_hold_in_every_record_that_has_its_template),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

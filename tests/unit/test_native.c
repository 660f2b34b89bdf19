/* test_native.c - the native decoder: shapes of records, damage, what is recovered, accounting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/mem.h"
#include "evtx/native_impl.h"
#include "evtx_run.h"

#define AT "@ 2026-03-02T08:01:02.1234567Z "
#define BEGIN AT "id=4688 version=2 provider=Test-Provider "
#define HEAD BEGIN "channel=Security computer=PC pid=4 tid=88\n"
#define DIRECT BEGIN "channel=Security computer=PC layout=direct\n"

/* Two chunks of three records; the second of a chunk has its definitions in the first. */
#define SIX                                                                                        \
    "! max-records=3\n" HEAD "A=one\n" HEAD "A=two\n" HEAD "A=three\n" HEAD "A=four\n" HEAD        \
    "A=five\n" HEAD "A=six\n"

static void make(struct ew_file *f, const char *script, const char *damage, struct ew_buf *tsv)
{
    char err[256] = "";

    if (!ew_script_compile(ew_str(script), f, tsv, err, sizeof err) ||
        (damage && !ew_damage_apply(&f->image, ew_str(damage), err, sizeof err)))
        fail_msg("%s", err);
}

static void run_image(struct evtx_run *t, const struct ew_buf *image, bool recover)
{
    struct ev_err err;

    t->recover = recover;
    assert_int_equal(evtx_run_bytes(t, &decoder_native, slice_of(image->p, image->n), &err), EV_OK);
    t->recover = false;
    assert_true(evtx_run_adds_up(&t->counts));
}

static void run(struct evtx_run *t, const char *script, const char *damage)
{
    struct ew_file f;

    make(&f, script, damage, NULL);
    run_image(t, &f.image, false);
    ew_file_release(&f);
}

static void recover(struct evtx_run *t, const char *script, const char *damage)
{
    struct ew_file f;

    make(&f, script, damage, NULL);
    run_image(t, &f.image, true);
    ew_file_release(&f);
}

static void has(const struct evtx_run *t, const char *lines)
{
    if (!evtx_run_has(&t->events, lines))
        fail_msg("%s\nis not in\n%.*s", lines, SLICE_ARG(buf_view(&t->events)));
}

static void found(const struct evtx_run *t, const char *line)
{
    if (!evtx_run_has(&t->findings, line))
        fail_msg("%s\nis not in\n%.*s", line, SLICE_ARG(buf_view(&t->findings)));
}

static void fields_come_in_the_order_of_the_record(void **state)
{
    struct evtx_run *t = *state;

    run(t, HEAD "B:u32=7\nA=x\n", NULL);
    has(t, "event 4688 level 0 version 2 active\n0 Provider_Name=Test-Provider\n");
    has(t, "0 TimeCreated_SystemTime=2026-03-02T08:01:02.1234567Z\n0 EventRecordID=1\n");
    has(t, "0 Channel=Security\n0 Computer=PC\n1 B=7\n1 A=x\n");
    assert_int_equal(t->record_id, 1);
    assert_int_equal(t->place.offset, 4096 + 512);
    assert_int_equal(t->place.record_number, 1);
    assert_true(t->time_created > 0 && t->place.written == t->time_created);
    assert_int_equal(t->counts.bytes, 4096 + 65536);
    assert_int_equal(t->counts.chunks, 1);
}

static void names_repeat(void **state)
{
    run(*state, HEAD "LogonGuid=1\nLogonGuid=2\n:str=a\n:str=b\n", NULL);
    has(*state, "1 LogonGuid=1\n1 LogonGuid=2\n1 Data=a\n1 Data=b\n");
}

static void values_are_written_as_windows_does(void **state)
{
    run(*state,
        HEAD "A:i32=-5\nB:hex64=0x3e7\nC:size=16\nD:bool=true\nE:bin=0AfF\n"
             "F:guid={54849625-5478-4994-a5ba-3e3b0328c30d}\nG:sid=S-1-5-18\n",
        NULL);
    has(*state, "1 A=-5\n1 B=0x3e7\n1 C=0x10\n1 D=true\n1 E=0AFF\n"
                "1 F={54849625-5478-4994-A5BA-3E3B0328C30D}\n1 G=S-1-5-18\n");
}

static void an_array_is_a_field_for_each_item(void **state)
{
    run(*state, HEAD ":str[]=one||three\nN:u16[]=1|2\nB:bool[]=true|false\n", NULL);
    has(*state, "1 Data=one\n1 Data=\n1 Data=three\n1 N=1\n1 N=2\n1 B=true\n1 B=false\n");
}

static void an_array_repeats_the_attributes_of_its_element(void **state)
{
    run(*state, HEAD "<UserData><X><Item size=\"9\">${u16[]:1|2}</Item></X></UserData>\n", NULL);
    has(*state, "2 size=9\n2 Item=1\n2 size=9\n2 Item=2\n");
}

static void content_in_parts_is_one_text(void **state)
{
    run(*state,
        HEAD "<Data Name=\"A\">text &amp; ${u32:8} &#8364;<![CDATA[ <x>]]></Data>\n"
             "<Data Name=\"a&gt;b\">x</Data>\n",
        NULL);
    has(*state, "1 A=text & 8 \xe2\x82\xac <x>\n1 a>b=x\n");
}

static void halves_of_a_character_reference_join(void **state)
{
    run(*state, HEAD "<Data Name=\"A\">&#55357;&#56832;</Data><Data Name=\"B\">&#55357;x</Data>\n",
        NULL);
    has(*state, "1 A=\xf0\x9f\x98\x80\n1 B=\xef\xbf\xbdx\n");
}

static void user_data_is_walked(void **state)
{
    run(*state,
        HEAD "<UserData><p:X xmlns:p=\"u\" kind=\"k\"><p:A>${str:v}</p:A><B/><C><D n=\"1\"/></C>"
             "</p:X></UserData>\n",
        NULL);
    has(*state, "2 kind=k\n2 A=v\n2 B=\n2 n=1\n");
}

static void processing_errors_and_rendering_have_their_parts(void **state)
{
    run(*state,
        HEAD "<ProcessingErrorData><ErrorCode>${u32:15003}</ErrorCode></ProcessingErrorData>\n"
             "<RenderingInfo Culture=\"en\"><Message>hello</Message></RenderingInfo>\n",
        NULL);
    has(*state, "3 ErrorCode=15003\n");
    has(*state, "4 Culture=en\n4 Message=hello\n");
}

static void markup_inside_data_is_its_value(void **state)
{
    run(*state, HEAD "<Data Name=\"A\">${xml:<x a=\"1 &amp; 2\"><b>${u8:3}</b><c/></x>}</Data>\n",
        NULL);
    has(*state, "1 A=<x a=\"1 &amp; 2\"><b>3</b><c/></x>\n");
}

static void a_record_without_template_reads_the_same(void **state)
{
    struct evtx_run *t = *state;

    run(t, DIRECT "A=x\n:str=y\n", NULL);
    has(t, "event 4688 level 0 version 2 active\n0 Provider_Name=Test-Provider\n");
    has(t, "1 A=x\n1 Data=y\n");
    assert_true(t->time_created > 0);
}

static void the_key_is_asked_before_the_rest_is_read(void **state)
{
    struct evtx_run *t = *state;

    t->want_id = 4689;
    run(t, HEAD "A=x\n" BEGIN "id=4689\nA=y\n" DIRECT "A=z\n", NULL);
    t->want_id = 0;
    assert_int_equal(t->counts.records, 3);
    assert_int_equal(t->counts.events, 1);
    assert_int_equal(t->counts.skipped, 2);
    has(t, "1 A=y\n");
}

/* What real logs are made of must not need the slow walk. */
static void usual_records_are_filled_in(void **state)
{
    struct evtx_run *t = *state;
    uint64_t before;

    run(t, HEAD "A=x\n", NULL);
    before = t->worker->native->walked;
    run(t,
        HEAD "A=x\n" BEGIN "layout=system qualifiers=3\nA=x\n:str[]=a|b\n" BEGIN
             "layout=classic\n:str=x\n<Binary>${bin:00}</Binary>\n",
        NULL);
    assert_int_equal(t->counts.events, 3);
    assert_int_equal(t->worker->native->walked, before);
    run(t, DIRECT "A=x\n", NULL);
    assert_int_equal(t->worker->native->walked, before);
    run(t, DIRECT "<Data Name=\"A\">x<b/></Data>\n", NULL);
    assert_int_equal(t->worker->native->walked, before + 1);
}

/* Each kind of record comes three times: seen, kept, done again. */
#define KINDS                                                                                      \
    HEAD "A=x\nB=\n" BEGIN "user=S-1-5-18 qualifiers=7\nA=\nB=y\n" BEGIN                           \
         "activity={54849625-5478-4994-a5ba-3e3b0328c30d}\nA=x\nB=y\n" BEGIN                       \
         "user=S-1-5-21-1-2-3-500 computer=\"\"\nA=z\nB=\n:str[]=a|b\n" BEGIN                      \
         "channel=System computer=PC\nA=\n<UserData><X "                                           \
         "a=\"${str:}\"><Y>${str:1}</Y></X></UserData>\n" BEGIN                                    \
         "channel=System\n<UserData><X a=\"${str:q}\"><Y>${str:}</Y></X></UserData>\n"

/* The fast ways and the token walk come to the same events. */
static void ways_agree(struct evtx_run *t, const char *script, unsigned events)
{
    struct slice walked, filled;
    uint8_t *copy;

    run(t, HEAD "A=x\n", NULL); /* makes the worker */
    t->worker->native->walk_only = true;
    run(t, script, NULL);
    t->worker->native->walk_only = false;
    copy = memcpy(xcalloc(1, t->events.n + 1), t->events.p, t->events.n);
    walked = slice_of(copy, t->events.n);
    run(t, script, NULL);
    filled = buf_view(&t->events);
    assert_int_equal(t->counts.events, events);
    if (!slice_eq(walked, filled))
        fail_msg("%.*s\nis not\n%.*s", SLICE_ARG(filled), SLICE_ARG(walked));
    free(copy);
}

static void records_of_one_template_keep_their_own_fields(void **state)
{
    ways_agree(*state, KINDS KINDS KINDS, 18);
}

/* Without templates: the same elements with other texts, with none, with others left out. */
#define DIRECT_KINDS                                                                               \
    DIRECT "A=x\nB=\n" DIRECT "A=\nB=yz\n" BEGIN                                                   \
           "layout=direct user=S-1-5-18 channel=System\nA=1\nB=2\n" BEGIN                          \
           "layout=direct user=S-1-5-19 channel=Setup computer=\"\"\nA=\nB=2\n" AT                 \
           "id=70000 provider=P layout=direct channel=C\n:str=x\n:str=\n" AT                       \
           "id=4624 provider=\"\" layout=direct channel=\"\"\n<UserData><X "                       \
           "a=\"v\"><Y>1</Y><Z/><W></W></X></UserData>\n" AT                                       \
           "id=4625 provider=Q layout=direct channel=D\n<UserData><X "                             \
           "a=\"\"><Y></Y><Z/><W></W></X></UserData>\n"

static void records_of_one_shape_keep_their_own_texts(void **state)
{
    struct evtx_run *t = *state;

    ways_agree(t, DIRECT_KINDS DIRECT_KINDS DIRECT_KINDS DIRECT_KINDS, 28);
    assert_in_range(t->worker->native->shapes.n, 4, SHAPES);
    /* A shape that was kept of an unwanted record does not hide the rest of a wanted one. */
    t->want_id = 4688;
    run(t,
        BEGIN "id=4689 layout=direct\nA=1\n" BEGIN "id=4689 layout=direct\nA=2\n" BEGIN
              "layout=direct\nA=3\n" BEGIN "layout=direct\nA=4\n" BEGIN "layout=direct\nA=5\n" BEGIN
              "id=4689 layout=direct\nA=6\n",
        NULL);
    t->want_id = 0;
    assert_int_equal(t->counts.events, 3);
    assert_int_equal(t->counts.skipped, 3);
    has(t, "1 A=3\n");
    has(t, "1 A=4\n");
    has(t, "1 A=5\n");
}

static void too_many_fields_are_cut_where_the_walk_cuts_them(void **state)
{
    struct evtx_run *t = *state;
    struct ew_buf script = { NULL, 0, 0 };
    uint64_t walks;
    struct slice walked;
    uint8_t *copy;

    ew_buf_text(&script, HEAD "Z=z\n");
    for (int i = 0; i < 20; i++) {
        ew_buf_text(&script, "N:u8[]=1");
        for (int k = 0; k < 900; k++)
            ew_buf_text(&script, "|7");
        ew_buf_text(&script, "\n");
    }
    script.p[script.n - 1] = 0;
    run(t, HEAD "A=x\n", NULL);
    t->worker->native->walk_only = true;
    run(t, (const char *)script.p, NULL);
    t->worker->native->walk_only = false;
    copy = memcpy(xcalloc(1, t->events.n + 1), t->events.p, t->events.n);
    walked = slice_of(copy, t->events.n);
    walks = t->worker->native->walked;
    run(t, (const char *)script.p, NULL);
    assert_int_equal(t->worker->native->walked, walks);
    assert_int_equal(t->counts.events, 1);
    assert_true(slice_eq(walked, buf_view(&t->events)));
    assert_true(t->events.n > 16000 * 6);
    found(t, "limit");
    free(copy);
    ew_buf_release(&script);
}

static void the_visitor_can_stop(void **state)
{
    struct evtx_run *t = *state;
    struct ew_file f;
    struct ev_err err;

    make(&f, SIX, NULL, NULL);
    t->fail_after = 2;
    assert_int_equal(evtx_run_bytes(t, &decoder_native, slice_of(f.image.p, f.image.n), &err),
                     EV_EINTR);
    t->fail_after = 0;
    assert_int_equal(t->happened, 2);
    ew_file_release(&f);
}

/* A row for each kind of damage that the table of edge cases has. */
static void damage_is_found_and_the_next_record_read(void **state)
{
    static const struct {
        const char *damage;
        uint64_t events, unreadable, recovered; /* without and, the last, with recover */
        const char *finding;                    /* NULL: none */
    } row[] = {
        { "dirty-count", 6, 0, 0, "chunk-count 69632 0: " },
        { "dirty-count", 6, 0, 0, "dirty 0 0: " },
        { "file-magic", 6, 0, 0, "file-header 0 0: " },
        { "file-crc", 6, 0, 0, "file-header 0 0: " },
        { "no-crc", 6, 0, 0, NULL },
        { "free-zero", 6, 0, 0, "chunk-header 4144 0: " },
        { "free-large", 6, 0, 0, "chunk-header 4144 0: " },
        { "header-size", 6, 0, 0, "chunk-header 4136 0: " },
        { "chunk-magic", 3, 0, 3, "chunk-header 4096 0: " },
        { "chunk-magic@1", 3, 0, 3, "chunk-header 69632 0: " },
        { "chunk-zero", 3, 0, 0, NULL },
        { "truncate@1:1", 4, 1, 0, "truncated " },
        { "chunk-crc", 6, 0, 0, "chunk-checksum 4096 0: " },
        { "data-crc@1", 6, 0, 0, "chunk-checksum 69632 0: " },
        { "trailer@0:1", 5, 0, 1, "record-size " },
        { "size-zero@0:1", 5, 0, 1, "record-size " },
        { "size-huge@0:2", 5, 0, 1, "record-size " },
        { "name-entry", 6, 0, 0, NULL },
        { "name-cycle", 6, 0, 0, NULL },
        { "definition-cycle", 6, 0, 0, NULL },
        { "hide@0:0", 5, 0, 1, "hidden-record " },
        { "misalign", 0, 0, 6, "chunk-header 4096 0: " },
        { "misalign@1", 3, 0, 3, "chunk-header 69632 0: " },
        { "circular", 6, 0, 0, NULL },
        { "preallocate", 6, 0, 0, NULL },
        { "lone-record@0:0", 0, 0, 1, "carved 0 0: " },
    };
    struct evtx_run *t = *state;

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        run(t, SIX, row[i].damage);
        if (t->counts.events != row[i].events || t->counts.unreadable != row[i].unreadable ||
            t->counts.recovered != row[i].recovered)
            fail_msg("%s: %llu events, %llu unreadable, %llu recovered", row[i].damage,
                     (unsigned long long)t->counts.events, (unsigned long long)t->counts.unreadable,
                     (unsigned long long)t->counts.recovered);
        if (row[i].finding)
            found(t, row[i].finding);
        else
            assert_int_equal(t->findings.n, 0);
        recover(t, SIX, row[i].damage);
        assert_int_equal(t->counts.events, row[i].events);
        assert_int_equal(t->counts.recovered_events, row[i].recovered);
    }
}

static void recovered_records_say_how_they_were_found(void **state)
{
    struct evtx_run *t = *state;

    recover(t, SIX, "hide@0:0");
    has(t, "event 4688 level 0 version 2 recovered\n");
    has(t, "1 A=two\n");
    recover(t, SIX, "misalign");
    has(t, "event 4688 level 0 version 2 carved\n");
    assert_int_equal(t->counts.chunks, 2);
}

static void slack_keeps_records_of_a_former_use(void **state)
{
    struct evtx_run *t = *state;

    recover(t,
            "! max-records=3 residue=true\n" HEAD "A=one\n" HEAD "A=two\n" HEAD "A=three\n" HEAD
            "A=four\n",
            NULL);
    assert_int_equal(t->counts.events, 4);
    assert_int_equal(t->counts.recovered_events, 2);
    has(t, "1 A=three\n");
}

/* Both records use the definition in the first; the copy of the same id in the other chunk serves. */
static void a_lost_template_is_found_by_its_id(void **state)
{
    struct evtx_run *t = *state;

    run(t, SIX, "definition-gone@0:1");
    assert_int_equal(t->counts.events, 6);
    assert_int_equal(t->counts.unbound, 3);
    found(t, "template 4608 1: ");
    recover(t, SIX, "definition-gone@0:1");
    assert_int_equal(t->counts.events, 6);
    has(t, "1 A=two\n");
    found(t, "another of the same id");
    assert_int_equal(t->counts.unbound, 1); /* the first lost the place of its values, too */
}

static void a_definition_of_another_id_is_never_used(void **state)
{
    struct evtx_run *t = *state;

    run(t, HEAD "A=one\n" HEAD "A=two\n", "definition-id@0:1");
    assert_int_equal(t->counts.unbound, 2);
    assert_int_equal(t->counts.finding[FINDING_TEMPLATE], 2);
    assert_false(evtx_run_has(&t->events, "Computer"));
}

/* Nobody can say what the swallowing record holds, but it ends where its values do. */
static void a_record_hidden_in_an_unreadable_one_is_found(void **state)
{
    struct evtx_run *t = *state;
    const size_t definition = 4096 + 512 + 38;
    struct ew_file f;
    char err[256];
    uint8_t *values;

    make(&f, HEAD "A=one\n" HEAD "A=two\n" HEAD "A=three\n", "hide@0:0", NULL);
    assert_true(ew_damage_apply(&f.image, ew_str("definition-id@0:0"), err, sizeof err));
    values = f.image.p + definition + 24 + binxml_u32(f.image.p + definition + 20) + 4;
    assert_int_equal(values[4 * 3 + 2], VALUE_U16); /* EventID */
    values[4 * 3 + 2] = VALUE_I16;
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.unreadable, 1);
    assert_int_equal(t->counts.unbound, 1);
    assert_int_equal(t->counts.recovered, 1);
    found(t, "hidden-record ");
    ew_file_release(&f);
}

static void put_u32(struct ew_buf *b, size_t at, uint32_t n)
{
    for (size_t i = 0; i < 4; i++)
        b->p[at + i] = (uint8_t)(n >> (8 * i));
}

/* The third record's size reaches into the second chunk, where a copy of it stands: no record does. */
static void a_record_does_not_cross_into_the_next_chunk(void **state)
{
    struct evtx_run *t = *state;
    const size_t chunk = 4096;
    size_t at = chunk + 512;
    struct ew_file f;

    make(&f, SIX, NULL, NULL);
    for (int i = 0; i < 2; i++)
        at += binxml_u32(f.image.p + at + 4);
    put_u32(&f.image, at + 4, (uint32_t)(chunk + 65536 - at + 100));
    put_u32(&f.image, chunk + 65536 + 96, (uint32_t)(chunk + 65536 - at + 100));
    put_u32(&f.image, chunk + 48, 65536);
    run_image(t, &f.image, false);
    assert_int_equal(t->counts.events, 5);
    assert_int_equal(t->counts.unreadable, 1);
    assert_int_equal(t->counts.finding[FINDING_RECORD_SIZE], 1);
    ew_file_release(&f);
}

#define SAME_GUID                                                                                  \
    BEGIN "channel=Security computer=PC template={11111111-2222-3333-4444-555555555555}\n"

/* Same id and GUID, another name of the same length: the cache must not take one for the other. */
static void templates_of_one_guid_keep_their_names(void **state)
{
    struct evtx_run *t = *state;

    run(t, SAME_GUID "CommandLine=evil\n", NULL);
    has(t, "1 CommandLine=evil\n");
    run(t, SAME_GUID "CommandLime=evil\n", NULL);
    has(t, "1 CommandLime=evil\n");
    run(t, SAME_GUID "CommandLine=evil\n", NULL);
    has(t, "1 CommandLine=evil\n");
}

struct sparse {
    const struct ew_buf *image;
    uint64_t chunk;
};

/* Zeros but for the header and one chunk far behind. */
static int sparse_read(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                       struct ev_err *err)
{
    const struct sparse *s = self;
    uint64_t at = 4096 + s->chunk * 65536;

    (void)err;
    memset(buf, 0, n);
    if (offset == 0)
        memcpy(buf, s->image->p, n < 4096 ? n : 4096);
    if (offset <= at && at + 65536 <= offset + n)
        memcpy((uint8_t *)buf + (at - offset), s->image->p + 4096, 65536);
    *ret_n = n;
    return EV_OK;
}

static bool sparse_size(void *self, uint64_t *ret)
{
    *ret = 4096 + (((const struct sparse *)self)->chunk + 4) * 65536;
    return true;
}

static void chunks_beyond_65535_are_read(void **state)
{
    static const struct source_ops ops = { .read_at = sparse_read, .size = sparse_size };
    struct evtx_run *t = *state;
    struct reader_options o = { .names = t->names };
    const struct reader_visitor v = { .event = evtx_run_event, .ctx = t };
    struct sparse s = { .chunk = 70000 };
    struct reader *r = NULL;
    struct source *src;
    struct ew_file f;

    make(&f, HEAD "A=far\n", NULL, NULL);
    s.image = &f.image;
    src = source_new(&ops, &s, "sparse");
    t->counts = (struct accounting){ 0 };
    buf_clear(&t->events);
    assert_int_equal(decoder_native.open(src, &o, &r, NULL), EV_OK);
    assert_int_equal(decoder_native.jobs(r), 17501);
    assert_int_equal(decoder_native.run(r, 17500, t->worker, &v, &t->counts, NULL), EV_OK);
    assert_int_equal(t->counts.events, 1);
    assert_int_equal(t->place.chunk, 70000);
    assert_int_equal(t->counts.finding[FINDING_CHUNK_COUNT], 0);
    decoder_native.close(r);
    source_free(src);
    ew_file_release(&f);
}

/* A chunk and a record somewhere in other bytes, at places that no alignment explains. */
static void an_image_is_carved(void **state)
{
    struct evtx_run *t = *state;
    struct ew_buf image = { 0 };
    struct ew_file f;

    make(&f, SIX, NULL, NULL);
    ew_buf_fill(&image, '*', 300001);
    ew_buf_put(&image, f.image.p + 4096, 65536);
    ew_buf_fill(&image, 'E', 270003);
    ew_buf_put(&image, f.image.p + 4096 + 65536 + 512, 4000);
    ew_buf_fill(&image, 0, 100000);
    run_image(t, &image, true);
    assert_int_equal(t->counts.recovered_events, 6);
    assert_int_equal(t->counts.chunks, 1);
    has(t, "carved\n");
    has(t, "1 A=one\n");
    has(t, "1 A=six\n");
    assert_int_equal(t->counts.bytes, image.n);
    ew_file_release(&f);
    ew_buf_release(&image);
}

/* \t \r \n \0 \\ as they are. */
static void unescape(struct slice s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        static const char from[] = "trn0\\", to[] = "\t\r\n\0\\";
        const char *p = s.p[i] == '\\' && i + 1 < s.n ? strchr(from, s.p[i + 1]) : NULL;

        buf_byte(out, p ? (uint8_t)to[p - from] : s.p[i]);
        i += p != NULL;
    }
}

static struct slice cut(struct slice *line, uint8_t at)
{
    size_t n = slice_find_byte(*line, at);
    struct slice s = slice_sub(*line, 0, n == SIZE_MAX ? line->n : n);

    *line = slice_sub(*line, s.n + 1, line->n);
    return s;
}

/* What the writer says a reader must come to, for records of EventData: each text in order. */
static void the_writer_and_the_reader_agree(void **state)
{
    struct evtx_run *t = *state;
    struct ew_buf tsv = { 0 };
    struct buf want;
    struct ew_file f;
    struct slice rest, all;
    size_t at = 0, lines = 0;

    make(&f,
         HEAD "A:i8=-1\nB:filetime=2026-03-02T08:01:02Z\nC:u64=18446744073709551615\nD:str=\n"
              "E:hex32=0x0\nF:i64=-9223372036854775808\nG:esc=a\\tb\\n\n:str=last\n" DIRECT
              "H=direct\n",
         NULL, &tsv);
    run_image(t, &f.image, false);
    all = buf_view(&t->events);
    rest = slice_of(tsv.p, tsv.n);
    buf_init(&want, LIMIT_KIB(64));
    while (rest.n) {
        struct slice line = cut(&rest, '\n'), path;
        size_t k;

        cut(&line, '\t');
        path = cut(&line, '\t');
        cut(&line, '\t');
        if (!slice_eq(path, SLICE("Event/EventData/Data")))
            continue;
        buf_clear(&want);
        buf_byte(&want, '=');
        unescape(line, &want);
        buf_byte(&want, '\n');
        k = slice_find(slice_sub(all, at, all.n), buf_view(&want));
        if (k == SIZE_MAX)
            fail_msg("%.*s is missing", SLICE_ARG(buf_view(&want)));
        at += k + want.n;
        lines++;
    }
    assert_int_equal(lines, 9);
    buf_release(&want);
    ew_buf_release(&tsv);
    ew_file_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_in_the_order_of_the_record),
        cmocka_unit_test(names_repeat),
        cmocka_unit_test(values_are_written_as_windows_does),
        cmocka_unit_test(an_array_is_a_field_for_each_item),
        cmocka_unit_test(an_array_repeats_the_attributes_of_its_element),
        cmocka_unit_test(content_in_parts_is_one_text),
        cmocka_unit_test(halves_of_a_character_reference_join),
        cmocka_unit_test(user_data_is_walked),
        cmocka_unit_test(processing_errors_and_rendering_have_their_parts),
        cmocka_unit_test(markup_inside_data_is_its_value),
        cmocka_unit_test(a_record_without_template_reads_the_same),
        cmocka_unit_test(the_key_is_asked_before_the_rest_is_read),
        cmocka_unit_test(usual_records_are_filled_in),
        cmocka_unit_test(records_of_one_template_keep_their_own_fields),
        cmocka_unit_test(records_of_one_shape_keep_their_own_texts),
        cmocka_unit_test(too_many_fields_are_cut_where_the_walk_cuts_them),
        cmocka_unit_test(the_visitor_can_stop),
        cmocka_unit_test(damage_is_found_and_the_next_record_read),
        cmocka_unit_test(recovered_records_say_how_they_were_found),
        cmocka_unit_test(slack_keeps_records_of_a_former_use),
        cmocka_unit_test(a_lost_template_is_found_by_its_id),
        cmocka_unit_test(a_definition_of_another_id_is_never_used),
        cmocka_unit_test(a_record_hidden_in_an_unreadable_one_is_found),
        cmocka_unit_test(a_record_does_not_cross_into_the_next_chunk),
        cmocka_unit_test(templates_of_one_guid_keep_their_names),
        cmocka_unit_test(chunks_beyond_65535_are_read),
        cmocka_unit_test(an_image_is_carved),
        cmocka_unit_test(the_writer_and_the_reader_agree),
    };
    return cmocka_run_group_tests(tests, evtx_run_setup, evtx_run_teardown);
}

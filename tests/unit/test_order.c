/* test_order.c - rows by time: same bytes for every order of input, budget and number of threads;
 * duplicates; faults of the temporary folder. */
#include "detect_fake.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "detect/order.h"

#define ROWS 6000

static struct fake_rules rules;
static struct slice *row; /* ROWS encoded detections */

/* Many rows that are equal in much: few times, computers, channels; a text of differing length. */
static void make_row(uint32_t *x, struct slice *ret)
{
    static const struct slice name[] = { SLICE_INIT("A"), SLICE_INIT("AB"), SLICE_INIT("A\0"),
                                         SLICE_INIT("") };
    static uint8_t padding[700];
    struct detection d = fake_detection(&rules);
    struct buf b;

    d.timestamp = fake_random(x) % 500;
    d.computer = name[fake_random(x) % 4];
    d.channel = name[fake_random(x) % 4];
    d.record_id = fake_random(x) % 3;
    d.has_record_id = d.record_id != 0;
    d.hash[0] = (uint8_t)(fake_random(x) % 2);
    d.rule = &rules.rule[fake_random(x) % FAKE_RULES];
    d.place.origin = fake_random(x) % 2 ? ORIGIN_ACTIVE : ORIGIN_CARVED;
    d.source_file = name[fake_random(x) % 4];
    d.place.offset = fake_random(x) % 8;
    /* The same in all copies of a record. */
    d.message =
        slice_of(padding, (d.timestamp * 7 + d.record_id * 31 + d.hash[0]) % sizeof padding);
    buf_init(&b, LIMIT_DETECTION);
    detection_encode(&d, &b);
    assert_false(b.full);
    *ret = buf_view(&b); /* the memory is the row's now */
}

static int set_up(void **state)
{
    uint32_t x = 4711;

    (void)state;
    fake_rules_init(&rules);
    row = xcalloc(ROWS, sizeof *row);
    for (size_t i = 0; i < ROWS; i++)
        make_row(&x, &row[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        free((void *)(uintptr_t)row[i].p);
    free(row);
    return 0;
}

/* What came out, each row in its flat form. */
struct seen {
    struct buf bytes;
    size_t n, stop_after;
    bool unsorted;
    uint64_t last_time;
};

static int see(void *ctx, const struct detection *d)
{
    struct seen *s = ctx;

    if (s->n++ && d->timestamp < s->last_time)
        s->unsorted = true;
    s->last_time = d->timestamp;
    detection_encode(d, &s->bytes);
    return s->n == s->stop_after ? EV_EINTR : EV_OK;
}

static void seen_init(struct seen *s)
{
    *s = (struct seen){ 0 };
    buf_init(&s->bytes, LIMIT_MIB(64));
}

static struct order *order_of(size_t memory, bool keep)
{
    static unsigned turn; /* every other time with a thread that merges */
    const struct order_options o = { .memory = memory,
                                     .keep_duplicates = keep,
                                     .threads = 1 + turn++ % 2 };

    return order_new(&rules.set, &o);
}

static void shuffle(struct slice *v, size_t n, uint32_t seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = fake_random(&seed) % i;
        struct slice t = v[i - 1];

        v[i - 1] = v[k];
        v[k] = t;
    }
}

static uint64_t run(size_t memory, bool keep, struct seen *s)
{
    struct order *o = order_of(memory, keep);
    uint64_t folded = UINT64_MAX;
    struct ev_err err = { 0 };

    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(order_add(o, row[i], &err), EV_OK);
    seen_init(s);
    assert_int_equal(order_finish(o, see, s, &folded, &err), EV_OK);
    order_free(o);
    assert_false(s->unsorted);
    assert_false(s->bytes.full);
    assert_int_equal(s->n + folded, ROWS);
    return folded;
}

static void output_does_not_depend_on_input_order_or_memory(void **state)
{
    static const size_t memory[] = { 0, LIMIT_KIB(64), LIMIT_KIB(700), LIMIT_MIB(64) };
    struct seen first, s;

    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        uint64_t folded = run(LIMIT_MIB(64), keep, &first);

        assert_true(keep ? folded == 0 : folded > 50);
        for (uint32_t i = 0; i < 8; i++) {
            shuffle(row, ROWS, i);
            assert_int_equal(run(memory[i % 4], keep, &s), folded);
            assert_true(slice_eq(buf_view(&s.bytes), buf_view(&first.bytes)));
            buf_release(&s.bytes);
        }
        buf_release(&first.bytes);
    }
}

static int check_sorted(void *ctx, const struct detection *d)
{
    struct buf *last = ctx;
    struct row_key a, b;

    row_key_of(d, &b);
    if (last->n) {
        assert_int_equal(row_key_read(buf_view(last), &rules.set, &a), EV_OK);
        assert_true(row_key_cmp(&a, &b) <= 0);
    }
    buf_clear(last);
    detection_encode(d, last);
    return EV_OK;
}

static void output_is_in_the_total_order(void **state)
{
    static const size_t memory[] = { LIMIT_KIB(64), LIMIT_MIB(64) };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct order *o = order_of(memory[i], true);
        struct buf last;

        buf_init(&last, LIMIT_DETECTION);
        for (size_t k = 0; k < ROWS; k++)
            assert_int_equal(order_add(o, row[k], NULL), EV_OK);
        assert_int_equal(order_finish(o, check_sorted, &last, NULL, NULL), EV_OK);
        order_free(o);
        buf_release(&last);
    }
}

struct part {
    struct order *order;
    size_t from;
};

static void *add_part(void *ctx)
{
    struct part *p = ctx;

    for (size_t i = p->from; i < ROWS; i += 4)
        if (order_add(p->order, row[i], NULL) < 0)
            return p;
    return NULL;
}

static void threads_may_add_at_once(void **state)
{
    struct seen one, many;
    struct order *o = order_of(LIMIT_KIB(64), false);
    struct part part[4];
    pthread_t thread[4];

    (void)state;
    run(LIMIT_MIB(64), false, &one);
    for (size_t i = 0; i < 4; i++) {
        part[i] = (struct part){ o, i };
        assert_int_equal(pthread_create(&thread[i], NULL, add_part, &part[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *failed;

        pthread_join(thread[i], &failed);
        assert_null(failed);
    }
    seen_init(&many);
    assert_int_equal(order_finish(o, see, &many, NULL, NULL), EV_OK);
    assert_true(slice_eq(buf_view(&one.bytes), buf_view(&many.bytes)));
    order_free(o);
    buf_release(&one.bytes);
    buf_release(&many.bytes);
}

static void add(struct order *o, const struct detection *d)
{
    struct buf b;

    buf_init(&b, LIMIT_DETECTION);
    detection_encode(d, &b);
    assert_int_equal(order_add(o, buf_view(&b), NULL), EV_OK);
    buf_release(&b);
}

static void rows_larger_than_the_budget_are_sorted(void **state)
{
    uint8_t *big = xcalloc(LIMIT_MIB(1), 1);
    struct order *o = order_of(LIMIT_KIB(64), false);
    struct seen s;

    (void)state;
    for (uint64_t i = 0; i < 20; i++) {
        struct detection d = fake_detection(&rules);

        d.timestamp = (i * 7) % 20;
        d.message = slice_of(big, i % 3 ? 100 : LIMIT_MIB(1));
        add(o, &d);
    }
    seen_init(&s);
    assert_int_equal(order_finish(o, see, &s, NULL, NULL), EV_OK);
    assert_int_equal(s.n, 20);
    assert_false(s.unsorted);
    order_free(o);
    buf_release(&s.bytes);
    free(big);
}

static void nothing_in_nothing_out(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct seen s;
    uint64_t folded = 5;

    (void)state;
    seen_init(&s);
    assert_int_equal(order_finish(o, see, &s, &folded, NULL), EV_OK);
    assert_int_equal(s.n, 0);
    assert_int_equal(folded, 0);
    order_free(o);
    order_free(NULL);
}

/* The rows of a test of duplicates, their places as text. */
struct told {
    size_t n;
    char text[20][400];
};

static int tell(void *ctx, const struct detection *d)
{
    struct told *t = ctx;
    struct buf b;

    buf_init(&b, sizeof t->text[0] - 1);
    buf_printf(&b, "%.*s@%d", SLICE_ARG(d->source_file), (int)d->place.offset);
    for (size_t i = 0; i < d->also_in.n; i++)
        buf_printf(&b, " %.*s", SLICE_ARG(d->also_in.v[i]));
    if (d->also_in_more)
        buf_printf(&b, " +%d", (int)d->also_in_more);
    assert_false(b.full);
    memcpy(t->text[t->n++], b.p, b.n);
    buf_release(&b);
    return EV_OK;
}

static uint64_t finish_and_tell(struct order *o, struct told *t)
{
    uint64_t folded = 0;

    *t = (struct told){ 0 };
    assert_int_equal(order_finish(o, tell, t, &folded, NULL), EV_OK);
    order_free(o);
    return folded;
}

static void same_record_elsewhere_becomes_a_place(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct detection d = fake_detection(&rules);
    struct told t;

    (void)state;
    d.source_file = SLICE("z.evtx");
    add(o, &d);
    d.source_file = SLICE("b.evtx");
    d.place.origin = ORIGIN_CARVED;
    add(o, &d);
    d.source_file = SLICE("c.evtx");
    d.place = (struct record_place){ .offset = 9, .record_number = 3 };
    add(o, &d);
    assert_int_equal(finish_and_tell(o, &t), 2);
    assert_int_equal(t.n, 1);
    /* Active records first, whatever the name. */
    assert_string_equal(t.text[0], "c.evtx@9 z.evtx@512 b.evtx@512");
}

static void kept_duplicates_are_rows(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), true);
    struct detection d = fake_detection(&rules);
    struct told t;

    (void)state;
    add(o, &d);
    d.source_file = SLICE("b.evtx");
    add(o, &d);
    assert_int_equal(finish_and_tell(o, &t), 0);
    assert_int_equal(t.n, 2);
    assert_string_equal(t.text[0], "a.evtx@512");
    assert_string_equal(t.text[1], "b.evtx@512");
}

static void one_place_is_named_once(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct detection d = fake_detection(&rules);
    struct told t;

    (void)state;
    add(o, &d);
    add(o, &d);
    d.source_file = SLICE("b.evtx");
    add(o, &d);
    add(o, &d);
    assert_int_equal(finish_and_tell(o, &t), 3);
    assert_int_equal(t.n, 1);
    assert_string_equal(t.text[0], "a.evtx@512 b.evtx@512");
}

static void places_beyond_the_cap_are_counted(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct detection d = fake_detection(&rules);
    struct told t;

    (void)state;
    for (uint64_t i = 0; i < LIMIT_ALSO_IN + 6; i++) {
        d.place.offset = i;
        add(o, &d);
    }
    assert_int_equal(finish_and_tell(o, &t), LIMIT_ALSO_IN + 5);
    assert_int_equal(t.n, 1);
    assert_non_null(strstr(t.text[0], " a.evtx@16 +5"));
    assert_null(strstr(t.text[0], "a.evtx@17"));
}

static void other_records_stay_apart(void **state)
{
    const struct detection base = fake_detection(&rules);
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct detection d;
    struct told t;

    (void)state;
    add(o, &base);
    d = base, d.rule = &rules.rule[1];
    add(o, &d);
    d = base, d.timestamp++;
    add(o, &d);
    d = base, d.computer = SLICE("HOST2");
    add(o, &d);
    d = base, d.channel = SLICE("System");
    add(o, &d);
    d = base, d.record_id++;
    add(o, &d);
    d = base, d.hash[15] = 1;
    add(o, &d);
    /* A collision of hashes hides nothing. */
    d = base, d.process.command_line = SLICE("another"), d.place.offset += 2;
    add(o, &d);
    /* The header's time is not TimeCreated. */
    d = base, d.header_time = true, d.place.offset++;
    add(o, &d);
    /* Without an EventRecordID nothing says that two are the same. */
    d = base, d.has_record_id = false, d.record_id = 0;
    add(o, &d);
    d.place.offset++;
    add(o, &d);
    assert_int_equal(finish_and_tell(o, &t), 0);
    assert_int_equal(t.n, 11);
}

/* --- rows as text, with what they share --- */

#define EVENTS 400

static int see_text(void *ctx, const struct detection *d)
{
    struct seen *s = ctx;

    s->n++;
    buf_printf(&s->bytes, "%u %u %u:", (unsigned)d->record_id, (unsigned)d->rule->index,
               (unsigned)d->also_in.n);
    buf_slice(&s->bytes, d->text);
    buf_byte(&s->bytes, ' ');
    buf_slice(&s->bytes, d->common);
    buf_byte(&s->bytes, '\n');
    return EV_OK;
}

/* The rows of event i, each event in two places; every third event shares nothing. */
static void add_event(struct order *o, size_t i, uint64_t place)
{
    static uint8_t letters[9000];
    struct detection d = fake_detection(&rules);
    struct order_common c = { .text = SLICE_ABSENT };
    struct buf b;

    memset(letters, 'a', sizeof letters);
    if (i % 3)
        c.text = slice_of(letters, i * 977 % (i % 10 ? 900 : sizeof letters));
    d.record_id = 1 + i;
    d.timestamp = 1 + i % 7;
    d.place.offset = place;
    buf_init(&b, LIMIT_DETECTION);
    for (size_t r = 0; r < FAKE_RULES; r++) {
        d.rule = &rules.rule[r];
        buf_clear(&b);
        detection_encode_key(&d, &b);
        buf_printf(&b, "text %zu of %zu", r, i);
        assert_int_equal(order_add_common(o, buf_view(&b), &c, NULL), EV_OK);
    }
    buf_release(&b);
}

static void rows_keep_what_they_share(void **state)
{
    static const size_t memory[] = { LIMIT_MIB(64), 0, LIMIT_KIB(90), LIMIT_KIB(700) };
    struct seen first, s;

    (void)state;
    for (size_t m = 0; m < sizeof memory / sizeof *memory; m++) {
        struct order *o = order_of(memory[m], false);
        uint64_t folded = 0;

        for (size_t i = 0; i < EVENTS; i++)
            add_event(o, m % 2 ? EVENTS - 1 - i : i, 1);
        for (size_t i = 0; i < EVENTS; i++)
            add_event(o, i, 2);
        seen_init(&s);
        assert_int_equal(order_finish(o, see_text, &s, &folded, NULL), EV_OK);
        order_free(o);
        assert_false(s.bytes.full);
        assert_int_equal(s.n, EVENTS * FAKE_RULES);
        assert_int_equal(folded, s.n);
        if (m == 0) {
            first = s;
            continue;
        }
        assert_true(slice_eq(buf_view(&s.bytes), buf_view(&first.bytes)));
        buf_release(&s.bytes);
    }
    assert_true(slice_find(buf_view(&first.bytes), SLICE("5 0 1:text 0 of 4 aaaaaaaa")) !=
                SIZE_MAX);
    buf_release(&first.bytes);
}

static void rows_that_share_other_texts_stay_apart(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);
    struct detection d = fake_detection(&rules);
    struct order_common a = { .text = SLICE("one") }, b = { .text = SLICE("two") };
    uint64_t folded = 1;
    struct buf flat;
    struct seen s;

    (void)state;
    buf_init(&flat, LIMIT_DETECTION);
    detection_encode_key(&d, &flat);
    assert_int_equal(order_add_common(o, buf_view(&flat), &a, NULL), EV_OK);
    buf_clear(&flat);
    d.place.offset++;
    detection_encode_key(&d, &flat);
    assert_int_equal(order_add_common(o, buf_view(&flat), &b, NULL), EV_OK);
    seen_init(&s);
    assert_int_equal(order_finish(o, see_text, &s, &folded, NULL), EV_OK);
    assert_int_equal(s.n, 2);
    assert_int_equal(folded, 0);
    order_free(o);
    buf_release(&flat);
    buf_release(&s.bytes);
}

static void negative_row_ends_the_output(void **state)
{
    static const size_t memory[] = { LIMIT_KIB(64), LIMIT_MIB(64) };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct order *o = order_of(memory[i], true);
        struct seen s;

        for (size_t k = 0; k < ROWS; k++)
            order_add(o, row[k], NULL);
        seen_init(&s);
        s.stop_after = 10;
        assert_int_equal(order_finish(o, see, &s, NULL, NULL), EV_EINTR);
        assert_int_equal(s.n, 10);
        order_free(o);
        buf_release(&s.bytes);
    }
}

static void damaged_rows_are_refused(void **state)
{
    struct order *o = order_of(LIMIT_MIB(1), false);

    (void)state;
    assert_int_equal(order_add(o, SLICE("nonsense"), NULL), EV_EFORMAT);
    order_free(o);
}

/* Adds until it fails; the failure must be EV_EIO, name the folder, and last. */
static void expect_io_failure(const char *tmpdir, const char *named)
{
    const struct order_options options = { .memory = LIMIT_KIB(64), .tmpdir = tmpdir };
    struct order *o = order_new(&rules.set, &options);
    struct ev_err err = { 0 };
    struct seen s;
    int rc = EV_OK;

    for (size_t i = 0; rc == EV_OK && i < ROWS; i++)
        rc = order_add(o, row[i], &err);
    assert_int_equal(rc, EV_EIO);
    assert_string_equal(err.file, named);
    assert_non_null(strstr(err.text, "--tmpdir"));
    assert_int_equal(order_add(o, row[0], NULL), EV_EIO);
    seen_init(&s);
    assert_int_equal(order_finish(o, see, &s, NULL, NULL), EV_EIO);
    assert_int_equal(s.n, 0);
    order_free(o);
}

static void unwritable_tmpdir_is_an_io_error(void **state)
{
    (void)state;
    expect_io_failure("/nowhere/at/all", "/nowhere/at/all");
    expect_io_failure("/dev/null", "/dev/null");
    expect_io_failure("/proc", "/proc"); /* root may not write there either */
}

static void full_disk_is_an_io_error(void **state)
{
    struct rlimit old, small = { LIMIT_KIB(100), RLIM_INFINITY };

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    expect_io_failure("/tmp", "/tmp");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_does_not_depend_on_input_order_or_memory),
        cmocka_unit_test(output_is_in_the_total_order),
        cmocka_unit_test(threads_may_add_at_once),
        cmocka_unit_test(rows_larger_than_the_budget_are_sorted),
        cmocka_unit_test(nothing_in_nothing_out),
        cmocka_unit_test(same_record_elsewhere_becomes_a_place),
        cmocka_unit_test(kept_duplicates_are_rows),
        cmocka_unit_test(one_place_is_named_once),
        cmocka_unit_test(places_beyond_the_cap_are_counted),
        cmocka_unit_test(other_records_stay_apart),
        cmocka_unit_test(rows_keep_what_they_share),
        cmocka_unit_test(rows_that_share_other_texts_stay_apart),
        cmocka_unit_test(negative_row_ends_the_output),
        cmocka_unit_test(damaged_rows_are_refused),
        cmocka_unit_test(unwritable_tmpdir_is_an_io_error),
        cmocka_unit_test(full_disk_is_an_io_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

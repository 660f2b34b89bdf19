/* test_codec.c - the flat form of detections: round trip, damage of every kind. */
#include "detect_fake.h"

static struct fake_rules rules;
static struct arena arena;
static struct buf flat;

static int set_up(void **state)
{
    (void)state;
    fake_rules_init(&rules);
    arena_init(&arena, LIMIT_MIB(64));
    buf_init(&flat, LIMIT_DETECTION);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    buf_release(&flat);
    return 0;
}

static struct detection_field fields[] = {
    { SLICE_INIT("EventID"), SLICE_INIT("1"), { NULL, 0 }, EVENT_SYSTEM },
    { SLICE_INIT("Image"), SLICE_INIT("C:\\a\0b"), { NULL, 0 }, EVENT_DATA },
    { SLICE_INIT("Status"), SLICE_INIT(""), SLICE_INIT("meaning"), EVENT_USER_DATA },
    { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, EVENT_RENDERING },
};
static struct detection_matched matched[] = {
    { SLICE_INIT("sel"), SLICE_INIT("Image"), SLICE_INIT("contains|all"), SLICE_INIT("x"),
      UINT64_MAX, 300, false },
    { SLICE_INIT("kw"), SLICE_INIT("Data"), SLICE_INIT(""), { NULL, 0 }, 0, 0, true },
};
static struct untested untested[] = { { SLICE_INIT("filter"), SLICE_INIT("OriginalFileName") } };
static struct slice also[] = { SLICE_INIT("b.evtx@1"), SLICE_INIT("c.evtx@2") };

static struct detection full_detection(void)
{
    struct detection d = fake_detection(&rules);

    d.rule = &rules.rule[3];
    d.timestamp = UINT64_MAX;
    d.header_time = d.has_event_id = d.cut = true;
    d.verdict = VERDICT_POSSIBLE;
    d.event_id = 4688;
    d.record_id = UINT64_MAX - 1;
    d.provider = SLICE("P");
    d.message = SLICE("started");
    d.place = (struct record_place){ 1, 2, 3, 4, ORIGIN_CARVED };
    for (size_t i = 0; i < sizeof d.hash; i++)
        d.hash[i] = (uint8_t)(i * 17);
    d.process = (struct process){ SLICE("u"),  SLICE("i"),  SLICE(""),   SLICE_ABSENT,
                                  SLICE("id"), SLICE("pi"), SLICE("pm"), SLICE("pc") };
    d.field = fields;
    d.nfield = 4;
    d.matched = matched;
    d.nmatched = 2;
    d.untested = untested;
    d.nuntested = 1;
    d.also_in = (struct slices){ also, 2 };
    d.also_in_more = 99;
    return d;
}

static void encode(const struct detection *d)
{
    buf_clear(&flat);
    detection_encode(d, &flat);
    assert_false(flat.full);
}

static int decode(struct slice bytes, struct detection *ret)
{
    arena_reset(&arena);
    return detection_decode(bytes, &rules.set, &arena, ret);
}

static void everything_comes_back(void **state)
{
    struct detection d = full_detection(), back;
    struct buf again;

    (void)state;
    encode(&d);
    assert_int_equal(decode(buf_view(&flat), &back), EV_OK);
    assert_ptr_equal(back.rule, d.rule);
    assert_true(back.timestamp == UINT64_MAX && back.header_time && back.cut);
    assert_int_equal(back.verdict, VERDICT_POSSIBLE);
    assert_int_equal(back.place.origin, ORIGIN_CARVED);
    assert_int_equal(back.place.written, 4);
    assert_memory_equal(back.hash, d.hash, 16);
    assert_int_equal(back.nfield, 4);
    assert_true(slice_eq(back.field[1].text, SLICE("C:\\a\0b")));
    assert_int_equal(back.field[2].part, EVENT_USER_DATA);
    assert_true(slice_eq(back.field[2].meaning, SLICE("meaning")));
    assert_true(back.matched[0].offset == UINT64_MAX);
    assert_true(back.matched[1].keyword);
    assert_true(slice_eq(back.untested[0].field, SLICE("OriginalFileName")));
    assert_true(slice_eq(back.also_in.v[1], SLICE("c.evtx@2")));
    assert_int_equal(back.also_in_more, 99);
    /* The form has one spelling: what came back encodes to the same bytes. */
    buf_init(&again, LIMIT_DETECTION);
    detection_encode(&back, &again);
    assert_true(slice_eq(buf_view(&again), buf_view(&flat)));
    buf_release(&again);
}

static void absent_and_empty_stay_apart(void **state)
{
    struct detection d = full_detection(), back;

    (void)state;
    encode(&d);
    assert_int_equal(decode(buf_view(&flat), &back), EV_OK);
    assert_null(back.process.logon_id.p);
    assert_non_null(back.process.command_line.p);
    assert_null(back.matched[1].pattern.p);
    assert_non_null(back.field[2].text.p);
    assert_null(back.field[3].name.p);
}

static void key_is_the_same_in_both_forms(void **state)
{
    struct detection d = full_detection();
    struct row_key flat_key, key;

    (void)state;
    encode(&d);
    assert_int_equal(row_key_read(buf_view(&flat), &rules.set, &flat_key), EV_OK);
    row_key_of(&d, &key);
    assert_int_equal(row_key_cmp(&flat_key, &key), 0);
    assert_int_equal(flat_key.offset, 1);
    assert_true(row_key_same_record(&flat_key, &key));
}

static void text_stands_behind_the_same_key(void **state)
{
    struct detection d = full_detection(), back;
    struct row_key text_key, key;

    (void)state;
    buf_clear(&flat);
    detection_encode_key(&d, &flat);
    buf_str(&flat, "text\r\n");
    assert_int_equal(row_key_read(buf_view(&flat), &rules.set, &text_key), EV_OK);
    row_key_of(&d, &key);
    assert_int_equal(row_key_cmp(&text_key, &key), 0);
    assert_true(slice_eq(text_key.content, SLICE("text\r\n")));
    assert_int_equal(decode(buf_view(&flat), &back), EV_OK);
    assert_true(slice_eq(back.text, SLICE("text\r\n")));
    assert_ptr_equal(back.rule, d.rule);
    assert_true(back.header_time && back.cut && back.place.record_number == d.place.record_number);
    assert_true(slice_eq(back.source_file, d.source_file));
    assert_int_equal(back.nfield, 0);
    assert_null(back.message.p);
    /* A row as it is has no text, and an empty one is there all the same. */
    encode(&d);
    assert_int_equal(decode(buf_view(&flat), &back), EV_OK);
    assert_null(back.text.p);
    buf_clear(&flat);
    detection_encode_key(&d, &flat);
    for (size_t n = 0; n < flat.n; n++)
        assert_int_equal(decode(slice_of(flat.p, n), &back), EV_EFORMAT);
    assert_int_equal(decode(buf_view(&flat), &back), EV_OK);
    assert_true(back.text.p && back.text.n == 0);
}

static void every_cut_is_refused(void **state)
{
    struct detection d = full_detection(), back;

    (void)state;
    encode(&d);
    for (size_t n = 0; n < flat.n; n++)
        assert_int_equal(decode(slice_of(flat.p, n), &back), EV_EFORMAT);
    buf_byte(&flat, 0);
    assert_int_equal(decode(buf_view(&flat), &back), EV_EFORMAT);
}

static void wrong_heads_are_refused(void **state)
{
    struct detection d = full_detection(), back;
    const uint8_t at[] = { 0, 1, 2, 3, 4 }; /* version, flags, verdict, origin, rule */

    (void)state;
    for (size_t i = 0; i < sizeof at; i++) {
        encode(&d);
        flat.p[at[i]] = 0xff;
        assert_int_equal(decode(buf_view(&flat), &back), EV_EFORMAT);
    }
}

/* Bits flipped, bytes cut and bytes made up: an answer, never a read outside. What is accepted
 * must encode again to something that is accepted. */
static void damage_never_reads_outside(void **state)
{
    struct detection d = full_detection(), back;
    uint32_t x = 20200218;
    uint8_t copy[1024];

    (void)state;
    encode(&d);
    assert_true(flat.n < sizeof copy);
    for (int round = 0; round < 200000; round++) {
        size_t n = flat.n;
        uint8_t *exact;

        memcpy(copy, flat.p, n);
        for (uint32_t k = fake_random(&x) % 4; k != UINT32_MAX; k--)
            copy[fake_random(&x) % n] = (uint8_t)fake_random(&x);
        if (fake_random(&x) % 4 == 0)
            n = fake_random(&x) % n;
        /* An allocation of exactly n bytes lets the sanitizer see each byte too far. */
        exact = malloc(n ? n : 1);
        assert_non_null(exact);
        memcpy(exact, copy, n);
        if (decode(slice_of(exact, n), &back) == EV_OK) {
            struct buf again;

            buf_init(&again, LIMIT_DETECTION);
            detection_encode(&back, &again);
            assert_int_equal(decode(buf_view(&again), &back), EV_OK);
            buf_release(&again);
        }
        free(exact);
    }
}

static void counts_do_not_reserve_more_than_their_caps(void **state)
{
    struct detection d = fake_detection(&rules), back;
    static const uint8_t many[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };

    (void)state;
    encode(&d);
    flat.n -= 5; /* the five counts: none of anything */
    buf_put(&flat, many, sizeof many);
    buf_put(&flat, many, sizeof many);
    assert_int_equal(decode(buf_view(&flat), &back), EV_EFORMAT);
    assert_true(arena.used < LIMIT_KIB(4));
}

static void what_does_not_fit_is_reported(void **state)
{
    struct detection d = full_detection();
    struct buf small;

    (void)state;
    encode(&d);
    assert_true(flat.n < 400);
    for (size_t cap = 0; cap < 400; cap++) {
        buf_init(&small, cap);
        detection_encode(&d, &small);
        assert_true(small.full == (cap < flat.n));
        buf_release(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(absent_and_empty_stay_apart),
        cmocka_unit_test(key_is_the_same_in_both_forms),
        cmocka_unit_test(text_stands_behind_the_same_key),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(wrong_heads_are_refused),
        cmocka_unit_test(damage_never_reads_outside),
        cmocka_unit_test(counts_do_not_reserve_more_than_their_caps),
        cmocka_unit_test(what_does_not_fit_is_reported),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

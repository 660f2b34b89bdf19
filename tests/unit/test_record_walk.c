/* test_record_walk.c - places of records by their headers, active and slack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "evtx/record_walk.h"

/* A log of n chunks in the making; records are written by hand. */
struct log {
    uint8_t *p;
    size_t n;
};

static void put(uint8_t *p, uint64_t v, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static struct log log_new(size_t chunks)
{
    struct log l = { NULL, EVTX_FILE_HEADER + chunks * EVTX_CHUNK };

    l.p = xcalloc(1, l.n);
    for (size_t i = 0; i < chunks; i++) {
        memcpy(l.p + EVTX_FILE_HEADER + i * EVTX_CHUNK, "ElfChnk", 8);
        put(l.p + EVTX_FILE_HEADER + i * EVTX_CHUNK + 48, 512, 4);
    }
    return l;
}

/* A record of 32 bytes; number and time are the same. */
static uint64_t record(struct log *l, size_t chunk, size_t at, uint64_t number)
{
    uint64_t offset = EVTX_FILE_HEADER + chunk * EVTX_CHUNK + at;
    uint8_t *p = l->p + offset;

    put(p, 0x2a2a, 4);
    put(p + 4, 32, 4);
    put(p + 8, number, 8);
    put(p + 16, number, 8);
    put(p + 28, 32, 4);
    return offset;
}

static void free_space(struct log *l, size_t chunk, uint32_t at)
{
    put(l->p + EVTX_FILE_HEADER + chunk * EVTX_CHUNK + 48, at, 4);
}

static void active_ends_at_free_space_and_slack_begins(void **state)
{
    struct log l = log_new(2);
    struct source *src = source_open_memory(slice_of(l.p, l.n), "x");
    struct record_walk w;
    struct record_head h;
    uint64_t a = record(&l, 0, 512, 1), b = record(&l, 0, 544, 2), c = record(&l, 0, 576, 3);
    uint64_t d = record(&l, 1, 512, 4), e = record(&l, 1, 60000, 5);

    (void)state;
    free_space(&l, 0, 576);
    free_space(&l, 1, 544);
    record_walk_init(&w, src, WALK_ACTIVE);
    assert_true(record_walk_next(&w, &h) && h.offset == a && h.number == 1 && h.written == 1);
    assert_true(record_walk_next(&w, &h) && h.offset == b);
    assert_true(record_walk_next(&w, &h) && h.offset == d);
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    record_walk_init(&w, src, WALK_SLACK);
    assert_true(record_walk_next(&w, &h) && h.offset == c);
    assert_true(record_walk_next(&w, &h) && h.offset == e);
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    source_free(src);
    free(l.p);
}

static void torn_record_makes_the_rest_slack(void **state)
{
    struct log l = log_new(1);
    struct source *src = source_open_memory(slice_of(l.p, l.n), "x");
    struct record_walk w;
    struct record_head h;
    uint64_t c;

    (void)state;
    record(&l, 0, 512, 1);
    put(l.p + record(&l, 0, 544, 2) + 28, 0, 4); /* its size copy */
    c = record(&l, 0, 576, 3);
    free_space(&l, 0, 608);
    record_walk_init(&w, src, WALK_ACTIVE);
    assert_true(record_walk_next(&w, &h));
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    record_walk_init(&w, src, WALK_SLACK);
    assert_true(record_walk_next(&w, &h) && h.offset == c);
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    source_free(src);
    free(l.p);
}

static void chunk_without_magic_is_slack(void **state)
{
    struct log l = log_new(1);
    struct source *src = source_open_memory(slice_of(l.p, l.n), "x");
    struct record_walk w;
    struct record_head h;

    (void)state;
    record(&l, 0, 512, 1);
    free_space(&l, 0, 544);
    l.p[EVTX_FILE_HEADER] = 0;
    record_walk_init(&w, src, WALK_ACTIVE);
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    record_walk_init(&w, src, WALK_SLACK);
    assert_true(record_walk_next(&w, &h));
    record_walk_release(&w);
    source_free(src);
    free(l.p);
}

static void find_stays_when_there_is_none(void **state)
{
    struct log l = log_new(3);
    struct source *src = source_open_memory(slice_of(l.p, l.n), "x");
    struct record_walk w;
    struct record_head h;
    uint64_t b, c, at = 7;

    (void)state;
    record(&l, 0, 512, 1);
    b = record(&l, 1, 512, 2);
    c = record(&l, 2, 512, 3);
    for (size_t i = 0; i < 3; i++)
        free_space(&l, i, 544);
    record_walk_init(&w, src, WALK_ACTIVE);
    assert_false(record_walk_find(&w, 9, 9, &at));
    assert_true(record_walk_next(&w, &h) && h.number == 1);
    assert_false(record_walk_find(&w, 3, 9, &at)); /* the time must agree, too */
    assert_int_equal(at, 7);
    assert_true(record_walk_next(&w, &h) && h.offset == b);
    assert_true(record_walk_find(&w, 3, 3, &at));
    assert_int_equal(at, c);
    assert_true(record_walk_seek(&w, b, &h) && h.number == 2);
    assert_false(record_walk_seek(&w, b + 4, &h));
    assert_false(record_walk_seek(&w, 0, &h));
    assert_false(record_walk_seek(&w, UINT64_MAX, &h));
    assert_true(record_walk_next(&w, &h) && h.offset == c);
    record_walk_release(&w);
    source_free(src);
    free(l.p);
}

static void cut_chunk_is_walked_as_far_as_it_goes(void **state)
{
    struct log l = log_new(1);
    struct source *src;
    struct record_walk w;
    struct record_head h;

    (void)state;
    record(&l, 0, 512, 1);
    record(&l, 0, 544, 2);
    free_space(&l, 0, 576);
    src = source_open_memory(slice_of(l.p, EVTX_FILE_HEADER + 560), "x");
    record_walk_init(&w, src, WALK_ACTIVE);
    assert_true(record_walk_next(&w, &h));
    assert_false(record_walk_next(&w, &h));
    record_walk_release(&w);
    source_free(src);
    free(l.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(active_ends_at_free_space_and_slack_begins),
        cmocka_unit_test(torn_record_makes_the_rest_slack),
        cmocka_unit_test(chunk_without_magic_is_slack),
        cmocka_unit_test(find_stays_when_there_is_none),
        cmocka_unit_test(cut_chunk_is_walked_as_far_as_it_goes),
    };

    return cmocka_run_group_tests_name("record_walk", tests, NULL, NULL);
}

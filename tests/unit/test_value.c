/* test_value.c - values render as Windows renders them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/limits.h"
#include "build_event.h"
#include "event/event.h"
#include "event/value.h"

struct vector {
    uint8_t type;
    const char *bytes;
    size_t n;
    const char *text;
};

#define BYTES(lit) lit, sizeof(lit) - 1

static const struct vector vectors[] = {
    { VALUE_NULL, BYTES(""), "" },
    { VALUE_NULL, BYTES("\1\2"), "" },
    { VALUE_UTF16, BYTES("a\0b\0"), "ab" },
    { VALUE_UTF16, BYTES("\xe9\0"), "\xc3\xa9" },
    { VALUE_UTF16, BYTES("\x3d\xd8\x00\xde"), "\xf0\x9f\x98\x80" },
    { VALUE_UTF16, BYTES("\x3d\xd8x\0"), "\xef\xbf\xbdx" },
    { VALUE_UTF16, BYTES("a\0b"), "a" },
    { VALUE_UTF16, BYTES("\0\0\0\0"), "" },
    { VALUE_ANSI, BYTES("a\x80\x9f\xe9\0\0"), "a\xe2\x82\xac\xc5\xb8\xc3\xa9" },
    { VALUE_I8, BYTES("\xff"), "-1" },
    { VALUE_U8, BYTES("\xff"), "255" },
    { VALUE_I16, BYTES("\0\x80"), "-32768" },
    { VALUE_U16, BYTES("\x50\x12"), "4688" },
    { VALUE_I32, BYTES("\x5f\x80\x04\x80"), "-2147188641" },
    { VALUE_U32, BYTES("\0\0\0\0"), "0" },
    { VALUE_I64, BYTES("\0\0\0\0\0\0\0\x80"), "-9223372036854775808" },
    { VALUE_U64, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615" },
    { VALUE_F32, BYTES("\0\0\xc0\x3f"), "1.5" },
    { VALUE_F64, BYTES("\0\0\0\0\0\0\xf0\x7f"), "1.#INF" },
    { VALUE_F64, BYTES("\0\0\0\0\0\0\xf8\x7f"), "-1.#IND" },
    { VALUE_BOOL, BYTES("\1\0\0\0"), "true" },
    { VALUE_BOOL, BYTES("\0\0\0\0"), "false" },
    { VALUE_BOOL, BYTES("\xff"), "true" },
    { VALUE_BINARY, BYTES("\x0a\xbc"), "0ABC" },
    { VALUE_GUID, BYTES("\x67\x45\x23\x01\xab\x89\xef\xcd\x01\x23\x45\x67\x89\xab\xcd\xef"),
      "{01234567-89AB-CDEF-0123-456789ABCDEF}" },
    { VALUE_GUID, BYTES("\x67\x45"), "6745" },
    { VALUE_SIZET, BYTES("\xe7\3\0\0"), "0x3e7" },
    { VALUE_SIZET, BYTES("\xe7\3\0\0\0\0\0\0"), "0x3e7" },
    { VALUE_FILETIME, BYTES("\0\x80\x3e\xd5\xde\xb1\x9d\x01"), "1970-01-01T00:00:00.0000000Z" },
    { VALUE_SID, BYTES("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"), "S-1-5-32-544" },
    { VALUE_SID, BYTES("\1\0\1\2\3\4\5\6"), "S-1-0x010203040506" },
    { VALUE_SID, BYTES("\1\2\0\0\0\0\0\5\x20\0\0\0"), "010200000000000520000000" },
    { VALUE_HEX32, BYTES("\xff\xff\x1f\0"), "0x1fffff" },
    { VALUE_HEX32, BYTES("\0\0\0\0"), "0x0" },
    { VALUE_HEX64, BYTES("\xe7\3\0\0\0\0\0\0"), "0x3e7" },
    { VALUE_U32, BYTES("\1\2"), "0102" },
    { 0x20, BYTES("\1"), "01" },
    { VALUE_UTF8, BYTES("a\xff"), "a\xef\xbf\xbd" },
};

static void values_render_as_windows_does(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a, LIMIT_EVENT_ARENA);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct value v = { (const uint8_t *)vectors[i].bytes, (uint32_t)vectors[i].n,
                           vectors[i].type };
        struct slice s = value_text(&v, &a);

        assert_non_null(s.p);
        assert_slice(s, vectors[i].text);
    }
    arena_release(&a);
}

static void nul_inside_utf16_is_kept_and_at_the_end_dropped(void **state)
{
    struct arena a;
    struct value v = { (const uint8_t *)"a\0\0\0b\0\0\0", 8, VALUE_UTF16 };
    struct slice s;

    (void)state;
    arena_init(&a, LIMIT_EVENT_ARENA);
    s = value_text(&v, &a);
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b", 3);
    arena_release(&a);
}

static void valid_utf8_is_not_copied(void **state)
{
    struct arena a;
    struct value v = value_utf8(SLICE("r\xc3\xa9sum\xc3\xa9"));

    (void)state;
    arena_init(&a, LIMIT_EVENT_ARENA);
    assert_ptr_equal(value_text(&v, &a).p, v.p);
    arena_release(&a);
}

static void full_arena_gives_the_absent_slice(void **state)
{
    struct arena a;
    struct value v = { (const uint8_t *)"\1\0\0\0", 4, VALUE_U32 };

    (void)state;
    arena_init(&a, 0);
    assert_null(value_text(&v, &a).p);
    arena_release(&a);
}

static void decimals_of_every_length(void **state)
{
    struct arena a;
    uint64_t power = 1;

    (void)state;
    arena_init(&a, LIMIT_EVENT_ARENA);
    for (int i = 0; i < 20; i++, power *= 10)
        for (uint64_t u = power - 1; u - (power - 1) < 3; u++) {
            char want[32];
            uint8_t raw[8];
            struct value v = { raw, 8, VALUE_U64 };

            for (size_t k = 0; k < 8; k++)
                raw[k] = (uint8_t)(u >> (8 * k));
            snprintf(want, sizeof want, "%llu", (unsigned long long)u);
            assert_slice(value_text(&v, &a), want);
            v.type = VALUE_I64;
            if ((int64_t)u < 0)
                snprintf(want, sizeof want, "%lld", (long long)u);
            assert_slice(value_text(&v, &a), want);
            v.type = VALUE_HEX64;
            snprintf(want, sizeof want, "0x%llx", (unsigned long long)u);
            assert_slice(value_text(&v, &a), want);
        }
    arena_release(&a);
}

/* Every field's text, made with those of the others, is the text of its value alone. */
static void same_texts(struct event *ev, struct arena *one)
{
    for (size_t i = 0; i < ev->n; i++)
        ev->field[i].text = SLICE_ABSENT;
    arena_reset(ev->arena);
    arena_reset(one);
    event_texts(ev, 0);
    for (size_t i = 0; i < ev->n; i++) {
        struct slice want = value_text(&ev->field[i].value, one);

        assert_non_null(ev->field[i].text.p);
        assert_true(slice_eq(ev->field[i].text, want));
    }
    assert_false(ev->cut);
}

static void texts_made_at_once_are_those_made_singly(void **state)
{
    enum { TYPES = 0x17, SIZES = 44, UNITS = 40 };
    static struct field field[TYPES * SIZES + UNITS * UNITS];
    static uint8_t bytes[SIZES + 32], units[UNITS][2 * UNITS + 32];
    struct arena a, one;
    struct event ev = { .arena = &a, .field = field };

    (void)state;
    arena_init(&a, LIMIT_EVENT_ARENA);
    arena_init(&one, LIMIT_EVENT_ARENA);
    for (uint8_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
    bytes[1] = 5; /* a SID of five numbers */
    for (uint8_t type = 0; type < TYPES; type++)
        for (uint32_t n = 0; n < SIZES; n++)
            field[ev.n++].value = (struct value){ bytes, n, type };
    /* In text k every unit is ASCII but the k-th. */
    for (uint32_t k = 0; k < UNITS; k++) {
        for (uint32_t i = 0; i < UNITS + 16; i++)
            units[k][2 * i] = (uint8_t)('a' + i % 26);
        units[k][2 * k + 1] = k % 2 ? 0x20 : 0;
        for (uint32_t n = 0; n < UNITS; n++)
            field[ev.n++].value = (struct value){ units[k], 2 * n, VALUE_UTF16 };
    }
    same_texts(&ev, &one);
    ev.padded = true;
    same_texts(&ev, &one);
    arena_release(&a);
    arena_release(&one);
}

static void texts_stop_at_the_cap(void **state)
{
    struct field field[3] = { { .value = { (const uint8_t *)"\1\0\0\0", 4, VALUE_U32 } },
                              { .value = { (const uint8_t *)"\2\0\0\0", 4, VALUE_U32 } },
                              { .value = { (const uint8_t *)"\3\0\0\0", 4, VALUE_U32 } } };
    struct arena a;
    struct event ev = { .arena = &a, .field = field, .n = 3 };

    (void)state;
    arena_init(&a, 32);
    event_texts(&ev, 1);
    assert_null(field[0].text.p);
    assert_slice(field[1].text, "2");
    assert_slice(field[2].text, "3");
    event_texts(&ev, 0);
    assert_null(field[0].text.p);
    assert_true(ev.cut);
    arena_release(&a);
}

static void integers_read_in_either_base(void **state)
{
    static const struct {
        struct value v;
        int rc;
        uint64_t u;
    } vector[] = {
        { { (const uint8_t *)"\x50\x12", 2, VALUE_U16 }, 0, 4688 },
        { { (const uint8_t *)"\xff\xff\xff\xff", 4, VALUE_I32 }, EV_ESYNTAX, 0 },
        { { (const uint8_t *)"\xe7\3\0\0\0\0\0\0", 8, VALUE_HEX64 }, 0, 0x3e7 },
        { { (const uint8_t *)"4\0"
                             "7\0"
                             "9\0"
                             "9\0\0\0",
            10, VALUE_UTF16 },
          0,
          4799 },
        { { (const uint8_t *)"0x3E7", 5, VALUE_UTF8 }, 0, 0x3e7 },
        { { (const uint8_t *)"0x", 2, VALUE_UTF8 }, EV_ESYNTAX, 0 },
        { { (const uint8_t *)"", 0, VALUE_UTF8 }, EV_ESYNTAX, 0 },
        { { (const uint8_t *)"-", 1, VALUE_UTF8 }, EV_ESYNTAX, 0 },
        { { (const uint8_t *)"\1", 1, VALUE_U32 }, EV_ESYNTAX, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
        uint64_t u = 0;

        assert_int_equal(value_u64(&vector[i].v, &u), vector[i].rc);
        assert_int_equal(u, vector[i].u);
    }
}

static void times_read_from_every_type(void **state)
{
    static const uint8_t system[16] = { 0xb2, 7, 1, 0, 4, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 0 };
    struct value v = { system, 16, VALUE_SYSTEMTIME };
    uint64_t t = 0;

    (void)state;
    assert_int_equal(value_filetime(&v, &t), EV_OK);
    assert_true(t == UINT64_C(116444736010020000));
    v = value_utf8(SLICE("1970-01-01T00:00:01.002Z"));
    assert_int_equal(value_filetime(&v, &t), EV_OK);
    assert_true(t == UINT64_C(116444736010020000));
    v = value_utf8(SLICE("-"));
    assert_int_equal(value_filetime(&v, &t), EV_ESYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_render_as_windows_does),
        cmocka_unit_test(nul_inside_utf16_is_kept_and_at_the_end_dropped),
        cmocka_unit_test(valid_utf8_is_not_copied),
        cmocka_unit_test(full_arena_gives_the_absent_slice),
        cmocka_unit_test(decimals_of_every_length),
        cmocka_unit_test(texts_made_at_once_are_those_made_singly),
        cmocka_unit_test(texts_stop_at_the_cap),
        cmocka_unit_test(integers_read_in_either_base),
        cmocka_unit_test(times_read_from_every_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_template_bind.c - records that own their template, and those that do not any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../../testdata/writer/ew_script.h"
#include "base/slice.h"
#include "evtx/template_bind.h"

enum { FILE_HEADER = 4096, FIRST = 512 };

static struct ew_file file;

/* Two records of one template, so that the second points back to the definition of the first, and
 * one without template. */
static int setup(void **state)
{
    static const char script[] = "@ 2026-03-02T08:01:02Z id=1 provider=P channel=C computer=PC\n"
                                 "Name=first\n"
                                 "@ 2026-03-02T08:01:03Z\n"
                                 "Name=xy\n"
                                 "@ 2026-03-02T08:01:04Z layout=direct\n"
                                 "Name=third\n";
    char err[256];

    (void)state;
    return ew_script_compile(ew_str(script), &file, NULL, err, sizeof err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ew_file_release(&file);
    return 0;
}

static uint8_t *chunk(void)
{
    return file.image.p + FILE_HEADER;
}

static bool bound(size_t at)
{
    return template_bound(slice_of(chunk(), file.image.n - FILE_HEADER), at);
}

static size_t second(void)
{
    return FIRST + ew_peek(chunk() + FIRST + 4, 4);
}

/* Is the second record still bound when the byte at p is another one? */
static bool bound_with(uint8_t *p)
{
    bool ret;

    *p ^= 0x55;
    ret = bound(second());
    *p ^= 0x55;
    return ret;
}

static void inline_and_back_references_are_bound(void **state)
{
    (void)state;
    assert_true(bound(FIRST));
    assert_true(bound(second()));
}

/* Body: 0f 01 01 00 0c 01, id, place of the definition. */
static void another_id_is_not_bound(void **state)
{
    size_t at = second();

    (void)state;
    assert_false(bound_with(chunk() + at + 24 + 6));
}

static void overwritten_definition_is_not_bound(void **state)
{
    uint32_t place = (uint32_t)ew_peek(chunk() + second() + 24 + 10, 4);

    (void)state;
    assert_true(place < second());
    assert_false(bound_with(chunk() + place + 4));  /* the first dword of its GUID */
    assert_false(bound_with(chunk() + place + 24)); /* its first token */
}

static void overwritten_name_is_not_bound(void **state)
{
    static const uint8_t name[] = { 'E', 0, 'v', 0, 'e', 0, 'n', 0, 't', 0, 'D', 0 };
    size_t at = slice_find(slice_of(chunk(), second()), slice_of(name, sizeof name));

    (void)state;
    assert_true(at < second());
    assert_false(bound_with(chunk() + at)); /* "EventData" in the nested template */
}

static void cut_and_wild_records_are_not_bound(void **state)
{
    size_t size = ew_peek(chunk() + FIRST + 4, 4);

    (void)state;
    assert_false(bound(file.image.n));
    assert_false(bound(SIZE_MAX));
    for (size_t n = 0; n < FIRST + size; n += 3)
        assert_false(template_bound(slice_of(chunk(), n), FIRST));
}

static void record_without_template_is_bound(void **state)
{
    size_t third = second() + ew_peek(chunk() + second() + 4, 4);

    (void)state;
    assert_int_equal(chunk()[third + 24 + 4] & 0x3f, 1);
    assert_true(bound(third));
    assert_true(template_renderable(slice_of(chunk(), file.image.n - FILE_HEADER), third));
}

static bool renderable(void)
{
    return template_renderable(slice_of(chunk(), file.image.n - FILE_HEADER), second());
}

/* Name's value is "xy" and two bytes of its size stand in the descriptor. */
static void lone_byte_order_mark_is_not_renderable(void **state)
{
    static const uint8_t text[] = { 'x', 0, 'y', 0 };
    size_t size = ew_peek(chunk() + second() + 4, 4);
    size_t at = slice_find(slice_of(chunk() + second(), size), slice_of(text, sizeof text));
    uint8_t *value = chunk() + second() + at, *descriptor = value - 4;

    (void)state;
    assert_true(at < size);
    assert_true(renderable());
    assert_int_equal(ew_peek(descriptor, 4), 0x00010004); /* 4 bytes of string */
    memcpy(value, "\xff\xfey", 3);
    assert_true(renderable()); /* more follows */
    ew_poke(descriptor, 0x00010002, 4);
    assert_false(renderable());
    memcpy(value, "\xfe\xff", 2);
    assert_false(renderable());
    memcpy(value, "x", 2);
    assert_true(renderable());
    ew_poke(descriptor, 0x0001ffff, 4); /* beyond the record */
    assert_false(renderable());
    ew_poke(descriptor, 0x00010004, 4);
    memcpy(value, text, sizeof text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inline_and_back_references_are_bound),
        cmocka_unit_test(another_id_is_not_bound),
        cmocka_unit_test(overwritten_definition_is_not_bound),
        cmocka_unit_test(overwritten_name_is_not_bound),
        cmocka_unit_test(cut_and_wild_records_are_not_bound),
        cmocka_unit_test(record_without_template_is_bound),
        cmocka_unit_test(lone_byte_order_mark_is_not_renderable),
    };

    return cmocka_run_group_tests_name("template_bind", tests, setup, teardown);
}

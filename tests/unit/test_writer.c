/* test_writer.c - the event writer that makes test data (testdata/writer/). */
#include "../../testdata/writer/ew_damage.h"
#include "../../testdata/writer/ew_script.h"
#include "../../testdata/writer/ew_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char one_event[] = "@ 2026-03-02T08:01:02.1234567Z id=4688 computer=a.example\n"
                                "CommandLine=cmd.exe /c echo\nSubjectLogonId:hex64=0x3e7\n";

static void compile(const char *text, struct ew_file *f, struct ew_buf *tsv)
{
    char err[200];

    if (!ew_script_compile(ew_str(text), f, tsv, err, sizeof err))
        fail_msg("%s", err);
}

static void crc32_of_the_check_string(void **state)
{
    (void)state;
    assert_int_equal(ew_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    assert_int_equal(ew_crc32(ew_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
                     0xcbf43926);
}

static void times_go_there_and_back(void **state)
{
    static const char *const times[] = { "1601-01-01T00:00:00.0000000Z",
                                         "1970-01-01T00:00:00.0000001Z",
                                         "2024-02-29T23:59:59.9999999Z",
                                         "9999-12-31T23:59:59.9999999Z" };
    uint64_t t = 1;

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct ew_buf b = { 0 };

        assert_true(ew_text_time(ew_str(times[i]), &t));
        ew_text_put_time(&b, t, 7, true);
        assert_int_equal(b.n, strlen(times[i]));
        assert_memory_equal(b.p, times[i], b.n);
        ew_buf_release(&b);
    }
    assert_true(ew_text_time(ew_str("1970-01-01T00:00:00Z"), &t));
    assert_int_equal(t, 116444736000000000U);
}

static void header_and_chunk_are_as_the_format_says(void **state)
{
    struct ew_file f;
    const uint8_t *c;

    (void)state;
    compile(one_event, &f, NULL);
    c = f.image.p + EW_FILE_HEADER;
    assert_int_equal(f.image.n, EW_FILE_HEADER + EW_CHUNK_SIZE);
    assert_memory_equal(f.image.p, "ElfFile", 8);
    assert_memory_equal(c, "ElfChnk", 8);
    assert_int_equal(ew_peek(f.image.p + 124, 4), ew_crc32(0, f.image.p, 120));
    assert_int_equal(ew_peek(c + 52, 4),
                     ew_crc32(0, c + EW_CHUNK_HEADER, ew_peek(c + 48, 4) - EW_CHUNK_HEADER));
    assert_int_equal(ew_peek(c + EW_CHUNK_HEADER, 4), 0x2a2a);
    assert_int_equal(ew_peek(c + EW_CHUNK_HEADER + 4, 4), ew_peek(c + ew_peek(c + 48, 4) - 4, 4));
    ew_file_release(&f);
}

static void definition_is_inline_once_and_then_referred_to(void **state)
{
    struct ew_buf text = { 0 };
    struct ew_file f;
    const uint8_t *c;
    size_t first, second;

    (void)state;
    ew_buf_text(&text, one_event);
    ew_buf_text(&text, one_event);
    ew_buf_int(&text, 0, 1);
    compile((const char *)text.p, &f, NULL);
    c = f.image.p + EW_FILE_HEADER;
    first = EW_CHUNK_HEADER;
    second = first + (size_t)ew_peek(c + first + 4, 4);
    assert_int_equal(ew_peek(c + first + 34, 4), first + 38);
    assert_int_equal(ew_peek(c + second + 34, 4), first + 38);
    assert_true(ew_peek(c + second + 4, 4) < ew_peek(c + first + 4, 4));
    ew_file_release(&f);
    ew_buf_release(&text);
}

static void record_that_does_not_fit_begins_a_chunk(void **state)
{
    struct ew_buf text = { 0 };
    struct ew_file f;

    (void)state;
    for (int i = 0; i < 3; i++) {
        ew_buf_text(&text, one_event);
        ew_buf_text(&text, "Long=");
        ew_buf_fill(&text, 'x', 14000);
        ew_buf_text(&text, "\n");
    }
    ew_buf_int(&text, 0, 1);
    compile((const char *)text.p, &f, NULL);
    assert_int_equal(f.image.n, EW_FILE_HEADER + 2 * EW_CHUNK_SIZE);
    assert_int_equal(ew_peek(f.image.p + EW_FILE_HEADER + EW_CHUNK_SIZE + 8, 8), 3);
    ew_file_release(&f);
    ew_buf_release(&text);
}

static void event_larger_than_a_chunk_is_refused(void **state)
{
    struct ew_buf text = { 0 };
    struct ew_file f;
    char err[200] = "";

    (void)state;
    ew_buf_text(&text, one_event);
    ew_buf_text(&text, "Long=");
    ew_buf_fill(&text, 'x', 32000);
    assert_false(
        ew_script_compile((struct ew_str){ (char *)text.p, text.n }, &f, NULL, err, sizeof err));
    assert_non_null(strstr(err, "larger than a chunk"));
    ew_file_release(&f);
    ew_buf_release(&text);
}

static void expectation_has_names_types_and_text(void **state)
{
    struct ew_buf tsv = { 0 };
    struct ew_file f;

    (void)state;
    compile(one_event, &f, &tsv);
    ew_buf_int(&tsv, 0, 1);
    assert_non_null(strstr((const char *)tsv.p, "1\tEvent/EventData/Data\tstr\tcmd.exe /c echo\n"));
    assert_non_null(strstr((const char *)tsv.p, "1\tEvent/EventData/Data\thex64\t0x3e7\n"));
    ew_file_release(&f);
    ew_buf_release(&tsv);
}

static void arrays_of_types_without_width_are_one_item(void **state)
{
    struct ew_file f;
    struct ew_buf tsv = { 0 };

    (void)state;
    compile("@ 2026-03-02T08:01:02Z provider=Test channel=Test id=1\nA:bin[]=0a|0b\n", &f, &tsv);
    assert_non_null(strstr((const char *)tsv.p, "0A0B"));
    ew_buf_release(&tsv);
    ew_file_release(&f);
}

static void mistakes_in_the_text_name_their_line(void **state)
{
    static const char *const wrong[] = { "\nno event", "@ yesterday",
                                         "@ 2026-03-02T08:01:02Z colour=red",
                                         "@ 2026-03-02T08:01:02Z\nN:u32=many",
                                         "@ 2026-03-02T08:01:02Z\n<a><b></a>" };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ew_file f;
        char err[200] = "";

        assert_false(ew_script_compile(ew_str(wrong[i]), &f, NULL, err, sizeof err));
        assert_memory_equal(err, "line ", 5);
        ew_file_release(&f);
    }
}

static void every_damage_changes_the_file(void **state)
{
    struct ew_buf text = { 0 };

    (void)state;
    ew_buf_text(&text, "! max-records=2\n");
    for (int i = 0; i < 4; i++)
        ew_buf_text(&text, one_event);
    ew_buf_int(&text, 0, 1);
    for (size_t i = 0; ew_damage_name(i) != NULL; i++) {
        struct ew_file whole, broken;
        char err[200] = "";

        compile((const char *)text.p, &whole, NULL);
        compile((const char *)text.p, &broken, NULL);
        if (!ew_damage_apply(&broken.image, ew_str(ew_damage_name(i)), err, sizeof err))
            fail_msg("%s: %s", ew_damage_name(i), err);
        if (broken.image.n == whole.image.n)
            assert_memory_not_equal(broken.image.p, whole.image.p, whole.image.n);
        ew_file_release(&whole);
        ew_file_release(&broken);
    }
    ew_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32_of_the_check_string),
        cmocka_unit_test(times_go_there_and_back),
        cmocka_unit_test(header_and_chunk_are_as_the_format_says),
        cmocka_unit_test(definition_is_inline_once_and_then_referred_to),
        cmocka_unit_test(record_that_does_not_fit_begins_a_chunk),
        cmocka_unit_test(event_larger_than_a_chunk_is_refused),
        cmocka_unit_test(expectation_has_names_types_and_text),
        cmocka_unit_test(arrays_of_types_without_width_are_one_item),
        cmocka_unit_test(mistakes_in_the_text_name_their_line),
        cmocka_unit_test(every_damage_changes_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_probe.c - What a file is, by its first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/utf16.h"
#include "input/probe.h"

static enum probe_kind probe(struct slice bytes)
{
    struct source *s = source_open_memory(bytes, "x");
    enum probe_kind k = PROBE_OTHER;

    assert_int_equal(probe_source(s, &k, NULL), EV_OK);
    source_free(s);
    return k;
}

/* magic at offset in a file of 8 KiB of zeros. */
static enum probe_kind probe_at(size_t offset, struct slice magic)
{
    static uint8_t file[8192];

    memset(file, 0, sizeof file);
    memcpy(file + offset, magic.p, magic.n);
    return probe(slice_of(file, sizeof file));
}

static void event_logs_are_known_with_and_without_header(void **state)
{
    (void)state;
    assert_int_equal(probe_at(0, SLICE("ElfFile\0")), PROBE_EVTX);
    assert_int_equal(probe_at(0, SLICE("ElfChnk\0")), PROBE_EVTX);
    assert_int_equal(probe_at(4096, SLICE("ElfChnk\0")), PROBE_EVTX);
    assert_int_equal(probe_at(4096, SLICE("ElfChnX\0")), PROBE_OTHER);
    assert_int_equal(probe(SLICE("ElfFile\0")), PROBE_EVTX);
    assert_int_equal(probe(SLICE("ElfFile")), PROBE_OTHER);
}

static void old_logs_archives_and_images_are_named(void **state)
{
    (void)state;
    assert_int_equal(probe(SLICE("\x30\0\0\0LfLe\1\0\0\0")), PROBE_EVT);
    assert_int_equal(probe(SLICE("PK\3\4....")), PROBE_ARCHIVE);
    assert_int_equal(probe(SLICE("\x1f\x8b\x08\0")), PROBE_ARCHIVE);
    assert_int_equal(probe(SLICE("BZh91AY&SY")), PROBE_ARCHIVE);
    assert_int_equal(probe_at(257, SLICE("ustar\0")), PROBE_ARCHIVE);
    assert_int_equal(probe(SLICE("EVF\x09\x0d\x0a\xff\0")), PROBE_DISK_IMAGE);
    assert_int_equal(probe(SLICE("QFI\xfb\0\0\0\3")), PROBE_DISK_IMAGE);
    assert_int_equal(probe_at(3, SLICE("NTFS    ")), PROBE_DISK_IMAGE);
    assert_int_equal(probe_at(512, SLICE("EFI PART")), PROBE_DISK_IMAGE);
    assert_int_equal(probe(SLICE("MZ\x90\0")), PROBE_OTHER);
}

static void boot_record_needs_a_partition(void **state)
{
    uint8_t sector[512] = { 0 };

    (void)state;
    sector[510] = 0x55;
    sector[511] = 0xaa;
    assert_int_equal(probe(slice_of(sector, 512)), PROBE_OTHER);
    sector[446] = 0x80;
    sector[450] = 7;
    assert_int_equal(probe(slice_of(sector, 512)), PROBE_DISK_IMAGE);
    sector[462] = 0x13; /* neither active nor inactive */
    assert_int_equal(probe(slice_of(sector, 512)), PROBE_OTHER);
}

static void empty_file_is_empty(void **state)
{
    (void)state;
    assert_int_equal(probe(SLICE("")), PROBE_EMPTY);
}

static void event_xml_begins_with_event_or_events(void **state)
{
    (void)state;
    assert_int_equal(probe(SLICE("<Event xmlns='x'>")), PROBE_EVENT_XML);
    assert_int_equal(probe(SLICE("<Events>")), PROBE_EVENT_XML);
    assert_int_equal(probe(SLICE("\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<!-- <a> --><Events>")),
                     PROBE_EVENT_XML);
    assert_int_equal(probe(SLICE("Record 1\n<?xml version='1.0'?>\n<Event>")), PROBE_EVENT_XML);
    assert_int_equal(probe(SLICE("<EventFiltering>")), PROBE_OTHER);
    assert_int_equal(probe(SLICE("<Event")), PROBE_OTHER);
    assert_int_equal(probe(SLICE("<html><Event>")), PROBE_OTHER);
    assert_int_equal(probe(SLICE("<?xml version='1.0' <Event>")), PROBE_OTHER);
    assert_int_equal(probe(SLICE("\0\1\2<Event>")), PROBE_OTHER);
}

static void event_xml_in_utf16_is_known_in_both_orders(void **state)
{
    struct slice text = SLICE("<?xml version='1.0' encoding='utf-16'?>\n<Events>");
    struct slice mark = SLICE("\xef\xbb\xbf"); /* U+FEFF */

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct buf b;

        buf_init(&b, 4096);
        if (i & 1)
            utf8_to_utf16(mark, &b, i & 2);
        utf8_to_utf16(text, &b, i & 2);
        assert_int_equal(probe(buf_view(&b)), PROBE_EVENT_XML);
        buf_release(&b);
    }
}

static int no_read(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err)
{
    (void)self, (void)offset, (void)buf, (void)n, (void)ret_n;
    return ev_err_set(err, EV_EIO, "no");
}

static void unreadable_source_is_an_error(void **state)
{
    static const struct source_ops ops = { .read_at = no_read };
    struct source *s = source_new(&ops, NULL, "x");
    enum probe_kind k = PROBE_EVT;

    (void)state;
    assert_int_equal(probe_source(s, &k, NULL), EV_EIO);
    assert_int_equal(k, PROBE_EVT); /* untouched */
    source_free(s);
}

static void every_kind_has_its_own_name(void **state)
{
    (void)state;
    for (int a = PROBE_EMPTY; a <= PROBE_OTHER; a++)
        for (int b = PROBE_EMPTY; b < a; b++)
            assert_string_not_equal(probe_name((enum probe_kind)a), probe_name((enum probe_kind)b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_logs_are_known_with_and_without_header),
        cmocka_unit_test(old_logs_archives_and_images_are_named),
        cmocka_unit_test(boot_record_needs_a_partition),
        cmocka_unit_test(empty_file_is_empty),
        cmocka_unit_test(event_xml_begins_with_event_or_events),
        cmocka_unit_test(event_xml_in_utf16_is_known_in_both_orders),
        cmocka_unit_test(unreadable_source_is_an_error),
        cmocka_unit_test(every_kind_has_its_own_name),
    };

    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}

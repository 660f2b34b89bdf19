/* test_escape.c - hostile values in CSV, JSON, HTML and XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/utf16.h"

static struct buf out;

static int make_buf(void **state)
{
    (void)state;
    buf_init(&out, 1 << 16);
    return 0;
}

static int drop_buf(void **state)
{
    (void)state;
    buf_release(&out);
    return 0;
}

static void expect(struct slice want)
{
    assert_int_equal(out.n, want.n);
    assert_memory_equal(out.p, want.p, want.n);
    buf_clear(&out);
}

static void csv(struct slice in, struct slice want)
{
    escape_csv(in, true, &out);
    expect(want);
}

static void json(struct slice in, struct slice want)
{
    escape_json(in, &out);
    expect(want);
}

static void html(struct slice in, struct slice want)
{
    escape_html(in, &out);
    expect(want);
}

static void controls_become_pictures(void **state)
{
    (void)state;
    escape_controls(SLICE("a\0b\t\n\r\x1b[31m\x7f"), &out);
    expect(SLICE("a\xe2\x90\x80"
                 "b\xe2\x90\x89\xe2\x90\x8a\xe2\x90\x8d\xe2\x90\x9b[31m\xe2\x90\xa1"));
    escape_controls(SLICE("\xc2\x85\xc2\x9b"
                          "x"),
                    &out);
    expect(SLICE("\xef\xbf\xbd\xef\xbf\xbdx"));
    escape_controls(SLICE("ok \\ \xff \xc0\x80 \xed\xa0\x80"), &out);
    expect(
        SLICE("ok \\ \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
    escape_controls(SLICE_ABSENT, &out);
    expect(SLICE(""));
}

static void csv_cells_are_quoted_where_needed(void **state)
{
    (void)state;
    csv(SLICE("plain text"), SLICE("plain text"));
    csv(SLICE(""), SLICE(""));
    csv(SLICE("a,b"), SLICE("\"a,b\""));
    csv(SLICE("say \"x\""), SLICE("\"say \"\"x\"\"\""));
    csv(SLICE("a\r\nb"), SLICE("a\xe2\x90\x8d\xe2\x90\x8a"
                               "b"));
    csv(SLICE(" a"), SLICE("\" a\""));
    csv(SLICE("\"\""), SLICE("\"\"\"\"\"\""));
}

static void csv_guards_formulas(void **state)
{
    (void)state;
    csv(SLICE("=1+1"), SLICE("'=1+1"));
    csv(SLICE("+1"), SLICE("'+1"));
    csv(SLICE("-enc AAA"), SLICE("'-enc AAA"));
    csv(SLICE("@SUM(1)"), SLICE("'@SUM(1)"));
    csv(SLICE("\t=1"), SLICE("'\xe2\x90\x89=1"));
    csv(SLICE("\r=1"), SLICE("'\xe2\x90\x8d=1"));
    csv(SLICE("=cmd|'/c calc'!A0,1"), SLICE("\"'=cmd|'/c calc'!A0,1\""));
    csv(SLICE("a=1"), SLICE("a=1"));
    csv(SLICE_ABSENT, SLICE(""));
    escape_csv(SLICE("=1+1"), false, &out);
    expect(SLICE("=1+1"));
}

static void json_escapes_what_json_forbids(void **state)
{
    (void)state;
    json(SLICE("a\"b\\c"), SLICE("a\\\"b\\\\c"));
    json(SLICE("\b\t\n\v\f\r\0\x1f"), SLICE("\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f"));
    json(SLICE("\x7f\xc2\x85"), SLICE("\\u007f\\u0085"));
    json(SLICE("\xe2\x80\xa8\xe2\x80\xa9"), SLICE("\\u2028\\u2029"));
    json(SLICE("\xc3\xa9\xf0\x9f\x98\x80"), SLICE("\xc3\xa9\xf0\x9f\x98\x80"));
    json(SLICE("\xff"), SLICE("\xef\xbf\xbd"));
    escape_json_string(SLICE("x"), &out);
    expect(SLICE("\"x\""));
}

static void json_cannot_end_or_hide_in_a_script(void **state)
{
    (void)state;
    json(SLICE("</script>"), SLICE("\\u003c/script>"));
    json(SLICE("<!--<script>"), SLICE("\\u003c!--<script>"));
    json(SLICE("a < b / c <"), SLICE("a < b / c <"));
    json(SLICE("<</"), SLICE("<\\u003c/"));
}

static void html_holds_no_markup(void **state)
{
    (void)state;
    html(SLICE("<a href='x' title=\"y\">&amp;"),
         SLICE("&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;"));
    html(SLICE("\0\n\xe2\x80\xa8\xff"), SLICE("\xe2\x90\x80\xe2\x90\x8a\xe2\x80\xa8\xef\xbf\xbd"));
    /* U+FFFF, U+FDD0, U+1FFFE. */
    html(SLICE("\xef\xbf\xbf\xef\xb7\x90\xf0\x9f\xbf\xbe"),
         SLICE("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
}

static void xml_is_as_windows_writes_it(void **state)
{
    (void)state;
    assert_int_equal(escape_xml(SLICE("<a> & \"b\" 'c'"), false, &out), 0);
    expect(SLICE("&lt;a&gt; &amp; \"b\" 'c'"));
    assert_int_equal(escape_xml(SLICE("<a> & \"b\" 'c'"), true, &out), 0);
    expect(SLICE("&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;"));
}

static void xml_replaces_forbidden_characters(void **state)
{
    (void)state;
    assert_int_equal(escape_xml(SLICE("\0\x01\t\n\r\x1f\x7f"), false, &out), 3);
    expect(SLICE("\xef\xbf\xbd\xef\xbf\xbd\t\n\r\xef\xbf\xbd\x7f"));
    assert_int_equal(escape_xml(SLICE("\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xbf\xbf"), false, &out), 2);
    expect(SLICE("\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\xbf\xbf"));
}

/* Whatever the bytes are, what comes out is valid UTF-8 without controls. */
static void random_bytes_come_out_clean(void **state)
{
    uint32_t x = 12345;
    uint8_t in[64];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof in; i++) {
            x = x * 1664525 + 1013904223;
            in[i] = (uint8_t)(x >> 24);
        }
        escape_csv(slice_of(in, sizeof in), true, &out);
        escape_html(slice_of(in, sizeof in), &out);
        escape_json(slice_of(in, sizeof in), &out);
        assert_false(out.full);
        assert_true(utf8_valid(buf_view(&out)));
        for (size_t i = 0; i < out.n; i++)
            assert_true(out.p[i] >= 0x20 && out.p[i] != 0x7f);
        buf_clear(&out);
    }
}

static void escape(unsigned target, struct slice s)
{
    switch (target) {
    case 0:
        escape_controls(s, &out);
        break;
    case 1:
        escape_json(s, &out);
        break;
    case 2:
        escape_html(s, &out);
        break;
    default:
        escape_xml(s, target == 3, &out);
    }
}

/* Blocks of text are looked at as one: each byte at each place in one has to be seen. */
static void a_byte_is_escaped_alike_at_every_place(void **state)
{
    (void)state;
    for (unsigned target = 0; target < 5; target++)
        for (unsigned c = 0; c < 256; c++)
            for (size_t at = 0; at < 40; at++) {
                uint8_t byte = (uint8_t)c, text[40], want[80];
                size_t n;

                escape(target, slice_of(&byte, 1));
                n = out.n;
                memset(want, 'a', sizeof want);
                memcpy(want + at, out.p, n);
                buf_clear(&out);
                memset(text, 'a', sizeof text);
                text[at] = byte;
                escape(target, slice_of(text, sizeof text));
                expect(slice_of(want, 39 + n));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_become_pictures),
        cmocka_unit_test(csv_cells_are_quoted_where_needed),
        cmocka_unit_test(csv_guards_formulas),
        cmocka_unit_test(json_escapes_what_json_forbids),
        cmocka_unit_test(json_cannot_end_or_hide_in_a_script),
        cmocka_unit_test(html_holds_no_markup),
        cmocka_unit_test(xml_is_as_windows_writes_it),
        cmocka_unit_test(xml_replaces_forbidden_characters),
        cmocka_unit_test(random_bytes_come_out_clean),
        cmocka_unit_test(a_byte_is_escaped_alike_at_every_place),
    };

    return cmocka_run_group_tests(tests, make_buf, drop_buf);
}

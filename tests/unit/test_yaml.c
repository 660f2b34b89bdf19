/* test_yaml.c - YAML trees: typing, places, aliases, limits and faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "rule/yaml.h"

struct opened {
    struct arena arena;
    struct report rep;
    struct yaml_file *y;
    const struct ynode *root;
    int rc;
};

/* Opens the text and reads the first document. */
static void open_text(struct opened *o, struct slice text)
{
    memset(o, 0, sizeof *o);
    arena_init(&o->arena, LIMIT_RULE_ARENA);
    report_init(&o->rep, &o->arena);
    report_file(&o->rep, SLICE("t.yml"));
    o->y = yaml_open(text, &o->arena, &o->arena, &o->rep);
    assert_non_null(o->y);
    o->rc = yaml_next(o->y, &o->root);
}

static void close_text(struct opened *o)
{
    yaml_close(o->y);
    report_release(&o->rep);
    arena_release(&o->arena);
}

static bool told(const struct opened *o, uint32_t line, uint32_t column, const char *text)
{
    for (size_t i = 0; i < o->rep.message.n; i++) {
        const struct rule_message *m = &o->rep.message.v[i];
        if (m->line == line && m->column == column &&
            slice_find(m->text, slice_str(text)) != SIZE_MAX)
            return true;
    }
    for (size_t i = 0; i < o->rep.message.n; i++)
        print_message("%u:%u %.*s\n", o->rep.message.v[i].line, o->rep.message.v[i].column,
                      SLICE_ARG(o->rep.message.v[i].text));
    return false;
}

static void plain_scalars_are_typed_by_yaml_1_1(void **state)
{
    static const struct {
        const char *text;
        enum ynode_type type;
        int64_t integer;
    } rows[] = {
        { "", YTYPE_NULL, 0 },
        { "~", YTYPE_NULL, 0 },
        { "null", YTYPE_NULL, 0 },
        { "Null", YTYPE_NULL, 0 },
        { "NULL", YTYPE_NULL, 0 },
        { "nULL", YTYPE_TEXT, 0 },
        { "yes", YTYPE_BOOL, 1 },
        { "No", YTYPE_BOOL, 0 },
        { "ON", YTYPE_BOOL, 1 },
        { "off", YTYPE_BOOL, 0 },
        { "True", YTYPE_BOOL, 1 },
        { "FALSE", YTYPE_BOOL, 0 },
        { "y", YTYPE_TEXT, 0 },
        { "tRue", YTYPE_TEXT, 0 },
        { "yess", YTYPE_TEXT, 0 },
        { "0", YTYPE_INT, 0 },
        { "4688", YTYPE_INT, 4688 },
        { "-5", YTYPE_INT, -5 },
        { "+5", YTYPE_INT, 5 },
        { "0x1F", YTYPE_INT, 31 },
        { "-0x10", YTYPE_INT, -16 },
        { "017", YTYPE_INT, 15 },
        { "0b101", YTYPE_INT, 5 },
        { "1_000", YTYPE_INT, 1000 },
        { "08", YTYPE_TEXT, 0 },
        { "0x", YTYPE_TEXT, 0 },
        { "0xg", YTYPE_TEXT, 0 },
        { "_1", YTYPE_TEXT, 0 },
        { "-", YTYPE_TEXT, 0 },
        { "+", YTYPE_TEXT, 0 },
        { "1.5", YTYPE_FLOAT, 0 },
        { ".5", YTYPE_FLOAT, 0 },
        { "1.", YTYPE_FLOAT, 0 },
        { "1.2.3", YTYPE_TEXT, 0 },
        { "1e3", YTYPE_TEXT, 0 },
        { "1.0e+3", YTYPE_FLOAT, 0 },
        { "1.0e3", YTYPE_TEXT, 0 },
        { ".", YTYPE_TEXT, 0 },
        { ".inf", YTYPE_TEXT, 0 },
        { "12:30", YTYPE_TEXT, 0 },
        { "2020-02-18", YTYPE_TEXT, 0 },
        { "10.0.0.1", YTYPE_TEXT, 0 },
        { "-a", YTYPE_TEXT, 0 },
        { "4688a", YTYPE_TEXT, 0 },
        { "0x1F x", YTYPE_TEXT, 0 },
        { "9223372036854775807", YTYPE_INT, INT64_MAX },
        { "-9223372036854775808", YTYPE_INT, INT64_MIN },
        { "9223372036854775808", YTYPE_TEXT, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ynode n = { .text = slice_str(rows[i].text) };
        ynode_resolve(&n);
        if (n.type != rows[i].type)
            fail_msg("\"%s\" has type %d", rows[i].text, n.type);
        if (n.type == YTYPE_INT && n.u.integer != rows[i].integer)
            fail_msg("\"%s\" is %lld", rows[i].text, (long long)n.u.integer);
        if (n.type == YTYPE_BOOL)
            assert_int_equal(n.boolean, rows[i].integer);
    }
}

static void quotes_tags_and_blocks_are_text(void **state)
{
    static const char *const rows[] = { "'yes'", "\"12\"",   "!!str 12",
                                        "! 12",  "|-\n  12", ">-\n  12" };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opened o;
        open_text(&o, slice_str(rows[i]));
        assert_int_equal(o.rc, 1);
        assert_int_equal(o.root->kind, YNODE_SCALAR);
        if (o.root->type != YTYPE_TEXT)
            fail_msg("%s", rows[i]);
        close_text(&o);
    }
}

static void nodes_know_their_place(void **state)
{
    struct opened o;
    uint32_t line, column;
    (void)state;
    open_text(&o, SLICE("a:\n  - b\n  - 'x\xc3\xa9y'\nc: {d: e}\n"));
    assert_int_equal(o.rc, 1);
    const struct ynode *item = ynode_get(o.root, "a")->first->next;
    assert_int_equal(item->line, 3);
    assert_int_equal(item->column, 5);
    ynode_place(item, 3, &line, &column); /* y: a two-byte character before it */
    assert_int_equal(line, 3);
    assert_int_equal(column, 8);
    const struct ynode *e = ynode_get(ynode_get(o.root, "c"), "d");
    assert_int_equal(e->line, 4);
    assert_int_equal(e->column, 8);
    assert_int_equal(o.root->n, 2);
    assert_int_equal(o.root->height, 3);
    assert_int_equal(o.root->weight, 9);
    assert_null(ynode_get(o.root, "e"));
    assert_null(ynode_get(item, "a"));
    close_text(&o);
}

static void bom_crlf_and_documents_are_read(void **state)
{
    struct opened o;
    (void)state;
    open_text(&o, SLICE("\xef\xbb\xbf"
                        "a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n---\r\n...\r\n"));
    assert_int_equal(o.rc, 1);
    assert_int_equal(ynode_get(o.root, "a")->u.integer, 1);
    assert_true(slice_eq(ynode_get(o.root, "b")->text, SLICE("x\ny\n")));
    assert_int_equal(yaml_next(o.y, &o.root), 1);
    assert_int_equal(ynode_get(o.root, "c")->line, 6);
    assert_int_equal(yaml_next(o.y, &o.root), 1);
    assert_int_equal(o.root->type, YTYPE_NULL);
    assert_int_equal(yaml_next(o.y, &o.root), 0);
    assert_int_equal(yaml_next(o.y, &o.root), 0);
    assert_int_equal(o.rep.message.n, 0);
    close_text(&o);
}

static void aliases_share_and_merge(void **state)
{
    struct opened o;
    (void)state;
    open_text(&o, SLICE("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\nd: {<<: [{r: 1}, *x]}\n"
                        "e: &s text\nf: *s\n"));
    assert_int_equal(o.rc, 1);
    assert_int_equal(ynode_get(ynode_get(o.root, "b"), "q")->u.integer, 2);
    const struct ynode *c = ynode_get(o.root, "c");
    assert_int_equal(ynode_get(c, "p")->u.integer, 1);
    assert_int_equal(ynode_get(c, "q")->u.integer, 3); /* its own pair wins */
    assert_int_equal(ynode_get(ynode_get(o.root, "d"), "r")->u.integer, 1);
    assert_int_equal(ynode_get(ynode_get(o.root, "d"), "p")->u.integer, 1);
    assert_true(slice_eq(ynode_get(o.root, "f")->text, SLICE("text")));
    assert_int_equal(o.rep.message.n, 0);
    close_text(&o);
}

static void bad_aliases_are_errors(void **state)
{
    struct opened o;
    (void)state;
    open_text(&o, SLICE("a: *nope\n"));
    assert_true(o.rc < 0);
    assert_true(told(&o, 1, 4, "alias *nope has no anchor"));
    close_text(&o);
    open_text(&o, SLICE("a: &x [*x]\n")); /* a loop */
    assert_true(o.rc < 0);
    assert_true(told(&o, 1, 8, "alias *x has no anchor"));
    close_text(&o);
    open_text(&o, SLICE("a: &x 1\n---\nb: *x\n")); /* anchors end with their document */
    assert_int_equal(o.rc, 1);
    assert_true(yaml_next(o.y, &o.root) < 0);
    close_text(&o);
}

static void alias_bomb_is_stopped(void **state)
{
    struct opened o;
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_KIB(64));
    buf_str(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
        buf_printf(&b, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            buf_printf(&b, "*a%d%s", i - 1, j < 9 ? "," : "]\n");
    }
    open_text(&o, buf_view(&b));
    assert_true(o.rc < 0);
    assert_true(o.arena.used < LIMIT_MIB(1));
    assert_int_equal(o.rep.message.n, 1);
    assert_true(slice_find(o.rep.message.v[0].text, SLICE("counting aliases")) != SIZE_MAX);
    close_text(&o);
    buf_release(&b);
}

static void depth_is_limited(void **state)
{
    static uint8_t text[LIMIT_RULE_DEPTH + 1];
    struct opened o;
    (void)state;
    memset(text, '[', sizeof text);
    open_text(&o, slice_of(text, sizeof text));
    assert_true(o.rc < 0);
    assert_true(told(&o, 1, LIMIT_RULE_DEPTH + 1, "nested too deeply"));
    close_text(&o);
    /* An alias may not go around the limit. */
    struct buf b;
    buf_init(&b, LIMIT_KIB(64));
    buf_str(&b, "a: &a ");
    for (int i = 0; i < 40; i++)
        buf_byte(&b, '[');
    for (int i = 0; i < 40; i++)
        buf_byte(&b, ']');
    buf_str(&b, "\nb: ");
    for (int i = 0; i < 40; i++)
        buf_byte(&b, '[');
    buf_str(&b, "*a");
    for (int i = 0; i < 40; i++)
        buf_byte(&b, ']');
    open_text(&o, buf_view(&b));
    assert_true(o.rc < 0);
    assert_true(told(&o, 2, 44, "nested too deeply"));
    close_text(&o);
    buf_release(&b);
}

static void duplicate_keys_are_errors(void **state)
{
    struct opened o;
    struct buf b;
    (void)state;
    open_text(&o, SLICE("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 2\n"));
    assert_int_equal(o.rc, 1); /* read to the end, so that all are told */
    assert_true(o.rep.refused);
    assert_true(told(&o, 5, 3, "key \"c\" stands twice in this map, first in line 3"));
    assert_true(told(&o, 6, 1, "key \"a\" stands twice in this map, first in line 1"));
    assert_int_equal(o.rep.message.n, 2);
    close_text(&o);
    buf_init(&b, LIMIT_MIB(1)); /* a map too large for pairwise search */
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "k%d: v\n", i);
    buf_str(&b, "k500: v\n");
    open_text(&o, buf_view(&b));
    assert_true(told(&o, 1001, 1, "\"k500\" stands twice in this map, first in line 501"));
    assert_int_equal(o.rep.message.n, 1);
    close_text(&o);
    buf_release(&b);
}

static void faults_of_the_text_have_a_place(void **state)
{
    static const struct {
        struct slice text;
        uint32_t line, column;
        const char *want;
    } rows[] = {
        { SLICE_INIT("a: 1\n b: 2\n"), 2, 3, "mapping values are not allowed" },
        { SLICE_INIT("a: [1, 2\nb: 3\n"), 2, 2, "not valid YAML" },
        { SLICE_INIT("a: 'x\n"), 2, 1, "unexpected end of stream" },
        { SLICE_INIT("a:\n\tb: 1\n"), 2, 1, "cannot start any token" },
        { SLICE_INIT("a: \x80\n"), 1, 4, "not a text file" },
        { SLICE_INIT("a: b\nc: \x01\n"), 2, 4, "not a text file" },
        { SLICE_INIT("\x7f"
                     "ELF\0\1\1"),
          1, 1, "not a text file" },
        { SLICE_INIT("? [a]\n: b\n"), 1, 3, "a key must be plain text" },
        { SLICE_INIT("<<: 1\n"), 1, 1, "<< takes a map" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct opened o;
        open_text(&o, rows[i].text);
        int rc = o.rc;
        while (rc > 0)
            rc = yaml_next(o.y, &o.root);
        if (rc == 0)
            fail_msg("row %zu was read", i);
        if (!told(&o, rows[i].line, rows[i].column, rows[i].want))
            fail_msg("row %zu", i);
        close_text(&o);
    }
}

static void documents_before_a_fault_are_kept(void **state)
{
    struct opened o;
    (void)state;
    open_text(&o, SLICE("a: 1\n---\nb: [\n"));
    assert_int_equal(o.rc, 1);
    assert_int_equal(o.rep.message.n, 0);
    assert_true(yaml_next(o.y, &o.root) < 0);
    assert_int_equal(yaml_next(o.y, &o.root), 0);
    close_text(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_are_typed_by_yaml_1_1),
        cmocka_unit_test(quotes_tags_and_blocks_are_text),
        cmocka_unit_test(nodes_know_their_place),
        cmocka_unit_test(bom_crlf_and_documents_are_read),
        cmocka_unit_test(aliases_share_and_merge),
        cmocka_unit_test(bad_aliases_are_errors),
        cmocka_unit_test(alias_bomb_is_stopped),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(duplicate_keys_are_errors),
        cmocka_unit_test(faults_of_the_text_have_a_place),
        cmocka_unit_test(documents_before_a_fault_are_kept),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}

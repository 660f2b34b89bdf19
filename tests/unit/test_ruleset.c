/* test_ruleset.c - folders of rules: order, links, refusals, digests; and the whole of SigmaHQ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "load_rule.h"

#define RULE(title, id)                                                                            \
    "title: " title "\nid: " id "\nlogsource: {product: windows, service: system}\n"               \
    "detection: {s: {Image: x}, condition: s}\n"

struct folder {
    char root[64], path[256];
};

static int make_folder(void **state)
{
    static struct folder f;
    snprintf(f.root, sizeof f.root, "ruleset_test.XXXXXX");
    *state = &f;
    return mkdtemp(f.root) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct folder *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->root);
    return system(command);
}

static const char *at(struct folder *f, const char *name)
{
    snprintf(f->path, sizeof f->path, "%s/%s", f->root, name);
    return f->path;
}

static void put(struct folder *f, const char *name, const char *text)
{
    FILE *out = fopen(at(f, name), "wb");
    assert_non_null(out);
    fwrite(text, 1, strlen(text), out);
    assert_int_equal(fclose(out), 0);
}

static void load(struct loaded *l, const char *path)
{
    *l = (struct loaded){ .names = names_new() };
    buf_init(&l->text, LIMIT_MIB(4));
    struct ev_err err = { .rc = 0 };
    if (ruleset_load(&path, 1, l->names, &l->rs, &err) < 0)
        fail_msg("%s: %s", path, err.text);
}

static void folders_load_in_bytewise_order(void **state)
{
    struct folder *f = *state;
    struct loaded l;
    mkdir(at(f, "b"), 0700);
    mkdir(at(f, ".hidden"), 0700);
    put(f, "c.yml", RULE("3", "3"));
    put(f, "B.yaml", RULE("1", "1"));
    put(f, "b/z.yml", RULE("2", "2"));
    put(f, ".hidden/h.yml", RULE("no", "h"));
    put(f, "._c.yml", "\x01\x02");
    put(f, "notes.txt", "{");
    load(&l, f->root);
    assert_string_equal(loaded_messages(&l), "");
    assert_int_equal(l.rs->n, 3);
    assert_int_equal(l.rs->nfile, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(l.rs->rule[i]->title.p[0], '1' + (int)i);
        assert_int_equal(l.rs->rule[i]->index, i);
        assert_int_equal(l.rs->file[i].rules, 1);
    }
    assert_true(slice_ends(l.rs->file[1].path, SLICE("/b/z.yml")));
    loaded_free(&l);
}

static void links_that_loop_end(void **state)
{
    struct folder *f = *state;
    struct loaded l;
    mkdir(at(f, "sub"), 0700);
    put(f, "sub/a.yml", RULE("a", "a"));
    assert_int_equal(symlink("..", at(f, "sub/up")), 0);
    assert_int_equal(symlink("sub", at(f, "again")), 0);
    assert_int_equal(symlink("sub/a.yml", at(f, "link.yml")), 0);
    assert_int_equal(symlink("nowhere", at(f, "dead.yml")), 0);
    load(&l, f->root);
    /* again/a.yml (the folder is entered once) and link.yml */
    assert_int_equal(l.rs->nfile, 2);
    assert_int_equal(l.rs->n, 2);
    const char *m = loaded_messages(&l);
    assert_non_null(strstr(m, "E 0:0 cannot look at it"));
    assert_non_null(strstr(m, "W 1:1 id a is also that of \"a\""));
    loaded_free(&l);
}

static void faults_leave_the_other_rules_alone(void **state)
{
    struct folder *f = *state;
    struct loaded l;
    put(f, "a.yml", RULE("a", "1") "---\n" RULE("b", "2") "---\ntitle: [\n");
    put(f, "b.yml",
        "detection: {s: {F: 1}, condition: nope}\ntitle: t\nlogsource: {product: windows}\n");
    put(f, "c.yml", "a: b\n---\n- list\n---\n");
    put(f, "d.yml", RULE("d", "4"));
    put(f, "e.yml",
        "\x7f"
        "ELF");
    put(f, "f.yml", "");
    load(&l, f->root);
    assert_int_equal(l.rs->n, 3);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 3);
    assert_int_equal(l.rs->not_rules, 2);
    assert_int_equal(l.rs->file[0].rules, 2);
    assert_int_equal(l.rs->file[0].refused, 1);
    assert_int_equal(l.rs->file[1].refused, 1);
    assert_int_equal(l.rs->file[2].refused, 0);
    loaded_free(&l);
}

static void files_have_their_sha256(void **state)
{
    struct folder *f = *state;
    struct loaded l;
    char hex[65];
    put(f, "abc.txt", "abc"); /* a path of the command line: any name */
    load(&l, at(f, "abc.txt"));
    digest_hex(l.rs->file[0].sha256, 32, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(l.rs->not_rules, 1);
    loaded_free(&l);
}

static void a_path_that_is_not_there_ends_the_load(void **state)
{
    struct folder *f = *state;
    struct names *names = names_new();
    struct ruleset *rs = NULL;
    struct ev_err err = { .rc = 0 };
    put(f, "a.yml", RULE("a", "1"));
    const char *paths[] = { "does/not/exist", at(f, "a.yml") };
    assert_int_equal(ruleset_load(paths, 1, names, &rs, &err), EV_ENOTFOUND);
    assert_string_equal(err.file, "does/not/exist");
    assert_int_equal(ruleset_load(paths, 2, names, &rs, &err), EV_ENOTFOUND);
    assert_null(rs);
    ruleset_free(NULL);
    names_free(names);
}

static void names_of_used_rules_are_registered(void **state)
{
    struct loaded l;
    (void)state;
    loaded_text(&l, SLICE("title: t\nlogsource: {product: windows}\n"
                          "detection: {s: {My Field: 1, G|fieldref: Other}, condition: s}\n---\n"
                          "title: t\nlogsource: {product: linux}\n"
                          "detection: {s: {Unused: 1}, condition: s}\n---\n"
                          "title: av\nlogsource: {category: antivirus}\n"
                          "detection: {s: {Signature: x}, k: [word], condition: 1 of them}\n"));
    assert_int_equal(l.rs->n, 2);
    const struct rule *r = l.rs->rule[0], *av = l.rs->rule[1];
    assert_int_equal(r->test[0]->field_id, names_find(l.names, SLICE("MyField")));
    assert_int_equal(r->test[1]->u.ref.field_id, names_find(l.names, SLICE("Other")));
    assert_int_not_equal(names_find(l.names, SLICE("Other")), NAME_NONE);
    assert_int_equal(names_find(l.names, SLICE("Unused")), NAME_NONE);
    assert_int_equal(av->test[0]->field_id, names_find(l.names, SLICE("ThreatName")));
    assert_true(slice_eq(av->test[0]->field, SLICE("Signature")));
    assert_int_equal(av->test[1]->field_id, NAME_NONE);
    loaded_free(&l);
}

static void messages_are_capped_and_counted(void **state)
{
    struct loaded l;
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b, "title: t\nlogsource: {product: windows}\ndetection:\n  s:\n");
    for (int i = 0; i < LIMIT_RULE_ERRORS + 50; i++)
        buf_printf(&b, "    F%d|nope: 1\n", i);
    buf_str(&b, "  condition: s\n");
    loaded_text(&l, buf_view(&b));
    assert_int_equal(l.rs->nmessage, LIMIT_RULE_ERRORS);
    assert_int_equal(l.rs->messages_dropped, 50);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 1);
    loaded_free(&l);
    buf_release(&b);
}

static void repeated_documents_are_bounded(void **state)
{
    struct loaded l;
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_MIB(4));
    buf_str(&b,
            "title: t\nlogsource: {product: windows}\ndetection:\n  condition: s\n  s:\n    F:\n");
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "    - v%d\n", i);
    for (int i = 0; i < 1000; i++)
        buf_str(&b, "---\naction: repeat\n");
    loaded_text(&l, buf_view(&b));
    assert_true(l.rs->n < 110);
    assert_non_null(strstr(loaded_messages(&l), "counting aliases"));
    loaded_free(&l);
    buf_release(&b);
}

/* One file may not use up the memory of the others. */
static void greedy_files_leave_room(void **state)
{
    struct folder *f = *state;
    struct loaded l;
    struct buf b;
    buf_init(&b, LIMIT_MIB(4));
    buf_str(&b, "title: t\nlogsource: {product: windows}\ndetection:\n  condition: s\n  s:\n"
                "    F|windash:\n    - &x '");
    for (int i = 0; i < 20000; i++)
        buf_str(&b, "-a ");
    buf_str(&b, "'\n");
    for (int i = 0; i < 50000; i++)
        buf_str(&b, "    - *x\n");
    put(f, "many_aliases.yml", render_text(&b));
    buf_clear(&b);
    buf_str(&b, "title: t\nlogsource: {product: windows}\ndetection:\n  condition: s\n  s:\n"
                "    F|windash:\n    - &x '");
    for (int i = 0; i < 20000; i++)
        buf_str(&b, "-a ");
    buf_str(&b, "'\n");
    for (int i = 0; i < 500; i++)
        buf_str(&b, "    - *x\n");
    put(f, "many_tokens.yml", render_text(&b));
    put(f, "z.yml", RULE("z", "z"));
    load(&l, f->root);
    assert_int_equal(l.rs->n, 1);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 2);
    assert_int_equal(l.rs->nmessage, 2);
    assert_true(l.rs->arena.used < LIMIT_MIB(140));
    const char *m = loaded_messages(&l);
    assert_non_null(strstr(m, "counting aliases"));
    assert_non_null(strstr(m, "needs more memory than is allowed"));
    buf_release(&b);
    loaded_free(&l);
}

static void load_by(struct loaded *l, const char *path, unsigned threads)
{
    const struct ruleset_sources from = { .rule = &path, .nrule = 1, .threads = threads };
    *l = (struct loaded){ .names = names_new() };
    buf_init(&l->text, LIMIT_MIB(4));
    assert_int_equal(ruleset_load_from(&from, l->names, &l->rs, NULL), EV_OK);
}

static void expect_alike(const struct ruleset *a, const struct ruleset *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct rule *x = a->rule[i], *y = b->rule[i];
        assert_int_equal(y->index, i);
        assert_true(slice_eq(x->title, y->title) && slice_eq(x->file, y->file));
        assert_int_equal(x->ntest, y->ntest);
        for (size_t t = 0; t < x->ntest; t++)
            assert_int_equal(x->test[t]->field_id, y->test[t]->field_id);
    }
    assert_int_equal(a->nfile, b->nfile);
    for (size_t i = 0; i < a->nfile; i++) {
        assert_true(slice_eq(a->file[i].path, b->file[i].path));
        assert_int_equal(a->file[i].rules, b->file[i].rules);
        assert_memory_equal(a->file[i].sha256, b->file[i].sha256, 32);
    }
    assert_int_equal(a->nmessage, b->nmessage);
    for (size_t i = 0; i < a->nmessage; i++) {
        assert_int_equal(a->message[i].kind, b->message[i].kind);
        assert_int_equal(a->message[i].line, b->message[i].line);
        assert_true(slice_eq(a->message[i].file, b->message[i].file));
        assert_true(slice_eq(a->message[i].text, b->message[i].text));
    }
    assert_int_equal(a->nbroken, b->nbroken);
    assert_int_equal(a->not_rules, b->not_rules);
    assert_memory_equal(a->refused, b->refused, sizeof a->refused);
    assert_int_equal(names_count(a->names), names_count(b->names));
}

/* Fields and ids of their own in each file, faults in some, an old `near` in one. */
static void write_rules(struct folder *f, int n)
{
    char name[32], text[512];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%03d.yml", i);
        snprintf(text, sizeof text,
                 "title: t%d\nid: \"%d\"\nlogsource: {product: windows, service: system}\n"
                 "detection: {s: {Own%d: x}, o: {Shared%d: y}, condition: %s}\n",
                 i, i, i, i / 7,
                 i % 10 == 9      ? "nope"
                 : i == n * 3 / 4 ? "s | near o"
                                  : "s or o");
        put(f, name, i % 25 == 24 ? "a: b\n" : text);
    }
}

static void two_threads_load_the_same(void **state)
{
    struct folder *f = *state;
    struct loaded one, two;
    for (int clash = 0; clash < 3; clash++) {
        write_rules(f, 150);
        if (clash == 1) /* one id in both halves: told in the order of the files */
            put(f, "140.yml", RULE("again", "3"));
        if (clash == 2)
            assert_int_equal(symlink("nowhere", at(f, "145-dead.yml")), 0);
        load_by(&one, f->root, 1);
        load_by(&two, f->root, 2);
        expect_alike(one.rs, two.rs);
        const char *said = loaded_messages(&two);
        assert_int_equal(strstr(said, "id 3 is also that of") != NULL, clash == 1);
        loaded_free(&one);
        loaded_free(&two);
    }
}

static void sigmahq_loads(void **state)
{
    const char *shared = getenv("EVTRIAGE_SHARED");
    char path[512];
    struct loaded l;
    (void)state;
    snprintf(path, sizeof path, "%s/sigma/rules/windows", shared != NULL ? shared : "");
    if (shared == NULL || access(path, R_OK) != 0) {
        print_message("# EVTRIAGE_SHARED has no sigma/rules/windows\n");
        skip();
    }
    load(&l, path);
    assert_int_equal(l.rs->refused[REFUSAL_SYNTAX], 0);
    assert_int_equal(l.rs->refused[REFUSAL_UNSUPPORTED], 0);
    assert_int_equal(l.rs->n + l.rs->refused[REFUSAL_LOGSOURCE], l.rs->nfile);
    assert_int_equal(l.rs->nmessage, l.rs->refused[REFUSAL_LOGSOURCE]);
    for (size_t i = 0; i < l.rs->nmessage; i++)
        assert_true(slice_find(l.rs->message[i].text, SLICE("Kernel-File")) != SIZE_MAX);
    assert_int_equal(l.rs->not_rules, 0);
    assert_true(l.rs->nfile >= 2000);
    loaded_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_load_in_bytewise_order, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(links_that_loop_end, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(faults_leave_the_other_rules_alone, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(files_have_their_sha256, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_path_that_is_not_there_ends_the_load, make_folder,
                                        remove_folder),
        cmocka_unit_test(names_of_used_rules_are_registered),
        cmocka_unit_test(messages_are_capped_and_counted),
        cmocka_unit_test(repeated_documents_are_bounded),
        cmocka_unit_test_setup_teardown(greedy_files_leave_room, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(two_threads_load_the_same, make_folder, remove_folder),
        cmocka_unit_test(sigmahq_loads),
    };
    return cmocka_run_group_tests_name("ruleset", tests, NULL, NULL);
}

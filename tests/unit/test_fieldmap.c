/* test_fieldmap.c - what targets call fields: rows, sections, forms, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"
#include "knowledge/fieldmap.h"

struct fixture {
    struct arena a;
    struct fieldmap *m;
};

static void load(struct fixture *f, const char *text)
{
    arena_init(&f->a, LIMIT_MIB(1));
    assert_int_equal(fieldmap_parse(slice_str(text), "fields.txt", &f->m, NULL), EV_OK);
}

static void done(struct fixture *f)
{
    fieldmap_free(f->m);
    arena_release(&f->a);
}

static void assert_slice(struct slice s, const char *want)
{
    assert_true(slice_eq(s, slice_str(want)));
}

static void other_fields_take_the_row_of_all(void **state)
{
    struct fixture f;
    struct spot s;
    (void)state;

    load(&f, "# comment\nImage  proc.path lowercase\n\n%\tevent.%.raw\r\n*  event.*\n");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Image"), &f.a, &s));
    assert_slice(s.name, "proc.path");
    assert_int_equal(s.type, SPOT_LOWERCASE);
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Other"), &f.a, &s));
    assert_slice(s.name, "event.Other.raw");
    assert_true(fieldmap_keywords(f.m, SLICE_ABSENT, &s));
    assert_slice(s.name, "event.*");
    assert_true(s.pattern);
    done(&f);
}

static void a_subfield_tells_what_is_there_with_every_value(void **state)
{
    struct fixture f;
    struct spot s;
    (void)state;

    load(&f, "Image  proc.path limited\nUser proc.user.raw subfield\nHashes alone subfield\n"
             "% event.%.raw subfield\n");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Image"), &f.a, &s));
    assert_true(s.limited);
    assert_null(s.whole.p);
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("User"), &f.a, &s));
    assert_true(s.limited);
    assert_slice(s.whole, "proc.user");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Other.x"), &f.a, &s));
    assert_slice(s.whole, "event.Other.x");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Hashes"), &f.a, &s));
    assert_null(s.whole.p);
    done(&f);
}

static void fields_without_a_row_are_unknown(void **state)
{
    struct fixture f;
    struct spot s;
    (void)state;

    load(&f, "Image proc.path\nHashes -\n");
    assert_false(fieldmap_find(f.m, SLICE_ABSENT, SLICE("User"), &f.a, &s));
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Hashes"), &f.a, &s));
    assert_true(s.never);
    assert_false(fieldmap_keywords(f.m, SLICE_ABSENT, &s));
    done(&f);
}

static void sections_are_about_their_events_only(void **state)
{
    struct fixture f;
    struct spot s;
    (void)state;

    load(&f, "Image a\n[Security/4688]\nImage b\n");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Image"), &f.a, &s));
    assert_slice(s.name, "a");
    assert_true(fieldmap_find(f.m, SLICE("security/4688"), SLICE("Image"), &f.a, &s));
    assert_slice(s.name, "b");
    assert_true(fieldmap_in_section(f.m, SLICE("Security/4688"), SLICE("Image")));
    assert_false(fieldmap_in_section(f.m, SLICE("Security/4688"), SLICE("User")));
    done(&f);
}

static void values_have_forms_and_parts(void **state)
{
    struct fixture f;
    struct spot s;
    (void)state;

    load(&f, "Channel source text *WinEventLog:%\nUser user.domain\\user.name\n");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("Channel"), &f.a, &s));
    assert_slice(s.before, "*WinEventLog:");
    assert_slice(s.after, "");
    assert_true(fieldmap_find(f.m, SLICE_ABSENT, SLICE("User"), &f.a, &s));
    assert_slice(s.domain, "user.domain");
    assert_slice(s.name, "user.name");
    done(&f);
}

static void faults_name_their_line(void **state)
{
    static const char *const wrong[] = { "A b\nC\n", "A b\nC d shouting\n", "A b\nC d text x\n",
                                         "A b\nC d text % e\n", "A b\n[x\n" };
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ev_err err = { 0 };
        struct fieldmap *m = NULL;
        assert_int_equal(fieldmap_parse(slice_str(wrong[i]), "f", &m, &err), EV_ESYNTAX);
        assert_int_equal(err.line, 2);
        assert_null(m);
    }
}

static void built_in_mappings_load(void **state)
{
    size_t n = 0;
    (void)state;

    for (; fieldmap_name(n); n++) {
        struct fieldmap *m = NULL;
        assert_int_equal(fieldmap_load(fieldmap_name(n), &m, NULL), EV_OK);
        fieldmap_free(m);
    }
    assert_true(n >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_fields_take_the_row_of_all),
        cmocka_unit_test(a_subfield_tells_what_is_there_with_every_value),
        cmocka_unit_test(fields_without_a_row_are_unknown),
        cmocka_unit_test(sections_are_about_their_events_only),
        cmocka_unit_test(values_have_forms_and_parts),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(built_in_mappings_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

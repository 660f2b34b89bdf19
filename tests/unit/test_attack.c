/* test_attack.c - ATT&CK and CAR names of tags, current and retired. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "knowledge/attack.h"
#include "knowledge/tables.h"

static const struct attack_entry *find(const char *tag)
{
    return attack_find(slice_str(tag));
}

static void technique_is_found_by_tag_and_by_id(void **state)
{
    (void)state;
    const struct attack_entry *e = find("attack.t1003.001");
    assert_non_null(e);
    assert_string_equal(e->id, "T1003.001");
    assert_string_equal(e->name, "LSASS Memory");
    assert_string_equal(e->tactics, "credential-access");
    assert_int_equal(e->kind, ATTACK_TECHNIQUE);
    assert_true(e->current);
    assert_ptr_equal(find("T1003.001"), e);
    assert_ptr_equal(find("ATTACK.T1003.001"), e);
    assert_ptr_not_equal(find("t1003"), e);
}

static void tactic_takes_underscore_and_hyphen(void **state)
{
    (void)state;
    const struct attack_entry *e = find("attack.credential_access");
    assert_non_null(e);
    assert_string_equal(e->id, "TA0006");
    assert_ptr_equal(find("attack.credential-access"), e);
    assert_ptr_equal(find("TA0006"), e);
}

static void retired_technique_names_its_successor(void **state)
{
    (void)state;
    const struct attack_entry *e = find("T1086");
    assert_non_null(e);
    assert_false(e->current);
    assert_string_equal(e->successor, "T1059.001");
    assert_string_equal(attack_current(e)->name, "PowerShell");
}

static void defense_evasion_is_known_and_is_stealth_now(void **state)
{
    (void)state;
    const struct attack_entry *e = find("attack.defense_evasion");
    assert_non_null(e);
    assert_false(e->current);
    assert_string_equal(e->id, "TA0005");
    assert_string_equal(attack_current(e)->name, "Stealth");
    /* The id alone means the tactic of today. */
    assert_true(find("TA0005")->current);
}

static void unknown_tags_are_not_found(void **state)
{
    (void)state;
    static const char *const tag[] = {
        "",           "attack.",        "attack.t9999", "t1003.",      "t1003.0011", "attack.tt",
        "cve.2021-1", "detection.dfir", "zzz",          "attack.t100", "0"
    };
    for (size_t i = 0; i < sizeof tag / sizeof *tag; i++)
        assert_null(find(tag[i]));
    assert_null(attack_find(SLICE_ABSENT));
    assert_null(attack_find(SLICE("t1003\0")));
    char longer[300];
    memset(longer, 't', sizeof longer);
    assert_null(attack_find(slice_of(longer, sizeof longer)));
}

static void car_is_found_by_tag_and_by_id(void **state)
{
    (void)state;
    const struct car_entry *e = car_find(SLICE("car.2013-05-009"));
    assert_non_null(e);
    assert_string_equal(e->id, "CAR-2013-05-009");
    assert_string_equal(e->title, "Running executables with same hash and different names");
    assert_ptr_equal(car_find(SLICE("CAR-2013-05-009")), e);
    assert_null(car_find(SLICE("car.2013-05-00")));
    assert_null(car_find(SLICE("car.")));
    assert_null(car_find(SLICE_ABSENT));
}

static void every_successor_is_current_and_every_entry_is_found(void **state)
{
    (void)state;
    size_t tactics = 0, retired = 0;
    for (size_t i = 0; i < attack_table_n; i++) {
        const struct attack_entry *e = &attack_table[i], *now = attack_current(e);
        assert_non_null(find(e->id));
        assert_string_equal(find(e->id)->id, e->id);
        if (e->successor[0] != '\0' && !now->current)
            fail_msg("%s leads to %s, which is retired", e->id, now->id);
        tactics += e->kind == ATTACK_TACTIC && e->current;
        retired += !e->current;
    }
    assert_int_equal(tactics, 15);
    assert_true(retired > 150);
    for (size_t i = 0; i < car_table_n; i++)
        assert_ptr_equal(car_find(slice_str(car_table[i].id)), &car_table[i]);
    assert_int_equal(car_table_n, 102);
}

static void text_of(const struct rule *r, enum attack_kind kind, struct buf *out)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t n = attack_tags(r, kind, tag, ATTACK_TAGS);
    buf_clear(out);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_str(out, "; ");
        attack_tag_text(&tag[i], out);
    }
    buf_byte(out, '\0');
}

static void tags_of_a_rule_become_names(void **state)
{
    (void)state;
    struct slice tag[] = { SLICE("attack.stealth"),         SLICE("attack.t1086"),
                           SLICE("attack.execution"),       SLICE("attack.T1003.001"),
                           SLICE("attack.defense_evasion"), SLICE("attack.t1003.001"),
                           SLICE("attack.t9999.001"),       SLICE("car.2013-05-009"),
                           SLICE("attack.s0002"),           SLICE("attack.t1026"),
                           SLICE("attack.reconnaissance") };
    struct rule r = { .tags = { tag, sizeof tag / sizeof *tag } };
    struct buf b;
    buf_init(&b, 4096);
    text_of(&r, ATTACK_TECHNIQUE, &b);
    assert_string_equal((char *)b.p, "T1086 (now T1059.001: PowerShell); T1003.001: LSASS Memory; "
                                     "T9999.001; T1026: Multiband Communication (retired)");
    text_of(&r, ATTACK_TACTIC, &b);
    assert_string_equal((char *)b.p, "TA0043: Reconnaissance; TA0002: Execution; TA0005: Stealth");
    text_of(&r, ATTACK_SOFTWARE, &b);
    assert_string_equal((char *)b.p, "S0002: Mimikatz");
    struct attack_tag two[2];
    assert_int_equal(attack_tags(&r, ATTACK_TECHNIQUE, two, 2), 4);
    buf_release(&b);
}

static void old_tactic_alone_keeps_its_name(void **state)
{
    (void)state;
    struct slice tag[] = { SLICE("attack.defense_evasion") };
    struct rule r = { .tags = { tag, 1 } };
    struct buf b;
    buf_init(&b, 4096);
    text_of(&r, ATTACK_TACTIC, &b);
    assert_string_equal((char *)b.p, "TA0005: Defense Evasion (now TA0005: Stealth)");
    buf_release(&b);
}

/* nftw has no context argument. */
static struct {
    size_t tags, unknown;
} seen;

static void tag_line(const char *line, const char *path)
{
    line += strspn(line, " ");
    if (strncmp(line, "- ", 2) != 0)
        return;
    line += 2;
    line += strspn(line, " ");
    size_t n = strcspn(line, " \r\n#");
    bool attack = strncmp(line, "attack.", 7) == 0, car = strncmp(line, "car.", 4) == 0;
    if (!attack && !car)
        return;
    seen.tags++;
    if (attack ? attack_find(slice_of(line, n)) == NULL : car_find(slice_of(line, n)) == NULL) {
        seen.unknown++;
        print_message("# %s: %.*s is not known\n", path, (int)n, line);
    }
}

static int rule_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    size_t n = strlen(path);
    if (type != FTW_F || n < 4 || strcmp(path + n - 4, ".yml") != 0)
        return 0;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char line[4096];
    while (fgets(line, sizeof line, f) != NULL)
        tag_line(line, path);
    fclose(f);
    return 0;
}

static void every_tag_of_sigmahq_is_known(void **state)
{
    (void)state;
    const char *shared = getenv("EVTRIAGE_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/sigma/rules/windows", shared ? shared : "/nowhere");
    if (access(path, R_OK) != 0) {
        print_message("# no shared data\n");
        skip();
    }
    assert_int_equal(nftw(path, rule_file, 16, FTW_PHYS), 0);
    assert_true(seen.tags > 5000);
    assert_int_equal(seen.unknown, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(technique_is_found_by_tag_and_by_id),
        cmocka_unit_test(tactic_takes_underscore_and_hyphen),
        cmocka_unit_test(retired_technique_names_its_successor),
        cmocka_unit_test(defense_evasion_is_known_and_is_stealth_now),
        cmocka_unit_test(unknown_tags_are_not_found),
        cmocka_unit_test(car_is_found_by_tag_and_by_id),
        cmocka_unit_test(every_successor_is_current_and_every_entry_is_found),
        cmocka_unit_test(tags_of_a_rule_become_names),
        cmocka_unit_test(old_tactic_alone_keeps_its_name),
        cmocka_unit_test(every_tag_of_sigmahq_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

#include "knowledge/car.h"
#include "knowledge/tables.h"

static const struct attack_entry *find(const char *tag)
{
    return attack_find(NULL, slice_str(tag));
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
    assert_string_equal(attack_current(NULL, e)->name, "PowerShell");
}

static void defense_evasion_is_known_and_is_stealth_now(void **state)
{
    (void)state;
    const struct attack_entry *e = find("attack.defense_evasion");
    assert_non_null(e);
    assert_false(e->current);
    assert_string_equal(e->id, "TA0005");
    assert_string_equal(attack_current(NULL, e)->name, "Stealth");
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
    assert_null(attack_find(NULL, SLICE_ABSENT));
    assert_null(attack_find(NULL, SLICE("t1003\0")));
    char longer[300];
    memset(longer, 't', sizeof longer);
    assert_null(attack_find(NULL, slice_of(longer, sizeof longer)));
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
        const struct attack_entry *e = &attack_table[i], *now = attack_current(NULL, e);
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
    size_t n = attack_tags(NULL, r, kind, tag, ATTACK_TAGS);
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
    assert_int_equal(attack_tags(NULL, &r, ATTACK_TECHNIQUE, two, 2), 4);
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

/* Defense evasion became two tactics in v19; the rule's techniques say which. */
static void old_tactic_follows_the_techniques_of_the_rule(void **state)
{
    (void)state;
    struct slice both[] = { SLICE("attack.defense_evasion"), SLICE("attack.t1562.001"),
                            SLICE("attack.t1036") };
    struct rule r = { .tags = { both, 2 } };
    struct buf b;
    buf_init(&b, 4096);
    text_of(&r, ATTACK_TACTIC, &b);
    assert_string_equal((char *)b.p, "TA0005: Defense Evasion (now TA0112: Defense Impairment)");
    buf_clear(&b);
    r.tags.n = 3;
    text_of(&r, ATTACK_TACTIC, &b);
    assert_string_equal((char *)b.p, "TA0005: Defense Evasion (now TA0005: Stealth); "
                                     "TA0005: Defense Evasion (now TA0112: Defense Impairment)");
    buf_release(&b);
}

static void car_text(const struct rule *r, bool related, struct buf *out)
{
    struct car_link link[CAR_LINKS];
    size_t n = car_links(NULL, r, related, link, CAR_LINKS);
    buf_clear(out);
    for (size_t i = 0; i < n && i < CAR_LINKS; i++) {
        buf_str(out, i > 0 ? "; " : "");
        car_link_text(&link[i], out);
    }
    buf_byte(out, '\0');
}

static void related_analytics_are_never_mixed_with_direct_ones(void **state)
{
    (void)state;
    struct slice tag[] = { SLICE("attack.t1218.005"), SLICE("car.2013-05-009"),
                           SLICE("car.2099-01-001"), SLICE("attack.t1036.003") };
    struct rule r = { .tags = { tag, 4 } };
    struct buf b;
    buf_init(&b, 4096);
    car_text(&r, false, &b);
    assert_string_equal((char *)b.p, "CAR-2013-05-009: Running executables with same hash and "
                                     "different names; CAR-2099-01-001");
    /* 2013-05-009 covers T1036.003, but the rule names it itself. T1218.005 is a part of T1218 of
     * which the analytics about T1218 say which parts they mean. */
    car_text(&r, true, &b);
    assert_non_null(strstr((char *)b.p, "CAR-2099-01-001; "));
    assert_null(strstr((char *)b.p, "CAR-2013-05-009: Running executables with same hash and "
                                    "different names (related"));
    assert_null(strstr((char *)b.p, "RunDLL32"));
    assert_non_null(strstr((char *)b.p, "(related by T1036.003)"));
    buf_release(&b);
}

static void analytic_of_a_retired_technique_is_related_by_its_successor(void **state)
{
    (void)state;
    struct slice tag[] = { SLICE("attack.t1685.005") };
    struct rule r = { .tags = { tag, 1 } };
    struct car_link link[CAR_LINKS];
    size_t n = car_links(NULL, &r, true, link, CAR_LINKS);
    assert_int_equal(n, 2);
    assert_string_equal(link[0].car->id, "CAR-2016-04-002");
    assert_string_equal(link[0].technique->id, "T1685.005");
    assert_true(slice_eq(link[0].coverage, SLICE("Moderate")));
    assert_true(slice_eq(link[1].coverage, SLICE("Low")));
}

/* Writes text to a file and opens it as a table. */
static int table_of(const char *text, struct attack **ret, struct ev_err *err)
{
    char path[] = "/tmp/test_attack.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int rc = attack_open(path, ret, err);
    unlink(path);
    return rc;
}

static const char bundle[] =
    "{\"type\":\"bundle\",\"objects\":["
    "{\"type\":\"x-mitre-collection\",\"id\":\"c\",\"x_mitre_version\":\"20.0\"},"
    "{\"type\":\"x-mitre-matrix\",\"id\":\"m\",\"tactic_refs\":[\"t2\",\"t1\"]},"
    "{\"type\":\"x-mitre-tactic\",\"id\":\"t1\",\"name\":\"Stealth\",\"x_mitre_shortname\":"
    "\"stealth\",\"external_references\":[{\"source_name\":\"mitre-attack\",\"external_id\":"
    "\"TA0005\"}]},"
    "{\"type\":\"x-mitre-tactic\",\"id\":\"t2\",\"name\":\"Execution\",\"x_mitre_shortname\":"
    "\"execution\",\"external_references\":[{\"source_name\":\"mitre-attack\",\"external_id\":"
    "\"TA0002\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":\"a1\",\"name\":\"New Name\",\"kill_chain_phases\":["
    "{\"kill_chain_name\":\"mitre-attack\",\"phase_name\":\"stealth\"}],\"external_references\":["
    "{\"source_name\":\"capec\",\"external_id\":\"CAPEC-1\"},"
    "{\"source_name\":\"mitre-attack\",\"external_id\":\"T9001.001\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":\"a2\",\"name\":\"Old Name\",\"revoked\":true,"
    "\"external_references\":[{\"source_name\":\"mitre-attack\",\"external_id\":\"T9000\"}]},"
    "{\"type\":\"attack-pattern\",\"id\":\"a3\",\"name\":\"No id\"},"
    "{\"type\":\"malware\",\"id\":\"s1\",\"name\":\"Tool\",\"external_references\":[{\"source_"
    "name\":"
    "\"mitre-attack\",\"external_id\":\"S9000\"}]},"
    "{\"type\":\"relationship\",\"id\":\"r\",\"relationship_type\":\"revoked-by\",\"source_ref\":"
    "\"a2\",\"target_ref\":\"a1\"}]}";

static void stix_bundle_replaces_the_table(void **state)
{
    (void)state;
    struct attack *a = NULL;
    struct ev_err err = { 0 };
    assert_int_equal(table_of(bundle, &a, &err), EV_OK);
    assert_string_equal(attack_version(a), "ATT&CK v20.0");
    assert_string_equal(attack_version_rest(a), "");
    const struct attack_entry *e = attack_find(a, SLICE("attack.t9000"));
    assert_non_null(e);
    assert_false(e->current);
    assert_string_equal(attack_current(a, e)->id, "T9001.001");
    assert_string_equal(attack_current(a, e)->tactics, "stealth");
    assert_int_equal(attack_find(a, SLICE("attack.stealth"))->order, 2);
    assert_int_equal(attack_find(a, SLICE("attack.execution"))->order, 1);
    assert_int_equal(attack_find(a, SLICE("attack.s9000"))->kind, ATTACK_SOFTWARE);
    assert_null(attack_find(a, SLICE("attack.t1003")));  /* current, and not in the bundle */
    e = attack_find(a, SLICE("attack.defense_evasion")); /* retired: kept */
    assert_non_null(e);
    assert_string_equal(attack_current(a, e)->name, "Stealth");
    attack_free(a);
}

static void text_table_replaces_the_table(void **state)
{
    (void)state;
    struct attack *a = NULL;
    struct ev_err err = { 0 };
    assert_int_equal(table_of("# mine\n%version Mine 1\n%matrix TA0002 TA0001\n"
                              "T1003||credential-access|Dumping\r\n"
                              "T1002|retired T1003|exfiltration|Old\n"
                              "TA0001||initial-access|First\n",
                              &a, &err),
                     EV_OK);
    assert_string_equal(attack_version(a), "Mine 1");
    assert_string_equal(attack_find(a, SLICE("T1003"))->name, "Dumping");
    assert_string_equal(attack_current(a, attack_find(a, SLICE("T1002")))->name, "Dumping");
    assert_int_equal(attack_find(a, SLICE("TA0001"))->order, 2);
    attack_free(a);
}

static void faulty_tables_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } faulty[] = {
        { "{\"objects\": [}", "no JSON" },
        { "{\"a\": 1}", "no STIX bundle" },
        { "{\"objects\": [{\"type\": \"tool\"}, 5, null, [[]]]}", "no ATT&CK technique" },
        { "", "no ATT&CK technique" },
        { "T1003|x\n", "no row" },
        { "T1003|gone|a|b\n", "state" },
        { "T1003||a|b\nT1003||a|b\n", "twice" },
        { "X1||a|b\n", "no row" },
    };
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        struct attack *a = NULL;
        struct ev_err err = { 0 };
        int rc = table_of(faulty[i].text, &a, &err);
        assert_int_equal(rc, EV_EFORMAT);
        if (strstr(err.text, faulty[i].says) == NULL)
            fail_msg("%s: %s", faulty[i].text, err.text);
        assert_true(err.file[0] != '\0');
    }
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
    if (attack ? attack_find(NULL, slice_of(line, n)) == NULL
               : car_find(slice_of(line, n)) == NULL) {
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
        cmocka_unit_test(old_tactic_follows_the_techniques_of_the_rule),
        cmocka_unit_test(related_analytics_are_never_mixed_with_direct_ones),
        cmocka_unit_test(analytic_of_a_retired_technique_is_related_by_its_successor),
        cmocka_unit_test(stix_bundle_replaces_the_table),
        cmocka_unit_test(text_table_replaces_the_table),
        cmocka_unit_test(faulty_tables_are_refused_with_their_place),
        cmocka_unit_test(every_tag_of_sigmahq_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_tables.c - files that a user brings beside rules and logs: a STIX bundle or a table for --attack,
 * a mapping for --fields, a timeline for --hits. What is read is looked up again.
 *
 * The first byte says which: `s`, `t`, `f`, `j`; the rest is the file.
 * Dictionary: tables.dict */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/timeline_hits.h"
#include "base/limits.h"
#include "base/mem.h"
#include "knowledge/attack_impl.h"
#include "knowledge/fieldmap.h"
#include "rule/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every id is found, and what counts today is of the table. */
static void look_up(const struct attack *a)
{
    struct buf text;
    buf_init(&text, LIMIT_MIB(1));
    for (size_t i = 0; attack_at(a, i) != NULL; i++) {
        const struct attack_entry *e = attack_at(a, i), *found = attack_find(a, slice_str(e->id));
        struct attack_tag tag = { slice_str(e->id), e, attack_current(a, e) };
        if (strlen(e->id) < 32 && (found == NULL || strcmp(found->id, e->id) != 0))
            abort();
        if (tag.now == NULL)
            abort();
        attack_tag_text(&tag, &text);
        buf_clear(&text);
    }
    buf_release(&text);
}

static void read_attack(struct slice text, bool stix)
{
    struct attack *a = xcalloc(1, sizeof *a);
    arena_init(&a->arena, LIMIT_ATTACK_ARENA);
    a->version = a->rest = "";
    int rc = EV_ELIMIT;
    if (stix)
        rc = attack_read_stix(a, text, "fuzz", NULL);
    else if (text.n <= LIMIT_ATTACK_ARENA / 4)
        rc = attack_read_text(a, text, NULL);
    if (rc == EV_OK && attack_done(a, NULL) == EV_OK)
        look_up(a);
    attack_free(a);
}

static void read_fields(struct slice text)
{
    static const char *const field[] = { "Image", "CommandLine", "EventID", "User", "Any.Other" };
    struct fieldmap *m = NULL;
    struct arena a;
    if (fieldmap_parse(text, "fuzz", &m, NULL) < 0)
        return;
    arena_init(&a, LIMIT_MIB(4));
    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        struct spot s;
        (void)fieldmap_in_section(m, SLICE("Security/4688"), slice_str(field[i]));
        if (fieldmap_find(m, i & 1 ? SLICE("Security/4688") : SLICE_ABSENT, slice_str(field[i]), &a,
                          &s) &&
            (s.name.p == NULL || (s.whole.p != NULL && (!s.limited || s.whole.n >= s.name.n))))
            abort();
    }
    arena_release(&a);
    fieldmap_free(m);
}

static void read_timeline(struct slice text)
{
    struct names *names = names_new();
    struct ruleset *rs = NULL;
    uint64_t hits[2] = { 0 };
    char path[64];
    struct arena a;
    int fd = memfd_create("timeline", MFD_CLOEXEC);
    if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n ||
        ruleset_load_text(SLICE("title: T\nid: i\nlogsource: {product: windows, service: system}\n"
                                "detection: {a: {EventID: 1}, condition: a}\n"),
                          "t.yml", names, &rs, NULL) < 0)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct navigator n = { .rules = rs };
    arena_init(&a, LIMIT_SUMMARY_ARENA);
    (void)timeline_hits(path, &n, hits, &a, NULL);
    if (hits[0] > n.rows)
        abort();
    vec_release(&n.strangers);
    arena_release(&a);
    close(fd);
    ruleset_free(rs);
    names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice text = size > 0 ? slice_of(data + 1, size - 1) : SLICE("");
    if (size == 0)
        return 0;
    if (*data == 's' || *data == 't')
        read_attack(text, *data == 's');
    else if (*data == 'f')
        read_fields(text);
    else if (*data == 'j')
        read_timeline(text);
    return 0;
}

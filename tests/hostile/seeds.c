/* seeds.c - which files mutants are made of. See mutate.h. */
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static const char *const shipped[] = {
    "damaged/chunk-magic",
    "damaged/chunk-zero",
    "damaged/circular",
    "damaged/data-crc",
    "damaged/definition-cycle",
    "damaged/definition-gone",
    "damaged/definition-id",
    "damaged/dirty-count",
    "damaged/file-magic",
    "damaged/free-large",
    "damaged/free-zero",
    "damaged/hidden",
    "damaged/lone-first-record",
    "damaged/lone-record",
    "damaged/misaligned",
    "damaged/name-cycle",
    "damaged/no-crc",
    "damaged/odd",
    "damaged/preallocated",
    "damaged/residue",
    "damaged/trailer",
    "damaged/truncate",
    "small/security",
    "small/sysmon",
    "story-old/Security",
    "story/Microsoft-Windows-PowerShell%4Operational",
    "story/Microsoft-Windows-TaskScheduler%4Operational",
    "story/Microsoft-Windows-WMI-Activity%4Operational",
    "story/Microsoft-Windows-Windows-Defender%4Operational",
    "story/Security",
    "story/System",
    /* The richest: every construct of the format. Three times, for three shares. */
    "zoo/zoo",
    "zoo/zoo",
    "zoo/zoo",
};

static bool load(struct seeds *s, const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t n = 0;

    if (!f)
        return false;
    p = xcalloc(SEED_BYTES, 1);
    n = fread(p, 1, SEED_BYTES, f);
    fclose(f);
    if (!n) {
        free(p);
        return false;
    }
    s->v = xrealloc(s->v, s->n + 1, sizeof *s->v);
    s->v[s->n++] = slice_of(xrealloc(p, n, 1), n);
    return true;
}

struct seeds *seeds_load(const char *srcdir, char *const *more, const char **ret_bad)
{
    struct seeds *s = xcalloc(1, sizeof *s);

    *ret_bad = NULL;
    for (size_t i = 0; !*ret_bad && i < sizeof shipped / sizeof *shipped; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/testdata/%s.evtx", srcdir, shipped[i]);
        if (!load(s, path))
            *ret_bad = shipped[i];
    }
    for (; !*ret_bad && *more; more++) {
        if (!load(s, *more))
            *ret_bad = *more;
    }
    if (*ret_bad) {
        seeds_free(s);
        return NULL;
    }
    return s;
}

void seeds_free(struct seeds *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        free((void *)(uintptr_t)s->v[i].p);
    if (s)
        free(s->v);
    free(s);
}

size_t seeds_count(const struct seeds *s)
{
    return s->n;
}

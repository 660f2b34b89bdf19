#include "app/version.h"

#include <stdlib.h>

#include "base/limits.h"
#include "input/container.h"
#include "knowledge/car.h"
#include "knowledge/needed.h"

static void print_evidence(FILE *to)
{
    const struct container_options o = { .program = getenv("EVTRIAGE_EVIDENCE") };
    const char *label = "evidence";
    struct slice rest;
    struct buf text;
    size_t n;

    buf_init(&text, LIMIT_KIB(64));
    container_support(&o, &text);
    for (rest = buf_view(&text); rest.n; rest = slice_sub(rest, n + 1, rest.n)) {
        n = slice_find_byte(rest, '\n');
        n = n == SIZE_MAX ? rest.n : n;
        fprintf(to, "%-10s%.*s\n", label, (int)n, (const char *)rest.p);
        label = "";
    }
    buf_release(&text);
}

void version_print(FILE *to, bool verbose)
{
    fprintf(to, "%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
    if (!verbose)
        return;
    fprintf(to, "tables    %s (%s), %s, %s\n", attack_version(NULL), attack_version_rest(NULL),
            car_version(), needed_version());
    fprintf(to, "          %s\n", attack_attribution());
    print_evidence(to);
    fprintf(to, "rules     %s/rules\n", EVTRIAGE_DATADIR);
}

#include "app/version.h"

#include "input/container.h"
#include "knowledge/car.h"
#include "knowledge/needed.h"

void version_print(FILE *to, bool verbose)
{
    fprintf(to, "%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
    if (!verbose)
        return;
    fprintf(to, "tables    %s (%s), %s, %s\n", attack_version(NULL), attack_version_rest(NULL),
            car_version(), needed_version());
    fprintf(to, "          %s\n", attack_attribution());
    for (size_t i = 0; container_support(i); i++)
        fprintf(to, "%-10s%s\n", i ? "" : "evidence", container_support(i));
    fprintf(to, "rules     %s/rules\n", EVTRIAGE_DATADIR);
}

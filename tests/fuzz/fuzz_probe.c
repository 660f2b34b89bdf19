/* fuzz_probe.c - any first bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "input/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_open_memory(slice_of(data, size), "fuzz");
    enum probe_kind kind;

    if (probe_source(src, &kind, NULL) != EV_OK || !probe_name(kind))
        abort();
    source_free(src);
    return 0;
}

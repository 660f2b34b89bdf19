/* fuzz_slack.c - any bytes as a log: the walks over record headers and the check of templates.
 * Dictionary: evtx.dict */
#include <stdint.h>
#include <stdlib.h>

#include "evtx/record_walk.h"
#include "evtx/template_bind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct source *src, enum walk_part part)
{
    struct record_walk w;
    struct record_head h, again;
    uint64_t last = 0, offset;

    record_walk_init(&w, src, part);
    while (record_walk_next(&w, &h)) {
        if (h.offset <= last || h.offset < w.loaded)
            abort();
        last = h.offset;
        (void)template_bound(record_walk_chunk(&w), (size_t)(h.offset - w.loaded));
        if (!record_walk_seek(&w, h.offset, &again) || again.offset != h.offset)
            abort();
    }
    (void)record_walk_find(&w, 1, 1, &offset);
    record_walk_release(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_open_memory(slice_of(data, size), "fuzz");

    walk(src, WALK_ACTIVE);
    walk(src, WALK_SLACK);
    source_free(src);
    return 0;
}

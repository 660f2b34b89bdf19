/* fuzz_event_xml.c - any bytes as event XML; the counts must add up, texts be valid UTF-8, and a dump
 * of it well-formed.
 * Dictionary: xml.dict */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf16.h"
#include "evtx/reader.h"
#include "fuzz_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int event(void *ctx, struct event *ev)
{
    (void)ctx;
    for (size_t i = 0; i < ev->n; i++)
        if (!utf8_valid(event_text(ev, i)) && !ev->cut)
            abort();
    return EV_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct names *names = names_new();
    struct reader_worker *w = reader_worker_new();
    struct source *src = source_open_memory(slice_of(data, size), "fuzz");
    struct reader_options o = { .names = names };
    struct reader_visitor v = { .event = event };
    struct accounting counts = { 0 };
    struct reader *r = NULL;

    if (decoder_xml.open(src, &o, &r, NULL) == EV_OK) {
        if (decoder_xml.run(r, 0, w, &v, &counts, NULL) != EV_OK ||
            counts.records != counts.events + counts.unreadable)
            abort();
        decoder_xml.close(r);
    }
    source_free(src);
    reader_worker_free(w);
    names_free(names);
    fuzz_dump_xml(slice_of(data, size));
    return 0;
}

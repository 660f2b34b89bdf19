/* fuzz_evtx_record.c - any bytes as the document of the one record of a chunk; and out of it as
 * `dump` does.
 * Dictionary: evtx.dict */
#include "fuzz_dump.h"
#include "fuzz_evtx.h"

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(uint8_t *p, uint32_t v)
{
    memcpy(p, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), 0 }, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t most = EVTX_CHUNK - CHUNK_HEADER - RECORD_MIN, n = size < most ? size : most;
    uint8_t *chunk = xcalloc(1, EVTX_CHUNK), *p = chunk + CHUNK_HEADER;
    uint32_t length = (uint32_t)(RECORD_MIN + n);

    memcpy(chunk, "ElfChnk\0", 8);
    chunk[40] = 128;
    chunk[120] = FLAG_NO_CRC;
    put(chunk + 48, CHUNK_HEADER + length);
    put(p, 0x2a2a);
    put(p + 4, length);
    memcpy(p + RECORD_HEADER, data, n);
    put(p + length - 4, length);
    fuzz_bytes(slice_of(chunk, CHUNK_HEADER + length), true);
    fuzz_dump(slice_of(chunk, CHUNK_HEADER + length), true);
    free(chunk);
    return 0;
}

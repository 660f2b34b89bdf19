/* fuzz_evtx_chunk.c - any bytes as the records of a chunk whose header is right; and out of it as
 * `dump` does.
 * Dictionary: evtx.dict */
#include "fuzz_dump.h"
#include "fuzz_evtx.h"

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = size < EVTX_CHUNK - CHUNK_HEADER ? size : EVTX_CHUNK - CHUNK_HEADER;
    uint8_t *chunk = xcalloc(1, EVTX_CHUNK);
    uint32_t end = (uint32_t)(CHUNK_HEADER + n);

    memcpy(chunk, "ElfChnk\0", 8);
    chunk[40] = 128;
    chunk[120] = FLAG_NO_CRC;
    memcpy(chunk + 48, (uint8_t[]){ (uint8_t)end, (uint8_t)(end >> 8), (uint8_t)(end >> 16), 0 },
           4);
    memcpy(chunk + CHUNK_HEADER, data, n);
    fuzz_bytes(slice_of(chunk, end), true);
    fuzz_dump(slice_of(chunk, end), true);
    free(chunk);
    return 0;
}

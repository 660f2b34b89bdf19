/* fuzz_evtx_file.c - any bytes as a log, everything recovered; and out of it as `dump` does.
 * Dictionary: evtx.dict */
#include "fuzz_dump.h"
#include "fuzz_evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes(slice_of(data, size), true);
    fuzz_dump(slice_of(data, size), true);
    return 0;
}

/* fuzz_page2020.c - any text as a rule of 2020: page and exports.
 * Dictionary: rule.dict */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "knowledge/page2020.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out;
    buf_init(&out, LIMIT_LEGACY_EXPORT);
    (void)page2020(slice_of(data, size), &out, NULL);
    buf_release(&out);
    return 0;
}

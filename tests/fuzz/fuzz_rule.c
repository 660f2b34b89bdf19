/* fuzz_rule.c - any bytes as a rule file: YAML, documents, detections, conditions, modifiers. */
#include <stddef.h>
#include <stdint.h>

#include "rule/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct names *names = names_new();
    struct ruleset *rs = NULL;
    if (ruleset_load_text(slice_of(data, size), "fuzz.yml", names, &rs, NULL) == 0)
        ruleset_free(rs);
    names_free(names);
    return 0;
}

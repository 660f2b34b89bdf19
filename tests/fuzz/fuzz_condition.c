/* fuzz_condition.c - any bytes as a condition over six selections; and as info.yml.
 * Dictionary: rule.dict */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "rule/condition.h"
#include "rule/regression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const name[] = {
        "selection", "filter_a", "filter_b", "_hidden", "not", "1"
    };
    enum { N = sizeof name / sizeof *name };
    struct selection sel[N];
    struct ynode text = { .kind = YNODE_SCALAR, .line = 1, .column = 1, .one_line = true };
    struct regression_info info;
    struct node *tree = NULL, *leaf;
    struct arena a;
    struct report rep;
    bool used[N] = { 0 };

    arena_init(&a, LIMIT_MIB(64));
    report_init(&rep, &a);
    report_file(&rep, SLICE("fuzz.yml"));
    leaf = arena_zalloc(&a, 1, sizeof *leaf);
    leaf->kind = NODE_OR;
    for (size_t i = 0; i < N; i++)
        sel[i] = (struct selection){ .name = slice_str(name[i]), .node = leaf };
    text.text = slice_of(data, size);
    size_t pipe = 0;
    const int rc = condition_parse(&text, sel, N, used, &a, &rep, &tree, &pipe);
    if ((rc == 0) != (tree != NULL) || (rc < 0 && rep.message.n + rep.dropped == 0))
        abort(); /* a fault that is not told, or a tree that is none */
    if (rc == 0 && pipe != SIZE_MAX && pipe > size)
        abort();
    (void)regression_read(text.text, &a, &info, NULL);
    report_release(&rep);
    arena_release(&a);
    return 0;
}

/* fuzz_rule.c - any bytes as a rule file: YAML, documents, detections, conditions, modifiers,
 * correlations, filters, placeholders; what loads is looked over by the lint, shown, and exported to
 * every target. And the same bytes as a file of placeholders.
 * Dictionary: rule.dict */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "knowledge/export.h"
#include "rule/lint.h"
#include "rule/placeholder.h"
#include "rule/show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void export_rules(const struct ruleset *rs, const struct export_target *t)
{
    const struct export_options none = { 0 };
    struct exporter *x;
    struct buf text;

    if (exporter_new(t, &none, &x, NULL) < 0)
        return;
    buf_init(&text, LIMIT_EXPORT + 1);
    for (size_t i = 0; i < rs->n; i++) {
        exporter_rule(x, rs->rule[i], &text, NULL, NULL);
        buf_clear(&text);
    }
    buf_release(&text);
    exporter_free(x);
}

static void look_over(const struct ruleset *rs)
{
    struct lint lint;
    struct buf text;

    lint_init(&lint);
    lint.thorough = true;
    lint_rules(&lint, rs);
    lint_release(&lint);
    buf_init(&text, LIMIT_MIB(1));
    for (size_t i = 0; i < rs->n; i++) {
        show_tree(rs->rule[i], NULL, &text);
        show_json(rs->rule[i], &text);
    }
    buf_release(&text);
    for (size_t i = 0; export_target_at(i); i++)
        export_rules(rs, export_target_at(i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice known = SLICE("admins: ['adm-*', Administrator]\nn: 1\n");
    struct placeholders *ph = NULL;
    struct names *names = names_new();
    struct ruleset *rs = NULL;

    if (placeholders_parse(slice_of(data, size), "fuzz.yml", &ph, NULL) != 0 &&
        placeholders_parse(known, "known.yml", &ph, NULL) != 0)
        abort();
    if (ruleset_load_text_with(slice_of(data, size), "fuzz.yml", ph, names, &rs, NULL) == 0) {
        look_over(rs);
        ruleset_free(rs);
    }
    placeholders_free(ph);
    names_free(names);
    return 0;
}

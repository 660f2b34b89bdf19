/* detect_fake.h - rules and detections made up for the tests of detect/. */
#ifndef TESTS_DETECT_FAKE_H
#define TESTS_DETECT_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "detect/codec.h"

#define FAKE_RULES 4

/* A rule set of four rules, two of them with equal ids. Only what detect/ reads is set. */
struct fake_rules {
    struct rule rule[FAKE_RULES];
    struct rule *pointer[FAKE_RULES];
    struct ruleset set;
};

static inline void fake_rules_init(struct fake_rules *f)
{
    static const struct slice id[FAKE_RULES] = { SLICE_INIT("b"), SLICE_INIT("a"), SLICE_INIT("a"),
                                                 SLICE_INIT("c") };
    *f = (struct fake_rules){ 0 };
    for (uint32_t i = 0; i < FAKE_RULES; i++) {
        f->rule[i].id = id[i];
        f->rule[i].file = SLICE("rules.yml");
        f->rule[i].document = FAKE_RULES - i;
        f->rule[i].index = i;
        f->pointer[i] = &f->rule[i];
    }
    f->set.rule = f->pointer;
    f->set.n = FAKE_RULES;
}

/* A detection with little in it; the caller changes what the test is about. */
static inline struct detection fake_detection(const struct fake_rules *f)
{
    struct detection d = {
        .rule = &f->rule[0],
        .timestamp = 1000,
        .computer = SLICE("HOST"),
        .channel = SLICE("Security"),
        .has_record_id = true,
        .record_id = 7,
        .source_file = SLICE("a.evtx"),
        .place = { .offset = 512 },
    };

    return d;
}

static inline uint32_t fake_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

#endif

/* test_json.c - commas, nesting and nulls of the JSON writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "out/json.h"

static void write_sample(struct json *j)
{
    json_object(j);
    json_key(j, "a");
    json_array(j);
    json_u64(j, 1);
    json_array(j);
    json_end(j);
    json_object(j);
    json_end(j);
    json_str(j, "x\"\n");
    json_end(j);
    json_key_slice(j, SLICE("k\t"));
    json_null(j);
    json_key(j, "t");
    json_bool(j, true);
    json_key(j, "absent");
    json_slice(j, SLICE_ABSENT);
    json_key(j, "empty");
    json_slice(j, SLICE(""));
    json_key(j, "raw");
    json_raw(j, SLICE("-1"));
    json_end(j);
}

static void compact(void **state)
{
    (void)state;
    struct buf b;
    struct json j;
    buf_init(&b, 4096);
    json_init(&j, &b, false);
    write_sample(&j);
    buf_byte(&b, '\0');
    assert_string_equal((char *)b.p, "{\"a\":[1,[],{},\"x\\\"\\n\"],\"k\\t\":null,\"t\":true,"
                                     "\"absent\":null,\"empty\":\"\",\"raw\":-1}");
    buf_release(&b);
}

static void pretty(void **state)
{
    (void)state;
    struct buf b;
    struct json j;
    buf_init(&b, 4096);
    json_init(&j, &b, true);
    write_sample(&j);
    buf_byte(&b, '\0');
    assert_string_equal((char *)b.p,
                        "{\n  \"a\": [\n    1,\n    [],\n    {},\n    \"x\\\"\\n\"\n  ],\n"
                        "  \"k\\t\": null,\n  \"t\": true,\n  \"absent\": null,\n"
                        "  \"empty\": \"\",\n  \"raw\": -1\n}");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact),
        cmocka_unit_test(pretty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

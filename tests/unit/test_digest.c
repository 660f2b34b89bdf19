/* test_digest.c - SHA-256 and CRC-32 against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/crc32.h"
#include "base/digest.h"

/* FIPS 180-4 examples. */
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void sha256_gives_known_values(void **state)
{
    struct sha256 *d = sha256_new();
    uint8_t sum[32];
    char hex[65];

    (void)state;
    sha256_add(d, SLICE("a"));
    sha256_add(d, SLICE_ABSENT);
    sha256_add(d, SLICE("bc"));
    sha256_done(d, sum);
    sha256_free(d);
    digest_hex(sum, sizeof sum, hex);
    assert_string_equal(hex, abc);
    d = sha256_new();
    sha256_done(d, sum);
    sha256_free(d);
    digest_hex(sum, sizeof sum, hex);
    assert_string_equal(hex, empty);
    sha256_free(NULL);
}

static void several_digests_in_one_pass(void **state)
{
    struct digester *d = digester_new(DIGEST_SHA256 | DIGEST_SHA1 | DIGEST_MD5);
    struct digests all = { 0 };
    char hex[65];

    (void)state;
    digester_add(d, SLICE("ab"));
    digester_add(d, SLICE_ABSENT);
    digester_add(d, SLICE("c"));
    digester_done(d, &all);
    digester_free(d);
    assert_true(all.has_sha256 && all.has_sha1);
    digest_hex(all.sha256, sizeof all.sha256, hex);
    assert_string_equal(hex, abc);
    digest_hex(all.sha1, sizeof all.sha1, hex);
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d"); /* FIPS 180-4 */
    digest_hex(all.md5, sizeof all.md5, hex);
    if (all.has_md5)                                                  /* FIPS providers have none */
        assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72"); /* RFC 1321 */
    d = digester_new(DIGEST_SHA1);
    digester_done(d, &all);
    digester_free(d);
    assert_true(all.has_sha1 && !all.has_sha256 && !all.has_md5);
    digester_free(NULL);
}

static void files_are_hashed(void **state)
{
    char path[] = "/tmp/test_digest.XXXXXX";
    uint8_t sum[32];
    char hex[65];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    close(fd);
    assert_int_equal(sha256_file(path, sum, NULL), EV_OK);
    digest_hex(sum, sizeof sum, hex);
    assert_string_equal(hex, abc);
    unlink(path);
}

static void unreadable_files_are_named(void **state)
{
    struct ev_err err;
    uint8_t sum[32];

    (void)state;
    assert_int_equal(sha256_file("/nowhere/file", sum, &err), EV_EIO);
    assert_string_equal(err.file, "/nowhere/file");
    assert_int_equal(sha256_file("/", sum, &err), EV_EIO);
    assert_non_null(strstr(err.text, "cannot read"));
    assert_int_equal(err.rc, EV_EIO);
}

static void crc32_continues(void **state)
{
    (void)state;
    assert_true(crc32_add(0, SLICE("123456789")) == 0xcbf43926);
    assert_true(crc32_add(crc32_add(0, SLICE("1234")), SLICE("56789")) == 0xcbf43926);
    assert_true(crc32_add(0xcbf43926, SLICE_ABSENT) == 0xcbf43926);
    assert_true(crc32_add(0, SLICE_ABSENT) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_known_values), cmocka_unit_test(several_digests_in_one_pass),
        cmocka_unit_test(files_are_hashed),          cmocka_unit_test(unreadable_files_are_named),
        cmocka_unit_test(crc32_continues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

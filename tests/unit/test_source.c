/* test_source.c - Sources: files, memory, standard input, and a fake that only streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "input/source.h"
#include "input/src_file.h"

struct fake {
    size_t left;
    int closed;
    int *ret_closed;
};

static int fake_stream(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err)
{
    struct fake *f = self;

    (void)err;
    if (n > f->left)
        n = f->left;
    memset(buf, 'x', n);
    f->left -= n;
    *ret_n = n;
    return EV_OK;
}

static int fake_fails(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                      struct ev_err *err)
{
    (void)self, (void)offset, (void)buf, (void)n, (void)ret_n;
    return ev_err_set(err, EV_EIO, "the disk is broken");
}

static void fake_close(void *self)
{
    struct fake *f = self;

    ++*f->ret_closed;
}

static void only_stream_has_no_random_access(void **state)
{
    static const struct source_ops ops = { .stream = fake_stream, .close = fake_close };
    int closed = 0;
    struct fake f = { .left = 5, .ret_closed = &closed };
    struct source *s = source_new(&ops, &f, "fake");
    struct ev_err err;
    char buf[8];
    size_t n = 99;
    uint64_t size;

    (void)state;
    assert_false(source_can_read_at(s));
    assert_false(source_size(s, &size));
    assert_int_equal(source_read_at(s, 0, buf, sizeof buf, &n, &err), EV_EUNSUPPORTED);
    assert_int_equal(n, 99); /* untouched */
    assert_string_equal(err.file, "fake");
    assert_int_equal(source_stream(s, buf, 3, &n, &err), EV_OK);
    assert_int_equal(n, 3);
    assert_int_equal(source_stream(s, buf, sizeof buf, &n, &err), EV_OK);
    assert_int_equal(n, 2);
    assert_int_equal(source_stream(s, buf, sizeof buf, &n, &err), EV_OK);
    assert_int_equal(n, 0);
    source_free(s);
    assert_int_equal(closed, 1);
    source_free(NULL);
}

static void read_error_names_file_and_offset(void **state)
{
    static const struct source_ops ops = { .read_at = fake_fails };
    struct source *s = source_new(&ops, NULL, "disk.evtx");
    struct ev_err err;
    char buf[4], text[256];
    size_t n = 7;

    (void)state;
    assert_int_equal(source_read_at(s, 4096, buf, sizeof buf, &n, &err), EV_EIO);
    assert_int_equal(n, 7);
    assert_string_equal(ev_err_format(&err, text, sizeof text),
                        "disk.evtx: offset 4096: the disk is broken");
    assert_int_equal(source_read_at(s, 4096, buf, sizeof buf, &n, NULL), EV_EIO);
    assert_int_equal(source_stream(s, buf, sizeof buf, &n, NULL), EV_EIO);
    source_free(s);
}

static void memory_ends_where_it_ends(void **state)
{
    struct source *s = source_open_memory(SLICE("abcdef"), "mem");
    char buf[8] = "";
    size_t n = 99;
    uint64_t size = 0;

    (void)state;
    assert_true(source_size(s, &size));
    assert_int_equal(size, 6);
    assert_int_equal(source_read_at(s, 4, buf, sizeof buf, &n, NULL), EV_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(buf, "ef", 2);
    assert_int_equal(source_read_at(s, 6, buf, sizeof buf, &n, NULL), EV_OK);
    assert_int_equal(n, 0);
    assert_int_equal(source_read_at(s, UINT64_MAX, buf, sizeof buf, &n, NULL), EV_OK);
    assert_int_equal(n, 0);
    source_free(s);
}

static void stream_of_memory_is_its_bytes_once(void **state)
{
    struct source *s = source_open_memory(SLICE("abcdef"), "mem");
    char buf[4];
    size_t n;

    (void)state;
    assert_int_equal(source_stream(s, buf, 4, &n, NULL), EV_OK);
    assert_memory_equal(buf, "abcd", 4);
    assert_int_equal(source_stream(s, buf, 4, &n, NULL), EV_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(buf, "ef", 2);
    assert_int_equal(source_stream(s, buf, 4, &n, NULL), EV_OK);
    assert_int_equal(n, 0);
    source_free(s);
}

/* A file in the current folder with that content. */
static void put(const char *name, const char *content, size_t n)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, n), n);
    close(fd);
}

static void file_keeps_its_size_of_opening(void **state)
{
    const char *name = "test_source.tmp";
    struct source *s = NULL;
    struct ev_err err;
    char buf[16];
    size_t n = 0;
    uint64_t size = 0;

    (void)state;
    put(name, "0123456789", 10);
    assert_int_equal(source_open_file(name, &s, &err), EV_OK);
    assert_string_equal(source_path(s), name);
    put(name, "0123456789abc", 13);
    assert_true(source_size(s, &size));
    assert_int_equal(size, 10);
    assert_int_equal(source_read_at(s, 8, buf, sizeof buf, &n, &err), EV_OK);
    assert_int_equal(n, 2);
    put(name, "01", 2); /* and a file that shrinks ends early */
    assert_int_equal(source_read_at(s, 0, buf, sizeof buf, &n, &err), EV_OK);
    assert_int_equal(n, 2);
    source_free(s);
    unlink(name);
}

static void what_is_no_file_is_refused(void **state)
{
    struct source *s = NULL;
    struct ev_err err;

    (void)state;
    assert_int_equal(source_open_file("/nowhere/at/all", &s, &err), EV_ENOTFOUND);
    assert_string_equal(err.file, "/nowhere/at/all");
    assert_int_equal(source_open_file("/dev/null", &s, &err), EV_EUNSUPPORTED);
    assert_int_equal(source_open_file(".", &s, &err), EV_EUNSUPPORTED);
    assert_null(s);
}

/* Runs source_open_stdin with fd as standard input. */
static int with_stdin(int fd, uint64_t max_bytes, const char *tmpdir, struct source **ret,
                      struct ev_err *err)
{
    int saved = dup(STDIN_FILENO);
    int rc;

    assert_true(dup2(fd, STDIN_FILENO) >= 0);
    close(fd);
    const struct stdin_options o = { .tmpdir = tmpdir, .max_bytes = max_bytes };
    rc = source_open_stdin(&o, ret, err);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    return rc;
}

static int pipe_with(const char *text)
{
    int fd[2];

    assert_int_equal(pipe(fd), 0);
    assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
    close(fd[1]);
    return fd[0];
}

static void pipe_is_spooled_and_read_at_random(void **state)
{
    struct source *s = NULL;
    struct ev_err err;
    char buf[8];
    size_t n;
    uint64_t size = 0;

    (void)state;
    assert_int_equal(with_stdin(pipe_with("events"), 6, ".", &s, &err), EV_OK);
    assert_string_equal(source_path(s), "-");
    assert_true(source_can_read_at(s));
    assert_true(source_size(s, &size));
    assert_int_equal(size, 6);
    assert_int_equal(source_read_at(s, 3, buf, sizeof buf, &n, &err), EV_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(buf, "nts", 3);
    source_free(s);
}

static void too_long_a_pipe_is_refused(void **state)
{
    struct source *s = NULL;
    struct ev_err err;

    (void)state;
    assert_int_equal(with_stdin(pipe_with("events"), 5, ".", &s, &err), EV_ELIMIT);
    assert_null(s);
}

static void missing_temporary_folder_is_named(void **state)
{
    struct source *s = NULL;
    struct ev_err err;

    (void)state;
    assert_int_equal(with_stdin(pipe_with("events"), 99, "/nowhere", &s, &err), EV_EIO);
    assert_string_equal(err.file, "/nowhere");
}

static void redirected_file_is_not_copied(void **state)
{
    const char *name = "test_source_stdin.tmp";
    struct source *s = NULL;
    struct ev_err err;
    uint64_t size = 0;

    (void)state;
    put(name, "0123456789", 10);
    /* A spool of 0 bytes and no temporary folder: only direct use can succeed. */
    assert_int_equal(with_stdin(open(name, O_RDONLY), 0, "/nowhere", &s, &err), EV_OK);
    assert_true(source_size(s, &size));
    assert_int_equal(size, 10);
    source_free(s);
    unlink(name);
}

static void piece_knows_where_its_bytes_are(void **state)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct source *item = source_of_item(fd, 1000, "item");
    struct source *half = source_piece(item, 500, 300, "half");
    struct source *part = source_piece(half, 100, 150, "part");
    uint64_t at = 0, n = 0;
    uint8_t room[8], same[8];
    size_t got = 0;

    (void)state;
    assert_true(source_where(part, 20, &at, &n));
    assert_int_equal(at, 620);
    assert_int_equal(n, 130);
    assert_false(source_where(part, 150, &at, &n));
    assert_int_equal(source_read_at(part, 146, room, sizeof room, &got, NULL), EV_OK);
    assert_int_equal(got, 4);
    assert_int_equal(source_read_at(item, 746, same, sizeof same, &got, NULL), EV_OK);
    assert_memory_equal(room, same, 4);
    source_free(part);
    source_free(half);
    source_free(item);
}

static void memory_lies_in_no_file(void **state)
{
    struct source *s = source_open_memory(SLICE("abc"), "m");
    struct digests is = { 0 };
    uint64_t at, n, size = 0;
    char hex[65];

    (void)state;
    assert_false(source_where(s, 0, &at, &n));
    assert_int_equal(source_digest(s, DIGEST_SHA256, NULL, NULL, &is, &size, NULL), EV_OK);
    digest_hex(is.sha256, sizeof is.sha256, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(size, 3);
    source_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_stream_has_no_random_access),
        cmocka_unit_test(read_error_names_file_and_offset),
        cmocka_unit_test(memory_ends_where_it_ends),
        cmocka_unit_test(stream_of_memory_is_its_bytes_once),
        cmocka_unit_test(piece_knows_where_its_bytes_are),
        cmocka_unit_test(memory_lies_in_no_file),
        cmocka_unit_test(file_keeps_its_size_of_opening),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(pipe_is_spooled_and_read_at_random),
        cmocka_unit_test(too_long_a_pipe_is_refused),
        cmocka_unit_test(missing_temporary_folder_is_named),
        cmocka_unit_test(redirected_file_is_not_copied),
    };

    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}

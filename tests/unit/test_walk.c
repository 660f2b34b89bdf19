/* test_walk.c - Walking folders: order, links, things that cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "input/walk.h"

/* What a walk told, one line a call. */
struct log {
    struct buf files, troubles;
    int fail_at; /* the file call that fails; 0 none */
    int calls;
};

static int log_file(void *ctx, const char *path)
{
    struct log *l = ctx;

    buf_printf(&l->files, "%s\n", path);
    return ++l->calls == l->fail_at ? EV_EINTR : EV_OK;
}

static void log_trouble(void *ctx, const struct ev_err *err)
{
    struct log *l = ctx;

    buf_printf(&l->troubles, "%s %s\n", ev_rc_name(err->rc), err->file);
}

static int run(struct log *l, const char *path, int fail_at, struct ev_err *err)
{
    struct walk_visitor v = { log_file, log_trouble, l };
    int rc;

    *l = (struct log){ .fail_at = fail_at };
    buf_init(&l->files, LIMIT_MIB(1));
    buf_init(&l->troubles, LIMIT_MIB(1));
    rc = walk_path(path, &v, err);
    buf_byte(&l->files, 0);
    buf_byte(&l->troubles, 0);
    return rc;
}

static void release(struct log *l)
{
    buf_release(&l->files);
    buf_release(&l->troubles);
}

static void folder(const char *path)
{
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static int make_tree(void **state)
{
    (void)state;
    folder("walk.tmp");
    folder("walk.tmp/b");
    folder("walk.tmp/b/empty");
    folder("walk.tmp/locked");
    file("walk.tmp/a");
    file("walk.tmp/b.x");
    file("walk.tmp/b/1");
    file("walk.tmp/Z");
    file("walk.tmp/locked/unseen");
    if (symlink("..", "walk.tmp/b/loop") < 0 || symlink("a", "walk.tmp/link") < 0 ||
        symlink("nowhere", "walk.tmp/broken") < 0 || mkfifo("walk.tmp/pipe", 0600) < 0)
        assert_int_equal(errno, EEXIST);
    return 0;
}

static int drop_tree(void **state)
{
    static const char *const files[] = { "link",   "broken", "pipe",         "a", "b.x", "b/1",
                                         "b/loop", "Z",      "locked/unseen" };
    static const char *const folders[] = { "b/empty", "b", "locked", "." };
    char path[64];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "walk.tmp/%s", files[i]);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "walk.tmp/%s", folders[i]);
        rmdir(path);
    }
    return rmdir("walk.tmp") == 0 || errno == ENOENT ? 0 : -1;
}

static void names_come_in_bytewise_order_and_links_are_told(void **state)
{
    struct log l;

    (void)state;
    assert_int_equal(run(&l, "walk.tmp", 0, NULL), EV_OK);
    assert_string_equal((char *)l.files.p, "walk.tmp/Z\n"
                                           "walk.tmp/a\n"
                                           "walk.tmp/b/1\n"
                                           "walk.tmp/b.x\n"
                                           "walk.tmp/locked/unseen\n");
    assert_string_equal((char *)l.troubles.p, "unsupported walk.tmp/b/loop\n"
                                              "unsupported walk.tmp/broken\n"
                                              "unsupported walk.tmp/link\n"
                                              "unsupported walk.tmp/pipe\n");
    release(&l);
}

static void link_on_the_command_line_is_followed(void **state)
{
    struct log l;

    (void)state;
    assert_int_equal(run(&l, "walk.tmp/link", 0, NULL), EV_OK);
    assert_string_equal((char *)l.files.p, "walk.tmp/link\n");
    release(&l);
    assert_int_equal(run(&l, "walk.tmp/b/loop/b", 0, NULL), EV_OK);
    assert_string_equal((char *)l.files.p, "walk.tmp/b/loop/b/1\n");
    release(&l);
    assert_int_equal(run(&l, "walk.tmp/b/loop", 0, NULL), EV_OK);
    assert_int_equal(l.calls, 5);
    release(&l);
}

static void closing_slash_is_not_doubled(void **state)
{
    struct log l;

    (void)state;
    assert_int_equal(run(&l, "walk.tmp/b/", 0, NULL), EV_OK);
    assert_string_equal((char *)l.files.p, "walk.tmp/b/1\n");
    release(&l);
}

static void missing_path_is_an_error(void **state)
{
    struct log l;
    struct ev_err err;

    (void)state;
    assert_int_equal(run(&l, "walk.tmp/none", 0, &err), EV_ENOTFOUND);
    assert_string_equal(err.file, "walk.tmp/none");
    release(&l);
    assert_int_equal(run(&l, "walk.tmp/broken", 0, &err), EV_ENOTFOUND);
    release(&l);
}

static void standard_input_is_no_path(void **state)
{
    struct log l;

    (void)state;
    assert_int_equal(run(&l, "-", 0, NULL), EV_OK);
    assert_string_equal((char *)l.files.p, "-\n");
    release(&l);
}

static void negative_return_ends_the_walk(void **state)
{
    struct log l;

    (void)state;
    assert_int_equal(run(&l, "walk.tmp", 3, NULL), EV_EINTR);
    assert_int_equal(l.calls, 3);
    release(&l);
}

static void unreadable_folder_is_told_and_the_walk_goes_on(void **state)
{
    struct log l;
    bool root = geteuid() == 0;

    (void)state;
    assert_int_equal(chmod("walk.tmp", 0755), 0);
    assert_int_equal(chmod("walk.tmp/locked", 0), 0);
    if (root && seteuid(65534) != 0)
        skip();
    if (root && access("walk.tmp/a", F_OK) != 0) { /* a parent shuts everybody else out */
        assert_int_equal(seteuid(0), 0);
        skip();
    }
    assert_int_equal(run(&l, "walk.tmp/locked", 0, NULL), EV_OK);
    assert_string_equal((char *)l.troubles.p, "io walk.tmp/locked\n");
    assert_string_equal((char *)l.files.p, "");
    release(&l);
    assert_int_equal(run(&l, "walk.tmp", 0, NULL), EV_OK);
    assert_non_null(strstr((char *)l.troubles.p, "io walk.tmp/locked\n"));
    assert_non_null(strstr((char *)l.files.p, "walk.tmp/a\n"));
    release(&l);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod("walk.tmp/locked", 0700), 0);
}

static void too_deep_a_folder_is_told(void **state)
{
    struct log l;
    int top = open(".", O_RDONLY | O_DIRECTORY), here = dup(top);

    (void)state;
    for (int i = 0; i <= LIMIT_WALK_DEPTH; i++) {
        int next;

        assert_int_equal(mkdirat(here, "d", 0700), 0);
        next = openat(here, "d", O_RDONLY | O_DIRECTORY);
        close(here);
        here = next;
    }
    close(here);
    assert_int_equal(run(&l, "d", 0, NULL), EV_OK);
    assert_int_equal(strncmp((char *)l.troubles.p, "limit d/d/", 10), 0);
    release(&l);
    for (int i = LIMIT_WALK_DEPTH; i >= 0; i--) {
        char path[2 * LIMIT_WALK_DEPTH + 8] = "d";

        for (int k = 0; k < i; k++)
            memcpy(path + 1 + 2 * k, "/d", 3);
        assert_int_equal(rmdir(path), 0);
    }
    close(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_in_bytewise_order_and_links_are_told),
        cmocka_unit_test(link_on_the_command_line_is_followed),
        cmocka_unit_test(closing_slash_is_not_doubled),
        cmocka_unit_test(missing_path_is_an_error),
        cmocka_unit_test(standard_input_is_no_path),
        cmocka_unit_test(negative_return_ends_the_walk),
        cmocka_unit_test(unreadable_folder_is_told_and_the_walk_goes_on),
        cmocka_unit_test(too_deep_a_folder_is_told),
    };

    return cmocka_run_group_tests_name("walk", tests, make_tree, drop_tree);
}

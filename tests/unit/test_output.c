/* test_output.c - files that are there complete or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/digest.h"
#include "out/output.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/evtriage-output-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

/* Removes what is in the folder; says how many names there were. */
static int empty_folder(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
        n++;
    }
    closedir(d);
    return n;
}

static int remove_folder(void **state)
{
    (void)state;
    empty_folder();
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void assert_content(const char *name, const char *want)
{
    char got[256] = "";
    FILE *f = fopen(in_folder(name), "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    assert_string_equal(got, want);
}

static void put_file(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct output *open_ok(const char *name, bool force)
{
    struct output *o = NULL;
    struct ev_err err;
    assert_int_equal(output_open(in_folder(name), force, &o, &err), EV_OK);
    return o;
}

static void target_appears_only_when_complete(void **state)
{
    (void)state;
    struct output *o = open_ok("a.csv", false);
    assert_int_equal(output_write(o, SLICE("hello\n"), NULL), EV_OK);
    assert_int_not_equal(access(in_folder("a.csv"), F_OK), 0);
    assert_int_equal(output_commit(o, NULL), EV_OK);
    assert_content("a.csv", "hello\n");
    assert_true(output_is_file(o));
    assert_int_equal(output_bytes(o), 6);
    output_free(o);
    assert_int_equal(empty_folder(), 1);
}

static void nothing_is_left_without_a_commit(void **state)
{
    (void)state;
    struct output *o = open_ok("a.csv", false);
    assert_int_equal(output_write(o, SLICE("hello\n"), NULL), EV_OK);
    output_free(o);
    assert_int_equal(empty_folder(), 0);
    output_free(NULL);
}

static void digest_is_of_all_bytes(void **state)
{
    (void)state;
    enum { LARGE = 700000 };
    static uint8_t large[LARGE];
    memset(large, 'x', LARGE);
    struct output *o = open_ok("a.csv", false);
    for (int i = 0; i < 3; i++) { /* through the buffer and past it */
        assert_int_equal(output_write(o, SLICE("abc"), NULL), EV_OK);
        assert_int_equal(output_write(o, slice_of(large, i == 1 ? LARGE : 100), NULL), EV_OK);
    }
    assert_int_equal(output_commit(o, NULL), EV_OK);
    uint8_t said[32], is[32];
    output_digest(o, said);
    assert_int_equal(sha256_file(in_folder("a.csv"), is, NULL), EV_OK);
    assert_memory_equal(said, is, 32);
    assert_int_equal(output_bytes(o), LARGE + 209);
    output_free(o);
    empty_folder();
}

static void existing_target_needs_force(void **state)
{
    (void)state;
    struct output *o = NULL;
    struct ev_err err;
    put_file("a.csv", "old");
    assert_int_equal(output_open(in_folder("a.csv"), false, &o, &err), EV_EEXIST);
    assert_non_null(strstr(err.text, "--force"));
    assert_null(o);
    o = open_ok("a.csv", true);
    assert_int_equal(output_write(o, SLICE("new"), NULL), EV_OK);
    assert_content("a.csv", "old");
    assert_int_equal(output_commit(o, NULL), EV_OK);
    assert_content("a.csv", "new");
    output_free(o);
    assert_int_equal(empty_folder(), 1);
}

static void dangling_link_counts_as_existing(void **state)
{
    (void)state;
    struct output *o = NULL;
    assert_int_equal(symlink("/nonexistent/target", in_folder("link.csv")), 0);
    assert_int_equal(output_open(in_folder("link.csv"), false, &o, NULL), EV_EEXIST);
    empty_folder();
}

static void target_made_meanwhile_is_not_replaced(void **state)
{
    (void)state;
    struct ev_err err;
    struct output *o = open_ok("a.csv", false);
    assert_int_equal(output_write(o, SLICE("mine"), NULL), EV_OK);
    put_file("a.csv", "theirs");
    assert_int_equal(output_commit(o, &err), EV_EEXIST);
    output_free(o);
    assert_content("a.csv", "theirs");
    /* The work is not lost either. */
    assert_non_null(strstr(err.text, ".evtriage-"));
    assert_int_equal(empty_folder(), 2);
}

static void interrupted_file_is_named_partial(void **state)
{
    (void)state;
    put_file("a.csv.partial", "earlier");
    struct output *o = open_ok("a.csv", false);
    assert_int_equal(output_write(o, SLICE("part"), NULL), EV_OK);
    assert_int_equal(output_commit_partial(o, NULL), EV_OK);
    assert_string_equal(output_path(o), in_folder("a.csv.partial.2"));
    output_free(o);
    assert_content("a.csv.partial", "earlier");
    assert_content("a.csv.partial.2", "part");
    assert_int_equal(empty_folder(), 2);
}

static void full_device_is_an_error(void **state)
{
    (void)state;
    struct output *o = NULL;
    struct ev_err err;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(output_open("/dev/full", false, &o, &err), EV_OK);
    assert_false(output_is_file(o));
    assert_int_equal(output_write(o, SLICE("x"), &err), EV_OK); /* still in the buffer */
    assert_int_equal(output_commit(o, &err), EV_EIO);
    assert_non_null(strstr(err.text, "/dev/full"));
    assert_int_equal(output_write(o, SLICE("x"), &err), EV_EIO);
    output_free(o);
    assert_int_equal(access("/dev/full", F_OK), 0);
}

static void pipe_is_written_directly(void **state)
{
    (void)state;
    char got[16] = "";
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    int fd = open(in_folder("pipe"), O_RDONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    struct output *o = open_ok("pipe", false);
    assert_int_equal(output_write(o, SLICE("through"), NULL), EV_OK);
    assert_int_equal(output_commit(o, NULL), EV_OK);
    assert_int_equal(read(fd, got, sizeof got), 7);
    assert_string_equal(got, "through");
    close(fd);
    output_free(o);
    assert_int_equal(empty_folder(), 1);
}

static void folder_and_missing_folder_are_refused(void **state)
{
    (void)state;
    struct output *o = NULL;
    struct ev_err err;
    assert_int_equal(output_open(folder, true, &o, &err), EV_EUSAGE);
    assert_int_equal(output_open(in_folder("no/such/a.csv"), true, &o, &err), EV_EIO);
    assert_int_equal(output_open("", true, &o, &err), EV_EUSAGE);
    assert_null(o);
}

static void new_file_follows_the_umask(void **state)
{
    (void)state;
    struct stat st;
    mode_t old = umask(077);
    struct output *o = open_ok("a.csv", false);
    assert_int_equal(output_commit(o, NULL), EV_OK);
    umask(old);
    assert_int_equal(stat(in_folder("a.csv"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    output_free(o);
    empty_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_appears_only_when_complete),
        cmocka_unit_test(nothing_is_left_without_a_commit),
        cmocka_unit_test(digest_is_of_all_bytes),
        cmocka_unit_test(existing_target_needs_force),
        cmocka_unit_test(dangling_link_counts_as_existing),
        cmocka_unit_test(target_made_meanwhile_is_not_replaced),
        cmocka_unit_test(interrupted_file_is_named_partial),
        cmocka_unit_test(full_device_is_an_error),
        cmocka_unit_test(pipe_is_written_directly),
        cmocka_unit_test(folder_and_missing_folder_are_refused),
        cmocka_unit_test(new_file_follows_the_umask),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

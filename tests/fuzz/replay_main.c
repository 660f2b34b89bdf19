/* replay_main.c - runs a fuzz target over its stored corpus, as a TAP test.
 *
 * Linked to a target when libFuzzer is not: the corpus is then a plain
 * regression test for any compiler. Usage: fuzz_NOUN [FILE|FOLDER]...; without
 * arguments the folder is $srcdir/tests/fuzz/corpus/NOUN. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A seed is small; anything larger is a mistake in the corpus. */
#define SEED_BYTES_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned tests;

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        printf("not ok %u - %s: %s\n", ++tests, path, strerror(errno));
        return 1;
    }
    uint8_t *buf = malloc(SEED_BYTES_MAX);
    size_t n = buf != NULL ? fread(buf, 1, SEED_BYTES_MAX, f) : 0;
    int bad = buf == NULL || ferror(f) || n == SEED_BYTES_MAX;
    fclose(f);
    /* An exact copy, so that a read past the end is seen by the sanitizer. */
    uint8_t *exact = bad ? NULL : malloc(n > 0 ? n : 1);
    if (exact != NULL) {
        memcpy(exact, buf, n);
        (void)LLVMFuzzerTestOneInput(exact, n);
    }
    bad = exact == NULL;
    free(exact);
    free(buf);
    printf("%s %u - %s\n", bad ? "not ok" : "ok", ++tests, path);
    fflush(stdout);
    return bad;
}

static int run_folder(const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, NULL, alphasort);
    int bad = n < 0;
    for (int i = 0; i < n; i++) {
        char file[4096];
        int len = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof file)
            bad |= run_file(file);
        free(names[i]);
    }
    free(names);
    return bad;
}

static int run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return run_folder(path);
    return run_file(path);
}

int main(int argc, char **argv)
{
    int bad = 0;
    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            bad |= run_path(argv[i]);
    } else {
        const char *srcdir = getenv("srcdir");
        const char *name = strrchr(argv[0], '/');
        name = name != NULL ? name + 1 : argv[0];
        name = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
        char path[4096];
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".", name);
        bad = run_path(path);
    }
    /* An empty corpus tests nothing: say so. */
    if (tests == 0) {
        printf("not ok 1 - no corpus for %s\n", argv[0]);
        tests = 1;
        bad = 1;
    }
    printf("1..%u\n", tests);
    return bad;
}

/* bench_reader.c - what reading costs, against the floor of reading the bytes alone.
 *
 * Usage: bench_reader [-p PASSES] [-r ROW] [-x PROTOTYPE] LOG
 * One thread, warm cache, CPU time. Each row is the best of its passes, which take turns, because
 * these machines are noisy; its ratio is to pread into a buffer that stays in the cache. -r does one
 * row alone, for callgrind. -x: evtx_fields of the shared prototypes, run in turn in its mode 3
 * (all values of EventData as text), as the row to compare the last one with, which does the same
 * work: it leaves fields of System alone. LOG should have
 * 500 MB: bench/bench_make makes it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/parse.h"
#include "evtx/reader.h"

enum row {
    ROW_PREAD,
    ROW_KEY,
    ROW_KEY_CHECKED,
    ROW_FIELDS,
    ROW_TEXT,
    ROW_DATA,
    ROW_PROTOTYPE,
    ROW_COUNT
};

static const char *const row_name[ROW_COUNT] = { "pread",
                                                 "key of every record",
                                                 "the same with checksums",
                                                 "all fields as slices",
                                                 "the same, EventData as text",
                                                 "values of EventData alone, as text",
                                                 "the same by the prototype" };

struct bench {
    const char *path, *prototype;
    enum row row;
    struct names *names;
    struct reader_worker *worker;
    struct accounting counts;
    uint64_t size, sum;
    double best[ROW_COUNT]; /* seconds of CPU */
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool want(void *ctx, struct slice provider, struct slice channel, uint32_t event_id,
                 uint64_t written)
{
    struct bench *b = ctx;

    b->sum += provider.n + channel.n + event_id + written;
    return false;
}

static int event(void *ctx, struct event *ev)
{
    struct bench *b = ctx;
    uint64_t sum = 0;
    size_t i = 0;
    int rc = b->row == ROW_DATA ? reader_fields(b->worker, ev, true) : EV_OK;

    if (rc != EV_OK)
        return rc;
    while (i < ev->n && ev->field[i].part == EVENT_SYSTEM)
        i++;
    if (b->row >= ROW_TEXT) {
        event_texts(ev, i);
        for (; i < ev->n; i++)
            sum += ev->field[i].text.n;
    }
    b->sum += sum + ev->n;
    return EV_OK;
}

static int run_pread(struct bench *b)
{
    static const size_t n = 262144;
    uint8_t *buf = xcalloc(1, n);
    int fd = open(b->path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    b->size = 0;
    while (fd >= 0 && (got = pread(fd, buf, n, (off_t)b->size)) > 0)
        b->size += (uint64_t)got;
    free(buf);
    if (fd >= 0)
        close(fd);
    return fd < 0 || b->size == 0 ? EV_EIO : EV_OK;
}

static int run_reader(struct bench *b, struct ev_err *err)
{
    struct reader_options o = { .names = b->names, .skip_checksums = b->row != ROW_KEY_CHECKED };
    const struct reader_visitor v = { .want = b->row <= ROW_KEY_CHECKED ? want : NULL,
                                      .event = event,
                                      .ctx = b,
                                      .lazy = b->row == ROW_DATA };
    struct source *src = NULL;
    struct reader *r = NULL;
    int rc = source_open_file(b->path, &src, err);

    if (rc == EV_OK)
        rc = decoder_native.open(src, &o, &r, err);
    b->counts = (struct accounting){ 0 };
    for (uint64_t i = 0; rc == EV_OK && i < decoder_native.jobs(r); i++)
        rc = decoder_native.run(r, i, b->worker, &v, &b->counts, err);
    if (r)
        decoder_native.close(r);
    source_free(src);
    return rc;
}

/* Two passes in a child of its own, PR=4: it preads as we do. Seconds of one; 0: it failed. */
static double run_prototype(struct bench *b)
{
    const char *env[] = { "PR=4", NULL };
    const char *argv[] = { b->prototype, b->path, "3", "1", "1", "-", "2", NULL };
    struct rusage u;
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        dup2(null, 1);
        dup2(null, 2);
        execve(b->prototype, (char **)(uintptr_t)argv, (char **)(uintptr_t)env);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &u) != pid || status != 0)
        return 0;
    return ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
            (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6) /
           2;
}

static int run_row(struct bench *b, struct ev_err *err)
{
    double start = now(), took;
    int rc = EV_OK;

    if (b->row == ROW_PROTOTYPE) {
        took = b->prototype ? run_prototype(b) : 0;
    } else {
        rc = b->row == ROW_PREAD ? run_pread(b) : run_reader(b, err);
        took = now() - start;
    }
    if (took > 0 && (b->best[b->row] == 0 || took < b->best[b->row]))
        b->best[b->row] = took;
    return rc;
}

/* Most memory in MiB; getrusage would tell that of the parent before exec, when it had more. */
static double peak(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    double mib = 0;

    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            mib = strtod(line + 6, NULL) / 1024;
    if (f)
        fclose(f);
    return mib;
}

static void print(const struct bench *b)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (b->best[i] > 0)
            printf("%-32s %7.0f MB/s  %5.2f of pread  %6.0f ns a record\n", row_name[i],
                   (double)b->size / 1e6 / b->best[i], b->best[ROW_PREAD] / b->best[i],
                   b->counts.records ? b->best[i] * 1e9 / (double)b->counts.records : 0);
    if (b->best[ROW_PROTOTYPE] > 0 && b->best[ROW_TEXT] > 0 && b->best[ROW_DATA] > 0)
        printf("texts: %.2f of the prototype's speed, %.2f with fields of System\n",
               b->best[ROW_PROTOTYPE] / b->best[ROW_DATA],
               b->best[ROW_PROTOTYPE] / b->best[ROW_TEXT]);
    printf("%llu records; most memory %.1f MiB; sum %llu\n", (unsigned long long)b->counts.records,
           peak(), (unsigned long long)b->sum);
}

int main(int argc, char **argv)
{
    struct bench b = { .names = names_new(), .worker = reader_worker_new() };
    uint32_t passes = 5, only = ROW_COUNT;
    struct ev_err err = { 0 };
    int c, rc = EV_OK;

    while ((c = getopt(argc, argv, "p:r:x:")) != -1) {
        if (c == 'x')
            b.prototype = optarg;
        else if (c == '?' || parse_u32(slice_str(optarg), c == 'p' ? &passes : &only) < 0)
            return 2;
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "usage: bench_reader [-p PASSES] [-r ROW] [-x PROTOTYPE] LOG\n");
        return 2;
    }
    b.path = argv[optind];
    for (uint32_t i = 0; rc == EV_OK && i < passes; i++)
        for (b.row = 0; rc == EV_OK && b.row < ROW_COUNT; b.row++)
            if (only == ROW_COUNT || only == b.row)
                rc = run_row(&b, &err);
    if (rc < 0)
        fprintf(stderr, "bench_reader: %s: %s\n", b.path, err.text);
    else
        print(&b);
    reader_worker_free(b.worker);
    names_free(b.names);
    return rc < 0;
}

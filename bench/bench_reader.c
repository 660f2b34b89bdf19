/* bench_reader.c - what reading costs, against the floor of reading the bytes alone.
 *
 * Usage: bench_reader [-p PASSES] LOG
 * One thread, warm cache. Each row is the best of its passes, with its ratio to pread into a buffer
 * that stays in the cache. LOG should have 500 MB: bench/make_large_log.sh makes it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/parse.h"
#include "evtx/reader.h"

enum row { ROW_PREAD, ROW_KEY, ROW_KEY_CHECKED, ROW_FIELDS, ROW_TEXT, ROW_COUNT };

struct bench {
    const char *path;
    enum row row;
    struct names *names;
    struct reader_worker *worker;
    struct accounting counts;
    uint64_t size, sum;
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

    for (size_t i = 0; i < ev->n; i++)
        b->sum += b->row == ROW_TEXT && ev->field[i].part != EVENT_SYSTEM ? event_text(ev, i).n
                                                                          : ev->field[i].value.n;
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
                                      .ctx = b };
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

int main(int argc, char **argv)
{
    static const char *const name[ROW_COUNT] = { "pread", "key of every record",
                                                 "the same with checksums", "all fields as slices",
                                                 "all values of EventData as text" };
    struct bench b = { .names = names_new(), .worker = reader_worker_new() };
    uint32_t passes = 5, only = ROW_COUNT;
    struct ev_err err = { 0 };
    struct rusage usage;
    double floor = 0;
    int c, rc = EV_OK;

    while ((c = getopt(argc, argv, "p:r:")) != -1)
        if ((c != 'p' && c != 'r') || parse_u32(slice_str(optarg), c == 'p' ? &passes : &only) < 0)
            return 2;
    if (optind + 1 != argc) {
        fprintf(stderr, "usage: bench_reader [-p PASSES] LOG\n");
        return 2;
    }
    b.path = argv[optind];
    for (b.row = 0; rc == EV_OK && b.row < ROW_COUNT; b.row++) {
        double best = 1e9;

        if (only != ROW_COUNT && b.row != (enum row)only)
            continue;
        for (uint32_t i = 0; rc == EV_OK && i < passes; i++) {
            double start = now(), took;

            rc = b.row == ROW_PREAD ? run_pread(&b) : run_reader(&b, &err);
            took = now() - start;
            best = took < best ? took : best;
        }
        floor = b.row == ROW_PREAD ? best : floor;
        printf("%-32s %7.0f MB/s  %5.2f of pread  %6.0f ns a record\n", name[b.row],
               (double)b.size / 1e6 / best, floor / best,
               b.counts.records ? best * 1e9 / (double)b.counts.records : 0);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu records; most memory %ld KiB; sum %llu\n", (unsigned long long)b.counts.records,
           usage.ru_maxrss, (unsigned long long)b.sum);
    if (rc < 0)
        fprintf(stderr, "bench_reader: %s: %s\n", b.path, err.text);
    reader_worker_free(b.worker);
    names_free(b.names);
    return rc < 0;
}

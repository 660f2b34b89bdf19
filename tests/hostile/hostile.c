/* hostile.c - mutants of event logs through the reader, as a TAP test.
 *
 * hostile [-n COUNT] [-f FIRST] [-j JOBS] [-o FOLDER] [-l] [SEED-FILE]...
 * hostile -r FILE: the runs over a file, in this process, for a debugger.
 *
 * Each job is a process of its own. When one dies, its mutant is written to FOLDER, its number is
 * printed with what it last said, and another process goes on behind it. A mutant that breaks a rule
 * or a limit is kept in the same way. -l: every 64th goes through libevtx too, where only its survival is counted. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/interrupt.h"
#include "base/limits.h"
#include "base/parse.h"
#include "meter.h"
#include "mutate.h"
#include "runs.h"

enum { JOBS_MAX = 64, FAULTS_MAX = 20, HANG_SECONDS = 20, LIBEVTX_EVERY = 64 };
#define SECONDS_MAX 1.0

/* Written by a job's process, read by the parent. */
struct slot {
    uint64_t next, end, step; /* numbers: at work, behind the last, to the next */
    uint64_t done, events, hits, faults, libevtx, libevtx_died;
    enum run_kind kind;
    double seconds[RUN_KINDS]; /* the slowest */
    uint64_t slowest[RUN_KINDS];
    int64_t peak;
    pid_t pid;
};

struct trial {
    struct runs runs;
    struct seeds *seeds;
    const char *folder;
    uint64_t count, first, jobs;
    bool libevtx;
    const char *replay;
    struct slot *slot;
    FILE *said[JOBS_MAX]; /* standard error of each job, of the mutant at work */
};

static void keep(const struct trial *t, uint64_t number, struct slice bytes)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/mutant-%llu.evtx", t->folder, (unsigned long long)number);
    f = fopen(path, "wb");
    if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n)
        printf("# %s: %s\n", path, strerror(errno));
    else
        printf("# written to %s\n", path);
    if (f)
        fclose(f);
    fflush(stdout);
}

static int64_t memory_limit(size_t bytes)
{
    size_t mib = (bytes >> 20) + 1;

    return (int64_t)LIMIT_MIB(64 * mib);
}

/* All runs over one mutant. False when something is wrong; it is printed. */
static bool run_all(struct runs *runs, uint64_t number, struct slice bytes, struct slot *s)
{
    bool good = true;

    for (int k = 0; k < RUN_KINDS; k++) {
        int64_t peak, held;
        double seconds;
        const char *what;

        s->kind = (enum run_kind)k;
        meter_start();
        what = runs_do(runs, (enum run_kind)k, bytes);
        meter_stop(&peak, &held, &seconds);
        /* Less than nothing: what a library had made was given back by us. */
        if (!what && held > 0)
            what = "memory was not given back";
        if (!what && seconds > SECONDS_MAX)
            what = "takes too long";
        if (!what && peak > memory_limit(bytes.n))
            what = "needs too much memory";
        if (what) {
            printf("# mutant %llu, %s: %s (%.2f s, %lld KiB, %lld bytes left)\n",
                   (unsigned long long)number, run_name((enum run_kind)k), what, seconds,
                   (long long)peak / 1024, (long long)held);
            good = false;
        }
        if (seconds > s->seconds[k]) {
            s->seconds[k] = seconds;
            s->slowest[k] = number;
        }
        s->peak = peak > s->peak ? peak : s->peak;
    }
    return good;
}

static void try_libevtx(const struct trial *t, struct slice bytes, struct slot *s)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        setitimer(ITIMER_PROF, &(struct itimerval){ .it_value = { .tv_sec = 5 } }, NULL);
        fclose(stderr);
        runs_libevtx(&t->runs, bytes);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return;
    s->libevtx++;
    s->libevtx_died += status != 0;
}

static void work(struct trial *t, struct slot *s)
{
    /* The program catches signals: what would have ended this process only asks to stop. */
    for (; s->next < s->end && s->faults < FAULTS_MAX && !interrupt_seen(NULL);
         s->next += s->step) {
        struct slice bytes;

        /* SIGPROF ends the process, as a crash does. */
        setitimer(ITIMER_PROF, &(struct itimerval){ .it_value = { .tv_sec = HANG_SECONDS } }, NULL);
        if (ftruncate(STDERR_FILENO, 0) == 0)
            (void)lseek(STDERR_FILENO, 0, SEEK_SET);
        mutant_make(t->seeds, s->next, &bytes);
        t->runs.events = t->runs.hits = 0;
        if (!run_all(&t->runs, s->next, bytes, s)) {
            keep(t, s->next, bytes);
            s->faults++;
        }
        if (t->libevtx && s->next % LIBEVTX_EVERY == 0)
            try_libevtx(t, bytes, s);
        free((void *)(uintptr_t)bytes.p);
        s->done++;
        s->events += t->runs.events;
        s->hits += t->runs.hits;
    }
}

/* Each job has a file of its own for the program's runs: a file in memory has one size. */
static void start(struct trial *t, struct slot *s)
{
    fflush(stdout);
    s->pid = fork();
    if (s->pid == 0) {
        t->runs.file = memfd_create("mutant", MFD_CLOEXEC);
        if (t->runs.file < 0 || dup2(fileno(t->said[s - t->slot]), STDERR_FILENO) < 0)
            _exit(9);
        work(t, s);
        fflush(stdout);
        _exit(0);
    }
}

/* The first lines that a job which died had to say. */
static void show_said(FILE *f)
{
    char line[512];

    rewind(f);
    for (int i = 0; i < 40 && fgets(line, sizeof line, f); i++)
        printf("#   %s%s", line, strchr(line, '\n') ? "" : "\n");
}

/* A job ended: well, or on a mutant that is then kept and stepped over. True: it goes on. */
static bool ended(struct trial *t, struct slot *s, int status)
{
    struct slice bytes;

    s->pid = 0;
    if (status == 0)
        return false;
    printf("# mutant %llu, %s: the process %s %d\n", (unsigned long long)s->next, run_name(s->kind),
           WIFSIGNALED(status) ? "died of signal" : "left with",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    show_said(t->said[s - t->slot]);
    mutant_make(t->seeds, s->next, &bytes);
    keep(t, s->next, bytes);
    free((void *)(uintptr_t)bytes.p);
    s->faults++;
    s->done++;
    s->next += s->step;
    return s->next < s->end && s->faults < FAULTS_MAX;
}

static void run_jobs(struct trial *t)
{
    int status;
    pid_t pid;

    for (uint64_t i = 0; i < t->jobs; i++) {
        t->said[i] = tmpfile();
        if (!t->said[i])
            return;
        t->slot[i] = (struct slot){ t->first + i, t->first + t->count, t->jobs, .pid = 0 };
        start(t, &t->slot[i]);
    }
    while ((pid = wait(&status)) > 0) {
        for (uint64_t i = 0; i < t->jobs; i++) {
            if (t->slot[i].pid == pid && ended(t, &t->slot[i], status))
                start(t, &t->slot[i]);
        }
    }
    for (uint64_t i = 0; i < t->jobs; i++)
        fclose(t->said[i]);
}

static int tell(const struct trial *t)
{
    struct slot all = { 0 };

    for (uint64_t i = 0; i < t->jobs; i++) {
        const struct slot *s = &t->slot[i];

        all.done += s->done, all.events += s->events, all.hits += s->hits;
        all.faults += s->faults;
        all.libevtx += s->libevtx, all.libevtx_died += s->libevtx_died;
        all.peak = s->peak > all.peak ? s->peak : all.peak;
        for (int k = 0; k < RUN_KINDS; k++) {
            if (s->seconds[k] > all.seconds[k]) {
                all.seconds[k] = s->seconds[k];
                all.slowest[k] = s->slowest[k];
            }
        }
    }
    printf("# mutants %llu to %llu of %zu seeds: %llu events, %llu hits, at most %lld KiB\n",
           (unsigned long long)t->first, (unsigned long long)(t->first + t->count - 1),
           seeds_count(t->seeds), (unsigned long long)all.events, (unsigned long long)all.hits,
           (long long)all.peak / 1024);
    for (int k = 0; k < RUN_KINDS; k++)
        printf("# slowest to %s: %.3f s, mutant %llu\n", run_name((enum run_kind)k), all.seconds[k],
               (unsigned long long)all.slowest[k]);
    if (t->libevtx)
        printf("# libevtx did not survive %llu of %llu\n", (unsigned long long)all.libevtx_died,
               (unsigned long long)all.libevtx);
    printf("%s 1 - %llu mutants break nothing\n",
           all.faults || all.done != t->count ? "not ok" : "ok", (unsigned long long)t->count);
    /* Mutants that no reader gets into test nothing. */
    printf("%s 2 - they hold events, and rules hit\n", all.events && all.hits ? "ok" : "not ok");
    printf("1..2\n");
    return all.faults || all.done != t->count || !all.events || !all.hits;
}

static int replay(struct trial *t)
{
    struct slot s = { 0 };
    FILE *f = fopen(t->replay, "rb");
    uint8_t *p = malloc(LIMIT_MIB(64));
    size_t n = f && p ? fread(p, 1, LIMIT_MIB(64), f) : 0;
    bool good;

    if (f)
        fclose(f);
    p = realloc(p, n ? n : 1);
    good = p && run_all(&t->runs, 0, slice_of(p, n), &s);
    free(p);
    for (int k = 0; k < RUN_KINDS; k++)
        printf("# %s: %.3f s\n", run_name((enum run_kind)k), s.seconds[k]);
    printf("%s 1 - %s, %zu bytes, at most %lld KiB\n1..1\n", good ? "ok" : "not ok", t->replay, n,
           (long long)s.peak / 1024);
    return !good;
}

static bool options(struct trial *t, int argc, char **argv)
{
    bool good = true;
    int c;

    while ((c = getopt(argc, argv, "n:f:j:o:r:l")) != -1) {
        switch (c) {
        case 'n':
            good &= parse_u64(slice_str(optarg), &t->count) == EV_OK;
            break;
        case 'f':
            good &= parse_u64(slice_str(optarg), &t->first) == EV_OK;
            break;
        case 'j':
            good &= parse_u64(slice_str(optarg), &t->jobs) == EV_OK;
            break;
        case 'o':
            t->folder = optarg;
            break;
        case 'r':
            t->replay = optarg;
            break;
        case 'l':
            t->libevtx = true;
            break;
        default:
            good = false;
        }
    }
    return good && t->count && t->jobs && t->jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir"), *bad = NULL;
    struct trial t = { .folder = ".", .count = 2000, .first = 1, .jobs = 1 };
    int code = 2;

    if (!options(&t, argc, argv)) {
        fputs(
            "usage: hostile [-n COUNT] [-f FIRST] [-j JOBS] [-o FOLDER] [-l] [-r FILE] [SEED]...\n",
            stderr);
        return code;
    }
    srcdir = srcdir ? srcdir : ".";
    t.slot = mmap(NULL, JOBS_MAX * sizeof *t.slot, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    t.seeds = seeds_load(srcdir, argv + optind, &bad);
    if (!t.seeds || t.slot == MAP_FAILED || !runs_init(&t.runs, srcdir)) {
        printf("Bail out! no seeds, rules or memory: %s\n", bad ? bad : "rules/");
    } else if (t.replay) {
        code = replay(&t);
    } else {
        run_jobs(&t);
        code = tell(&t);
    }
    runs_release(&t.runs);
    seeds_free(t.seeds);
    return code;
}

/* bench_cold.c - how to read logs that are not in the page cache: bench_cold FILE...
 *
 * Every row first puts the files out of the cache (fsync, POSIX_FADV_DONTNEED), then touches all their
 * bytes, in steps of 256 KiB as the decoder does, and prints wall-clock MB/s. Rows: pread as it is
 * (POSIX_FADV_SEQUENTIAL), pread without any hint, with the next 4 MiB or the next 8 files announced
 * (POSIX_FADV_WILLNEED), mmap, and io_uring with 8 reads under way. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/stopwatch.h"

enum { STEP = 256 * 1024, DEPTH = 8, AHEAD = 4 << 20 };

static uint8_t *buffer; /* DEPTH * STEP */
static uint64_t sum;    /* so that no read can be left out */

static void touch(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 4096)
        sum += p[i];
}

static int open_file(const char *path, uint64_t *ret_size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0) {
        perror(path);
        exit(1);
    }
    *ret_size = (uint64_t)st.st_size;
    return fd;
}

static void evict(char *const *path, int n)
{
    for (int i = 0; i < n; i++) {
        uint64_t size;
        int fd = open_file(path[i], &size);

        (void)fsync(fd);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
}

static void announce(const char *path)
{
    uint64_t size;
    int fd = open_file(path, &size);

    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
    close(fd);
}

static void by_pread(int fd, uint64_t size, int advice, bool ahead)
{
    if (advice >= 0)
        (void)posix_fadvise(fd, 0, 0, advice);
    for (uint64_t at = 0; at < size; at += STEP) {
        if (ahead && at % AHEAD == 0)
            (void)posix_fadvise(fd, (off_t)at + AHEAD, AHEAD, POSIX_FADV_WILLNEED);
        ssize_t got = pread(fd, buffer, STEP, (off_t)at);
        touch(buffer, got > 0 ? (size_t)got : 0);
    }
}

static void by_mmap(int fd, uint64_t size)
{
    uint8_t *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

    if (p == MAP_FAILED)
        return;
    (void)madvise(p, size, MADV_SEQUENTIAL);
    touch(p, size);
    munmap(p, size);
}

/* --- io_uring, as little of it as it takes --- */

struct ring {
    int fd;
    uint32_t *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
    struct io_uring_sqe *sqe;
    struct io_uring_cqe *cqe;
};

static bool ring_open(struct ring *r)
{
    struct io_uring_params p = { 0 };

    r->fd = (int)syscall(SYS_io_uring_setup, DEPTH, &p);
    if (r->fd < 0)
        return false;
    uint8_t *sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(uint32_t),
                       PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
    uint8_t *cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof *r->cqe, PROT_READ | PROT_WRITE,
                       MAP_SHARED, r->fd, IORING_OFF_CQ_RING);
    r->sqe = mmap(NULL, p.sq_entries * sizeof *r->sqe, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
                  IORING_OFF_SQES);
    if (sq == MAP_FAILED || cq == MAP_FAILED || (void *)r->sqe == MAP_FAILED)
        return false;
    r->sq_tail = (uint32_t *)(void *)(sq + p.sq_off.tail);
    r->sq_mask = (uint32_t *)(void *)(sq + p.sq_off.ring_mask);
    r->sq_array = (uint32_t *)(void *)(sq + p.sq_off.array);
    r->cq_head = (uint32_t *)(void *)(cq + p.cq_off.head);
    r->cq_tail = (uint32_t *)(void *)(cq + p.cq_off.tail);
    r->cq_mask = (uint32_t *)(void *)(cq + p.cq_off.ring_mask);
    r->cqe = (struct io_uring_cqe *)(void *)(cq + p.cq_off.cqes);
    return true;
}

static void ring_read(struct ring *r, int fd, uint64_t at, uint32_t slot)
{
    const uint32_t tail = *r->sq_tail, i = tail & *r->sq_mask;

    r->sqe[i] = (struct io_uring_sqe){ .opcode = IORING_OP_READ,
                                       .fd = fd,
                                       .off = at,
                                       .addr = (uint64_t)(uintptr_t)(buffer + slot * STEP),
                                       .len = STEP,
                                       .user_data = slot };
    r->sq_array[i] = i;
    __atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static void by_ring(struct ring *r, int fd, uint64_t size)
{
    uint64_t next = 0;
    unsigned busy = 0, fresh = 0;

    for (; busy < DEPTH && next < size; busy++, fresh++, next += STEP)
        ring_read(r, fd, next, busy);
    while (busy) {
        if (syscall(SYS_io_uring_enter, r->fd, fresh, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
            errno != EINTR)
            return;
        fresh = 0;
        while (*r->cq_head != __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE)) {
            const struct io_uring_cqe c = r->cqe[*r->cq_head & *r->cq_mask];

            __atomic_store_n(r->cq_head, *r->cq_head + 1, __ATOMIC_RELEASE);
            touch(buffer + c.user_data * STEP, c.res > 0 ? (size_t)c.res : 0);
            busy--;
            if (next >= size)
                continue;
            ring_read(r, fd, next, (uint32_t)c.user_data);
            next += STEP;
            busy++;
            fresh++;
        }
    }
}

/* --- the rows --- */

enum way { AS_IT_IS, NO_HINT, WILLNEED, NEXT_FILES, MMAP, RING, WAYS };

static const char *const way_name[WAYS] = {
    "pread, sequential",    "pread, no hint", "pread, 4 MiB ahead",
    "pread, 8 files ahead", "mmap",           "io_uring, 8 reads"
};

static uint64_t read_all(char *const *path, int n, enum way way, struct ring *r)
{
    uint64_t all = 0;

    for (int i = 0; i < n; i++) {
        uint64_t size;

        if (way == NEXT_FILES && i % DEPTH == 0)
            for (int k = i; k < n && k < i + 2 * DEPTH; k++)
                announce(path[k]);
        int fd = open_file(path[i], &size);
        if (way == MMAP)
            by_mmap(fd, size);
        else if (way == RING)
            by_ring(r, fd, size);
        else
            by_pread(fd, size, way == NO_HINT ? -1 : POSIX_FADV_SEQUENTIAL, way == WILLNEED);
        close(fd);
        all += size;
    }
    return all;
}

int main(int argc, char **argv)
{
    struct ring ring;
    const bool has_ring = ring_open(&ring);

    buffer = aligned_alloc(4096, (size_t)DEPTH * STEP);
    if (argc < 2 || !buffer)
        return 2;
    for (int round = 0; round < 3; round++)
        for (int way = 0; way < WAYS; way++) {
            if (way == RING && !has_ring)
                continue;
            evict(argv + 1, argc - 1);
            const uint64_t from = stopwatch_now();
            const uint64_t bytes = read_all(argv + 1, argc - 1, (enum way)way, &ring);
            const double seconds = (double)(stopwatch_now() - from) / 1e9;
            printf("%d  %-22s %8.0f MB/s\n", round + 1, way_name[way],
                   (double)bytes / 1e6 / seconds);
        }
    free(buffer);
    return sum == 1; /* never */
}

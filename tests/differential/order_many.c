/* order_many.c - sorts made-up detections: order_many ROWS MEMORY TMPDIR.
 *
 * Prints how many rows came out, a digest of all of them in their order, and the most memory that
 * the process had. Same rows, same digest, whatever the memory. */
#include "../unit/detect_fake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/digest.h"
#include "base/parse.h"
#include "detect/order.h"

struct out {
    struct sha256 *sha;
    struct buf flat;
    uint64_t n, last;
    bool unsorted;
};

static uint64_t next(uint64_t *x)
{
    *x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *x >> 20;
}

/* A row of 150 to 650 bytes, most of them of a year; each tenth stands in a second place, too. */
static void make_row(const struct fake_rules *rules, uint64_t number, uint64_t *x, struct buf *flat)
{
    static const struct slice host[] = { SLICE_INIT("WS-1"), SLICE_INIT("WS-2"), SLICE_INIT("DC") };
    static uint8_t text[500];
    struct detection d = fake_detection(rules);

    d.timestamp = UINT64_C(132000000000000000) + next(x) % UINT64_C(315360000000000);
    d.computer = host[next(x) % 3];
    d.record_id = number;
    d.rule = &rules->rule[next(x) % FAKE_RULES];
    d.message = slice_of(text, next(x) % sizeof text);
    memcpy(d.hash, x, sizeof *x);
    buf_clear(flat);
    detection_encode(&d, flat);
}

static int see(void *ctx, const struct detection *d)
{
    struct out *o = ctx;

    o->unsorted |= d->timestamp < o->last;
    o->last = d->timestamp;
    o->n++;
    buf_clear(&o->flat);
    detection_encode(d, &o->flat);
    sha256_add(o->sha, buf_view(&o->flat));
    return EV_OK;
}

static int sort(uint64_t rows, const struct order_options *oo, struct out *out, uint64_t *folded,
                struct ev_err *err)
{
    struct fake_rules rules;
    struct order *order;
    uint64_t x = 1;
    int rc = EV_OK;

    fake_rules_init(&rules);
    order = order_new(&rules.set, oo);
    for (uint64_t i = 0; rc == EV_OK && i < rows; i++) {
        make_row(&rules, i, &x, &out->flat);
        rc = order_add(order, buf_view(&out->flat), err);
        if (rc == EV_OK && i % 10 == 9)
            rc = order_add(order, buf_view(&out->flat), err);
    }
    if (rc == EV_OK)
        rc = order_finish(order, see, out, folded, err);
    order_free(order);
    return rc;
}

int main(int argc, char **argv)
{
    struct out out = { .sha = sha256_new() };
    struct ev_err err = { 0 };
    struct order_options oo = { 0 };
    uint64_t rows = 0, memory = 0, folded = 0;
    uint8_t digest[32];
    struct rusage used;

    if (argc != 4 || parse_u64(slice_str(argv[1]), &rows) != EV_OK ||
        parse_size(slice_str(argv[2]), &memory) != EV_OK) {
        fprintf(stderr, "usage: order_many ROWS MEMORY TMPDIR\n");
        return 2;
    }
    oo.memory = (size_t)memory;
    oo.tmpdir = argv[3];
    buf_init(&out.flat, LIMIT_DETECTION);
    if (sort(rows, &oo, &out, &folded, &err) < 0) {
        fprintf(stderr, "order_many: %s: %s\n", err.file, err.text);
        return 1;
    }
    sha256_done(out.sha, digest);
    getrusage(RUSAGE_SELF, &used);
    printf("%s %" PRIu64 " %" PRIu64 " ", out.unsorted ? "unsorted" : "sorted", out.n, folded);
    for (size_t i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    printf(" %ld KiB\n", used.ru_maxrss);
    sha256_free(out.sha);
    buf_release(&out.flat);
    return out.unsorted;
}

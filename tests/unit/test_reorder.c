/* test_reorder.c - rows of many jobs, done by many threads in any order, come out in the order of the
 * input; in bounded memory; and nobody waits for ever when a run is stopped or an output fails. */
#include "detect_fake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"
#include "scan/reorder.h"

enum { INPUTS = 40, THREADS = 6, MEMORY = 100000 };

static struct fake_rules rules;

/* Jobs of an input; 0: it cannot be opened. */
static uint64_t jobs_of(size_t input)
{
    return input % 7 == 3 ? 0 : input % 5 + 1;
}

static unsigned rows_of(size_t input, uint64_t job)
{
    return (unsigned)(input * 31 + job * 17) % 5 * (input % 11 == 0 ? 400 : 3);
}

struct bench {
    struct reorder *reorder;
    pthread_mutex_t lock;
    size_t input; /* next to hand out */
    uint64_t job;
    bool stop_opening; /* nobody takes the second job of input 1 */

    /* what came out */
    uint64_t last, n, fail_after;
    bool unsorted;
    _Atomic int inside;
    _Atomic bool met; /* two threads were in the row function */
    _Atomic int interrupted, failed;
};

static int row(void *ctx, const struct detection *d)
{
    struct bench *b = ctx;

    if (atomic_fetch_add(&b->inside, 1) != 0)
        b->met = true;
    if (d->record_id <= b->last)
        b->unsorted = true;
    b->last = d->record_id;
    b->n++;
    atomic_fetch_sub(&b->inside, 1);
    return b->n == b->fail_after ? EV_EIO : EV_OK;
}

static int add_rows(struct bench *b, struct reorder_job *j)
{
    static uint8_t padding[300];
    struct buf flat;
    int rc = EV_OK;

    buf_init(&flat, LIMIT_DETECTION);
    for (unsigned i = 0; rc == EV_OK && i < rows_of(j->input, j->job); i++) {
        struct detection d = fake_detection(&rules);

        d.record_id = (j->input + 1) * 1000000 + j->job * 10000 + i;
        d.message = slice_of(padding, sizeof padding);
        buf_clear(&flat);
        detection_encode(&d, &flat);
        rc = reorder_add(b->reorder, j, buf_view(&flat), SLICE_ABSENT, NULL);
    }
    buf_release(&flat);
    return rc;
}

/* As the dispenser does: in order, opening without the lock. */
static bool take(struct bench *b, size_t *ret_input, uint64_t *ret_job)
{
    bool found = false;

    pthread_mutex_lock(&b->lock);
    while (!found && b->input < INPUTS) {
        if (b->job == 0)
            reorder_input(b->reorder, b->input, jobs_of(b->input));
        if (b->job < jobs_of(b->input)) {
            *ret_input = b->input;
            *ret_job = b->job++;
            found = !(b->stop_opening && *ret_input == 1 && *ret_job == 1);
        } else {
            b->input++;
            b->job = 0;
        }
    }
    pthread_mutex_unlock(&b->lock);
    return found;
}

static void *work(void *ctx)
{
    struct bench *b = ctx;
    struct reorder_job j;
    size_t input;
    uint64_t job;

    while (take(b, &input, &job)) {
        int rc = reorder_begin(b->reorder, input, job, &j, NULL);

        if (rc == EV_OK) {
            if (job == 0)
                usleep(300); /* others overtake */
            rc = add_rows(b, &j);
            int more = reorder_end(b->reorder, &j, NULL);
            rc = rc == EV_OK ? more : rc;
        }
        if (rc == EV_EINTR)
            b->interrupted++;
        else if (rc < 0)
            b->failed++;
        if (rc < 0)
            break;
    }
    return NULL;
}

static void bench_init(struct bench *b, size_t memory)
{
    const struct reorder_options o = { memory, row, b };

    *b = (struct bench){ 0 };
    fake_rules_init(&rules);
    pthread_mutex_init(&b->lock, NULL);
    b->reorder = reorder_new(&rules.set, &o);
}

static void bench_run(struct bench *b, bool stop)
{
    pthread_t thread[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, b), 0);
    if (stop) {
        usleep(50000); /* until the others wait */
        reorder_stop(b->reorder);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

static void bench_release(struct bench *b)
{
    reorder_free(b->reorder);
    pthread_mutex_destroy(&b->lock);
}

static uint64_t all_rows(void)
{
    uint64_t n = 0;

    for (size_t i = 0; i < INPUTS; i++)
        for (uint64_t k = 0; k < jobs_of(i); k++)
            n += rows_of(i, k);
    return n;
}

static void rows_come_in_the_order_of_the_input(void **state)
{
    const size_t memory[] = { 0, MEMORY, LIMIT_MIB(64) };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        bench_init(&b, memory[i]);
        bench_run(&b, false);
        assert_int_equal(reorder_rest(b.reorder, NULL), EV_OK);
        assert_false(b.unsorted);
        assert_false(b.met);
        assert_int_equal(b.interrupted + b.failed, 0);
        assert_int_equal(b.n, all_rows());
        bench_release(&b);
    }
}

static void rows_behind_all_inputs_come_last(void **state)
{
    struct reorder_job j;
    struct bench b;

    (void)state;
    bench_init(&b, MEMORY);
    bench_run(&b, false);
    assert_int_equal(reorder_rest(b.reorder, NULL), EV_OK);
    assert_int_equal(reorder_begin(b.reorder, REORDER_LAST, 0, &j, NULL), EV_OK);
    j.input = INPUTS - 1; /* rows_of of INPUTS is none */
    assert_int_equal(add_rows(&b, &j), EV_OK);
    j.input = REORDER_LAST;
    assert_int_equal(reorder_end(b.reorder, &j, NULL), EV_OK);
    assert_int_equal(b.n, all_rows() + rows_of(INPUTS - 1, 0));
    bench_release(&b);
}

/* The front is a job that nobody runs: with a full buffer all would wait for it. */
static void stopping_wakes_those_who_wait(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, 1000);
    b.stop_opening = true;
    bench_run(&b, true);
    assert_true(b.interrupted > 0);
    assert_int_equal(b.failed, 0);
    assert_int_equal(reorder_rest(b.reorder, NULL), EV_OK);
    assert_false(b.unsorted);
    assert_true(b.n > 0 && b.n < all_rows());
    bench_release(&b);
}

static void a_failing_output_ends_all(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, MEMORY);
    b.fail_after = 1000;
    bench_run(&b, false);
    assert_int_equal(b.n, 1000);
    assert_true(b.failed > 0);
    assert_int_equal(reorder_rest(b.reorder, NULL), EV_EIO);
    assert_int_equal(b.n, 1000);
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_of_the_input),
        cmocka_unit_test(rows_behind_all_inputs_come_last),
        cmocka_unit_test(stopping_wakes_those_who_wait),
        cmocka_unit_test(a_failing_output_ends_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

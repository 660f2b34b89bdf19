/* meter.c - see meter.h. Linked with --wrap=malloc and the like. */
#include "meter.h"

#include <malloc.h>
#include <time.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

/* The hooks have no context: the one state of this test that is global. One thread. */
static struct meter now;

static void hold(int64_t bytes)
{
    now.held += bytes;
    if (now.held > now.peak)
        now.peak = now.held;
}

void *__wrap_malloc(size_t n)
{
    void *p = __real_malloc(n);

    hold((int64_t)malloc_usable_size(p));
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = __real_calloc(n, size);

    hold((int64_t)malloc_usable_size(p));
    return p;
}

void *__wrap_realloc(void *p, size_t n)
{
    int64_t old = (int64_t)malloc_usable_size(p);
    void *grown = __real_realloc(p, n);

    if (grown || !n)
        hold((int64_t)malloc_usable_size(grown) - old);
    return grown;
}

void __wrap_free(void *p)
{
    hold(-(int64_t)malloc_usable_size(p));
    __real_free(p);
}

static double processor_seconds(void)
{
    struct timespec t = { 0 };

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void meter_start(void)
{
    now = (struct meter){ .from = processor_seconds() };
}

void meter_stop(int64_t *ret_peak, int64_t *ret_held, double *ret_seconds)
{
    *ret_peak = now.peak;
    *ret_held = now.held;
    *ret_seconds = processor_seconds() - now.from;
}

/* faults.c - the layer that a library would be, gone wrong on purpose: what EVTRIAGE_FAULT says.
 *
 * Linked into a helper for tests in the place of archive.c. */
#include "jail/jail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

bool archive_streams(struct slice head)
{
    (void)head;
    return true;
}

static void crash(void)
{
    volatile int *volatile nowhere = NULL;

    *nowhere = 1;
}

/* All the memory there is; more is not to be had, and then it gives up as a library would. */
static void eat(void)
{
    for (size_t n = 0; n < 4096; n++) {
        volatile char *p = malloc((size_t)64 << 20);
        if (!p)
            abort();
        *p = 1; /* one page of each: the limit is on addresses, the machine need not suffer */
    }
}

/* A log, or a disk, whose places or digests cannot be. */
static void lie(struct jail *j, const char *fault)
{
    const uint64_t pair[2] = { 0, 5 };

    wire_init(&j->out, strcmp(fault, "media") == 0 ? WIRE_MEDIA : WIRE_FOUND, slice_str("x.evtx"));
    j->out.flags = WIRE_EXTENTS;
    j->out.size = 1u << 20;
    j->out.n = strcmp(fault, "extents") == 0 ? UINT32_MAX : 1;
    memcpy(j->slots, pair, sizeof pair); /* "sums": 5 bytes of 1 MiB */
    (void)wire_send(j->socket, &j->out, -1);
}

void archive_take(struct jail *j, struct source *s, const char *path)
{
    const char *fault = getenv("EVTRIAGE_FAULT");
    static const char *const tried[] = { "/etc/passwd", "/proc/self/mem", "/tmp/evtriage-escaped" };
    bool holds = true;

    (void)s;
    if (!fault)
        fault = "";
    if (strcmp(fault, "crash") == 0)
        crash();
    if (strcmp(fault, "socket") == 0)
        (void)socket(AF_INET, SOCK_STREAM, 0);
    if (strcmp(fault, "exec") == 0) {
        char name[] = "true";
        char *argv[] = { name, NULL }, *env[] = { NULL };
        (void)execve("/bin/true", argv, env);
    }
    if (strcmp(fault, "connect") == 0)
        (void)connect(j->socket, NULL, 0);
    if (strcmp(fault, "memory") == 0)
        eat();
    while (strcmp(fault, "hang") == 0)
        continue;
    if (strcmp(fault, "nonsense") == 0) {
        wire_init(&j->out, (enum wire_type)99, slice_str("?"));
        (void)wire_send(j->socket, &j->out, -1);
    }
    if (strcmp(fault, "extents") == 0 || strcmp(fault, "sums") == 0 || strcmp(fault, "media") == 0)
        lie(j, fault);
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
        holds &= open(tried[i], O_RDWR | O_CREAT, 0600) < 0 && open(tried[i], O_RDONLY) < 0;
    jail_trouble(j, path, holds ? "the lock holds" : "a file was opened");
}

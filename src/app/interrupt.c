#include "app/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "base/mem.h"

/* Files to remove. Entries are never freed: the handler may run in any thread at any time. */
struct doomed {
    struct doomed *next;
    char *path;
    atomic_bool done;
};

static volatile sig_atomic_t seen;
static struct doomed *_Atomic doomed;

/* Only calls that a handler may make (signal-safety(7)). */
static void remove_all(void)
{
    for (struct doomed *d = atomic_load(&doomed); d; d = d->next)
        if (!atomic_load(&d->done))
            (void)unlink(d->path);
}

static void on_interrupt(int number)
{
    static const char text[] = "\nevtriage: interrupted twice: nothing is kept\n";

    (void)number;
    if (!seen) {
        seen = 1;
        return;
    }
    remove_all();
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(EXIT_INTERRUPTED);
}

/* SA_RESETHAND: the second time it is the system's. */
static void on_end(int number)
{
    remove_all();
    raise(number);
}

static void catch_one(int number, void (*handler)(int), int flags)
{
    struct sigaction sa = { .sa_handler = handler, .sa_flags = flags }, old;

    sigfillset(&sa.sa_mask);
    /* nohup, or a shell's background: what is ignored stays so. */
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &sa, NULL);
}

void interrupt_catch(void)
{
    catch_one(SIGINT, on_interrupt, 0);
    catch_one(SIGTERM, on_interrupt, 0);
    catch_one(SIGHUP, on_interrupt, 0);
    catch_one(SIGPIPE, on_end, (int)SA_RESETHAND);
    catch_one(SIGQUIT, on_end, (int)SA_RESETHAND);
    catch_one(SIGXFSZ, SIG_IGN, 0);
}

bool interrupt_seen(void *ctx)
{
    (void)ctx;
    return seen != 0;
}

void interrupt_remove(const char *path)
{
    struct doomed *d = xcalloc(1, sizeof *d);

    d->path = xstrdup(path);
    d->next = atomic_load(&doomed);
    atomic_store(&doomed, d);
}

void interrupt_forget(void)
{
    for (struct doomed *d = atomic_load(&doomed); d; d = d->next)
        atomic_store(&d->done, true);
}

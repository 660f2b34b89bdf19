#include "app/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t seen;

static void on_signal(int number)
{
    seen = 1;
    signal(number, SIG_DFL);
}

void interrupt_catch(void)
{
    struct sigaction sa = { .sa_handler = on_signal };
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

bool interrupt_seen(void *ctx)
{
    (void)ctx;
    return seen != 0;
}

/* orphan.c - ends the helper when the program that started it is gone.
 *
 * A helper that waits sees its socket close. One that a library keeps busy, with what an attacker made, sees
 * nothing and would go on for ever when the program is killed before it can end its helper. So a
 * timer looks every few seconds whose child we are. No PR_SET_PDEATHSIG: it follows the thread
 * that started us, and a worker may end before the others have read what is read in place.
 * May include: this folder. */
#include "jail/orphan.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define LOOK_SECONDS 2

/* The program's process id came with the timer, as a handler has no other argument. */
static void look(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if (info->si_code == SI_TIMER && getppid() != info->si_value.sival_int)
        _exit(1);
}

void orphan_watch(void)
{
    struct sigaction act = { .sa_flags = SA_SIGINFO | SA_RESTART };
    struct sigevent ring = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
    struct itimerspec every = { { LOOK_SECONDS, 0 }, { LOOK_SECONDS, 0 } };
    timer_t timer;

    ring.sigev_value.sival_int = (int)getppid();
    act.sa_sigaction = look;
    (void)sigemptyset(&act.sa_mask);
    if (sigaction(SIGALRM, &act, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &ring, &timer) == 0)
        (void)timer_settime(timer, 0, &every, NULL);
}

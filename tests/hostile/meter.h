/* meter.h - what a run costs: processor time, and memory at its peak.
 *
 * Memory is what our own code holds: the linker sends its malloc and free through meter.c. What
 * other libraries hold for themselves is not seen. */
#ifndef HOSTILE_METER_H
#define HOSTILE_METER_H

#include <stddef.h>
#include <stdint.h>

struct meter {
    int64_t held, peak; /* bytes now and at most, since meter_start */
    double from;
};

void meter_start(void);
/* Bytes at the peak, bytes still held, and seconds of processor time since meter_start. */
void meter_stop(int64_t *ret_peak, int64_t *ret_held, double *ret_seconds);

#endif

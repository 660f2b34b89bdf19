/* manifest.h - what a run was made of, as JSON: so that somebody else can repeat and check it.
 *
 * Program, command line, rules, inputs with digests and accounting, outputs with digests, times and
 * zone (DESIGN.md section 5). The only output with a clock reading in it.
 * Rank: base/, detect/, knowledge/, output.h, notices.h. */
#ifndef OUT_MANIFEST_H
#define OUT_MANIFEST_H

#include "detect/summary.h"
#include "knowledge/attack.h"
#include "out/output.h"

struct manifest_output {
    const char *path;
    uint64_t bytes;
    uint8_t sha256[32];
    bool is_file; /* false: standard output, a pipe */
};

struct manifest {
    const char *program; /* its file, to be digested */
    const char *const *argv;
    size_t argc;
    const char *decoder, *matcher; /* "libevtx", "naive" */
    const struct attack *attack;   /* NULL: the built-in table */
    unsigned threads;
    uint64_t start, end; /* FILETIME */
    const char *zone;    /* of the machine: manifest_machine_zone */
    int zone_minutes;    /* east of UTC, at start */
    int exit;            /* code that the program is going to return; below 0: not known */
    const struct manifest_output *output;
    size_t noutput;
};

/* Writes the manifest into out; the caller commits. EV_EIO. */
int manifest_write(const struct manifest *m, const struct summary *sum, struct output *out,
                   struct ev_err *err);

/* Name of the time zone of this machine ("Europe/Berlin", else its abbreviation) and its offset at
 * that time. Reads /etc/localtime and the C library's zone. */
void manifest_machine_zone(uint64_t at, char name[64], int *ret_minutes);

#endif

/* mutate.h - broken logs that reach deep code: mutants of good ones, made from a number.
 *
 * A piece of a seed file is taken, a few things in it are changed at the places that steer a reader
 * (sites.h), and mostly the checksums are made right again. The same seeds and number give the same
 * bytes. */
#ifndef HOSTILE_MUTATE_H
#define HOSTILE_MUTATE_H

#include "base/slice.h"

struct seeds; /* the files that mutants are made of */

/* The logs of testdata/ below srcdir and then the files named in more, NULL at its end. NULL when
 * one cannot be read; its name in *ret_bad. */
struct seeds *seeds_load(const char *srcdir, char *const *more, const char **ret_bad);
void seeds_free(struct seeds *s);
size_t seeds_count(const struct seeds *s);

/* Mutant `number` of s. The caller frees ret->p. Never empty. */
void mutant_make(const struct seeds *s, uint64_t number, struct slice *ret);

#endif

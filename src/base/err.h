/* err.h - results as values: a code, and where wanted the place and a sentence.
 *
 * Every function that can fail returns an `enum ev_rc` and takes an optional
 * `struct ev_err *` that it fills on failure. NULL is always allowed. The text says what is
 * wrong and, where the user can do something, what to do.
 * Rank: includes nothing of ours. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

enum ev_rc {
    EV_OK = 0,
    EV_EIO = -1,          /* a system call failed */
    EV_EFORMAT = -2,      /* bytes are not what the format demands */
    EV_ETRUNC = -3,       /* input ends too early */
    EV_ELIMIT = -4,       /* a cap of limits.h was reached */
    EV_ENOMEM = -5,       /* memory for a size that came from input */
    EV_ESYNTAX = -6,      /* text that does not parse: rule, number, time, option */
    EV_EUNSUPPORTED = -7, /* understood, but not done */
    EV_ENOTFOUND = -8,
    EV_EEXIST = -9,
    EV_EINTR = -10, /* the user interrupted */
    EV_EUSAGE = -11 /* command line cannot be obeyed */
};

enum ev_place { EV_PLACE_NONE, EV_PLACE_OFFSET, EV_PLACE_LINE };

struct ev_err {
    int rc;
    enum ev_place place;
    uint64_t offset;       /* bytes from the start of the file, with EV_PLACE_OFFSET */
    uint32_t line, column; /* from 1, with EV_PLACE_LINE */
    char file[512];        /* shortened in the middle when longer; "" when none */
    char text[512];
};

/* Sets code and text, clears file and place. Returns rc, so that `return ev_err_set(...)` reads
 * well. */
int ev_err_set(struct ev_err *err, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": " and the text of errno_value appended. */
int ev_err_errno(struct ev_err *err, int rc, int errno_value, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Add the place to an error already set; each returns err->rc (EV_EIO when err is NULL). */
int ev_err_file(struct ev_err *err, const char *file);
int ev_err_offset(struct ev_err *err, uint64_t offset);
int ev_err_line(struct ev_err *err, uint32_t line, uint32_t column);

/* Renders `file:line:column: text` or `file: offset N: text` into out (always terminated).
 * Returns out. */
const char *ev_err_format(const struct ev_err *err, char *out, size_t cap);

/* A short name of a code, for tests and JSON: "io", "format", ... Never NULL. */
const char *ev_rc_name(int rc);

#endif

/* filetime.h - time as Windows keeps it: 100 ns ticks since 1601-01-01 UTC in a uint64_t.
 *
 * No time_t arithmetic anywhere. 0 means "no time".
 * Rank: slice.h, err.h. */
#ifndef BASE_FILETIME_H
#define BASE_FILETIME_H

#include "base/err.h"
#include "base/slice.h"

#define FILETIME_SECOND UINT64_C(10000000)
#define FILETIME_UNIX_EPOCH UINT64_C(116444736000000000)
#define FILETIME_TEXT 48 /* room for any text written here, with NUL */

struct civil {
    int32_t year;                                      /* 1601.. */
    uint8_t month, day, hour, minute, second, weekday; /* month, day from 1; Sunday is 0 */
    uint32_t ticks;                                    /* 100 ns within the second */
};

/* UTC. Never fails: every FILETIME has a date. */
struct civil filetime_civil(uint64_t t);
/* EV_ESYNTAX when a part is out of range. */
int civil_filetime(const struct civil *c, uint64_t *ret_t);

/* "2020-02-18T10:11:12.1234567Z", always 7 digits. Years above 9999 are written in full.
 * Returns the length. */
size_t filetime_iso(uint64_t t, char out[FILETIME_TEXT]);
/* The same with an offset of minutes east of UTC: "...+02:00"; 0 writes Z. */
size_t filetime_iso_offset(uint64_t t, int minutes, char out[FILETIME_TEXT]);
/* SYSTEMTIME (8 x u16: year, month, weekday, day, hour, minute, second, ms) as "...SS.mmmZ".
 * Out-of-range parts are written as the numbers they are. Returns the length. */
size_t systemtime_iso(const uint8_t p[16], char out[FILETIME_TEXT]);

/* RFC 3339 with 0..9+ fraction digits, `T` or blank, zone Z, +hh:mm or none (UTC), or a date alone
 * (midnight). Digits beyond 100 ns are cut. EV_ESYNTAX otherwise. */
int filetime_parse(struct slice text, uint64_t *ret_t);

#endif

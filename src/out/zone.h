/* zone.h - the time zone in which times are written.
 *
 * A fixed offset, or a zone of the tz database: TZif files (RFC 8536) read by our own small parser,
 * because the C library knows one zone at a time, in a global.
 * Rank: base/. */
#ifndef OUT_ZONE_H
#define OUT_ZONE_H

#include "base/err.h"
#include "base/filetime.h"

struct zone;

/* name: "UTC", "Z", "+02:00", "-0530", "+1", or a zone such as "Europe/Berlin". EV_ENOTFOUND when
 * there is no such zone (or no tz database), EV_EFORMAT when its file is damaged. */
int zone_open(const char *name, struct zone **ret, struct ev_err *err);
/* The same from the bytes of a TZif file. Copies what it needs. */
int zone_parse(struct slice tzif, struct zone **ret, struct ev_err *err);
void zone_free(struct zone *z);

/* Seconds east of UTC at that FILETIME. NULL is UTC. */
int32_t zone_offset(const struct zone *z, uint64_t t);
/* RFC 3339 with 7 digits and the zone's offset (to the minute; UTC: Z). Empty for t == 0. Returns
 * the length. */
size_t zone_text(const struct zone *z, uint64_t t, char out[FILETIME_TEXT]);
/* "UTC", or the name as given. */
const char *zone_name(const struct zone *z);

#endif

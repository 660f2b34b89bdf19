/* value.h - one value of an event, as it lies in the log, and its text on demand.
 *
 * The native reader points into the chunk and says which BinXML type lies there; the XML readers
 * bring text. Whoever wants text asks value_text, which renders as Windows does
 * (notes/evtx-format.md 1.8; negative numbers with a sign, hex unpadded and lower case, SizeT as
 * hex, FILETIME with 7 digits, GUIDs in braces, binary as upper-case hex, booleans true/false).
 * Rank: base/. */
#ifndef EVENT_VALUE_H
#define EVENT_VALUE_H

#include "base/arena.h"
#include "base/slice.h"

/* EVTX value types (notes/evtx-format.md 1.8); arrays never get here: each item is a value. */
enum value_type {
    VALUE_NULL = 0x00,
    VALUE_UTF16 = 0x01,
    VALUE_ANSI = 0x02,
    VALUE_I8 = 0x03,
    VALUE_U8 = 0x04,
    VALUE_I16 = 0x05,
    VALUE_U16 = 0x06,
    VALUE_I32 = 0x07,
    VALUE_U32 = 0x08,
    VALUE_I64 = 0x09,
    VALUE_U64 = 0x0a,
    VALUE_F32 = 0x0b,
    VALUE_F64 = 0x0c,
    VALUE_BOOL = 0x0d,
    VALUE_BINARY = 0x0e,
    VALUE_GUID = 0x0f,
    VALUE_SIZET = 0x10,
    VALUE_FILETIME = 0x11,
    VALUE_SYSTEMTIME = 0x12,
    VALUE_SID = 0x13,
    VALUE_HEX32 = 0x14,
    VALUE_HEX64 = 0x15,
    VALUE_UTF8 = 0x7f /* ours: text already, may hold any bytes */
};

struct value {
    const uint8_t *p; /* borrowed from the chunk, the XML or the event's arena */
    uint32_t n;       /* bytes */
    uint8_t type;     /* enum value_type */
};

static inline struct value value_utf8(struct slice s)
{
    return (struct value){ s.p, (uint32_t)s.n, VALUE_UTF8 };
}

/* The text, UTF-8 valid, no terminator. VALUE_UTF8 that is valid comes back as it is, all else is
 * made in the arena. NULL type and empty values give the present, empty slice. A size that does
 * not fit the type (2 bytes of GUID) gives upper-case hex of what is there. The absent slice only
 * when the arena's cap is reached. UTF-16 and ANSI (Windows-1252) lose trailing NULs. */
struct slice value_text(const struct value *v, struct arena *a);

/* The value as an integer without making text where the type is an integer; text is parsed
 * (decimal or 0x). EV_ESYNTAX when it is none. */
int value_u64(const struct value *v, uint64_t *ret);

/* The value as FILETIME ticks: FILETIME, SYSTEMTIME, or text that filetime_parse reads. */
int value_filetime(const struct value *v, uint64_t *ret);

#endif

/* ew_chunk.h - one 64 KiB chunk being filled: bytes, names, definitions, records.
 *
 * Writing past the end only sets `full`; the caller takes the chunk back to a
 * mark and goes on in the next one. Offsets named coff count from the chunk's
 * start, as in the format notes.
 */
#ifndef EW_CHUNK_H
#define EW_CHUNK_H

#include "ew_buf.h"

enum { EW_CHUNK_SIZE = 65536, EW_CHUNK_HEADER = 512, EW_DEFINITIONS = 512 };

struct ew_chunk {
    uint8_t data[EW_CHUNK_SIZE];
    size_t used;
    bool full;
    size_t ndefinitions;
    struct {
        uint32_t coff;
        uint8_t guid[16], shape[16];
    } definition[EW_DEFINITIONS];
    uint64_t first_number, first_id;
    uint32_t records, last_record;
};

/* State to return to when a record does not fit. */
struct ew_chunk_mark {
    size_t used, ndefinitions;
    uint32_t records, last_record;
    uint8_t header[EW_CHUNK_HEADER];
};

/* Empties the chunk. keep_residue leaves the old bytes where they are, as
 * Windows does when it exports a log: old records become slack. */
void ew_chunk_clear(struct ew_chunk *c, uint64_t first_number, bool keep_residue);
void ew_chunk_mark(const struct ew_chunk *c, struct ew_chunk_mark *ret_m);
void ew_chunk_reset(struct ew_chunk *c, const struct ew_chunk_mark *m);

void ew_chunk_put(struct ew_chunk *c, const void *p, size_t n);
void ew_chunk_int(struct ew_chunk *c, uint64_t v, unsigned width);
/* Sets an integer written before. */
void ew_chunk_patch(struct ew_chunk *c, size_t coff, uint64_t v, unsigned width);

/* Writes a name's coff, and the name itself where it is new in this chunk. */
void ew_chunk_name(struct ew_chunk *c, struct ew_str name);

/* coff of the definition with this GUID and shape, 0 if there is none yet. */
uint32_t ew_chunk_definition(const struct ew_chunk *c, const uint8_t guid[16],
                             const uint8_t shape[16]);
/* Notes that the definition begins at the current position and writes its
 * next-in-bucket field and GUID. */
void ew_chunk_define(struct ew_chunk *c, const uint8_t guid[16], const uint8_t shape[16]);

/* Record frame: header of 24 bytes; then end: padding, size, size copy. */
size_t ew_chunk_record_begin(struct ew_chunk *c, uint64_t id, uint64_t written);
void ew_chunk_record_end(struct ew_chunk *c, size_t begin, uint64_t id);

/* Fills in the header and both checksums. */
void ew_chunk_finish(struct ew_chunk *c);
/* The two checksums of any 64 KiB that look like a chunk (also after damage);
 * data_end is clamped to the chunk. */
void ew_chunk_checksums(uint8_t data[EW_CHUNK_SIZE]);

#endif

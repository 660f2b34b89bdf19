/* ew_file.h - a log file in memory: chunks, file header, checksums.
 *
 *   struct ew_file f;
 *   ew_file_init(&f, NULL);
 *   ew_file_add(&f, &event, err, sizeof err);  ... more
 *   ew_file_finish(&f);          f.image.p, f.image.n is the file
 *   ew_file_release(&f);
 *
 * The same calls give the same bytes.
 */
#ifndef EW_FILE_H
#define EW_FILE_H

#include "ew_chunk.h"
#include "ew_event.h"

enum { EW_FILE_HEADER = 4096 };

struct ew_file_options {
    uint64_t first_number;  /* id of the first record; 0: 1 */
    uint32_t max_records;   /* records in a chunk at most; 0: as many as fit */
    uint16_t minor_version; /* 0: 1 (3.1); 2 is Windows 10 2004 and later */
    uint32_t flags;         /* of the file header: 1 dirty, 2 full */
    uint64_t only;          /* write the record at this position alone, from 1; 0: all */
    bool residue;           /* chunks keep old bytes behind the last record */
};

struct ew_file {
    struct ew_file_options options;
    struct ew_buf image;
    struct ew_chunk chunk;
    uint64_t next_number; /* position in the file, from 1 */
    uint64_t next_id;
};

/* options may be NULL. */
void ew_file_init(struct ew_file *f, const struct ew_file_options *options);
void ew_file_release(struct ew_file *f);

/* Appends one event; false with a message when it cannot be encoded or does not
 * fit into an empty chunk. The event's record_id and number, where 0, are set. */
bool ew_file_add(struct ew_file *f, struct ew_event *ev, char *err, size_t errn);

/* Closes the current chunk: the next record begins a new one. */
void ew_file_end_chunk(struct ew_file *f);

/* Writes the last chunk and the file header. */
void ew_file_finish(struct ew_file *f);

/* Checksum of the 4,096-byte header of an image. */
void ew_file_checksum(uint8_t *image);

/* Writes an image to a path; false with errno set. */
bool ew_file_save(const struct ew_buf *image, const char *path);

/* The same with the last chunk moved to number `chunks` - 1 and a hole before it
 * (at least as many chunks as the image has): files of more chunks than the
 * header's 16-bit count can say, without their size on the disk. */
bool ew_file_save_sparse(const struct ew_buf *image, const char *path, uint64_t chunks);

#endif

/* fieldmap_files.h - the built-in mappings of fields that fields.awk makes of fields-*.txt.
 * Rank: includes nothing of ours. */
#ifndef KNOWLEDGE_FIELDMAP_FILES_H
#define KNOWLEDGE_FIELDMAP_FILES_H

#include <stddef.h>

struct field_file {
    const char *name;
    const char *const *line; /* n of them */
    size_t n;
};

extern const struct field_file field_files[];
extern const size_t field_files_n;

#endif

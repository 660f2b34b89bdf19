/* json.h - a JSON writer: commas, quotes and nesting in one place.
 *
 * Writes into a buf without looking back; keys are ours, values are anybody's. A value of an object
 * follows its key; a value of an array stands alone.
 * Rank: base/. */
#ifndef OUT_JSON_H
#define OUT_JSON_H

#include "base/buf.h"

enum { JSON_DEPTH = 32 }; /* nesting that we write; the deepest is 5 */

/* libjansson has functions of these names, too: hidden, ours do not take the place of those that
 * it calls itself. */
#pragma GCC visibility push(hidden)

struct json {
    struct buf *out;
    unsigned depth;
    bool pretty;
    bool comma[JSON_DEPTH]; /* something stands in the value open at that depth */
    char close[JSON_DEPTH];
    bool after_key;
};

/* pretty: one member a line, two blanks of indentation. */
void json_init(struct json *j, struct buf *out, bool pretty);
/* Open an object or array, as the next value. */
void json_object(struct json *j);
void json_array(struct json *j);
/* Closes the innermost one. */
void json_end(struct json *j);
/* Key of the next value: a name of ours, without anything to escape. */
void json_key(struct json *j, const char *key);
/* Key that came from input. */
void json_key_slice(struct json *j, struct slice key);
/* The next value. The absent slice is null. */
void json_slice(struct json *j, struct slice s);
void json_str(struct json *j, const char *s);
void json_u64(struct json *j, uint64_t n);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);
/* The next value, its JSON written already. */
void json_raw(struct json *j, struct slice text);

#pragma GCC visibility pop

#endif

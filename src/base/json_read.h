/* json_read.h - JSON of others, as a tree to look things up in.
 *
 * For whole documents that fit into memory: STIX bundles, our own JSON. libjansson is known here
 * only. A node is borrowed and lives as long as its document; NULL is a node that is not there, and
 * asking it for more gives NULL or the absent slice again, so that a path needs one check.
 * Rank: err.h, slice.h. */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include "base/err.h"
#include "base/slice.h"

struct json_document;
struct json_node; /* borrowed */

/* name is what messages show. EV_EFORMAT with line and column. */
int json_document_parse(struct slice text, const char *name, struct json_document **ret,
                        struct ev_err *err);
void json_document_free(struct json_document *d);

/* The value that the document is. */
const struct json_node *json_root(const struct json_document *d);
/* A member of an object. */
const struct json_node *json_member(const struct json_node *n, const char *key);
/* An element of an array, and how many there are; 0 for anything else. */
const struct json_node *json_element(const struct json_node *n, size_t i);
size_t json_length(const struct json_node *n);
/* Its text when it is a string, else the absent slice. */
struct slice json_text(const struct json_node *n);
/* A whole number that is not negative; false: it is none. */
bool json_number(const struct json_node *n, uint64_t *ret);
/* Is it the value true? */
bool json_truth(const struct json_node *n);

#endif

/* json_read.c - JSON of others, by libjansson.
 *
 * Duplicate keys are refused: two readers of such a document could see different things. */
#include "base/json_read.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"

struct json_document {
    json_t *root;
};

static const json_t *inner(const struct json_node *n)
{
    return (const json_t *)(const void *)n;
}

static const struct json_node *outer(const json_t *j)
{
    return (const struct json_node *)(const void *)j;
}

int json_document_parse(struct slice text, const char *name, struct json_document **ret,
                        struct ev_err *err)
{
    json_error_t fault;
    json_t *root = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL) {
        (void)ev_err_set(err, EV_EFORMAT, "no JSON: %s", fault.text);
        (void)ev_err_file(err, name);
        (void)ev_err_line(err, fault.line > 0 ? (uint32_t)fault.line : 1,
                          fault.column > 0 ? (uint32_t)fault.column : 1);
        return EV_EFORMAT;
    }
    struct json_document *d = xcalloc(1, sizeof *d);
    d->root = root;
    *ret = d;
    return EV_OK;
}

void json_document_free(struct json_document *d)
{
    if (d == NULL)
        return;
    json_decref(d->root);
    free(d);
}

const struct json_node *json_root(const struct json_document *d)
{
    return outer(d->root);
}

const struct json_node *json_member(const struct json_node *n, const char *key)
{
    return n == NULL ? NULL : outer(json_object_get(inner(n), key));
}

size_t json_length(const struct json_node *n)
{
    return n == NULL ? 0 : json_array_size(inner(n));
}

const struct json_node *json_element(const struct json_node *n, size_t i)
{
    return n == NULL ? NULL : outer(json_array_get(inner(n), i));
}

struct slice json_text(const struct json_node *n)
{
    if (n == NULL || !json_is_string(inner(n)))
        return SLICE_ABSENT;
    return slice_of(json_string_value(inner(n)), json_string_length(inner(n)));
}

bool json_number(const struct json_node *n, uint64_t *ret)
{
    if (n == NULL || !json_is_integer(inner(n)) || json_integer_value(inner(n)) < 0)
        return false;
    *ret = (uint64_t)json_integer_value(inner(n));
    return true;
}

bool json_truth(const struct json_node *n)
{
    return n != NULL && json_typeof(inner(n)) == JSON_TRUE;
}

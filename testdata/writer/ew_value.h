/* ew_value.h - one typed value as it stands behind a template instance.
 *
 * All types of the format (notes section 1.8), arrays included. A value of type
 * EW_XML carries a tree instead of bytes; who writes the record encodes it in
 * place, because names inside it are addressed by their offset in the chunk.
 */
#ifndef EW_VALUE_H
#define EW_VALUE_H

#include "ew_buf.h"

#include <stdbool.h>

enum ew_type {
    EW_NULL = 0x00,
    EW_STRING = 0x01,
    EW_ANSI = 0x02,
    EW_INT8 = 0x03,
    EW_UINT8 = 0x04,
    EW_INT16 = 0x05,
    EW_UINT16 = 0x06,
    EW_INT32 = 0x07,
    EW_UINT32 = 0x08,
    EW_INT64 = 0x09,
    EW_UINT64 = 0x0a,
    EW_FLOAT = 0x0b,
    EW_DOUBLE = 0x0c,
    EW_BOOL = 0x0d,
    EW_BINARY = 0x0e,
    EW_GUID = 0x0f,
    EW_SIZE = 0x10,
    EW_FILETIME = 0x11,
    EW_SYSTEMTIME = 0x12,
    EW_SID = 0x13,
    EW_HEX32 = 0x14,
    EW_HEX64 = 0x15,
    EW_XML = 0x21,
    EW_ARRAY = 0x80
};

struct ew_node;

struct ew_value {
    uint8_t type;        /* of the descriptor: enum ew_type, with EW_ARRAY or'ed in */
    uint8_t declared;    /* of the definition; differs from type in real logs too */
    bool optional;       /* optional or normal substitution */
    bool xml_template;   /* EW_XML: a template instance; else a direct element */
    struct ew_str bytes; /* encoded value */
    struct ew_node *xml; /* EW_XML only */
};

/* Reads a type: NAME[?][/DECLARED], where NAME is one of
 *   null str esc ansi i8 u8 i16 u16 i32 u32 i64 u64 float double bool bin guid
 *   size32 size64 filetime systemtime sid hex32 hex64 xml txml 0xNN
 * with [] behind it for an array whose items `text` separates by '|'.
 * `esc` is a string with \n \r \t \0 \\ \xNN \uNNNN, `0xNN` any type number with
 * hexadecimal bytes, `null` with a number a NULL value of that many bytes.
 * xml and txml (tree as direct element, as template instance) leave the value's
 * xml for the caller to fill. Bytes live in the arena. False: not understood. */
bool ew_value_parse(struct ew_arena *a, struct ew_str type, struct ew_str text,
                    struct ew_value *ret_v);

/* Appends the text that Windows shows. For arrays, item number `item`. */
void ew_value_text(const struct ew_value *v, size_t item, struct ew_buf *out);

/* Number of items: of an array, otherwise 1. */
size_t ew_value_items(const struct ew_value *v);

/* Name of the type, as ew_value_parse() takes it ("str", "hex64", "u32[]"). */
void ew_value_type_name(const struct ew_value *v, struct ew_buf *out);

#endif

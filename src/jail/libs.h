/* libs.h - the libraries for disk images, loaded at start, each by itself.
 *
 * By dlopen() and not by the linker, because these libraries export each other's insides: every one of
 * libewf, libvhdi, libvmdk, libqcow, libbde and libvshadow has a copy of libfdata, libcdata and (some)
 * libbfio of its own version under the same names, and in one link they would call each other's. Each
 * loaded alone, before libtsk, which links three of them, its names are bound to its own.
 * Rank: base/, the libraries' headers. */
#ifndef JAIL_LIBS_H
#define JAIL_LIBS_H

#include <stdio.h>

#include "jail/jail.h"

/* What of libbfio makes our sources readable for one library: of its own copy. */
#define BFIO_FUNCTIONS(F)                                                                          \
    F(libbfio_handle_initialize)                                                                   \
    F(libbfio_handle_free)                                                                         \
    F(libbfio_pool_initialize) F(libbfio_pool_append_handle) F(libbfio_pool_free)
#define TSK_FUNCTIONS(F)                                                                           \
    F(tsk_img_open_external)                                                                       \
    F(tsk_img_close)                                                                               \
    F(tsk_vs_open)                                                                                 \
    F(tsk_vs_close)                                                                                \
    F(tsk_vs_part_get)                                                                             \
    F(tsk_fs_open_img)                                                                             \
    F(tsk_fs_close)                                                                                \
    F(tsk_fs_dir_open_meta)                                                                        \
    F(tsk_fs_dir_getsize)                                                                          \
    F(tsk_fs_dir_get)                                                                              \
    F(tsk_fs_dir_close)                                                                            \
    F(tsk_fs_file_open_meta)                                                                       \
    F(tsk_fs_file_read)                                                                            \
    F(tsk_fs_file_attr_get)                                                                        \
    F(tsk_fs_meta_walk)                                                                            \
    F(tsk_fs_file_close) F(tsk_fs_block_walk) F(tsk_error_get) F(tsk_error_reset)

#define POINTER(name) __typeof__(name) *name;

#if defined(HAVE_LIBTSK) && defined(HAVE_LIBBFIO)
#include <libbfio.h>
#include <tsk/libtsk.h>
#define HAVE_IMAGES 1

/* A family member of libyal: how its image or volume is opened, read and freed. */
struct yal {
    struct {
        BFIO_FUNCTIONS(POINTER)
    } bfio;
    const char *version; /* NULL: it does not say */
    int (*make)(intptr_t **h, intptr_t **error);
    int (*open)(intptr_t *h, intptr_t *io, int flags, intptr_t **error); /* libewf: a pool */
    /* libvmdk */
    int (*extents)(intptr_t *h, intptr_t *pool, intptr_t **error);
    int (*extent_count)(intptr_t *h, int *ret, intptr_t **error);
    int (*extent)(intptr_t *h, int i, intptr_t **ret, intptr_t **error);
    int (*extent_name)(intptr_t *extent, uint8_t *s, size_t n, intptr_t **error);
    int (*extent_free)(intptr_t **extent, intptr_t **error);
    /* libvhdi, libvmdk, libqcow: an image that continues another; 0: it does not */
    int (*parent_name)(intptr_t *h, uint8_t *s, size_t n, intptr_t **error);
    int (*set_parent)(intptr_t *h, intptr_t *parent, intptr_t **error);
    int (*parent_id)(intptr_t *h, uint8_t *id, size_t n, intptr_t **error); /* libvhdi */
    int (*id)(intptr_t *h, uint8_t *id, size_t n, intptr_t **error);        /* libvhdi */
    ssize_t (*read)(intptr_t *h, void *p, size_t n, int64_t offset, intptr_t **error);
    int (*size)(intptr_t *h, uint64_t *ret, intptr_t **error);
    int (*free)(intptr_t **h, intptr_t **error);
    /* libewf: digests that it holds, blocks that did not fit their checksums; sectors */
    int (*md5)(intptr_t *h, uint8_t *ret, size_t n, intptr_t **error);
    int (*sha1)(intptr_t *h, uint8_t *ret, size_t n, intptr_t **error);
    int (*bad_count)(intptr_t *h, uint32_t *ret, intptr_t **error);
    int (*bad_at)(intptr_t *h, uint32_t i, uint64_t *ret_first, uint64_t *ret_n, intptr_t **error);
    int (*error_sprint)(intptr_t *error, char *s, size_t n);
    void (*error_free)(intptr_t **error);
    /* libbde */
    int (*password)(intptr_t *h, const uint8_t *s, size_t n, intptr_t **error);
    int (*recovery)(intptr_t *h, const uint8_t *s, size_t n, intptr_t **error);
    int (*startup)(intptr_t *h, intptr_t *io, intptr_t **error);
    int (*locked)(intptr_t *h, intptr_t **error);
    int (*is)(intptr_t *io, intptr_t **error); /* is it such a volume? libbde, libvshadow */
    /* libvshadow */
    int (*stores)(intptr_t *h, int *ret, intptr_t **error);
    int (*store)(intptr_t *h, int i, intptr_t **ret, intptr_t **error);
    ssize_t (*store_read)(intptr_t *h, void *p, size_t n, int64_t offset, intptr_t **error);
    int (*store_size)(intptr_t *h, uint64_t *ret, intptr_t **error);
    int (*store_free)(intptr_t **h, intptr_t **error);
};

struct tsk {
    TSK_FUNCTIONS(POINTER)
};
#endif

enum yal_name { YAL_EWF, YAL_VHDI, YAL_VMDK, YAL_QCOW, YAL_BDE, YAL_VSHADOW, YAL_COUNT };

/* Loads what there is; before the lock. */
const struct libs *libs_load(void);
/* "libewf"; for messages. */
const char *libs_name(enum yal_name y);
/* Why y is not there and what to do about it; out has room of LIBS_SENTENCE. Returns out. */
enum { LIBS_SENTENCE = 160 };
const char *libs_missing(enum yal_name y, char *out);
/* A line for each library: what it reads and its version, or why it is not there. */
void libs_print(const struct libs *l, FILE *to);

#ifdef HAVE_IMAGES
/* NULL: not there. */
const struct yal *libs_yal(const struct libs *l, enum yal_name y);
const struct tsk *libs_tsk(const struct libs *l);
#endif

#endif

#include "jail/libs.h"

#include <dlfcn.h>
#include <stdio.h>

#include "base/mem.h"

static const struct {
    const char *name, *file, *package; /* of Debian and its kin */
    bool use;                          /* not left out by configure */
} library[] = {
    [YAL_EWF] = { "libewf", "libewf.so.2", "libewf2", USE_LIBEWF },
    [YAL_VHDI] = { "libvhdi", "libvhdi.so.1", "libvhdi1", USE_LIBVHDI },
    [YAL_VMDK] = { "libvmdk", "libvmdk.so.1", "libvmdk1", USE_LIBVMDK },
    [YAL_QCOW] = { "libqcow", "libqcow.so.1", "libqcow1", USE_LIBQCOW },
    [YAL_BDE] = { "libbde", "libbde.so.1", "libbde1", USE_LIBBDE },
    [YAL_VSHADOW] = { "libvshadow", "libvshadow.so.1", "libvshadow1", USE_LIBVSHADOW },
};

const char *libs_name(enum yal_name y)
{
    return library[y].name;
}

const char *libs_missing(enum yal_name y, char *out)
{
    if (!library[y].use)
        (void)snprintf(out, LIBS_SENTENCE, "built without %s: install %s-dev and rebuild",
                       library[y].name, library[y].name);
    else
        (void)snprintf(out, LIBS_SENTENCE, "%s is not installed: install %s", library[y].file,
                       library[y].package);
    return out;
}

#ifdef HAVE_IMAGES
struct libs {
    struct yal yal[YAL_COUNT];
    bool have[YAL_COUNT];
    struct tsk tsk;
    bool have_tsk;
};

/* One pointer of a struct and the name that belongs there. */
struct symbol {
    void *to;
    const char *name;
};

static bool resolve(void *lib, const struct symbol *s)
{
    for (; s->name; s++) {
        void *p = dlsym(lib, s->name);
        if (!p)
            return false;
        memcpy(s->to, &p, sizeof p);
    }
    return true;
}

static bool load_yal(struct yal *y, enum yal_name name, const struct symbol *own)
{
#define BFIO(name) { &y->bfio.name, #name },
    const struct symbol bfio[] = { BFIO_FUNCTIONS(BFIO){ NULL, NULL } };
    void *lib = library[name].use ? dlopen(library[name].file, RTLD_NOW | RTLD_LOCAL) : NULL;
    char symbol[40];
    const char *(*version)(void) = NULL;

    (void)snprintf(symbol, sizeof symbol, "%s_get_version", library[name].name);
    if (lib && resolve(lib, (struct symbol[]){ { &version, symbol }, { NULL, NULL } }))
        y->version = version();
    return lib && resolve(lib, own) && resolve(lib, bfio);
}

#define COMMON(prefix, noun)                                                                       \
    { &y->make, prefix "_" noun "_initialize" }, { &y->free, prefix "_" noun "_free" },            \
        { &y->error_sprint, prefix "_error_backtrace_sprint" },                                    \
    {                                                                                              \
        &y->error_free, prefix "_error_free"                                                       \
    }

static bool load_ewf(struct yal *y)
{
    const struct symbol s[] = { COMMON("libewf", "handle"),
                                { &y->open, "libewf_handle_open_file_io_pool" },
                                { &y->read, "libewf_handle_read_random" },
                                { &y->size, "libewf_handle_get_media_size" },
                                { &y->md5, "libewf_handle_get_md5_hash" },
                                { &y->sha1, "libewf_handle_get_sha1_hash" },
                                { &y->bad_count, "libewf_handle_get_number_of_checksum_errors" },
                                { &y->bad_at, "libewf_handle_get_checksum_error" },
                                { NULL, NULL } };
    return load_yal(y, YAL_EWF, s);
}

static bool load_vhdi(struct yal *y)
{
    const struct symbol s[] = { COMMON("libvhdi", "file"),
                                { &y->open, "libvhdi_file_open_file_io_handle" },
                                { &y->read, "libvhdi_file_read_buffer_at_offset" },
                                { &y->size, "libvhdi_file_get_media_size" },
                                { &y->parent_name, "libvhdi_file_get_utf8_parent_filename" },
                                { &y->set_parent, "libvhdi_file_set_parent_file" },
                                { &y->parent_id, "libvhdi_file_get_parent_identifier" },
                                { &y->id, "libvhdi_file_get_identifier" },
                                { NULL, NULL } };
    return load_yal(y, YAL_VHDI, s);
}

static bool load_vmdk(struct yal *y)
{
    const struct symbol s[] = { COMMON("libvmdk", "handle"),
                                { &y->open, "libvmdk_handle_open_file_io_handle" },
                                { &y->extents,
                                  "libvmdk_handle_open_extent_data_files_file_io_pool" },
                                { &y->read, "libvmdk_handle_read_buffer_at_offset" },
                                { &y->size, "libvmdk_handle_get_media_size" },
                                { &y->extent_count, "libvmdk_handle_get_number_of_extents" },
                                { &y->extent, "libvmdk_handle_get_extent_descriptor" },
                                { &y->extent_name, "libvmdk_extent_descriptor_get_utf8_filename" },
                                { &y->extent_free, "libvmdk_extent_descriptor_free" },
                                { &y->parent_name, "libvmdk_handle_get_utf8_parent_filename" },
                                { &y->set_parent, "libvmdk_handle_set_parent_handle" },
                                { NULL, NULL } };
    return load_yal(y, YAL_VMDK, s);
}

static bool load_qcow(struct yal *y)
{
    const struct symbol s[] = { COMMON("libqcow", "file"),
                                { &y->open, "libqcow_file_open_file_io_handle" },
                                { &y->read, "libqcow_file_read_buffer_at_offset" },
                                { &y->size, "libqcow_file_get_media_size" },
                                { &y->parent_name, "libqcow_file_get_utf8_backing_filename" },
                                { &y->set_parent, "libqcow_file_set_parent_file" },
                                { NULL, NULL } };
    return load_yal(y, YAL_QCOW, s);
}

static bool load_bde(struct yal *y)
{
    const struct symbol s[] = { COMMON("libbde", "volume"),
                                { &y->open, "libbde_volume_open_file_io_handle" },
                                { &y->read, "libbde_volume_read_buffer_at_offset" },
                                { &y->size, "libbde_volume_get_size" },
                                { &y->password, "libbde_volume_set_utf8_password" },
                                { &y->recovery, "libbde_volume_set_utf8_recovery_password" },
                                { &y->startup, "libbde_volume_read_startup_key_file_io_handle" },
                                { &y->locked, "libbde_volume_is_locked" },
                                { &y->is, "libbde_check_volume_signature_file_io_handle" },
                                { NULL, NULL } };
    return load_yal(y, YAL_BDE, s);
}

static bool load_vshadow(struct yal *y)
{
    const struct symbol s[] = { COMMON("libvshadow", "volume"),
                                { &y->open, "libvshadow_volume_open_file_io_handle" },
                                { &y->is, "libvshadow_check_volume_signature_file_io_handle" },
                                { &y->stores, "libvshadow_volume_get_number_of_stores" },
                                { &y->store, "libvshadow_volume_get_store" },
                                { &y->store_read, "libvshadow_store_read_buffer_at_offset" },
                                { &y->store_size, "libvshadow_store_get_size" },
                                { &y->store_free, "libvshadow_store_free" },
                                { NULL, NULL } };
    return load_yal(y, YAL_VSHADOW, s);
}

static bool load_tsk(struct tsk *t)
{
#define TSK(name) { &t->name, #name },
    const struct symbol s[] = { TSK_FUNCTIONS(TSK){ NULL, NULL } };
    void *lib = dlopen("libtsk.so.19", RTLD_NOW | RTLD_LOCAL);

    return lib && resolve(lib, s);
}

const struct libs *libs_load(void)
{
    static bool (*const load[])(struct yal *) = { load_ewf,  load_vhdi, load_vmdk,
                                                  load_qcow, load_bde,  load_vshadow };
    struct libs *l = xcalloc(1, sizeof *l);

    for (size_t i = 0; i < YAL_COUNT; i++)
        l->have[i] = load[i](&l->yal[i]);
    l->have_tsk = load_tsk(&l->tsk); /* last: it links three of the others */
    return l;
}

const struct yal *libs_yal(const struct libs *l, enum yal_name y)
{
    return l->have[y] ? &l->yal[y] : NULL;
}

const struct tsk *libs_tsk(const struct libs *l)
{
    return l->have_tsk ? &l->tsk : NULL;
}

void libs_print(const struct libs *l, FILE *to)
{
    static const char *const reads[] = { "E01",   "VHD, VHDX", "VMDK",
                                         "QCOW2", "BitLocker", "shadow copies" };
    char why[LIBS_SENTENCE];

    if (!l->have_tsk)
        fprintf(to, "no disk images: libtsk.so.19 is not installed: install libtsk19\n");
    for (size_t i = 0; i < YAL_COUNT && l->have_tsk; i++)
        if (l->have[i])
            fprintf(to, "%s (%s %s)\n", reads[i], library[i].name,
                    l->yal[i].version ? l->yal[i].version : "of no version");
        else
            fprintf(to, "no %s: %s\n", reads[i], libs_missing((enum yal_name)i, why));
}
#else
const struct libs *libs_load(void)
{
    return NULL;
}

void libs_print(const struct libs *l, FILE *to)
{
    (void)l, (void)to;
}
#endif

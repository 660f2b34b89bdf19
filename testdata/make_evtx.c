/* make_evtx.c - compile events written as text to an .evtx file.
 *
 *   make_evtx [--damage KIND[@CHUNK[:RECORD]]]... [--tsv FILE] [--only N] [--sparse CHUNKS]
 *             FILE.events OUT.evtx
 *
 * The text format stands in writer/ew_script.h, the kinds of damage in
 * writer/ew_damage.h; --tsv writes what a reader must come to (writer/ew_expect.h),
 * --only the record at position N alone, --sparse a file of so many chunks with a
 * hole before the last.
 */
#include "writer/ew_damage.h"
#include "writer/ew_script.h"
#include "writer/ew_text.h"

#include <stdio.h>
#include <string.h>

struct request {
    struct ew_file_options options;
    const char *from, *to, *tsv;
    const char *damage[16];
    size_t ndamage;
    uint64_t sparse;
};

static bool read_all(const char *path, struct ew_buf *out)
{
    FILE *in = fopen(path, "rb");
    char block[65536];
    size_t n;

    if (in == NULL)
        return false;
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        ew_buf_put(out, block, n);
    return fclose(in) == 0;
}

static int usage(void)
{
    fputs("usage: make_evtx [--damage KIND[@CHUNK[:RECORD]]]... [--tsv FILE] [--only N] [--sparse "
          "CHUNKS]"
          " FILE.events OUT.evtx\nkinds of damage:\n",
          stderr);
    for (size_t i = 0; ew_damage_name(i) != NULL; i++)
        fprintf(stderr, "  %-20s %s\n", ew_damage_name(i), ew_damage_about(i));
    return 2;
}

static int complain(const char *file, const char *why)
{
    fprintf(stderr, "make_evtx: %s: %s\n", file, why);
    return 1;
}

static int save(const struct request *r, struct ew_file *f, const struct ew_buf *tsv)
{
    char err[200];

    for (size_t i = 0; i < r->ndamage; i++) {
        if (!ew_damage_apply(&f->image, ew_str(r->damage[i]), err, sizeof err))
            return complain(r->damage[i], err);
    }
    if (r->sparse > 0 ? !ew_file_save_sparse(&f->image, r->to, r->sparse)
                      : !ew_file_save(&f->image, r->to))
        return complain(r->to, "cannot be written");
    if (r->tsv != NULL && !ew_file_save(tsv, r->tsv))
        return complain(r->tsv, "cannot be written");
    return 0;
}

static int run(const struct request *r)
{
    struct ew_buf text = { 0 }, tsv = { 0 };
    struct ew_file f;
    char err[200];
    int rc;

    if (!read_all(r->from, &text))
        return complain(r->from, "cannot be read");
    if (ew_script_compile_as((struct ew_str){ (char *)text.p, text.n }, &r->options, &f, &tsv, err,
                             sizeof err))
        rc = save(r, &f, &tsv);
    else
        rc = complain(r->from, err);
    ew_file_release(&f);
    ew_buf_release(&tsv);
    ew_buf_release(&text);
    return rc;
}

static bool option(struct request *r, const char *name, const char *value)
{
    if (strcmp(name, "--tsv") == 0) {
        r->tsv = value;
        return true;
    }
    if (strcmp(name, "--only") == 0)
        return ew_text_int(ew_str(value), &r->options.only);
    if (strcmp(name, "--sparse") == 0)
        return ew_text_int(ew_str(value), &r->sparse);
    if (strcmp(name, "--damage") != 0 || r->ndamage == sizeof r->damage / sizeof *r->damage)
        return false;
    r->damage[r->ndamage++] = value;
    return true;
}

int main(int argc, char **argv)
{
    struct request r = { 0 };
    int i = 1;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (!option(&r, argv[i], argv[i + 1]))
            return usage();
    }
    if (argc - i != 2)
        return usage();
    r.from = argv[i];
    r.to = argv[i + 1];
    return run(&r);
}

/* make_evtx.c - compile events written as text to an .evtx file.
 *
 *   make_evtx [--damage KIND[@CHUNK[:RECORD]]]... [--tsv FILE] FILE.events OUT.evtx
 *
 * The text format stands in writer/ew_script.h, the kinds of damage in
 * writer/ew_damage.h; --tsv writes what a reader must come to (writer/ew_expect.h).
 */
#include "writer/ew_damage.h"
#include "writer/ew_script.h"

#include <stdio.h>
#include <string.h>

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
    fputs("usage: make_evtx [--damage KIND[@CHUNK[:RECORD]]]... [--tsv FILE] FILE.events "
          "OUT.evtx\nkinds of damage:\n",
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

static int run(const char *from, const char *to, const char *tsv_path, char **damage, int ndamage)
{
    struct ew_buf text = { 0 }, tsv = { 0 };
    struct ew_file f;
    char err[200];
    int rc = 0;

    if (!read_all(from, &text))
        return complain(from, "cannot be read");
    if (!ew_script_compile((struct ew_str){ (char *)text.p, text.n }, &f, &tsv, err, sizeof err))
        rc = complain(from, err);
    for (int i = 0; rc == 0 && i < ndamage; i++) {
        if (!ew_damage_apply(&f.image, ew_str(damage[i]), err, sizeof err))
            rc = complain(damage[i], err);
    }
    if (rc == 0 && !ew_file_save(&f.image, to))
        rc = complain(to, "cannot be written");
    if (rc == 0 && tsv_path != NULL && !ew_file_save(&tsv, tsv_path))
        rc = complain(tsv_path, "cannot be written");
    ew_file_release(&f);
    ew_buf_release(&tsv);
    ew_buf_release(&text);
    return rc;
}

int main(int argc, char **argv)
{
    const char *tsv = NULL;
    char *damage[16];
    int ndamage = 0, i = 1;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (strcmp(argv[i], "--tsv") == 0)
            tsv = argv[i + 1];
        else if (strcmp(argv[i], "--damage") == 0 && ndamage < 16)
            damage[ndamage++] = argv[i + 1];
        else
            return usage();
    }
    if (argc - i != 2)
        return usage();
    return run(argv[i], argv[i + 1], tsv, damage, ndamage);
}

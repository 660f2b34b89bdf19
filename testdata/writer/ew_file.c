/* ew_file.c - see ew_file.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* fseeko */
#endif
#include "ew_file.h"

#include "ew_emit.h"

#include <stdio.h>
#include <sys/types.h>
#include <string.h>

void ew_file_init(struct ew_file *f, const struct ew_file_options *options)
{
    memset(f, 0, sizeof *f);
    if (options != NULL)
        f->options = *options;
    f->next_id = f->options.first_number > 0 ? f->options.first_number : 1;
    f->next_number = 1;
    ew_buf_fill(&f->image, 0, EW_FILE_HEADER);
    ew_chunk_clear(&f->chunk, f->next_number, false);
}

void ew_file_release(struct ew_file *f)
{
    ew_buf_release(&f->image);
}

static bool add_record(struct ew_file *f, const struct ew_event *ev, const struct ew_node *tree,
                       size_t slots)
{
    struct ew_chunk_mark mark;
    size_t begin;

    ew_chunk_mark(&f->chunk, &mark);
    begin = ew_chunk_record_begin(&f->chunk, ev->number, ev->written > 0 ? ev->written : ev->time);
    if (ev->layout == EW_DIRECT || ev->layout == EW_RAW)
        ew_emit_direct(&f->chunk, tree);
    else
        ew_emit_instance(&f->chunk, tree, slots, ev->template_guid);
    ew_chunk_record_end(&f->chunk, begin, ev->number);
    if (!f->chunk.full)
        return true;
    ew_chunk_reset(&f->chunk, &mark);
    return false;
}

bool ew_file_add(struct ew_file *f, struct ew_event *ev, char *err, size_t errn)
{
    struct ew_arena a = { 0 };
    struct ew_node *tree;
    size_t slots;
    bool ok;

    if (ev->number == 0)
        ev->number = f->next_id;
    if (ev->record_id == 0)
        ev->record_id = ev->number;
    if (f->options.only > 0 && f->options.only != f->next_number) {
        f->next_number++;
        f->next_id = ev->number + 1;
        return true;
    }
    tree = ew_event_tree(&a, ev, &slots);
    if (tree == NULL) {
        snprintf(err, errn, "a SID or GUID of the System part is not understood");
        ew_arena_release(&a);
        return false;
    }
    if (f->options.max_records > 0 && f->chunk.records == f->options.max_records)
        ew_file_end_chunk(f);
    ok = add_record(f, ev, tree, slots);
    if (!ok && f->chunk.records > 0) {
        ew_file_end_chunk(f);
        ok = add_record(f, ev, tree, slots);
    }
    if (ok) {
        f->next_number++;
        f->next_id = ev->number + 1;
    } else {
        snprintf(err, errn, "the event is larger than a chunk");
    }
    ew_arena_release(&a);
    return ok;
}

void ew_file_end_chunk(struct ew_file *f)
{
    if (f->chunk.records == 0)
        return;
    ew_chunk_finish(&f->chunk);
    ew_buf_put(&f->image, f->chunk.data, EW_CHUNK_SIZE);
    ew_chunk_clear(&f->chunk, f->next_number, f->options.residue);
}

void ew_file_checksum(uint8_t *image)
{
    ew_poke(image + 124, ew_crc32(0, image, 120), 4);
}

void ew_file_finish(struct ew_file *f)
{
    uint8_t *h;
    size_t chunks;

    ew_file_end_chunk(f);
    h = f->image.p;
    chunks = (f->image.n - EW_FILE_HEADER) / EW_CHUNK_SIZE;
    memcpy(h, "ElfFile", 8);
    ew_poke(h + 16, chunks > 0 ? chunks - 1 : 0, 8);
    ew_poke(h + 24, f->next_id, 8);
    ew_poke(h + 32, 128, 4);
    ew_poke(h + 36, f->options.minor_version > 0 ? f->options.minor_version : 1, 2);
    ew_poke(h + 38, 3, 2);
    ew_poke(h + 40, EW_FILE_HEADER, 2);
    ew_poke(h + 42, chunks & 0xffff, 2);
    ew_poke(h + 120, f->options.flags, 4);
    ew_file_checksum(h);
}

bool ew_file_save(const struct ew_buf *image, const char *path)
{
    FILE *out = fopen(path, "wb");
    bool ok;

    if (out == NULL)
        return false;
    ok = image->n == 0 || fwrite(image->p, 1, image->n, out) == image->n;
    return fclose(out) == 0 && ok;
}

bool ew_file_save_sparse(const struct ew_buf *image, const char *path, uint64_t chunks)
{
    FILE *out;
    size_t head;
    bool ok;

    if (image->n < EW_FILE_HEADER + EW_CHUNK_SIZE || chunks > UINT32_MAX)
        return false;
    head = image->n - EW_CHUNK_SIZE;
    if (chunks < (image->n - EW_FILE_HEADER) / EW_CHUNK_SIZE)
        return false;
    out = fopen(path, "wb");
    if (out == NULL)
        return false;
    ok = fwrite(image->p, 1, head, out) == head &&
         fseeko(out, EW_FILE_HEADER + (off_t)(chunks - 1) * EW_CHUNK_SIZE, SEEK_SET) == 0 &&
         fwrite(image->p + head, 1, EW_CHUNK_SIZE, out) == EW_CHUNK_SIZE;
    return fclose(out) == 0 && ok;
}

/* merge.c - many sorted runs as one.
 *
 * A binary heap of runs by their first rows; the keys of those are read once, when a row comes to
 * the front.
 * May include: base/, detect/. */
#include "detect/merge.h"

#include "base/mem.h"

struct head {
    struct run_reader reader;
    struct spool_row row;
    struct row_key key;
};

struct merge {
    const struct ruleset *rs;
    struct head *head;
    size_t nhead;
    size_t *heap; /* indexes of heads that have a row, least first; n of them */
    size_t n;
    bool taken; /* the front row was handed out: move its run on first */
};

/* Whole rows decide between equal keys, so that any cut into runs gives the same output. */
static bool less(const struct merge *m, size_t a, size_t b)
{
    int c = row_key_cmp(&m->head[a].key, &m->head[b].key);

    if (!c)
        c = slice_cmp(m->head[a].row.own, m->head[b].row.own);
    if (!c)
        c = slice_cmp(m->head[a].row.common, m->head[b].row.common);
    return c ? c < 0 : a < b;
}

static void sift_down(struct merge *m, size_t at)
{
    size_t moving = m->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= m->n)
            break;
        if (child + 1 < m->n && less(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!less(m, m->heap[child], moving))
            break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = moving;
}

/* 1: the head has its next row; 0: its run has ended. */
static int advance(struct merge *m, size_t i, struct ev_err *err)
{
    struct head *h = &m->head[i];
    int rc = run_reader_next(&h->reader, &h->row, err);

    if (rc == 1 && row_key_read(h->row.own, m->rs, &h->key) < 0)
        return ev_err_set(err, EV_EFORMAT, "a temporary file holds a damaged row");
    return rc;
}

int merge_new(const struct ruleset *rs, const struct spool *s, const struct run *run, size_t n,
              size_t room, struct merge **ret, struct ev_err *err)
{
    struct merge *m = xcalloc(1, sizeof *m);

    m->rs = rs;
    m->head = xcalloc(n, sizeof *m->head);
    m->heap = xcalloc(n, sizeof *m->heap);
    for (size_t i = 0; i < n; i++) {
        int rc;

        run_reader_init(&m->head[i].reader, s, run[i].at, run[i].end, room);
        m->nhead++;
        rc = advance(m, i, err);
        if (rc < 0) {
            merge_free(m);
            return rc;
        }
        if (rc)
            m->heap[m->n++] = i;
    }
    for (size_t i = m->n / 2; i-- > 0;)
        sift_down(m, i);
    *ret = m;
    return EV_OK;
}

void merge_free(struct merge *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->nhead; i++)
        run_reader_release(&m->head[i].reader);
    free(m->head);
    free(m->heap);
    free(m);
}

int merge_next(struct merge *m, struct spool_row *ret_row, struct ev_err *err)
{
    if (m->taken) {
        int rc = advance(m, m->heap[0], err);

        if (rc < 0)
            return rc;
        if (!rc) {
            run_reader_release(&m->head[m->heap[0]].reader);
            m->heap[0] = m->heap[--m->n];
        }
        if (m->n)
            sift_down(m, 0);
        m->taken = false;
    }
    if (!m->n)
        return 0;
    *ret_row = m->head[m->heap[0]].row;
    m->taken = true;
    return 1;
}

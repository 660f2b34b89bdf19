/* cmd_rules_card.c - `evtriage rules card`: pages of rules, one after the other or as a folder. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/card_finds.h"
#include "app/cmd_rules.h"
#include "app/run.h"
#include "app/talk.h"
#include "base/limits.h"
#include "knowledge/card.h"

enum { CARD_THREADS = 8 }; /* more wait for the file system */

struct card_run {
    const struct options *o;
    const struct loaded *l;
    struct cards *cards;
    struct card_options made_with;
    struct card_finds *finds; /* NULL: no --evidence */
    enum page_format format;
    struct buf text;
    const char *folder; /* NULL: standard output */
    size_t n;
};

static bool listed(void *ctx, const struct rule *r)
{
    return rules_listed(((const struct card_run *)ctx)->o, r);
}

static int put_text(int fd, struct slice text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        text = slice_sub(text, (size_t)n, text.n);
    }
    return 0;
}

/* Writes x->text as a file of the folder. Thousands of small files that can be made again: neither
 * forced to the disk one by one nor digested, as output.h does. */
static int write_file(struct card_run *x, const char *name, struct ev_err *err)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s%s", x->folder, name, page_suffix(x->format));
    if (n < 0 || (size_t)n >= sizeof path)
        return ev_err_set(err, EV_ELIMIT, "the name of the folder is too long");
    if (x->text.full)
        return ev_err_set(err, EV_ELIMIT, "%s is longer than %zu MiB", path, LIMIT_OUT_ROW >> 20);
    if (x->o->force)
        (void)unlink(path); /* not through a link that somebody put there */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    int rc = EV_OK;
    if (fd < 0)
        rc = errno == EEXIST ? ev_err_set(err, EV_EEXIST, "is there already: use --force")
                             : ev_err_errno(err, EV_EIO, errno, "cannot be made");
    else if (put_text(fd, buf_view(&x->text)) < 0)
        rc = ev_err_errno(err, EV_EIO, errno, "cannot be written");
    if (fd >= 0 && close(fd) < 0 && rc == EV_OK)
        rc = ev_err_errno(err, EV_EIO, errno, "cannot be written");
    if (rc < 0)
        (void)ev_err_file(err, path);
    return rc;
}

/* --- a folder, by several threads: most of the time goes into making files ----------------------- */

struct worker {
    struct card_run run; /* its own cards and text */
    atomic_size_t *next; /* rule to be taken, shared */
    atomic_bool *stop;
    struct ev_err err;
    int rc;
    size_t failed; /* the rule */
};

/* Rules are taken in their order, and one that is taken is tried: of all faults the first is known. */
static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct card_run *x = &w->run;
    size_t i;
    while (!atomic_load(w->stop) && (i = atomic_fetch_add(w->next, 1)) < x->l->rules->n) {
        const struct rule *r = x->l->rules->rule[i];
        if (!listed(x, r))
            continue;
        buf_clear(&x->text);
        card_write(x->cards, r, x->format, true, card_finds_of(x->finds, r), &x->text);
        w->rc = write_file(x, card_name(x->cards, r), &w->err);
        x->n++;
        if (w->rc < 0) {
            w->failed = i;
            atomic_store(w->stop, true);
        }
    }
    return NULL;
}

static int worker_init(struct worker *w, const struct card_run *x, unsigned i, struct ev_err *err)
{
    w->run = *x;
    w->run.n = 0;
    if (i == 0)
        return EV_OK;
    buf_init(&w->run.text, LIMIT_OUT_ROW);
    w->run.cards = NULL;
    return cards_new(x->l->rules, &x->made_with, &w->run.cards, err);
}

static int work_all(struct card_run *x, struct ev_err *err)
{
    struct worker w[CARD_THREADS] = { { .rc = EV_OK } };
    pthread_t thread[CARD_THREADS];
    atomic_size_t next = 0;
    atomic_bool stop = false;
    unsigned n = x->finds ? 1 : run_threads(x->o), started = 0, made = 0;
    int rc = EV_OK;
    n = n < CARD_THREADS ? n : CARD_THREADS;
    for (; made < n && rc == EV_OK; made++) {
        w[made].next = &next;
        w[made].stop = &stop;
        rc = worker_init(&w[made], x, made, err);
    }
    while (rc == EV_OK && started + 1 < made &&
           pthread_create(&thread[started], NULL, work, &w[started + 1]) == 0)
        started++;
    if (rc == EV_OK)
        (void)work(&w[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    size_t first = SIZE_MAX;
    x->text = w[0].run.text;
    for (unsigned i = 0; i < made; i++) {
        x->n += w[i].run.n;
        if (w[i].rc < 0 && w[i].failed < first) {
            first = w[i].failed;
            rc = w[i].rc;
            *err = w[i].err;
        }
        if (i > 0) {
            buf_release(&w[i].run.text);
            cards_free(w[i].run.cards);
        }
    }
    return rc;
}

static int write_folder(struct card_run *x, struct ev_err *err)
{
    if (mkdir(x->folder, 0777) < 0 && errno != EEXIST) {
        (void)ev_err_errno(err, EV_EIO, errno, "cannot be made");
        return ev_err_file(err, x->folder);
    }
    int rc = work_all(x, err);
    for (size_t i = 0; cards_index_name(i) != NULL && rc == EV_OK; i++) {
        buf_clear(&x->text);
        cards_index(x->cards, i, x->format, listed, x, &x->text);
        rc = write_file(x, cards_index_name(i), err);
    }
    return rc;
}

static int write_standard(struct card_run *x, struct ev_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < x->l->rules->n; i++)
        n += listed(x, x->l->rules->rule[i]);
    if (n > 1 && x->format == PAGE_HTML)
        return ev_err_set(err, EV_EUSAGE,
                          "%zu rules: HTML cards of several go into a folder, -o "
                          "FOLDER",
                          n);
    for (size_t i = 0; i < x->l->rules->n; i++) {
        const struct rule *r = x->l->rules->rule[i];
        if (!listed(x, r))
            continue;
        x->n++;
        buf_clear(&x->text);
        card_write(x->cards, r, x->format, false, card_finds_of(x->finds, r), &x->text);
        if (fwrite(x->text.p, 1, x->text.n, stdout) != x->text.n || x->text.full)
            return ev_err_set(err, EV_EIO, "a card cannot be written");
    }
    return EV_OK;
}

static bool check(const struct options *o, enum page_format *ret)
{
    *ret = o->output.n ? PAGE_HTML : isatty(STDOUT_FILENO) ? PAGE_TEXT : PAGE_MARKDOWN;
    if (o->format && !page_format_parse(o->format, ret))
        talk("--format: \"%s\" is no format of rules card; formats are md, html, text", o->format);
    else if (o->argument.n < 2 && !o->all)
        talk("rules card needs a rule, a file, a folder, or --all");
    else if (o->output.n > 1)
        talk("rules card writes one folder: name one -o");
    else
        return true;
    return false;
}

int rules_card(const struct options *o, struct loaded *l)
{
    struct card_run x = { .o = o, .l = l, .folder = o->output.n ? o->output.v[0] : NULL };
    struct ev_err err = { 0 };
    if (!check(o, &x.format))
        return EXIT_USAGE;
    loaded_print_messages(l, MESSAGE_ERROR);
    x.made_with = (struct card_options){ l->attack, o->fields, o->index, o->interval };
    int rc = cards_new(l->rules, &x.made_with, &x.cards, &err);
    if (rc < 0) {
        talk_error(&err);
        return rc == EV_ELIMIT ? EXIT_FAILED : EXIT_USAGE;
    }
    buf_init(&x.text, LIMIT_OUT_ROW);
    rc = o->evidence.n ? card_finds_new(o, l, &x.finds, &err) : EV_OK;
    cards_show_rows(x.cards, card_finds_rows(x.finds));
    if (rc == EV_OK)
        rc = x.folder ? write_folder(&x, &err) : write_standard(&x, &err);
    buf_release(&x.text);
    cards_free(x.cards);
    card_finds_free(x.finds);
    if (rc < 0) {
        talk_error(&err);
        return rc == EV_ENOTFOUND ? EXIT_UNREAD : run_exit(rc);
    }
    if (x.n == 0) {
        talk("no rule of that id, title or tag; rules list shows those there are");
        return EXIT_USAGE;
    }
    if (x.folder && !o->quiet)
        talk("%zu cards in %s: begin with index%s", x.n, x.folder, page_suffix(x.format));
    return loaded_refused(l) ? EXIT_FAULTS : EXIT_DONE;
}

/* cmd_rules_card.c - `evtriage rules card`: pages of rules, one after the other or as a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/card_finds.h"
#include "app/cmd_rules.h"
#include "app/run.h"
#include "app/talk.h"
#include "base/limits.h"
#include "knowledge/card.h"

struct card_run {
    const struct options *o;
    const struct loaded *l;
    struct cards *cards;
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

static int write_folder(struct card_run *x, struct ev_err *err)
{
    int rc = EV_OK;
    if (mkdir(x->folder, 0777) < 0 && errno != EEXIST) {
        (void)ev_err_errno(err, EV_EIO, errno, "cannot be made");
        return ev_err_file(err, x->folder);
    }
    for (size_t i = 0; i < x->l->rules->n && rc == EV_OK; i++) {
        const struct rule *r = x->l->rules->rule[i];
        if (!listed(x, r))
            continue;
        buf_clear(&x->text);
        card_write(x->cards, r, x->format, true, card_finds_of(x->finds, r), &x->text);
        rc = write_file(x, card_name(x->cards, r), err);
        x->n++;
    }
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
    if (cards_new(l->rules, l->attack, &x.cards, &err) < 0) {
        talk_error(&err);
        return EXIT_FAILED;
    }
    buf_init(&x.text, LIMIT_OUT_ROW);
    int rc = o->evidence.n ? card_finds_new(o, l, &x.finds, &err) : EV_OK;
    if (rc == EV_OK)
        rc = x.folder ? write_folder(&x, &err) : write_standard(&x, &err);
    buf_release(&x.text);
    cards_free(x.cards);
    card_finds_free(x.finds);
    if (rc < 0) {
        talk_error(&err);
        return rc == EV_EEXIST ? EXIT_USAGE : rc == EV_ENOTFOUND ? EXIT_UNREAD : run_exit(rc);
    }
    if (x.n == 0) {
        talk("no rule of that id, title or tag; rules list shows those there are");
        return EXIT_USAGE;
    }
    if (x.folder && !o->quiet)
        talk("%zu cards in %s: begin with index%s", x.n, x.folder, page_suffix(x.format));
    return loaded_refused(l) ? EXIT_FAULTS : EXIT_DONE;
}

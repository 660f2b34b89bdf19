/* err.c - results as values.
 *
 * Text is cut, never refused: an error about an error helps nobody. Files longer than their room
 * keep both ends, since the name at the end and the root at the front are what a reader needs.
 * May include: base/. */
#include "base/err.h"

#include "base/slice.h"

static int err_begin(struct ev_err *err, int rc)
{
    err->rc = rc;
    err->place = EV_PLACE_NONE;
    err->offset = 0;
    err->line = err->column = 0;
    err->file[0] = '\0';
    err->text[0] = '\0';
    return rc;
}

int ev_err_set(struct ev_err *err, int rc, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return rc;
    err_begin(err, rc);
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return rc;
}

int ev_err_errno(struct ev_err *err, int rc, int errno_value, const char *fmt, ...)
{
    va_list ap;
    char reason[128];
    size_t n;

    if (!err)
        return rc;
    err_begin(err, rc);
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    n = strlen(err->text);
    /* The reason is worth more than the end of a long text. */
    snprintf(reason, sizeof reason, ": %s", strerror(errno_value));
    if (n + strlen(reason) >= sizeof err->text)
        n = sizeof err->text - strlen(reason) - 1;
    snprintf(err->text + n, sizeof err->text - n, "%s", reason);
    return rc;
}

int ev_err_file(struct ev_err *err, const char *file)
{
    size_t n, head, tail;

    if (!err)
        return EV_EIO;
    n = file ? strlen(file) : 0;
    if (n < sizeof err->file) {
        snprintf(err->file, sizeof err->file, "%s", file ? file : "");
        return err->rc;
    }
    head = (sizeof err->file - 4) / 2;
    tail = sizeof err->file - 4 - head;
    memcpy(err->file, file, head);
    memcpy(err->file + head, "...", 3);
    memcpy(err->file + head + 3, file + n - tail, tail + 1);
    return err->rc;
}

int ev_err_offset(struct ev_err *err, uint64_t offset)
{
    if (!err)
        return EV_EIO;
    err->place = EV_PLACE_OFFSET;
    err->offset = offset;
    return err->rc;
}

int ev_err_line(struct ev_err *err, uint32_t line, uint32_t column)
{
    if (!err)
        return EV_EIO;
    err->place = EV_PLACE_LINE;
    err->line = line;
    err->column = column;
    return err->rc;
}

const char *ev_err_format(const struct ev_err *err, char *out, size_t cap)
{
    const char *sep = err->file[0] ? ": " : "";

    switch (err->place) {
    case EV_PLACE_OFFSET:
        snprintf(out, cap, "%s%soffset %llu: %s", err->file, sep, (unsigned long long)err->offset,
                 err->text);
        break;
    case EV_PLACE_LINE:
        if (err->column)
            snprintf(out, cap, "%s%s%u:%u: %s", err->file, err->file[0] ? ":" : "", err->line,
                     err->column, err->text);
        else
            snprintf(out, cap, "%s%s%u: %s", err->file, err->file[0] ? ":" : "", err->line,
                     err->text);
        break;
    case EV_PLACE_NONE:
    default:
        snprintf(out, cap, "%s%s%s", err->file, sep, err->text);
        break;
    }
    return out;
}

const char *ev_rc_name(int rc)
{
    static const char *const name[] = { "ok",        "io",     "format",      "truncated",
                                        "limit",     "memory", "syntax",      "unsupported",
                                        "not-found", "exists", "interrupted", "usage" };

    if (rc > 0 || rc < EV_EUSAGE)
        return "unknown";
    return name[-rc];
}

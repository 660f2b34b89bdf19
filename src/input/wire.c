#include "input/wire.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD offsetof(struct wire, text)

void wire_init(struct wire *w, enum wire_type type, struct slice text)
{
    memset(w, 0, HEAD);
    w->type = type;
    w->ntext = (uint32_t)(text.n < WIRE_TEXT - 1 ? text.n : WIRE_TEXT - 1);
    if (w->ntext)
        memcpy(w->text, text.p, w->ntext);
    w->text[w->ntext] = '\0';
}

int wire_send(int socket, const struct wire *w, int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .room = { 0 } };
    union {
        const struct wire *from;
        void *to;
    } base = { .from = w };
    struct iovec part = { base.to, HEAD + w->ntext };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    ssize_t n;

    if (fd >= 0) {
        m.msg_control = &control;
        m.msg_controllen = sizeof control.room;
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    }
    do
        n = sendmsg(socket, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)part.iov_len ? EV_OK : EV_EIO;
}

static int wait_for(int socket, int milliseconds)
{
    struct pollfd p = { .fd = socket, .events = POLLIN };
    int n = poll(&p, 1, milliseconds);

    if (n < 0)
        return errno == EINTR ? EV_EINTR : EV_EIO;
    return n == 0 ? EV_ELIMIT : EV_OK;
}

/* The descriptor that came along, or -1. */
static int take_fd(struct msghdr *m)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    int fd = -1;

    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return fd;
}

int wire_receive(int socket, int milliseconds, struct wire *ret, int *ret_fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { ret, HEAD + WIRE_TEXT - 1 };
    struct msghdr m = { .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = ret_fd ? &control : NULL,
                        .msg_controllen = ret_fd ? sizeof control.room : 0 };
    ssize_t n;
    int rc = milliseconds >= 0 ? wait_for(socket, milliseconds) : EV_OK;

    if (rc < 0)
        return rc;
    n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EINTR ? EV_EINTR : EV_ETRUNC;
    if (n == 0)
        return EV_ETRUNC;
    if (ret_fd)
        *ret_fd = take_fd(&m);
    if ((size_t)n < HEAD || ret->ntext != (size_t)n - HEAD || m.msg_flags & MSG_TRUNC) {
        if (ret_fd && *ret_fd >= 0)
            close(*ret_fd);
        return EV_EFORMAT;
    }
    ret->text[ret->ntext] = '\0';
    return EV_OK;
}

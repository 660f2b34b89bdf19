/* main.c - evtriage-evidence, the program that reads archives and disk images for evtriage.
 *
 * Not for people: evtriage starts it with its descriptors (wire.h). Everything that needs a file (the
 * libraries, code page tables) is loaded before the lock. May include: base/, input/, this folder. */
#include "jail/jail.h"

#include <iconv.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "input/src_file.h"
#include "jail/libs.h"
#include "jail/lock.h"
#include "jail/orphan.h"

/* Tables that names in archives need; they stay open. */
static void load_code_pages(void)
{
    static const char *const from[] = { "CP437", "CP932", "UTF-16LE", "UTF-16BE" };

    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        (void)setlocale(LC_CTYPE, "");
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        (void)iconv_open("UTF-8", from[i]);
}

/* Nothing of the program that is not meant for this one. */
static void close_others(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, WIRE_EVIDENCE + 1, ~0u, 0u) == 0)
        return;
#endif
    for (int fd = WIRE_EVIDENCE + 1; fd < 1024; fd++)
        close(fd);
}

static _Noreturn void cannot(struct jail *j, const char *why)
{
    buf_clear(&j->name);
    buf_byte(&j->name, 0);
    buf_str(&j->name, why);
    wire_init(&j->out, WIRE_TROUBLE, buf_view(&j->name));
    (void)wire_send(j->socket, &j->out, -1);
    _exit(1);
}

int main(int argc, char **argv)
{
    struct jail *j = xcalloc(1, sizeof *j);
    struct ev_err err = { 0 };
    struct stat st;
    void *slots;

    if (argc == 2 && strcmp(argv[1], "--libraries") == 0) {
        libs_print(libs_load(), stdout);
        _exit(fflush(stdout) == 0 ? 0 : 1); /* nothing is freed */
    }
    slots = mmap(NULL, (size_t)WIRE_SLOTS * WIRE_SLOT, PROT_READ | PROT_WRITE, MAP_SHARED,
                 WIRE_MEMORY, 0);
    if (slots == MAP_FAILED || fstat(WIRE_EVIDENCE, &st) < 0) {
        fputs("evtriage-evidence is started by evtriage, not by people\n", stderr);
        return 2;
    }
    orphan_watch();
    (void)signal(SIGINT, SIG_IGN); /* the program decides */
    close_others();
    j->socket = WIRE_SOCKET;
    j->slots = slots;
    buf_init(&j->name, LIMIT_MIB(1));
    load_code_pages();
    j->libs = libs_load();
    if (jail_lock(&err) < 0)
        cannot(j, err.text);
    j->item_size = (uint64_t)st.st_size;
    jail_begin(j);
    item_take(j, source_of_item(WIRE_EVIDENCE, (uint64_t)st.st_size, ""), "", NULL);
    jail_done(j);
}

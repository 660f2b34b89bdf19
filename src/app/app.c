#include "app/app.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/help.h"
#include "app/talk.h"
#include "app/version.h"

/* A full disk behind a redirection must not be exit 0. */
static int close_stdout(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        talk("cannot write to standard output: %s", strerror(errno));
        return EXIT_FAILED;
    }
    return code;
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct options o;
    struct ev_err err = { 0 };
    int code;

    int rc = options_parse(argc - 1, argv + 1, c->bit, filetime_now(), &o, &err);
    o.argv = argv;
    o.argc = (size_t)argc;
    if (rc < 0) {
        talk_error(&err);
        talk("try `evtriage %s --help`", c->name);
        code = EXIT_USAGE;
    } else if (o.help) {
        help_command(c, stdout);
        code = EXIT_DONE;
    } else {
        code = c->run(&o);
    }
    options_release(&o);
    return code;
}

static bool is_word(const char *s, const char *a, const char *b)
{
    return strcmp(s, a) == 0 || (b && strcmp(s, b) == 0);
}

int app_run(int argc, char **argv)
{
    /* The table needs to know which characters the terminal can show; numbers stay as in C. */
    setlocale(LC_CTYPE, "");
    if (argc < 2) {
        help_program(stderr);
        return EXIT_USAGE;
    }
    if (is_word(argv[1], "--help", "-h") || is_word(argv[1], "help", NULL)) {
        help_program(stdout);
        return close_stdout(EXIT_DONE);
    }
    if (is_word(argv[1], "--version", "-V")) {
        version_print(stdout, argc > 2 && is_word(argv[2], "--verbose", "-v"));
        return close_stdout(EXIT_DONE);
    }
    const struct command *c = command_find(argv[1]);
    if (!c) {
        talk("\"%s\" is no command; commands are listed by `evtriage --help`", argv[1]);
        return EXIT_USAGE;
    }
    return close_stdout(run_command(c, argc, argv));
}

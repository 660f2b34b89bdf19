#include "app/help.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 90 };

void help_program(FILE *to)
{
    fputs("usage: evtriage COMMAND [OPTION]... [ARGUMENT]...\n"
          "Find in Windows event logs what an attacker did, offline, with Sigma rules.\n\n"
          "Commands:\n",
          to);
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, "  %-8s %s\n", c->name, c->summary);
    fputs(
        "\n"
        "  evtriage COMMAND --help   options of a command\n"
        "  evtriage --version        version; with --verbose, versions of tables and libraries\n\n"
        "First try:  evtriage scan -o timeline.csv -o timeline.html FOLDER\n"
        "Manual:     man evtriage, man evtriage-rules, man evtriage-output\n",
        to);
}

/* Breaks help text at blanks, indented to its column. */
static void print_wrapped(const char *text, FILE *to)
{
    size_t at = HELP_COLUMN;
    while (*text) {
        const size_t word = strcspn(text, " ");
        if (at > HELP_COLUMN && at + 1 + word > HELP_WIDTH) {
            fprintf(to, "\n%*s", HELP_COLUMN, "");
            at = HELP_COLUMN;
        } else if (at > HELP_COLUMN) {
            fputc(' ', to);
            at++;
        }
        fprintf(to, "%.*s", (int)word, text);
        text += word;
        text += *text == ' ';
        at += word;
    }
    fputc('\n', to);
}

static void print_row(const struct option_row *r, const struct option_row *alias, FILE *to)
{
    char left[128];
    int n = r->letter ? snprintf(left, sizeof left, "  -%c, --%s", r->letter, r->name)
                      : snprintf(left, sizeof left, "      --%s", r->name);
    if (*r->argument && n > 0 && (size_t)n < sizeof left)
        n += snprintf(left + n, sizeof left - (size_t)n, " %s", r->argument);
    if (n + 1 < HELP_COLUMN)
        fprintf(to, "%-*s", HELP_COLUMN, left);
    else
        fprintf(to, "%s\n%*s", left, HELP_COLUMN, "");
    print_wrapped(r->help, to);
    if (alias && alias->letter)
        fprintf(to, "%*s(also -%c, --%s)\n", HELP_COLUMN, "", alias->letter, alias->name);
}

void help_command(const struct command *c, FILE *to)
{
    size_t n;
    const struct option_row *r = options_rows(&n);

    fprintf(to, "usage: evtriage %s %s\n%c%s.\n", c->name, c->usage, c->summary[0] - 'a' + 'A',
            c->summary + 1);
    for (size_t i = 0; i < n; i++) {
        if (r[i].alias || !(r[i].commands & c->bit))
            continue;
        if (r[i].group)
            fprintf(to, "\n%s:\n", r[i].group);
        else
            print_row(&r[i], i + 1 < n && r[i + 1].alias ? &r[i + 1] : NULL, to);
    }
}

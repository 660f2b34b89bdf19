/* gen_docs.c - the OPTIONS section of evtriage(1) from options.def.
 *
 * Usage: gen_docs COMMAND, prints mdoc. man/update.sh puts it between the page's markers, and a test
 * fails when the page and options.def disagree. A program of the build, not installed. */
#include <stdio.h>

#include "app/command.h"

enum { TEXT_WIDTH = 72 }; /* mandoc -Tlint wants 80 bytes at most, escapes included */

static void print_word(const char *word, size_t n)
{
    /* A dot or apostrophe at the start of a line would be a request. */
    if (*word == '.' || *word == '\'')
        fputs("\\&", stdout);
    for (size_t i = 0; i < n; i++) {
        if (word[i] == '\\')
            fputs("\\e", stdout);
        else
            putchar(word[i]);
    }
}

static void print_text(const char *text)
{
    size_t at = 0;
    while (*text) {
        const size_t n = strcspn(text, " ");
        if (at)
            putchar(at + 1 + n > TEXT_WIDTH ? '\n' : ' ');
        at = at + 1 + n > TEXT_WIDTH ? n : at + 1 + n;
        print_word(text, n);
        text += n;
        text += *text == ' ';
    }
    putchar('\n');
}

static void print_row(const struct option_row *r)
{
    fputs(".It ", stdout);
    if (r->letter)
        printf("Fl %c , ", r->letter);
    printf("Fl -%s", r->name);
    if (*r->argument)
        printf(" Ar %s", r->argument);
    putchar('\n');
    print_text(r->help);
}

static void print_alias(const struct option_row *a)
{
    if (a->letter)
        printf(".Pq also Fl %c , Fl -%s\n", a->letter, a->name);
    else
        printf(".Pq also Fl -%s\n", a->name);
}

int main(int argc, char **argv)
{
    const struct command *c = argc == 2 ? command_find(argv[1]) : NULL;
    size_t n;
    const struct option_row *r = options_rows(&n);
    bool open = false;

    if (!c) {
        fputs("usage: gen_docs COMMAND\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < n; i++) {
        if (r[i].alias || !(r[i].commands & c->bit))
            continue;
        if (r[i].group) {
            printf("%s%s:\n.Bl -tag -width Ds\n", open ? ".El\n.Pp\n" : "", r[i].group);
            open = true;
            continue;
        }
        print_row(&r[i]);
        if (i + 1 < n && r[i + 1].alias)
            print_alias(&r[i + 1]);
    }
    if (open)
        puts(".El");
    return fflush(stdout) == 0 ? 0 : 1;
}

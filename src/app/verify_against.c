/* verify_against.c - a run's inputs, rules and outputs against the manifest of the run.
 *
 * Logs inside an archive or image are asked for as the run did: the item is opened once, each log in it
 * is hashed and looked up. What was opened with a password needs it again. */
#include "app/verify_against.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/command.h"
#include "app/container_options.h"
#include "app/interrupt.h"
#include "app/run.h"
#include "app/talk.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"
#include "input/probe.h"
#include "out/integrity_out.h"
#include "out/output.h"
#include "scan/inputs.h"

enum state { SAME, CHANGED, MISSING, UNHASHED, STATES };

struct against {
    const struct options *o;
    struct inputs inputs; /* for its arena and options */
    struct output *output;
    struct buf line;
    bool json;
    size_t count[STATES], printed;
    int rc; /* of the output, or an interruption */
    struct ev_err err;
};

static const char *const state_name[STATES] = { "same", "changed", "missing", "not-hashed" };

/* What the manifest says of one thing. */
struct item {
    const char *kind;
    struct slice path, state;
    struct slice sha256; /* hex; absent: none */
    uint64_t size;
    bool has_size;
};

static void report(struct against *g, const struct item *it, enum state s, const char *why)
{
    g->count[s]++;
    buf_clear(&g->line);
    if (g->json) {
        struct json j;
        buf_str(&g->line, g->printed++ ? ",\n" : "[\n");
        json_init(&j, &g->line, false);
        json_object(&j);
        json_key(&j, "state");
        json_str(&j, state_name[s]);
        json_key(&j, "kind");
        json_str(&j, it->kind);
        integrity_json_path(&j, it->path);
        json_key(&j, "sha256");
        json_slice(&j, it->sha256);
        json_key(&j, "text");
        json_slice(&j, *why ? slice_str(why) : SLICE_ABSENT);
        json_end(&j);
    } else {
        buf_printf(&g->line, "%-10s  %-6s  ", state_name[s], it->kind);
        escape_controls(it->path, &g->line);
        buf_printf(&g->line, "%s%s\n", *why ? ": " : "", why);
    }
    if (g->rc == EV_OK)
        g->rc = output_write(g->output, buf_view(&g->line), &g->err);
}

static void judge(struct against *g, const struct item *it, const struct source *src)
{
    struct digests is = { 0 };
    struct ev_err err = { 0 };
    char hex[65], why[256] = "";
    uint64_t size = 0;
    int rc;

    if (!it->sha256.p) {
        (void)source_size(src, &size);
        if (it->has_size && size != it->size)
            snprintf(why, sizeof why, "%llu bytes long, it was %llu", (unsigned long long)size,
                     (unsigned long long)it->size);
        report(g, it, *why ? CHANGED : UNHASHED, why);
        return;
    }
    rc = source_digest(src, DIGEST_SHA256, interrupt_seen, NULL, &is, &size, &err);
    if (rc == EV_EINTR) {
        g->rc = rc;
        return;
    }
    if (rc < 0) {
        report(g, it, MISSING, err.text);
        return;
    }
    digest_hex(is.sha256, sizeof is.sha256, hex);
    if (slice_eq_nocase(it->sha256, slice_str(hex))) {
        report(g, it, SAME, "");
        return;
    }
    snprintf(why, sizeof why, "SHA-256 is %s, it was %.*s", hex, SLICE_ARG(it->sha256));
    report(g, it, CHANGED, why);
}

static void check_file(struct against *g, const struct item *it)
{
    struct source *src = NULL;
    struct ev_err err = { 0 };
    const char *path = arena_str(&g->inputs.arena, it->path);

    if (slice_eq(it->path, SLICE("-"))) {
        report(g, it, UNHASHED, "was standard input");
        return;
    }
    if (source_open_file(path, &src, &err) < 0)
        report(g, it, MISSING, err.text);
    else
        judge(g, it, src);
    source_free(src);
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* path_hex where there is one: the bytes as they are. */
static struct slice path_of(struct against *g, const struct json_node *n)
{
    struct slice hex = json_text(json_member(n, "path_hex"));
    uint8_t *p;

    if (hex.n == 0)
        return json_text(json_member(n, "path"));
    p = arena_zalloc(&g->inputs.arena, hex.n / 2 + 1, 1);
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        int a = hex_digit(hex.p[i]), b = hex_digit(hex.p[i + 1]);
        if (a < 0 || b < 0)
            return json_text(json_member(n, "path"));
        p[i / 2] = (uint8_t)(a << 4 | b);
    }
    return slice_of(p, hex.n / 2);
}

static struct item item_of(struct against *g, const struct json_node *n, const char *kind)
{
    struct item it = { .kind = kind,
                       .path = path_of(g, n),
                       .state = json_text(json_member(n, "state")),
                       .sha256 = json_text(json_member(n, "sha256")) };

    it.has_size = json_number(json_member(n, "size"), &it.size);
    return it;
}

/* --- logs inside --- */

/* The part of path that is a file, when the rest lies inside it. */
static char *file_of(struct against *g, const struct item *it)
{
    const char *path = arena_str(&g->inputs.arena, it->path), *inside = "";
    char *file = NULL;

    if (!strstr(path, "!/") || !container_split(path, &file, &inside) || !*inside) {
        free(file);
        return NULL;
    }
    return file;
}

struct inner {
    struct against *g;
    struct map place; /* path to index in it, +1; 0 when done */
    const struct item *it;
    char trouble[256]; /* the first */
};

static void look_up(struct inner *in, const struct container_member *m)
{
    uint64_t *at = map_get(&in->place, slice_str(m->path));
    enum probe_kind kind = PROBE_OTHER;

    if (at && *at && probe_source(m->source, &kind, NULL) == EV_OK) {
        judge(in->g, &in->it[*at - 1], m->source);
        *at = 0;
    }
}

/* n items, which all lie in file. */
static void check_inside(struct against *g, const char *file, const struct item *it, size_t n)
{
    struct inner in = { .g = g, .it = it };
    struct container *c = NULL;
    struct container_member m;
    struct ev_err err = { 0 };
    bool fresh;
    int rc;

    map_init(&in.place, map_seed());
    for (size_t i = 0; i < n; i++)
        *map_put(&in.place, it[i].path, 0, &fresh) = i + 1;
    rc = container_open(file, "", NULL, &g->inputs.container, &c, &err);
    while (rc == EV_OK && g->rc == EV_OK && (rc = container_next(c, &m, &err)) > 0) {
        rc = EV_OK;
        if (m.trouble && !*in.trouble)
            snprintf(in.trouble, sizeof in.trouble, "%s", m.trouble);
        if (m.source)
            look_up(&in, &m);
        source_free(m.source);
    }
    if (rc == EV_EINTR)
        g->rc = rc;
    for (size_t i = 0; g->rc == EV_OK && i < n; i++) {
        uint64_t *at = map_get(&in.place, it[i].path);
        if (at && *at == i + 1)
            report(g, &it[i], MISSING,
                   rc < 0        ? err.text
                   : *in.trouble ? in.trouble
                                 : "is not in it any more");
    }
    container_free(c);
    map_release(&in.place);
}

/* A log inside stands behind its item: as many as there are of one. */
static size_t check_run_inside(struct against *g, const char *file, const struct json_node *list,
                               size_t from)
{
    const struct slice name = slice_str(file);
    VEC(struct item) it = { 0 };
    size_t i = from;

    for (; i < json_length(list); i++) {
        struct item next = item_of(g, json_element(list, i), "inside");
        if (!slice_starts(next.path, name) || next.path.n <= name.n || next.path.p[name.n] != '!')
            break;
        if (next.sha256.p && !vec_push(&it, LIMIT_INPUT_FILES, next))
            break;
    }
    if (it.n)
        check_inside(g, file, it.v, it.n);
    vec_release(&it);
    return i;
}

static void check_inputs(struct against *g, const struct json_node *list)
{
    for (size_t i = 0; i < json_length(list) && g->rc == EV_OK;) {
        struct item it = item_of(g, json_element(list, i), "input");
        char *file = file_of(g, &it);
        bool read = slice_eq(it.state, SLICE("read")) || slice_eq(it.state, SLICE("opened"));

        if (file) {
            size_t next = check_run_inside(g, file, list, i);
            free(file);
            i = next > i ? next : i + 1;
            continue;
        }
        if (read || it.sha256.p) {
            /* Its item is gone: so is what was inside. */
            if (memmem(it.path.p, it.path.n, "!/", 2))
                it.kind = "inside";
            check_file(g, &it);
        }
        i++;
    }
}

/* Further files of disk images; the first is among the inputs. */
static void check_images(struct against *g, const struct json_node *list)
{
    for (size_t i = 0; i < json_length(list); i++) {
        const struct json_node *file = json_member(json_element(list, i), "files");
        for (size_t k = 1; k < json_length(file) && g->rc == EV_OK; k++) {
            struct item it = item_of(g, json_element(file, k), "image");
            check_file(g, &it);
        }
    }
}

static void check_files(struct against *g, const struct json_node *list, const char *kind)
{
    for (size_t i = 0; i < json_length(list) && g->rc == EV_OK; i++) {
        const struct json_node *n = json_element(list, i), *is = json_member(n, "file");
        struct item it = item_of(g, n, kind);
        if (!is || json_truth(is))
            check_file(g, &it);
    }
}

/* --- the whole --- */

static void check_program(struct against *g, const struct json_node *program)
{
    const char *started = getenv("EVTRIAGE_PROGRAM");
    struct slice was = json_text(json_member(program, "sha256"));
    uint8_t is[32];
    char hex[65] = "";

    if (sha256_file(started ? started : "/proc/self/exe", is, NULL) == EV_OK)
        digest_hex(is, sizeof is, hex);
    if (was.p && *hex && !slice_eq_nocase(was, slice_str(hex)) && !g->o->quiet)
        talk("the run was made by another program: version %.*s, SHA-256 %.*s",
             SLICE_ARG(json_text(json_member(program, "version"))), SLICE_ARG(was));
}

static int check_manifest(struct against *g, struct ev_err *err)
{
    struct slice text = SLICE_ABSENT;
    struct json_document *d = NULL;
    const struct json_node *root;
    uint64_t version = 0;
    int rc = file_read(g->o->against, LIMIT_JSON_FILE, &text, err);

    if (rc == EV_OK)
        rc = json_document_parse(text, g->o->against, &d, err);
    free((void *)(uintptr_t)text.p);
    if (rc < 0)
        return rc;
    root = json_root(d);
    if (!json_number(json_member(root, "manifest"), &version) || version != 1) {
        rc = ev_err_set(err, EV_EUSAGE, "is no manifest that `evtriage scan --manifest` wrote");
        ev_err_file(err, g->o->against);
    } else {
        check_program(g, json_member(root, "program"));
        check_inputs(g, json_member(root, "inputs"));
        check_images(g, json_member(root, "images"));
        check_files(g, json_member(json_member(root, "rules"), "files"), "rules");
        check_files(g, json_member(root, "outputs"), "output");
        rc = g->rc;
        if (rc < 0 && err)
            *err = g->err;
    }
    json_document_free(d);
    return rc;
}

static int check_options(struct against *g, struct ev_err *err)
{
    const struct options *o = g->o;

    g->json = o->format && strcmp(o->format, "json") == 0;
    if (o->argument.n)
        return ev_err_set(err, EV_EUSAGE,
                          "--against takes its paths from the manifest; name no PATH");
    if (o->format && !g->json && strcmp(o->format, "table") != 0)
        return ev_err_set(err, EV_EUSAGE,
                          "--format: \"%s\" is no format of verify; formats are table, json",
                          o->format);
    return container_options_make(o, &g->inputs, err);
}

static int end(struct against *g, struct ev_err *err)
{
    int rc = EV_OK;

    if (g->json)
        rc = output_write(g->output, slice_str(g->printed ? "\n]\n" : "[]\n"), err);
    if (rc == EV_OK)
        rc = output_commit(g->output, err);
    if (rc == EV_OK && !g->o->quiet)
        talk("%zu the same, %zu changed, %zu missing, %zu without a digest", g->count[SAME],
             g->count[CHANGED], g->count[MISSING], g->count[UNHASHED]);
    return rc;
}

int verify_against(const struct options *o)
{
    struct against g = { .o = o };
    struct ev_err err = { 0 };
    int rc, code;

    interrupt_catch();
    inputs_init(&g.inputs);
    buf_init(&g.line, LIMIT_MIB(1));
    rc = check_options(&g, &err);
    if (rc == EV_OK)
        rc = output_open("-", false, &g.output, &err);
    if (rc == EV_OK)
        rc = check_manifest(&g, &err);
    if (rc == EV_OK)
        rc = end(&g, &err);
    code = g.count[MISSING] ? EXIT_UNREAD : g.count[CHANGED] ? EXIT_FAULTS : EXIT_DONE;
    if (rc < 0) {
        code = run_exit(rc);
        if (rc != EV_EINTR)
            talk_error(&err);
    }
    output_free(g.output);
    buf_release(&g.line);
    inputs_release(&g.inputs);
    return code;
}

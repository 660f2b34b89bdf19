#include "app/replay.h"

#include "input/probe.h"

int replay_file(const char *path, const struct decoder *decoder, const struct reader_options *o,
                const struct reader_visitor *v, struct accounting *counts, struct ev_err *err)
{
    struct source *source = NULL;
    struct reader *reader = NULL;
    struct reader_worker *worker = NULL;
    enum probe_kind kind;

    int rc = source_open_file(path, &source, err);
    if (rc == EV_OK)
        rc = probe_source(source, &kind, err);
    if (rc == EV_OK && kind != PROBE_EVTX && kind != PROBE_EVENT_XML)
        rc = ev_err_set(err, EV_EFORMAT, "no event log: %s", probe_name(kind));
    if (rc < 0)
        goto out;
    decoder = kind == PROBE_EVENT_XML ? &decoder_xml : decoder;
    rc = decoder->open(source, o, &reader, err);
    if (rc < 0)
        goto out;
    worker = reader_worker_new();
    for (uint64_t job = 0; rc == EV_OK && job < decoder->jobs(reader); job++)
        rc = decoder->run(reader, job, worker, v, counts, err);
out:
    reader_worker_free(worker);
    if (reader)
        decoder->close(reader);
    source_free(source);
    return rc;
}

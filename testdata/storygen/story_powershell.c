/* story_powershell.c - the PowerShell engine's own log. */
#include "kinds.h"

#include <string.h>

static void actor(struct story *s, const struct process *p)
{
    s->actor_pid = p->pid;
    s->actor_sid = p->logon->who->sid;
    s->activity = story_text(s, "{%s-a7f1-0001-%s-%s}", story_digest(s, p->guid, 8),
                             story_digest(s, p->guid, 4), story_digest(s, p->command, 12));
}

void story_engine(struct story *s, uint64_t t, const struct process *p)
{
    actor(s, p);
    TELL(s, LOG_POWERSHELL, &PS_40961, t);
    t = story_after(s, t, 60, 120);
    TELL(s, LOG_POWERSHELL, &PS_53504, t, story_text(s, "%u", p->pid), "DefaultAppDomain");
    t = story_after(s, t, 90, 240);
    TELL(s, LOG_POWERSHELL, &PS_40962, t);
    s->activity = "";
}

void story_script(struct story *s, uint64_t t, const struct process *p, const char *text,
                  const char *path, size_t part)
{
    size_t n = strlen(text), total = n <= part ? 1 : (n + part - 1) / part;
    uint64_t chance = story_random(s);
    const char *id = story_text(s, "%08x-%04x-4d2b-9a6e-%012llx", (unsigned)chance,
                                (unsigned)(chance >> 48), (unsigned long long)(n * 0x9e3779b1U));

    actor(s, p);
    for (size_t i = 0; i < total; i++) {
        struct ew_str piece = { text + i * part, n - i * part < part ? n - i * part : part };
        const char *copy = ew_arena_copy(&s->arena, piece).p;

        TELL(s, LOG_POWERSHELL, &PS_4104, t, story_text(s, "%zu", i + 1),
             story_text(s, "%zu", total), copy, id, path);
        t = story_after(s, t, 1, 4);
    }
    s->activity = "";
}

/* A path for a field whose text knows escapes. */
static void put_doubled(struct ew_buf *b, const char *text)
{
    for (; *text != '\0'; text++)
        ew_buf_put(b, *text == '\\' ? "\\\\" : text, *text == '\\' ? 2 : 1);
}

void story_invoke(struct story *s, uint64_t t, const struct process *p, const char *command,
                  const char *parameter, const char *value)
{
    static const char *const line[] = { "Severity = Informational",
                                        "Host Name = ConsoleHost",
                                        "Host Version = 5.1.19041.5486",
                                        "Engine Version = 5.1.19041.5486",
                                        "Command Type = Cmdlet",
                                        "Script Name = ",
                                        "Command Path = ",
                                        "Connected User = ",
                                        "Shell ID = Microsoft.PowerShell" };
    struct ew_buf b = { 0 };

    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        ew_buf_printf(&b, "        %s\\r\\n", line[i]);
    ew_buf_text(&b, "        Host Application = ");
    put_doubled(&b, p->command);
    ew_buf_printf(&b,
                  "\\r\\n        Command Name = %s\\r\\n        Sequence Number = 18\\r\\n        "
                  "User = %s\\\\%s\\r\\n",
                  command, p->logon->who->domain, p->logon->who->name);
    ew_buf_int(&b, 0, 1);
    actor(s, p);
    TELL(s, LOG_POWERSHELL, &PS_4103, t, (const char *)b.p, "",
         story_text(s,
                    "CommandInvocation(%s): \"%s\"\\r\\nParameterBinding(%s): name=\"%s\"; "
                    "value=\"%s\"\\r\\n",
                    command, command, command, parameter, value));
    s->activity = "";
    ew_buf_release(&b);
}

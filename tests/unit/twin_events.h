/* twin_events.h - Windows' own events that have a twin among Sysmon's categories, made by hand. */
#ifndef UNIT_TWIN_EVENTS_H
#define UNIT_TWIN_EVENTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "build_event.h"

static inline int setup(void **state)
{
    static struct build b;

    build_init(&b);
    *state = &b;
    return 0;
}

static inline int teardown(void **state)
{
    build_release(*state);
    return 0;
}

static inline struct event *security_4657(struct build *b, const char *key, const char *value,
                                          const char *operation, const char *type, const char *data)
{
    return build_security(b, 4657,
                          PAIRS("SubjectUserSid", "S-1-5-18", "SubjectUserName", "HOST$",
                                "SubjectDomainName", "CORP", "SubjectLogonId", "0x3e7",
                                "ObjectName", key, "ObjectValueName", value, "HandleId", "0x54",
                                "OperationType", operation, "OldValueType", "-", "OldValue", "-",
                                "NewValueType", type, "NewValue", data, "ProcessId", "0x1f4",
                                "ProcessName", "C:\\Windows\\regedit.exe"));
}

static inline struct event *security_5156(struct build *b, const char *application,
                                          const char *direction, const char *from, const char *to,
                                          const char *protocol)
{
    return build_security(b, 5156,
                          PAIRS("ProcessID", "820", "Application", application, "Direction",
                                direction, "SourceAddress", from, "SourcePort", "49222",
                                "DestAddress", to, "DestPort", "3389", "Protocol", protocol,
                                "FilterRTID", "1", "LayerName", "%%14611", "LayerRTID", "48",
                                "RemoteUserID", "S-1-0-0", "RemoteMachineID", "S-1-0-0"));
}

#define FILTER_TEXT                                                                                \
    "Binding EventFilter: \ninstance of __EventFilter\n{\n\tCreatorSID = {1, 5, 0};\n"             \
    "\tEventNamespace = \"root\\\\cimv2\";\n\tName = \"F;{1}\";\n\tQuery = \"SELECT * FROM x "     \
    "WHERE a = \\\"b\\\"\";\n};\n"

static inline struct event *wmi_5861(struct build *b, const char *cause)
{
    return build_event(b, "Microsoft-Windows-WMI-Activity/Operational",
                       "Microsoft-Windows-WMI-Activity", 5861,
                       PAIRS("Namespace", "//./root/subscription", "ESS", "SiteStatus", "CONSUMER",
                             "CommandLineEventConsumer=\"SiteStatus\"", "PossibleCause", cause));
}

#endif

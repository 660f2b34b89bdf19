/* story_cast.c - who appears: accounts of one company in corp.example. */
#include "story.h"

#define DOMAIN_SID "S-1-5-21-1004336348-1177238915-682003330-"

const struct account WHO_SYSTEM = { "S-1-5-18", "SYSTEM", "NT AUTHORITY" };
const struct account WHO_LOCAL = { "S-1-5-19", "LOCAL SERVICE", "NT AUTHORITY" };
const struct account WHO_NETWORK = { "S-1-5-20", "NETWORK SERVICE", "NT AUTHORITY" };
const struct account WHO_USER = { DOMAIN_SID "1117", "m.keller", "CORP" };
const struct account WHO_ADMIN = { DOMAIN_SID "1104", "t.brandt", "CORP" };
const struct account WHO_MONITOR = { DOMAIN_SID "1131", "svc-monitor", "CORP" };
const struct account WHO_MACHINE = { "S-1-5-18", HOST "$", "CORP" };

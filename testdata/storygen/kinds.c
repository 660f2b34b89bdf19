/* kinds.c - see kinds.h. */
#include "kinds.h"

#define AUDIT(event, ver, category, words, who, names)                                             \
    {                                                                                              \
        .provider = "Microsoft-Windows-Security-Auditing",                                         \
        .guid = "{54849625-5478-4994-a5ba-3e3b0328c30d}", .channel = "Security", .id = event,      \
        .version = ver, .task = category, .keywords = words, .qualifiers = -1, .by = who,          \
        .user = "", .fields = names                                                                \
    }
#define SUCCESS 0x8020000000000000U
#define FAILURE 0x8010000000000000U
#define SUBJECT "SubjectUserSid:sid;SubjectUserName;SubjectDomainName;SubjectLogonId:hex64;"
#define TARGET "TargetUserSid:sid;TargetUserName;TargetDomainName;TargetLogonId:hex64;"
#define LOGON                                                                                      \
    SUBJECT TARGET "LogonType:u32;LogonProcessName;AuthenticationPackageName;WorkstationName;"     \
                   "LogonGuid:guid;TransmittedServices;LmPackageName;"                             \
                   "KeyLength:u32;ProcessId:hex64/size;ProcessName;IpAddress;IpPort"

const struct kind SEC_4608 = AUDIT(4608, 0, 12288, SUCCESS, BY_LSASS, "");
const struct kind SEC_4624 = AUDIT(4624, 2, 12544, SUCCESS, BY_LSASS,
                                   LOGON ";ImpersonationLevel;RestrictedAdminMode;"
                                         "TargetOutboundUserName;TargetOutboundDomainName;"
                                         "VirtualAccount;TargetLinkedLogonId:hex64;ElevatedToken");
const struct kind SEC_4624_V0 = AUDIT(4624, 0, 12544, SUCCESS, BY_LSASS, LOGON);
const struct kind SEC_4624_V1 =
    AUDIT(4624, 1, 12544, SUCCESS, BY_LSASS, LOGON ";ImpersonationLevel");
const struct kind SEC_4625 =
    AUDIT(4625, 0, 12544, FAILURE, BY_LSASS,
          SUBJECT "TargetUserSid:sid;TargetUserName;TargetDomainName;"
                  "Status:hex32;FailureReason;SubStatus:hex32;LogonType:u32;LogonProcessName;"
                  "AuthenticationPackageName;WorkstationName;"
                  "TransmittedServices;LmPackageName;KeyLength:u32;ProcessId:hex64/"
                  "size;ProcessName;IpAddress;IpPort");
const struct kind SEC_4634 = AUDIT(4634, 0, 12545, SUCCESS, BY_LSASS, TARGET "LogonType:u32");
const struct kind SEC_4648 = AUDIT(4648, 0, 12544, SUCCESS, BY_LSASS,
                                   SUBJECT "LogonGuid:guid;TargetUserName;TargetDomainName;"
                                           "TargetLogonGuid:guid;TargetServerName;TargetInfo;"
                                           "ProcessId:hex64/size;ProcessName;IpAddress;IpPort");
const struct kind SEC_4672 = AUDIT(4672, 0, 12548, SUCCESS, BY_LSASS, SUBJECT "PrivilegeList:esc");
#define PROCESS                                                                                    \
    SUBJECT "NewProcessId:hex64/size;NewProcessName;TokenElevationType;ProcessId:hex64/size"
const struct kind SEC_4688_V0 = AUDIT(4688, 0, 13312, SUCCESS, BY_KERNEL, PROCESS);
const struct kind SEC_4688_V1 = AUDIT(4688, 1, 13312, SUCCESS, BY_KERNEL, PROCESS ";CommandLine");
const struct kind SEC_4688 =
    AUDIT(4688, 2, 13312, SUCCESS, BY_KERNEL,
          PROCESS ";CommandLine;" TARGET "ParentProcessName;MandatoryLabel:sid");
const struct kind SEC_4689 = AUDIT(4689, 0, 13313, SUCCESS, BY_KERNEL,
                                   SUBJECT "Status:hex32;ProcessId:hex64/size;ProcessName");
const struct kind SEC_4697 = AUDIT(
    4697, 0, 12289, SUCCESS, BY_LSASS,
    SUBJECT "ServiceName;ServiceFileName;ServiceType:hex32;ServiceStartType:u32;ServiceAccount");
const struct kind SEC_4698 =
    AUDIT(4698, 0, 12804, SUCCESS, BY_LSASS, SUBJECT "TaskName;TaskContent:esc");
const struct kind SEC_4768 =
    AUDIT(4768, 0, 14339, SUCCESS, BY_LSASS,
          "TargetUserName;TargetDomainName;TargetSid:sid;ServiceName;ServiceSid:sid;"
          "TicketOptions:hex32;Status:hex32;TicketEncryptionType:hex32;PreAuthType;IpAddress;"
          "IpPort;CertIssuerName;CertSerialNumber;CertThumbprint");
const struct kind SEC_4769 = AUDIT(
    4769, 0, 14337, SUCCESS, BY_LSASS,
    "TargetUserName;TargetDomainName;ServiceName;ServiceSid:sid;TicketOptions:hex32;"
    "TicketEncryptionType:hex32;IpAddress;IpPort;Status:hex32;LogonGuid:guid;TransmittedServices");
#define MEMBERS                                                                                    \
    "TargetUserName;TargetDomainName;TargetSid:sid;" SUBJECT                                       \
    "CallerProcessId:hex64/size;CallerProcessName"
const struct kind SEC_4799 = AUDIT(4799, 0, 13826, SUCCESS, BY_LSASS, MEMBERS);
const struct kind SEC_5140 = AUDIT(
    5140, 1, 12808, SUCCESS, BY_KERNEL,
    SUBJECT "ObjectType;IpAddress;IpPort;ShareName;ShareLocalPath;AccessMask:hex32;AccessList:esc");
const struct kind SEC_5145 =
    AUDIT(5145, 0, 12811, SUCCESS, BY_KERNEL,
          SUBJECT "ObjectType;IpAddress;IpPort;ShareName;ShareLocalPath;RelativeTargetName;"
                  "AccessMask:hex32;AccessList:esc;AccessReason");
#define CLEARED(chan, event, words, sid, names)                                                    \
    {                                                                                              \
        .provider = "Microsoft-Windows-Eventlog",                                                  \
        .guid = "{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}", .channel = chan, .id = event,            \
        .task = 104, .level = 4, .keywords = words, .qualifiers = -1, .layout = EW_SYSTEM,         \
        .by = BY_EVENTLOG, .user = sid, .root = "LogFileCleared",                                  \
        .xmlns = "http://manifests.microsoft.com/win/2004/08/windows/eventlog", .fields = names    \
    }
const struct kind SEC_1102 =
    CLEARED("Security", 1102, 0x4020000000000000U, "",
            "SubjectUserSid:sid;SubjectUserName;SubjectDomainName;SubjectLogonId:hex64");
const struct kind LOG_104 = CLEARED("System", 104, 0x8000000000000000U, "*",
                                    "SubjectUserName;SubjectDomainName;Channel;BackupPath");

#define SYSMON(event, ver, names)                                                                  \
    {                                                                                              \
        .provider = "Microsoft-Windows-Sysmon", .guid = "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",  \
        .channel = "Microsoft-Windows-Sysmon/Operational", .id = event, .version = ver,            \
        .task = event, .level = 4, .keywords = 0x8000000000000000U, .qualifiers = -1,              \
        .by = BY_SYSMON, .user = "S-1-5-18", .fields = names                                       \
    }
#define OWNER "RuleName;UtcTime;ProcessGuid:guid;ProcessId:u32;Image;"
const struct kind SYSMON_1 = SYSMON(
    1, 5,
    OWNER
    "FileVersion;Description;Product;Company;OriginalFileName;CommandLine;CurrentDirectory;User;"
    "LogonGuid:guid;LogonId:hex64;TerminalSessionId:u32;IntegrityLevel;Hashes;ParentProcessGuid:"
    "guid;ParentProcessId:u32;ParentImage;"
    "ParentCommandLine;ParentUser");
const struct kind SYSMON_3 =
    SYSMON(3, 5,
           OWNER "User;Protocol;Initiated:bool;SourceIsIpv6:bool;SourceIp;SourceHostname;"
                 "SourcePort:u16;SourcePortName;"
                 "DestinationIsIpv6:bool;DestinationIp;DestinationHostname;DestinationPort:u16;"
                 "DestinationPortName");
const struct kind SYSMON_4 = SYSMON(4, 3, "UtcTime;State;Version;SchemaVersion");
const struct kind SYSMON_5 = SYSMON(5, 3, OWNER "User");
const struct kind SYSMON_10 = SYSMON(
    10, 3,
    "RuleName;UtcTime;SourceProcessGUID:guid;SourceProcessId:u32;SourceThreadId:u32;SourceImage;"
    "TargetProcessGUID:guid;TargetProcessId:u32;TargetImage;GrantedAccess:hex32;CallTrace;"
    "SourceUser;TargetUser");
const struct kind SYSMON_11 = SYSMON(11, 2, OWNER "TargetFilename;CreationUtcTime;User");
const struct kind SYSMON_13 = SYSMON(
    13, 2,
    "RuleName;EventType;UtcTime;ProcessGuid:guid;ProcessId:u32;Image;TargetObject;Details;User");
const struct kind SYSMON_17 =
    SYSMON(17, 1, "RuleName;EventType;UtcTime;ProcessGuid:guid;ProcessId:u32;PipeName;Image;User");
const struct kind SYSMON_19 =
    SYSMON(19, 3, "RuleName;EventType;UtcTime;Operation;User;EventNamespace;Name;Query");
const struct kind SYSMON_20 =
    SYSMON(20, 3, "RuleName;EventType;UtcTime;Operation;User;Name;Type;Destination");
const struct kind SYSMON_21 =
    SYSMON(21, 3, "RuleName;EventType;UtcTime;Operation;User;Consumer;Filter");
const struct kind SYSMON_22 = SYSMON(22, 5,
                                     "RuleName;UtcTime;ProcessGuid:guid;ProcessId:u32;QueryName;"
                                     "QueryStatus;QueryResults;Image;User");

#define SCM(event, sid, names)                                                                     \
    {                                                                                              \
        .provider = "Service Control Manager", .guid = "{555908d1-a6d7-4695-8e1e-26931d2012f4}",   \
        .source = "Service Control Manager", .channel = "System", .id = event, .level = 4,         \
        .keywords = 0x8080000000000000U, .qualifiers = 16384, .layout = EW_SYSTEM,                 \
        .by = BY_SERVICES, .user = sid, .fields = names                                            \
    }
const struct kind SCM_7036 = SCM(7036, "", "param1;param2;+Binary:bin");
const struct kind SCM_7040 = SCM(7040, "S-1-5-18", "param1;param2;param3;param4");
const struct kind SCM_7045 =
    SCM(7045, "*", "ServiceName;ImagePath;ServiceType;StartType;AccountName");
#define OLD(event, names)                                                                          \
    {                                                                                              \
        .provider = "EventLog", .channel = "System", .id = event, .level = 4,                      \
        .keywords = 0x80000000000000U, .qualifiers = 32768, .layout = EW_CLASSIC, .by = BY_NOBODY, \
        .user = "", .fields = names                                                                \
    }
const struct kind LOG_6005 = OLD(6005, "+Binary:bin");
const struct kind LOG_6009 = OLD(6009, ":str[]?");
const struct kind LOG_6013 = OLD(6013, ":str[]?;+Binary:bin?");
#define SYSTEM(...) SYSTEM_(__VA_ARGS__)
#define SYSTEM_(name, id_text, event, ver, cat, lev, op, words, who, sid, names)                   \
    {                                                                                              \
        .provider = name, .guid = id_text, .channel = "System", .id = event, .version = ver,       \
        .task = cat, .level = lev, .opcode = op, .keywords = words, .qualifiers = -1, .by = who,   \
        .user = sid, .fields = names                                                               \
    }
#define KERNEL_GENERAL "Microsoft-Windows-Kernel-General", "{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}"
#define UPDATE "Microsoft-Windows-WindowsUpdateClient", "{945a8954-c147-4acd-923f-40c45405a658}"
const struct kind KERNEL_12 =
    SYSTEM(KERNEL_GENERAL, 12, 1, 1, 4, 0, 0x8000000000000080U, BY_KERNEL, "S-1-5-18",
           "MajorVersion:u32;MinorVersion:u32;BuildVersion:u32;QfeVersion:u32;ServiceVersion:u32;"
           "BootMode:u32;StartTime:filetime");
const struct kind KERNEL_1 = SYSTEM(KERNEL_GENERAL, 1, 1, 5, 4, 0, 0x8000000000000010U, BY_SVCHOST,
                                    "S-1-5-19", "NewTime:filetime;OldTime:filetime;Reason:u32");
const struct kind UPDATE_19 =
    SYSTEM(UPDATE, 19, 1, 1, 4, 13, 0x8000000000000018U, BY_SVCHOST, "S-1-5-18",
           "updateTitle;updateGuid:guid;updateRevisionNumber:u32;serviceGuid:guid");
const struct kind UPDATE_43 =
    SYSTEM(UPDATE, 43, 1, 1, 4, 13, 0x8000000000000008U, BY_SVCHOST, "S-1-5-18",
           "updateTitle;updateGuid:guid;updateRevisionNumber:u32");
const struct kind UPDATE_44 =
    SYSTEM(UPDATE, 44, 1, 1, 4, 12, 0x8000000000000004U, BY_SVCHOST, "S-1-5-18",
           "updateTitle;updateGuid:guid;updateRevisionNumber:u32");
const struct kind POLICY_1501 = SYSTEM(
    "Microsoft-Windows-GroupPolicy", "{aea1b4fa-97d1-45f2-a64c-4d69fffd92c9}", 1501, 0, 0, 4, 1,
    0x8000000000000000U, BY_SVCHOST, "*",
    "SupportInfo1:u32;SupportInfo2:u32;ProcessingMode:u32;ProcessingTimeInMilliseconds:u32;DCName");
const struct kind TIME_37 =
    SYSTEM("Microsoft-Windows-Time-Service", "{06edcfeb-0fd1-4e53-acca-a6f8bbf81bcb}", 37, 0, 0, 4,
           0, 0x8000000000000000U, BY_SVCHOST, "S-1-5-19", "TimeSource");
const struct kind DCOM_10016 = {
    .provider = "Microsoft-Windows-DistributedCOM",
    .guid = "{1B562E86-B7AA-4131-BADC-B6F3A001407E}",
    .source = "DCOM",
    .channel = "System",
    .id = 10016,
    .level = 3,
    .keywords = 0x8080000000000000U,
    .qualifiers = 0,
    .layout = EW_SYSTEM,
    .by = BY_SVCHOST,
    .user = "*",
    .fields = "param1;param2;param3;param4;param5;param6;param7;param8;param9;param10;param11"
};

#define POWERSHELL(event, lev, op, cat, names)                                                     \
    {                                                                                              \
        .provider = "Microsoft-Windows-PowerShell",                                                \
        .guid = "{a0c1853b-5c40-4b15-8766-3cf1c58f985a}",                                          \
        .channel = "Microsoft-Windows-PowerShell/Operational", .id = event, .version = 1,          \
        .level = lev, .opcode = op, .task = cat, .qualifiers = -1, .by = BY_ACTOR, .user = "*",    \
        .fields = names                                                                            \
    }
const struct kind PS_40961 = POWERSHELL(40961, 4, 1, 4, "");
const struct kind PS_40962 = POWERSHELL(40962, 4, 2, 4, "");
const struct kind PS_53504 = POWERSHELL(53504, 4, 10, 111, "param1;param2");
const struct kind PS_4103 = POWERSHELL(4103, 4, 20, 106, "ContextInfo:esc;UserData;Payload:esc");
const struct kind PS_4104 = POWERSHELL(
    4104, 5, 15, 2, "MessageNumber:i32;MessageTotal:i32;ScriptBlockText;ScriptBlockId;Path");

#define TASK(event, ver, op, name, names)                                                          \
    {                                                                                              \
        .provider = "Microsoft-Windows-TaskScheduler",                                             \
        .guid = "{de7b24ea-73c8-4a09-985d-5bdadcfa9017}",                                          \
        .channel = "Microsoft-Windows-TaskScheduler/Operational", .id = event, .version = ver,     \
        .task = event, .level = 4, .opcode = op, .keywords = 0x8000000000000001U,                  \
        .qualifiers = -1, .by = BY_SVCHOST, .user = "S-1-5-18", .section = name, .fields = names   \
    }
const struct kind TASK_100 =
    TASK(100, 0, 1, "TaskStartEvent", "TaskName;UserContext;InstanceId:guid");
const struct kind TASK_102 =
    TASK(102, 0, 2, "TaskSuccessEvent", "TaskName;UserContext;InstanceId:guid");
const struct kind TASK_106 = TASK(106, 0, 0, "TaskRegisteredEvent", "TaskName;UserContext");
const struct kind TASK_107 = TASK(107, 0, 0, "TimeTrigger", "TaskName;InstanceId:guid");
const struct kind TASK_129 =
    TASK(129, 0, 0, "CreatedTaskProcess", "TaskName;Path;ProcessID:u32;Priority:u32");
const struct kind TASK_200 =
    TASK(200, 1, 1, "ActionStart", "TaskName;ActionName;TaskInstanceId:guid;EnginePID:u32");
const struct kind TASK_201 =
    TASK(201, 2, 2, "ActionSuccess",
         "TaskName;TaskInstanceId:guid;ActionName;ResultCode:u32;EnginePID:u32");

#define LSM(event, names)                                                                          \
    {                                                                                              \
        .provider = "Microsoft-Windows-TerminalServices-LocalSessionManager",                      \
        .guid = "{5d896912-022d-40aa-a3a8-4fa5515c76d7}",                                          \
        .channel = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",           \
        .id = event, .level = 4, .keywords = 0x1000000000000000U, .qualifiers = -1,                \
        .by = BY_SVCHOST, .user = "S-1-5-18", .root = "EventXML", .xmlns = "Event_NS",             \
        .fields = names                                                                            \
    }
const struct kind LSM_21 = LSM(21, "User;SessionID:u32;Address");
const struct kind LSM_22 = LSM(22, "User;SessionID:u32;Address");
const struct kind LSM_23 = LSM(23, "User;SessionID:u32");
const struct kind LSM_24 = LSM(24, "User;SessionID:u32;Address");
const struct kind LSM_25 = LSM(25, "User;SessionID:u32;Address");
const struct kind LSM_41 = LSM(41, "User;SessionID:u32");
const struct kind LSM_42 = LSM(42, "User;SessionID:u32");

#define WMI(event, lev, element, names)                                                            \
    {                                                                                              \
        .provider = "Microsoft-Windows-WMI-Activity",                                              \
        .guid = "{1418ef04-b0b4-4623-bf7e-d74ab47bbdaa}",                                          \
        .channel = "Microsoft-Windows-WMI-Activity/Operational", .id = event, .level = lev,        \
        .keywords = 0x4000000000000000U, .qualifiers = -1, .by = BY_SVCHOST, .user = "S-1-5-18",   \
        .root = element, .xmlns = "http://manifests.microsoft.com/win/2006/windows/WMI",           \
        .fields = names                                                                            \
    }
const struct kind WMI_5857 = WMI(5857, 0, "Operation_StartedOperational",
                                 "ProviderName;Code:hex32;HostProcess;ProcessID:u32;ProviderPath");
const struct kind WMI_5858 = WMI(
    5858, 2, "Operation_ClientFailure",
    "Id;ClientMachine;User;ClientProcessId:u32;Component;Operation;ResultCode:hex32;PossibleCause");
const struct kind WMI_5860 =
    WMI(5860, 0, "Operation_TemporaryEssStarted",
        "NamespaceName;Query;User;Processid:u32;ClientMachine;PossibleCause");
const struct kind WMI_5861 =
    WMI(5861, 0, "Operation_ESStoConsumerBinding", "Namespace;ESS;CONSUMER;PossibleCause:esc");

#define DEFENDER(event, lev, names)                                                                \
    {                                                                                              \
        .provider = "Microsoft-Windows-Windows Defender",                                          \
        .guid = "{11cd958a-c507-4ef3-b3f2-5fd9dfbd2c78}",                                          \
        .channel = "Microsoft-Windows-Windows Defender/Operational", .id = event, .level = lev,    \
        .keywords = 0x8000000000000000U, .qualifiers = -1, .by = BY_DEFENDER, .user = "S-1-5-18",  \
        .fields = "Product Name;Product Version" names                                             \
    }
#define THREAT                                                                                     \
    ";Detection ID;Detection Time;Unused;Unused2;Threat ID;Threat Name;Severity ID;Severity "      \
    "Name;Category ID;Category Name;FWLink;"                                                       \
    "Status Code;Status Description;State;Source ID;Source Name;Process Name;Detection "           \
    "User;Unused3;Path;Origin ID;Origin Name;Execution ID;"                                        \
    "Execution Name;Type ID;Type Name;Pre Execution Status;Action ID;Action Name;Unused4;Error "   \
    "Code;Error Description;Unused5;Post Clean Status;"                                            \
    "Additional Actions ID;Additional Actions String;Remediation User;Unused6;Security "           \
    "intelligence Version;Engine Version"
const struct kind DEF_1000 = DEFENDER(1000, 4,
                                      ";Scan ID;Scan Type Index;Scan Type;Scan Parameters "
                                      "Index;Scan Parameters;Domain;User;SID;Scan Resources");
const struct kind DEF_1001 = DEFENDER(
    1001, 4,
    ";Scan ID;Scan Type Index;Scan Type;Scan Parameters Index;Scan Parameters;Domain;User;SID;"
    "Scan Time Hours;Scan Time Minutes;Scan Time Seconds");
const struct kind DEF_1116 = DEFENDER(1116, 3, THREAT);
const struct kind DEF_1117 = DEFENDER(1117, 4, THREAT);
const struct kind DEF_2000 =
    DEFENDER(2000, 4,
             ";Current security intelligence Version;Previous security intelligence "
             "Version;Unused;Unused2;Unused3;Domain;User;SID;"
             "Security intelligence Type Index;Security intelligence Type;Update Type Index;Update "
             "Type;Current Engine Version;Previous Engine Version");
const struct kind DEF_5001 = DEFENDER(5001, 4, "");
const struct kind DEF_5007 = DEFENDER(5007, 4, ";Old Value;New Value");

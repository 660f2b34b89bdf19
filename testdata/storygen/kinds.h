/* kinds.h - the kinds of events in the story: names, order and types of fields
 * as the providers' manifests have them.
 */
#ifndef STORY_KINDS_H
#define STORY_KINDS_H

#include "story.h"

extern const struct kind SEC_4608, SEC_4624, SEC_4634, SEC_4648, SEC_4672, SEC_4688, SEC_4689,
    SEC_4697, SEC_4698, SEC_4799, SEC_5140, SEC_5145, SEC_1102, SEC_4688_V0, SEC_4688_V1,
    SEC_4624_V0, SEC_4624_V1, SEC_4625, SEC_4768, SEC_4769;
extern const struct kind SYSMON_1, SYSMON_3, SYSMON_4, SYSMON_5, SYSMON_10, SYSMON_11, SYSMON_13,
    SYSMON_17, SYSMON_19, SYSMON_20, SYSMON_21, SYSMON_22;
extern const struct kind SCM_7036, SCM_7040, SCM_7045, LOG_6005, LOG_6009, LOG_6013, LOG_104,
    KERNEL_12, KERNEL_1, UPDATE_19, UPDATE_43, UPDATE_44, DCOM_10016, POLICY_1501, TIME_37;
extern const struct kind PS_40961, PS_40962, PS_53504, PS_4103, PS_4104;
extern const struct kind TASK_100, TASK_102, TASK_106, TASK_107, TASK_129, TASK_200, TASK_201;
extern const struct kind LSM_21, LSM_22, LSM_23, LSM_24, LSM_25, LSM_41, LSM_42;
extern const struct kind WMI_5857, WMI_5858, WMI_5860, WMI_5861;
extern const struct kind DEF_1000, DEF_1001, DEF_1116, DEF_1117, DEF_2000, DEF_5001, DEF_5007;

#endif

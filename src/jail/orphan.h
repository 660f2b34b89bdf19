/* orphan.h - ends the helper when the program that started it is gone. */
#ifndef JAIL_ORPHAN_H
#define JAIL_ORPHAN_H

/* From now on looks every two seconds whether the parent still is the process that it is now, and
 * ends this process when not. System calls go on after a look. Before the lock. */
void orphan_watch(void);

#endif

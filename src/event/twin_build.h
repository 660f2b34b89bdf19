/* twin_build.h - what the makers of twins (twin_*.c) share: the list under construction.
 *
 * A maker walks the event's fields and pushes those of the twin. A twin has at most four fields for
 * each of the event and TWIN_EXTRA more; what does not fit is dropped, so makers stay below.
 * Rank: base/, event.h. */
#ifndef EVENT_TWIN_BUILD_H
#define EVENT_TWIN_BUILD_H

#include "event/event.h"

#define TWIN_EACH 4   /* fields of the twin for one of the event, at most */
#define TWIN_EXTRA 32 /* and those that belong to no field */

struct twin {
    struct event *from;
    struct event *to;
    size_t room;
};

/* The field as it is. */
void twin_push(struct twin *t, struct field f);
/* The same value under another name. */
void twin_alias(struct twin *t, const struct field *f, uint32_t id);
/* A value of the twin's own making; nothing when text is absent. Borrows text. */
void twin_text(struct twin *t, uint32_t id, struct slice text);
/* A number in both bases, so that rules may write either. What is no number stays itself. */
void twin_id(struct twin *t, const struct field *f, uint32_t id);

/* Has the text something to say: neither absent, empty nor "-"? */
bool text_given(struct slice s);
/* "500" or "0x1f4"; absent when the arena is full. */
struct slice text_u64(struct arena *a, uint64_t u, bool hex);

/* Fields of one of the accounts of a Security event. */
struct account {
    uint32_t sid, name, domain, logon;
};
extern const struct account account_subject, account_target;
/* DOMAIN\name as Sysmon writes it: NT AUTHORITY\SYSTEM and the like by their SID, for which Windows
 * names the computer's account; absent when there is no name. */
struct slice account_text(struct event *ev, struct account a);
/* DOMAIN\name; the name alone when there is no domain; absent without a name. */
struct slice account_join(struct arena *a, struct slice domain, struct slice name);

/* The makers. Each fills t->to from t->from, whose kind it is. */
void twin_4688(struct twin *t);
void twin_4657(struct twin *t);
void twin_5156(struct twin *t);
void twin_5861(struct twin *t);

#endif

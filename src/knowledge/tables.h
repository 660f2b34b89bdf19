/* tables.h - the tables that tables.awk makes of the texts in this folder; for attack.c, car.c and needed.c.
 * Rank: attack.h, car.h, needed.h. */
#ifndef KNOWLEDGE_TABLES_H
#define KNOWLEDGE_TABLES_H

#include "knowledge/attack.h"
#include "knowledge/car.h"
#include "knowledge/needed.h"

/* Sorted by id, bytewise; of two entries with one id the current one comes first. */
extern const struct attack_entry attack_table[];
extern const size_t attack_table_n;
extern const struct car_entry car_table[];
extern const size_t car_table_n;

extern const struct release_entry release_table[];
extern const size_t release_table_n;
extern const struct policy_entry policy_table[];
extern const size_t policy_table_n;
/* Sorted by channel, bytewise; the entry of all others of a channel comes first. */
extern const struct needed_entry needed_table[];
extern const size_t needed_table_n;

extern const char attack_table_version[];
extern const char attack_table_rest[];
extern const char car_table_version[];
extern const char needed_table_version[];
extern const char attack_table_attribution[];

#endif

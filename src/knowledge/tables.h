/* tables.h - the tables that tables.awk makes of attack.txt and car.txt; for attack.c and car.c.
 * Rank: attack.h. */
#ifndef KNOWLEDGE_TABLES_H
#define KNOWLEDGE_TABLES_H

#include "knowledge/attack.h"

/* Sorted by id, bytewise; of two entries with one id the current one comes first. */
extern const struct attack_entry attack_table[];
extern const size_t attack_table_n;
extern const struct car_entry car_table[];
extern const size_t car_table_n;

extern const char attack_table_version[];
extern const char car_table_version[];
extern const char attack_table_attribution[];

#endif

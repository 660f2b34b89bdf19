/* car.c - look-up of CAR analytics in the generated table. */
#include "knowledge/attack.h"
#include "knowledge/tables.h"

const char *car_version(void)
{
    return car_table_version;
}

const struct car_entry *car_find(struct slice tag)
{
    /* `car.2013-05-009` and `CAR-2013-05-009` differ in one byte after the namespace. */
    if (tag.n < 4 || !slice_eq_nocase(slice_sub(tag, 0, 3), SLICE("car")) ||
        (tag.p[3] != '.' && tag.p[3] != '-'))
        return NULL;
    struct slice number = slice_sub(tag, 4, tag.n);
    size_t from = 0, to = car_table_n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int cmp = slice_cmp(number, slice_str(car_table[mid].id + 4));
        if (cmp == 0)
            return &car_table[mid];
        if (cmp > 0)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

/* atc2020.c - look-ups in the names of March 2020.
 * May include: base/. */
#include "knowledge/atc2020.h"

const struct atc_row *atc2020_find(enum atc_kind kind, struct slice name)
{
    for (size_t i = 0; i < atc2020_table_n; i++)
        if (atc2020_table[i].kind == kind && slice_eq(name, slice_str(atc2020_table[i].name)))
            return &atc2020_table[i];
    return NULL;
}

bool atc2020_lists(const char *list, struct slice item)
{
    struct slice rest = slice_str(list);
    while (rest.n) {
        size_t end = slice_find_byte(rest, ',');
        if (end == SIZE_MAX)
            end = rest.n;
        if (slice_eq(slice_sub(rest, 0, end), item))
            return true;
        rest = slice_sub(rest, end + 1, rest.n);
    }
    return false;
}

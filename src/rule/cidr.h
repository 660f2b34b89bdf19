/* cidr.h - networks and addresses as bytes.
 *
 * The matcher parses field values with the same function that parses rules.
 * Rank: base/. */
#ifndef RULE_CIDR_H
#define RULE_CIDR_H

#include "base/err.h"
#include "base/slice.h"

/* "10.0.0.0/8", "fe80::/10", or an address alone (all bits). The bits of the host must be 0.
 * net: network order, v4 in the first 4 bytes, rest 0. EV_ESYNTAX. */
int cidr_parse(struct slice text, uint8_t ret_net[16], uint8_t *ret_bits, bool *ret_v6,
               struct ev_err *err);

/* An address, IPv4 or IPv6; a zone (%12) is ignored; ::ffff:a.b.c.d becomes the IPv4 address. */
int address_parse(struct slice text, uint8_t ret[16], bool *ret_v6);

/* Is the address (of the same family) in the network? */
bool cidr_contains(const uint8_t net[16], uint8_t bits, const uint8_t address[16]);

#endif

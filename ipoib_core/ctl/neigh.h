/* SPDX-License-Identifier: GPL-2.0 */
/* IP's neighbours on an interface, and routes. */
#ifndef IPOIBCTL_NEIGH_H
#define IPOIBCTL_NEIGH_H

#include <linux/neighbour.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGH_GID	16

/**
 * struct address - of IP
 * @family: AF_INET or AF_INET6, 0: none
 * @bytes: 4 or 16 of them
 * @text: the same for people
 */
struct address {
	int family;
	unsigned char bytes[16] __attribute__((aligned(4)));
	char text[INET6_ADDRSTRLEN];
};

/**
 * struct neigh - a neighbour
 * @address: its address
 * @state: NUD_...
 * @seconds: since that changed; 0 also if that is not told
 * @known: what it has for an address in InfiniBand is known:
 * @qpn: QP number
 * @gid: GID
 */
struct neigh {
	struct address address;
	unsigned int state;
	unsigned int seconds;
	bool known;
	unsigned int qpn;
	unsigned char gid[NEIGH_GID];
};

/**
 * struct neighs - all of an interface; all 0 to begin with
 * @list: of them
 * @count: how many
 * @room: entries of @list
 * @ifindex: the interface
 */
struct neighs {
	struct neigh *list;
	size_t count;
	size_t room;
	unsigned int ifindex;
};

/**
 * struct route - the way to a peer
 * @ifindex: out of this interface
 * @gateway: by this one; family 0: the peer is a neighbour
 * @source: with this address, if the kernel has chosen one; else its family is 0
 * @type: RTN_...
 */
struct route {
	unsigned int ifindex;
	struct address gateway;
	struct address source;
	unsigned int type;
};

/**
 * neighs_ask() - the neighbours
 * @neighs: filled in; to be freed, also if it fails
 * @ifindex: of this interface
 *
 * Return: 0, or a negative errno.
 */
int neighs_ask(struct neighs *neighs, unsigned int ifindex);

/**
 * neighs_find() - one by its address
 * @neighs: all
 * @address: of it
 *
 * Return: it, or NULL.
 */
const struct neigh *neighs_find(const struct neighs *neighs, const struct address *address);

/**
 * neighs_free() - forget them
 * @neighs: all 0 afterwards
 */
void neighs_free(struct neighs *neighs);

/**
 * neigh_state() - its state as ip-neighbour(8) calls it
 * @state: NUD_...
 *
 * Return: a word.
 */
const char *neigh_state(unsigned int state);

/**
 * route_ask() - the way that packets go
 * @route: filled in
 * @peer: to where
 * @source: with this address, NULL: that is the kernel's choice
 * @ifindex: out of this interface, or by the routes of this VRF, 0: any
 *
 * Return: 0, or a negative errno: there is none.
 */
int route_ask(struct route *route, const struct address *peer, const struct address *source,
	      unsigned int ifindex);

/**
 * route_not_to_a_peer() - why a route does not lead to somebody else
 * @type: RTN_... of it, not RTN_UNICAST
 *
 * Return: a sentence.
 */
const char *route_not_to_a_peer(unsigned int type);

/**
 * address_read() - an address that somebody has written
 * @address: filled in
 * @text: it
 *
 * Return: whether it is one.
 */
bool address_read(struct address *address, const char *text);

/**
 * address_len() - bytes of an address
 * @address: it
 *
 * Return: 4 or 16.
 */
static inline size_t address_len(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

#endif /* IPOIBCTL_NEIGH_H */

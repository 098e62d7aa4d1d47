/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to a peer that any host answers: ICMP's echo. */
#ifndef IPOIBCTL_PING_H
#define IPOIBCTL_PING_H

#include "neigh.h"

/* Bytes of IP and ICMP in front of what is sent. */
#define PING_HEADERS_4	28
#define PING_HEADERS_6	48

/**
 * struct ping - who is asked
 * @peer: the peer
 * @ifindex: out of this interface
 * @sock: socket
 * @raw: answers have a header of IP, and are those of others too
 * @sequence: of the last question
 */
struct ping {
	struct address peer;
	unsigned int ifindex;
	int sock;
	bool raw;
	unsigned short sequence;
};

/**
 * ping_open() - get ready
 * @ping: filled in; to be closed if this succeeds
 * @peer: who is asked
 * @source: with this address; family 0: the kernel's choice
 * @ifindex: out of this interface
 *
 * Return: 0, or a negative errno; -EPERM, -EACCES: this user may not.
 */
int ping_open(struct ping *ping, const struct address *peer, const struct address *source,
	      unsigned int ifindex);

/**
 * ping_once() - ask, and wait for the answer
 * @ping: who
 * @bytes: of the packet of IP
 * @ms: for how long to wait
 * @us: how long it took, in microseconds
 *
 * Return: 0; -ETIMEDOUT: no answer; another negative errno.
 */
int ping_once(struct ping *ping, unsigned int bytes, unsigned int ms, unsigned int *us);

/**
 * ping_close() - that is all
 * @ping: who
 */
void ping_close(struct ping *ping);

/**
 * ping_provoke() - send a datagram, so that the kernel looks for the peer
 * @peer: the peer
 * @source: with this address; family 0: the kernel's choice
 * @ifindex: out of this interface
 *
 * Return: 0, or a negative errno.
 */
int ping_provoke(const struct address *peer, const struct address *source, unsigned int ifindex);

#endif /* IPOIBCTL_PING_H */

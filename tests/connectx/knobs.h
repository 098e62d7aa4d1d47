/* SPDX-License-Identifier: GPL-2.0 */
/* What a test can ask of a card; control.c lets it. */
#ifndef KNOBS_H
#define KNOBS_H

#include "ifc.h"

/**
 * struct knobs - what a test has asked for, or asks; see control.c
 * @link: 0: the cable is out
 * @send_error: so many of the next sends fail; like the others, not those of QP 0 and QP 1
 * @recv_error: so many of the next packets that find a buffer do
 * @stuck_sq: so many of the next send queues whose doorbell rings stand still from then on
 * @stuck_command: so many of the next commands get no answer
 * @refuse: the next command of this opcode is refused, and no other one
 * @held: bit mask of those that got none, though they were done
 * @health: syndrome of the firmware, which is dead then, until a driver starts it anew; or 0
 * @ud_offloads: the card can do checksums and large segments of plain datagrams
 * @tunnels: the card can do the same in VXLAN and GRE, with enhanced IPoIB
 * @ptp_queues: its driver sets send queues of each interface aside for time stamps
 * @qos_leaves: and so many for classes of traffic, a power of two; or 0
 * @lso_sends: counts large segments
 * @csum_sends: counts sends that ask for the checksum of TCP or UDP
 * @drop_ppm: of a million packets of data sent, so many get lost
 * @sa_mute: so do requests to the subnet administrator
 * @sa_paths: counts those for a path
 * @sa_joins: counts those to join a group
 */
struct knobs {
	u32 link;
	u32 send_error;
	u32 recv_error;
	u32 stuck_sq;
	u32 stuck_command;
	u32 refuse;
	u32 held;
	u32 health;
	u32 ud_offloads;
	u32 tunnels;
	u32 ptp_queues;
	u32 qos_leaves;
	u32 lso_sends;
	u32 csum_sends;
	u32 drop_ppm;
	u32 sa_mute;
	u32 sa_paths;
	u32 sa_joins;
};

#endif

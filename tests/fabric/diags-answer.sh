#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The programs of infiniband-diags see a subnet like any other.
#
#	sib0 (opensm)---switch---sib1 (ibping server)
#
# check: 6.1
# limit: 90
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

fabric_up 2
sm_start sib0
must_wait 10 all_active
a=$(port_lid sib0)
b=$(port_lid sib1)
switch=$(smpquery -C sib0 -D portinfo 0,1 0 | sed -n 's/^Lid:\.*//p')
note "LIDs: sib0 $a, sib1 $b, switch $switch"

says 'State: Active' ibstat sib1 1
says 'Rate: 100' ibstat sib1 1
says '^Switch.*"soft_ib switch" base port 0 lid' ibnetdiscover
is "HCAs found" "$(ibnetdiscover | grep -c '^Ca')" 2
says '4X.*Active.*LinkUp.*soft_ib HCA sib1' iblinkinfo
says 'NodeDescription.*soft_ib HCA sib1' saquery
says 'MGID' saquery -g
says 'SMINFO_MASTER' sminfo

says 'Channel Adapter' smpquery nodeinfo "$b"
says 'NodeType.*Switch' smpquery nodeinfo "$switch"
says 'soft_ib HCA sib1' smpquery -C sib0 -D nodedesc 0,1,2
says 'LinkState.*Active' smpquery portinfo "$switch" 2
says 'LinearFdbCap' smpquery switchinfo "$switch"
says '0xffff' smpquery pkeys "$b"
says '0xffff' smpquery pkeys "$switch" 1
says "$(cut -d : -f 5- /sys/class/infiniband/sib1/ports/1/gids/0 | tr -d :)" \
	smpquery guidinfo "$b"
says 'in  0' smpquery sl2vl "$b"
says 'Low priority' smpquery vlarb "$b"
says "^0x000$b 002" ibroute "$switch"
says 'valid mlids' ibroute -M "$switch"
says 'To ca.*soft_ib HCA sib1' ibtracert "$a" "$b"
says 'LinkState.*Active' ibportstate "$switch" 1 query

says 'PortXmitPkts' perfquery "$b" 1
says 'PortUnicastXmitPkts' perfquery -x "$b" 1
says 'PortSelect:\.*255' perfquery -a "$switch"
must perfquery -R "$b" 1
says '^LinkDownedCounter:\.*0$' perfquery "$b" 1
must ibqueryerrors

ibping_server sib1
must_wait 5 can_ibping sib0 "$b"
is "answers to ibping" "$(ibpings sib0 "$b" 50 1000)" 50
assert_strict_clean

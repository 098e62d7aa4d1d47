#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# rdma-core's services beside an interface: its modules are loaded, which name ib_ipoib, and change
# nothing; rdma-ndd names the node after the host. No unit of the guest fails.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"

system_up "$PAIR"
before=$(ethtool -i "$IFA")
service_start rdma-load-modules@rdma.service
service_start rdma-load-modules@infiniband.service
[ -d /sys/module/rdma_ucm ] || fail "rdma-core has not loaded its modules"
[ "$(ethtool -i "$IFA")" = "$before" ] || fail "$IFA has another driver now: $(ethtool -i "$IFA")"
[ "$(find /sys/class/net/ -name 'ib*' | wc -l)" = 1 ] || fail "there are more interfaces now"

service_start rdma-ndd.service
must_wait 10 grep -q "^$(hostname)" /sys/class/infiniband/sib0/node_desc

failed=$(systemctl list-units --plain --no-legend --state=failed)
[ -z "$failed" ] || fail "failed units: $failed"

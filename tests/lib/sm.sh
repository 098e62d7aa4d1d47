# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# OpenSM, unmodified: one or several. Sourced by host.sh.

SM_DIR=$TMPDIR/opensm

# sm_partitions [TEXT]: the partitions of every SM started (or sm_reload()ed) from now on; without
# TEXT the default: 0x7fff with a broadcast group of SM_MTU (4: 2048, 5: 4096), and 0x8001 likewise.
# shellcheck disable=SC2120 # tests pass it
sm_partitions()
{
	mkdir -p "$SM_DIR"
	if [ $# = 1 ]; then
		printf '%s\n' "$1" > "$SM_DIR/partitions"
	else
		cat > "$SM_DIR/partitions" <<-END
			Default=0x7fff, ipoib, mtu=${SM_MTU:-4}, rate=3, defmember=full : ALL=full;
			second=0x0001, ipoib, mtu=${SM_MTU:-4}, rate=3, defmember=full : ALL=full;
		END
	fi
}

# sm_start [HCA [OPTION...]]: an opensm on the port of HCA (sib0), master within the limit. More
# OPTIONs are opensm's own, e.g. --priority 14.
sm_start()
{
	sm_hca=${1:-sib0}
	[ $# = 0 ] || shift
	mkdir -p "$SM_DIR/$sm_hca"
	# shellcheck disable=SC2119
	[ -e "$SM_DIR/partitions" ] || sm_partitions
	# Answers are cached from one sweep to the next only in the temporary directory of the SM.
	cat > "$SM_DIR/$sm_hca/conf" <<-END
		partition_config_file $SM_DIR/partitions
		log_file $SM_DIR/$sm_hca/log
		log_max_size 0
		dump_files_dir $SM_DIR/$sm_hca
		sweep_interval ${SM_SWEEP:-5}
		sminfo_polling_timeout 500
		polling_retry_number 2
		max_op_vls 1
		honor_guid2lid_file FALSE
		babbling_port_policy FALSE
		force_log_flush TRUE
		$(printf '%s\n' "${SM_CONF:-}")
	END
	# What an earlier one wrote would look like this one being ready.
	rm -f "$SM_DIR/$sm_hca/log" "$SM_DIR/$sm_hca/out"
	note "opensm on $sm_hca $*"
	# In a group of its own: the runner ends what a test has left before it, see its check_invariants.
	OSM_TMP_DIR=$SM_DIR/$sm_hca/ OSM_CACHE_DIR=$SM_DIR/$sm_hca/ \
		setsid opensm -F "$SM_DIR/$sm_hca/conf" -g "$(port_guid "$sm_hca")" "$@" \
		> "$SM_DIR/$sm_hca/out" 2>&1 < /dev/null &
	echo $! > "$SM_DIR/$sm_hca/pid"
	if ! wait_for 30 sm_settled "$sm_hca"; then
		tail -n 30 "$SM_DIR/$sm_hca/out" "$SM_DIR/$sm_hca/log"
		fail "opensm on $sm_hca does not come up"
	fi
	note "opensm on $sm_hca: ready after $WAITED ms"
}

# sm_settled HCA: it swept the fabric, or found another SM to be the master.
sm_settled()
{
	grep -Eq 'SUBNET UP|Entering STANDBY' "$SM_DIR/$1/out" "$SM_DIR/$1/log"
}

sm_pid()
{
	cat "$SM_DIR/$1/pid"
}

# sm_stop [HCA]: in an orderly way, as systemd would. sm_kill [HCA]: at once.
sm_stop()
{
	sm_end TERM "${1:-sib0}"
}

sm_kill()
{
	sm_end KILL "${1:-sib0}"
}

sm_end()
{
	note "opensm on $2: SIG$1"
	sm_ended=$(sm_pid "$2")
	kill "-$1" "$sm_ended"
	wait "$sm_ended" || :
}

# sm_sweep [HCA]: a heavy sweep with the partitions of now; waits until the subnet is up again.
sm_sweep()
{
	sm_ups=$(sm_ups "${1:-sib0}")
	sm_reload "${1:-sib0}"
	must_wait 20 sm_swept "${1:-sib0}"
}

sm_ups()
{
	grep -c 'SUBNET UP' "$SM_DIR/$1/log" || :
}

sm_swept_once()
{
	[ "$(sm_ups "$1")" -ge 1 ]
}

sm_swept()
{
	[ "$(sm_ups "$1")" -gt "$sm_ups" ]
}

# sm_reload [HCA]: reads the partitions again and sweeps (opensm's SIGHUP).
sm_reload()
{
	kill -HUP "$(sm_pid "${1:-sib0}")"
}

# sm_is_master HCA: according to the fabric itself.
sm_is_master()
{
	sminfo -C "$1" -P 1 "$(port_lid "$1")" 2>/dev/null | grep -q 'state 3 SMINFO_MASTER'
}

# group_members HCA MGID: as the SA on HCA's fabric has them, a line "GID JOINSTATE" each; 1 is a full
# member, 8 one that only sends.
group_members()
{
	saquery --smkey 1 -C "$1" -P 1 -m 2> /dev/null | awk -v mgid="$2" '
		{ value = $0; sub(/^[^.]*\.+/, "", value) }
		/MGID/ { its = value == mgid }
		/PortGid/ { gid = value }
		/ScopeState/ && its { print gid, substr(value, length(value)) }'
}

# is_group_member HCA MGID GID JOINSTATE
is_group_member()
{
	group_members "$1" "$2" | grep -qxF "$3 $4"
}

# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -f locks.awk SOURCE...
#
# A function wants a lock to be held when it says so (lockdep_assert_held(), or the comment above it: "qp_mutex held"), or when it
# calls one that does, without taking the lock. In the end somebody has to take it: said is what wants a lock, does not say so, and is called
# by nobody here: an op, a work, a callback, or a function for others. Locks are told apart by the last word of their
# names; "tx" is what __netif_tx_lock_bh() takes.

# lock_of TEXT: from a call's arguments, "&priv->paths.lock);"
function lock_of(text)
{
	sub(/[,)].*/, "", text)
	sub(/.*[>.&]/, "", text)
	return text
}

function says(name, lock)
{
	wants[name, lock]
	said[name, lock]
	locks[lock]
}

function look_at_comment(    word)
{
	if (comment ~ / or TX lock/)
		return
	if (comment ~ /TX lock( of the queue)? held/)
		says(in_function, "tx")
	else if (match(comment, /[A-Za-z_.]*(lock|mutex) held/)) {
		word = substr(comment, RSTART, RLENGTH - 5)
		sub(/.*[.]/, "", word)
		says(in_function, word)
	}
}

function indent_of(text)
{
	match(text, /^\t*/)
	return RLENGTH
}

# take TEXT: locks that it takes, or gives back where they were taken: what a branch gives back before it returns, the
# rest goes on to hold.
function take(text,    lock)
{
	if (match(text, /(spin_lock|spin_lock_bh|mutex_lock)\(/)) {
		lock = lock_of(substr(text, RSTART + RLENGTH))
		held[lock] = indent_of(text)
	} else if (text ~ /__netif_tx_lock_bh\(/) {
		held["tx"] = indent_of(text)
	} else if (match(text, /(spin_unlock|spin_unlock_bh|mutex_unlock)\(/)) {
		lock = lock_of(substr(text, RSTART + RLENGTH))
		if (lock in held && indent_of(text) <= held[lock])
			delete held[lock]
	} else if (text ~ /__netif_tx_unlock_bh\(/) {
		delete held["tx"]
	}
}

FNR == 1 { comment = in_function = "" }

/^\/\*/ { comment = "" }
/^(\/\*| \*)/ { comment = comment " " $0; next }
/^[a-z].*\(/ && !/;$/ {
	waiting = $0
	sub(/\(.*/, "", waiting)
	sub(/.*[ *]/, "", waiting)
	next
}
/^\{/ {
	in_function = waiting
	place[in_function] = FILENAME ":" FNR
	split("", held)
	look_at_comment()
	comment = ""
	next
}
/^\}/ { in_function = comment = ""; next }
in_function == "" { if (/^$/) comment = ""; next }

{
	text = $0
	gsub(/\/\*.*\*\//, "", text)
	if (match(text, /lockdep_assert_held\(/))
		says(in_function, lock_of(substr(text, RSTART + RLENGTH)))
	take(text)
	now = " "
	for (lock in held)
		now = now lock " "
	while (match(text, /[a-z_0-9]+\(/)) {
		caller[++calls] = in_function
		callee[calls] = substr(text, RSTART, RLENGTH - 1)
		with[calls] = now
		is_called[callee[calls]]
		text = substr(text, RSTART + RLENGTH)
	}
}

END {
	do {
		more = 0
		for (i = 1; i <= calls; i++) {
			for (lock in locks) {
				if (!((callee[i], lock) in wants) || (caller[i], lock) in wants ||
				    index(with[i], " " lock " "))
					continue
				wants[caller[i], lock]
				by[caller[i], lock] = callee[i]
				more = 1
			}
		}
	} while (more)
	for (pair in by) {
		split(pair, part, SUBSEP)
		if (part[1] in is_called)
			continue
		way = part[1]
		for (name = part[1]; (name, part[2]) in by; way = way "() -> " name)
			name = by[name, part[2]]
		print place[part[1]] ": nobody takes \"" part[2] "\", which the last one wants: " way "()"
		wrong = 1
	}
	exit wrong
}

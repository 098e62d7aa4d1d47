# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -f order.awk order.tab SOURCE...
#
# Says which functions do not take the steps that the table has for them, in its order, and what the table lacks.

# What may be nowhere but in the table.
function kept(text)
{
	return text ~ /(synchronize_(net|rcu)|smp_[a-z_]*(mb|release|acquire)[a-z_]*|cancel_[a-z_]*work[a-z_]*|hrtimer_cancel|flush_work|napi_disable|wait_event|wake_up[a-z_]*|rcu_barrier)\(/
}

function say(where, words)
{
	print where ": " words
	wrong = 1
}

# done: a function has been read: what is left of its steps?
function done(    where)
{
	where = FILENAME " " in_function
	if (where in steps && next_step <= steps[where])
		say(FILENAME, in_function "() has no '" step[where, next_step] "'" \
			(next_step > 1 ? " after '" step[where, next_step - 1] "'" : "") why[where])
	in_function = ""
}

FNR == NR && (/^#/ || /^$/) { next }
FNR == NR && /^\t/ {
	sub(/^\t/, "")
	step[record, ++steps[record]] = $0
	next
}
FNR == NR {
	record = $1 " " $2
	if (record in steps)
		say("order.tab", record " is there twice")
	steps[record] = 0
	match($0, /\t+/)
	why[record] = RSTART ? ": " substr($0, RSTART + RLENGTH) : ""
	next
}

/^[a-z].*\(/ && !/;$/ {
	waiting = $0
	sub(/\(.*/, "", waiting)
	sub(/.*[ *]/, "", waiting)
}
/^\{/ { in_function = waiting; next_step = 1; found[FILENAME " " in_function] }
/^\}/ { done() }
in_function == "" { next }

{
	text = $0
	gsub(/\/\*.*\*\//, "", text)
	if (text ~ /^[ \t]*(\/\*|\*)/)
		next
	where = FILENAME " " in_function
	taken = 0
	while (where in steps && next_step <= steps[where] && (at = index(text, step[where, next_step]))) {
		taken++
		text = substr(text, at + length(step[where, next_step]))
		next_step++
	}
	if (!taken && kept(text)) {
		sub(/^[ \t]+/, "", text)
		say(FILENAME, in_function "(): '" text "' is not in tests/lint/order.tab there")
	}
}

END {
	for (where in steps)
		if (!(where in found))
			say("order.tab", "there is no " where)
	exit wrong
}

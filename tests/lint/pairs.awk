# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -f pairs.awk SOURCE...
#
# What makes no sense without another: a bit that is set, and never cleared, or never looked at; one that is cleared or looked at, and never
# set; a counter that is shown, and never counted; a cause of drops for which nothing is dropped; a function for other files that nobody
# calls (the compiler tells of others).

# Bits that stay once they are set; and one that is looked at with the others of its word.
BEGIN {
	stays["IPOIB_F_LEGACY"]
	stays["IPOIB_F_CONNECTED_LOGGED"]
	stays["IPOIB_MC_FULL"]
	looked["IPOIB_TODO_CARRIER"]
}

# bit_of TEXT: the first argument of a call, when it is a constant's name.
function bit_of(text)
{
	sub(/^[^(]*\(/, "", text)
	sub(/,.*/, "", text)
	return text ~ /^[A-Z][A-Z0-9_]+$/ ? text : ""
}

function bits(text,    call, bit)
{
	# ipoib_port_log_once() looks at what it is given, and sets it.
	if (match(text, /_log_once\([a-z]+, IPOIB_F_[A-Z_]+/)) {
		bit = substr(text, RSTART, RLENGTH)
		sub(/.* /, "", bit)
		set[bit]
		looked[bit]
	}
	while (match(text, /[a-z_]*_bit\((IPOIB_(F|MC|TODO)|REF)_[A-Z0-9_]*,/)) {
		call = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		bit = bit_of(call)
		where[bit] = FILENAME
		if (call ~ /^(__)?(test_and_)?set_bit/)
			set[bit]
		if (call ~ /^(__)?(test_and_)?clear_bit/)
			cleared[bit]
		if (call ~ /^test_/)
			looked[bit]
	}
}

/^[ \t]*(\/\*|\*)/ { next }

# A definition, or a declaration, begins in the first column.
/^[a-z].*[ *][a-z_0-9]+\(/ {
	name = $0
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	if (FILENAME ~ /\.c$/ && !/^static / && !/;$/)
		defined[name] = FILENAME
	next
}
/^EXPORT_SYMBOL/ {
	sub(/^[^(]*\(/, "")
	sub(/\).*/, "")
	called[$0]
	next
}

{
	text = $0
	while (match(text, /[a-z_][a-z_0-9]+/)) {
		called[substr(text, RSTART, RLENGTH)]
		text = substr(text, RSTART + RLENGTH)
	}
	bits($0)
	if (match($0, /REF_COUNTER\([a-z_]*, [a-z_]*\)/)) {
		name = substr($0, RSTART, RLENGTH - 1)
		sub(/.* /, "", name)
		shown[name] = FILENAME
	}
	if (match($0, /(ref_count|ref_rx_count)\([^;]*, [a-z_]*\)/)) {
		name = substr($0, RSTART, RLENGTH - 1)
		sub(/.* /, "", name)
		counted[name]
	}
	if (match($0, /u64_stats_(add|inc)\(&[a-z_>-]*/)) {
		name = substr($0, RSTART, RLENGTH)
		sub(/.*>/, "", name)
		if (/burst->/)
			added[name]
		else
			counted[name]
	}
	if (match($0, /atomic_long_(inc|add)\(.*events\.[a-z_]*/)) {
		name = substr($0, RSTART, RLENGTH)
		sub(/.*\./, "", name)
		counted[name]
	}
	# What a run of NAPI gathers is added to the counter of the same name at its end.
	if (match($0, /burst->[a-z_]*(\+\+| \+=)/)) {
		name = substr($0, RSTART + 7, RLENGTH - 7)
		sub(/[+ ].*/, "", name)
		gathered[name]
	}
	if (match($0, /IPOIB_DROP_[A-Z_]*/) && FILENAME ~ /core\.h$/ && substr($0, RSTART) !~ /^IPOIB_DROP_NUM/)
		cause[substr($0, RSTART, RLENGTH)]
	else if (FILENAME !~ /(ethtool\.c|core\.h)$/)
		while (match(line = (line == "" ? $0 : line), /IPOIB_DROP_[A-Z_]*/)) {
			used[substr(line, RSTART, RLENGTH)]
			line = substr(line, RSTART + RLENGTH) " "
			if (line !~ /IPOIB_DROP_/)
				break
		}
	line = ""
}

function say(words)
{
	print words
	wrong = 1
}

END {
	for (bit in where) {
		if (bit in set && !(bit in cleared) && !(bit in stays))
			say(where[bit] ": " bit " is set, and never cleared")
		if (bit in set && !(bit in looked))
			say(where[bit] ": " bit " is set, and never looked at")
		if (!(bit in set))
			say(where[bit] ": " bit " is cleared or looked at, and never set")
	}
	for (name in shown)
		if (!(name in counted) && !(name in added && name in gathered))
			say(shown[name] ": " name " is shown, and never counted")
	for (name in defined)
		if (!(name in called) && name != "main")
			say(defined[name] ": nobody calls " name "()")
	for (name in cause)
		if (!(name in used))
			say("ipoib_core: nothing is dropped for " name)
	exit wrong
}

# SPDX-License-Identifier: GPL-2.0
#
# Lists the small mistakes that one could make in C sources of the kernel's style, a line each, fields divided
# by tabs:
#	name, file, number of the line, what the line is then
# The name is FILE:FUNCTION:OPERATOR:N, N counting within the function, so that it stays when lines move. One
# line is one statement or condition, or it is left alone. Operators:
#	drop	a call, an assignment to what others see, a count: gone
#	never	a check that never finds anything
#	turn	a condition turned round
#	andor	&& for ||, || for &&
#	edge	< for <=, > for >=, and back
#	one	+ 1, - 1: gone

# told OPERATOR LINE
function told(operator, line)
{
	printf "%s:%s:%s:%d\t%s\t%d\t%s\n", FILENAME, function_name, operator, ++count[operator], \
		FILENAME, FNR, line
}

# whole TEXT: its parentheses are closed.
function whole(text,    copy)
{
	copy = text
	return gsub(/\(/, "", copy) == gsub(/\)/, "", copy)
}

# swapped FROM TO: the line with the first FROM, a word between blanks, replaced.
function swapped(from, to,    at)
{
	at = index($0, " " from " ")
	if (at)
		return substr($0, 1, at) to substr($0, at + 1 + length(from))
	return ""
}

function try_swap(operator, from, to,    line)
{
	line = swapped(from, to)
	if (line != "")
		told(operator, line)
}

FNR == 1 { in_comment = in_table = 0; function_name = ""; split("", count) }

# A function of the kernel's style begins in the first column, and its body with a brace there.
/^[a-z].*\(/ && !/;$/ {
	name = $0
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	waiting = name
}
/^\{/ { function_name = waiting; split("", count); next }
/^\}/ { function_name = ""; next }
function_name == "" { next }

/^[ \t]*\/\*/ { in_comment = 1 }
in_comment { if (/\*\//) in_comment = 0; next }
/\/\*/ { next }
# Words for people, and what says itself that it must not be so.
/(pr|netdev|dev|ibdev)_(err|warn|info|dbg|notice)|WARN_ON|BUILD_BUG|NL_SET|lockdep|_lock\(|_unlock\(|rcu_read|sysfs_emit|seq_/ { next }

/^\t+[a-z_][a-zA-Z0-9_.>-]*\(.*\);$/ && whole($0) && !/^\t+(return|kfree)/ { told("drop", indent() ";") }
/^\t+[a-z_][a-zA-Z0-9_]*(->|\.|\[)[^=(]* (=|\+=|-=|\|=|&=) .*;$/ && whole($0) { told("drop", indent() ";") }
/^\t+[^ =]+(\+\+|--);$/ { told("drop", indent() ";") }

/^\t+if \(.*\)( \{)?$/ && whole($0) {
	condition = $0
	sub(/^\t+if \(/, "", condition)
	brace = sub(/\) \{$/, "", condition) ? " {" : ""
	if (brace == "")
		sub(/\)$/, "", condition)
	told("turn", indent() "if (!(" condition "))" brace)
	told("never", indent() "if (0 && (" condition "))" brace)
}
/^\t+(if|while|for|return) ?.* (&&|\|\|) / || /^\t+(if|while|for|return) ?.* (&&|\|\|)$/ {
	try_swap("andor", "&&", "||")
	try_swap("andor", "||", "&&")
}
/^\t+(if|while|for|return|\} while)/ {
	try_swap("edge", "<", "<=")
	try_swap("edge", "<=", "<")
	try_swap("edge", ">", ">=")
	try_swap("edge", ">=", ">")
}
/ [+-] 1[^0-9.]/ {
	line = $0
	sub(/ [+-] 1/, "", line)
	told("one", line)
}

function indent(    tabs)
{
	tabs = $0
	sub(/[^\t].*/, "", tabs)
	return tabs
}

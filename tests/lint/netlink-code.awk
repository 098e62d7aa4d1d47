# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -f netlink-code.awk netlink*.c
#
# Which attributes each command of the netlink family takes and tells, as facts of netlink.awk: those of the start
# function, and those that the dump function puts, with all functions that it calls or hands on. What follows
# "if (cmd == COMMAND)" is told by that one alone, and the rest of the function by others.

# words(TEXT, REGEX): all that it matches, each between blanks.
function words(text, regex,    found)
{
	for (found = " "; match(text, regex); text = substr(text, RSTART + RLENGTH))
		found = found substr(text, RSTART, RLENGTH) " "
	return found
}

function takes(command, text,    i, n, list)
{
	n = split(words(text, "IPOIB_(A|NL_BY)_[A-Z]+"), list, " ")
	for (i = 1; i <= n; i++)
		if (list[i] in filters)
			takes(command, filters[list[i]])
		else
			print "filter", command, list[i]
}

function tells(command, name,    i, n, list)
{
	if (seen[command, name]++)
		return
	n = split(puts[name] (command == only[name] ? puts_only[name] : puts_else[name]), list, " ")
	for (i = 1; i <= n; i++)
		print "reply", command, list[i]
	n = split(calls[name], list, " ")
	for (i = 1; i <= n; i++)
		tells(command, list[i])
}

/^#define IPOIB_NL_BY_/ { text = $0; sub(/^#define [A-Z_]+/, "", text); filters[$2] = text }
/^[a-z].*\(/ && !/;$/ { name = words($0, "[a-z0-9_]+\\("); sub(/\(.*/, "", name); name = substr(name, 2) }
/^}/ { name = "" }
/ipoib_nl_start\(cb, &/ { filters[name] = $0 }
/ipoib_nl_notify\(.*IPOIB_CMD/ { command = words($0, "IPOIB_CMD_[A-Z_]+"); roots[substr(command, 2, length(command) - 2)] = name }
/\.cmd = / { command = $3; sub(/,/, "", command) }
/\.start = / { starts[command] = substr($3, 1, length($3) - 1) }
/\.dumpit = / { roots[command] = substr($3, 1, length($3) - 1) }
name {
	put = words($0, "nla_put[a-z0-9_]*\\(skb, IPOIB_A_[A-Z_]+")
	gsub(/nla_put[a-z0-9_]*\(skb,/, "", put)
	if (branch)
		puts_only[name] = puts_only[name] put
	else if (name in only)
		puts_else[name] = puts_else[name] put
	else
		puts[name] = puts[name] put
	branch = 0
	calls[name] = calls[name] words($0, "ipoib_nl_[a-z_]+")
}
/if \(cmd == / { only[name] = substr($4, 1, length($4) - 1); branch = 1 }

END {
	for (command in starts)
		takes(command, filters[starts[command]])
	for (command in roots)
		tells(command, roots[command])
}

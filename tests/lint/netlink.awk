# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -f netlink.awk ipoib.yaml
#
# What a netlink specification says, as facts, one a line, that check-netlink finds in C too:
#	value NAME NUMBER		of enums, attributes and commands
#	type ATTRIBUTE TYPE
#	admin COMMAND			needs CAP_NET_ADMIN
#	filter COMMAND ATTRIBUTE	may be in a request
#	reply COMMAND ATTRIBUTE		may be in an answer, or in what listeners are told
# Of YAML it knows as much as the specification is written in: two lists of blocks, a flow mapping for each value
# of an enum, and flow lists of what is in a message.

function word(text)
{
	gsub(/-/, "_", text)
	return toupper(text)
}

/^ *#/ { next }
/^[a-z]/ { section = $1; number = 0 }

section == "definitions:" && /^    name:/ { of = word($2) }
section == "definitions:" && /^      - \{ name:/ {
	gsub(/,/, "")
	print "value", "IPOIB_" of "_" word($4), $6
}

section == "attribute-sets:" && /^        name:/ {
	attribute = "IPOIB_A_" word($2)
	print "value", attribute, ++number
}
section == "attribute-sets:" && /^        type:/ && $2 != "pad" { print "type", attribute, $2 }

section == "operations:" && /^      name:/ {
	command = "IPOIB_CMD_" word($2)
	print "value", command, ++number
}
section == "operations:" && /^      flags: \[ admin-perm \]/ { print "admin", command }
section == "operations:" && /^        request:/ { kind = "filter" }
section == "operations:" && /^      (  reply|event):/ { kind = "reply" }
section == "operations:" && sub(/.* attributes: \[/, "") { listed = 1 }
listed {
	listed = !sub(/\]/, "")
	gsub(/,/, " ")
	for (i = 1; i <= NF; i++)
		print kind, command, "IPOIB_A_" word($i)
}

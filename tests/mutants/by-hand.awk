# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk [-v name=NAME] -f by-hand.awk LIST [SOURCE]
#
# Mistakes that somebody made by hand. In LIST each is a few lines, and a blank one after them:
#	NAME FILE FUNCTION TEST...
#	# what it is, in a sentence
#	-lines of FUNCTION that are replaced, without the blanks around them
#	+by these
# A TEST is one that shall notice it: as tests/vm/run takes it, or lint/NAME, unit/NAME. Without a name: lists all of them, fields divided by tabs: name,
# file, tests. With one: prints SOURCE, which is its file, with that mistake. Fails when FUNCTION does not have those lines, one
# after the other, just once: then the list is older than the code.

function trimmed(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

function broken(words)
{
	print "by-hand: " name ": " words > "/dev/stderr"
	failed = 1
	exit 1
}

FILENAME == ARGV[1] && /^#/ { next }
FILENAME == ARGV[1] && /^$/ { mine = 0; next }
FILENAME == ARGV[1] && /^-/ {
	if (mine)
		old[++olds] = trimmed(substr($0, 2))
	next
}
FILENAME == ARGV[1] && /^\+/ {
	if (mine)
		new[++news] = substr($0, 2)
	next
}
FILENAME == ARGV[1] {
	if (seen[$1]++) {
		name = $1
		broken("twice in the list")
	}
	tests = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", tests)
	if (name == "")
		print $1 "\t" $2 "\t" tests
	mine = $1 == name
	if (mine)
		function_name = $3
	next
}

{ line[++lines] = $0 }

# A function of the kernel's style begins in the first column; its body ends with a brace there. "-" is no function: the whole file.
function look(    i, j, inside)
{
	inside = function_name == "-"
	for (i = 1; i <= lines; i++) {
		if (function_name != "-") {
			if (line[i] ~ /^[a-z#]/ && line[i] ~ ("(^|[^a-z0-9_])" function_name "\\(") && line[i] !~ /;$/)
				inside = 1
			else if (line[i] ~ /^}/)
				inside = 0
		}
		if (!inside)
			continue
		for (j = 1; j <= olds && trimmed(line[i + j - 1]) == old[j]; j++)
			;
		if (j > olds) {
			at = i
			found++
		}
	}
}

END {
	if (failed || name == "")
		exit failed
	if (function_name == "")
		broken("not in the list")
	if (!olds)
		broken("says no line to be replaced")
	look()
	if (found != 1)
		broken(function_name "() has these lines " found + 0 " times: " old[1])
	for (i = 1; i <= lines; i++) {
		if (i == at)
			for (j = 1; j <= news; j++)
				print new[j]
		if (i < at || i >= at + olds)
			print line[i]
	}
}

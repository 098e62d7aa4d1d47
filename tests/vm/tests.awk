# SPDX-License-Identifier: GPL-2.0
#
# Lists the tests among scripts, by the "# KEY: VALUE" lines in them that run-tests.sh explains: a line of
# each variant, in fields that are divided by "|":
#	path, name, variables, lane, only kernel, whose turn in make check, root, limit, whether a longer variant
#	includes a shorter one

# chosen KEY VARS: for one variant, from the first line "# KEY: WORD [NAME=VALUE...]" whose other words are
# all among the variant's: its WORD.
function chosen(key, vars,    i, n, j, word, fits)
{
	for (i = 1; i <= lines[key]; i++) {
		n = split(value[key, i], word, " ")
		fits = 1
		for (j = 2; j <= n; j++)
			if (!index(" " vars " ", " " word[j] " "))
				fits = 0
		if (fits)
			return word[1]
	}
	return ""
}

# variants VARS I: VARS with all combinations from the I-th "# matrix:" line on.
function variants(vars, i,    n, j, name, values, each)
{
	if (i > lines["matrix"]) {
		tell(vars)
		return
	}
	name = values = value["matrix", i]
	sub(/=.*/, "", name)
	sub(/^[^=]*=/, "", values)
	n = split(values, each, ",")
	for (j = 1; j <= n; j++)
		variants((vars == "" ? "" : vars " ") name "=" each[j], i + 1)
}

function tell(vars,    name, words)
{
	name = path
	sub(/\.sh$/, "", name)
	if (vars != "") {
		words = vars
		gsub(/[A-Za-z_0-9]+=/, "", words)
		gsub(/ /, ",", words)
		name = name ":" words
	}
	print path "|" name "|" vars "|" chosen("lane", vars) "|" chosen("kernel", vars) "|" \
		chosen("check", vars) "|" root "|" limit "|" short
}

function end_file()
{
	if (lines["lane"]) {
		root = lines["root"] ? value["root", 1] : "busybox"
		limit = lines["limit"] ? value["limit", 1] : 60
		variants("", 1)
	}
	split("", lines)
	split("", value)
	short = ""
}

FNR == 1 {
	end_file()
	path = FILENAME
	sub(/^.*\/tests\//, "", path)
}

/^# (lane|kernel|check|root|limit|matrix): / {
	key = $2
	sub(/:$/, "", key)
	line = $0
	sub(/^# [a-z]*: */, "", line)
	value[key, ++lines[key]] = line
	if (key == "lane" && line ~ /only-quick/)
		short = "only-quick"
}

END { end_file() }

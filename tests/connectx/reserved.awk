# SPDX-License-Identifier: GPL-2.0
# Usage: awk -f reserved.awk cmd.c mlx5_ifc.h > reserved.h
#
# Lists the reserved fields of the input of each command that cmd.c has a HANDLER of, as linux/mlx5/mlx5_ifc.h
# has them. What is in a union or in an array of structures is left out: what it is depends on other fields.

# Of cmd.c: the commands, and the structures of their input.
FILENAME ~ /cmd\.c$/ {
	if (/^\tHANDLER/ && match($0, /HANDLER(_OF)?\([A-Z0-9_]+, [a-z0-9_]+,/)) {
		split(substr($0, RSTART, RLENGTH), word, /[(,] */)
		opcode[++commands] = word[2]
		input[commands] = word[3] "_in"
	}
	next
}

# Of mlx5_ifc.h: the members of each structure, in order.
/^struct mlx5_ifc_[a-z0-9_]+_bits \{$/ {
	type = $2
	sub(/^mlx5_ifc_/, "", type)
	sub(/_bits$/, "", type)
	depth = 1
	next
}
type == "" { next }
/\{$/ { depth++; next }
/^\t*\}/ {
	if (!--depth)
		type = ""
	next
}
depth == 1 && $1 == "u8" && $2 ~ /^reserved_at_[0-9a-f]+\[/ {
	sub(/\[.*/, "", $2)
	member[type, ++members[type]] = $2
}
depth == 1 && $1 == "struct" && $3 ~ /^[a-z0-9_]+;$/ {
	sub(/^mlx5_ifc_/, "", $2)
	sub(/_bits$/, "", $2)
	sub(/;/, "", $3)
	member[type, ++members[type]] = $3
	inner[type, members[type]] = $2
}

# list(OF, TYPE, PATH): the reserved fields of TYPE, which is at PATH in OF.
function list(of, type, path,	i)
{
	for (i = 1; i <= members[type]; i++) {
		if ((type, i) in inner)
			list(of, inner[type, i], path member[type, i] ".")
		else
			printf "\t{ ifc_bit(%s, %s), ifc_bits(%s, %s) },\n", of, path member[type, i], of,
				path member[type, i]
	}
}

END {
	for (i = 1; i <= commands; i++) {
		if (input[i] in listed)
			continue
		listed[input[i]] = 1
		printf "static const struct field reserved_%s[] = {\n", input[i]
		list(input[i], input[i], "")
		print "\t{ 0, 0 },\n};\n"
	}
	print "static const struct layout layouts[] = {"
	for (i = 1; i <= commands; i++)
		printf "\t{ MLX5_CMD_OP_%s, reserved_%s },\n", opcode[i], input[i]
	print "};"
}

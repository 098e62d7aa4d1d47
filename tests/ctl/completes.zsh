# SPDX-License-Identifier: GPL-2.0
# For unit/ctl-completes, in place of .zshrc: zsh completes each of the lines in $ZDOTDIR/lines as if somebody pressed
# Tab behind it, writes LINE|WORD... of them to $ZDOTDIR/said, and ends. _ipoibctl is in $ZDOTDIR too.
fpath=($ZDOTDIR $fpath)
autoload -U compinit
compinit -D -u

# The builtin takes what fits; functions of zsh ask it some things beforehand, by these options.
compadd()
{
	local -a fit
	local option
	for option; do
		[[ $option != (-|--) ]] || break
		[[ $option != -[a-zA-Z]#[OAD] ]] || { builtin compadd "$@"; return }
	done
	builtin compadd -A fit "$@"
	print -rl -- $fit >> $ZDOTDIR/fit
	builtin compadd "$@"
}

zle -C show list-choices _main_complete
zle-line-init()
{
	local line
	while IFS= read -r line; do
		: > $ZDOTDIR/fit
		BUFFER=$line CURSOR=$#line
		zle show
		print -r -- "${line#ipoibctl }|${(j: :)${(fou)"$(< $ZDOTDIR/fit)"}}" >> $ZDOTDIR/said
	done < $ZDOTDIR/lines
	exit
}
zle -N zle-line-init

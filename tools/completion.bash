# shellcheck shell=bash
# Bash completion for the tools, and for `sluice-run`, which runs a dataset. What
# can stand where is read off `TOOL --help`, which each tool prints from its
# option table: nothing about options is written down twice.

# The placeholder of option $2 of tool $1, as FILE or keep|drop; empty for a
# flag, and status 1 where there is no such option.
_sluice_placeholder() {
	"$1" --help 2>/dev/null | awk -v option="$2" '
		{ sub(/^ +/, ""); sub(/,/, " ") }
		/^-/ {
			line = $0
			for (i = 1; $i ~ /^-/; i++)
				if ($i == option)
					found = 1
			if (found) {
				match(line, /^(-. +)?--[^ ]+/)
				rest = substr(line, RLENGTH + 1)
				if (rest ~ /^ [^ ]/) {
					split(rest, word, " ")
					print word[1]
				}
				exit
			}
		}
		END { exit !found }'
}

# Sets COMPREPLY to what can stand for placeholder $1 and begins with $2.
_sluice_values() {
	local word words=() IFS=$'\n'
	case $1 in
	*@FILE)
		[[ $2 != @* ]] || mapfile -t COMPREPLY < <(
			compgen -f -P @ -- "${2#@}"
		)
		return
		;;
	FILE*) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	DIR) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
	*[a-z]\|[a-z]*)
		IFS='|'
		for word in $1; do
			# record|replay:DIR is record:DIR and replay:DIR.
			[[ $1 != *:DIR ]] || word=${word%:*}:
			words+=("${word%%[A-Z]*}")
		done
		IFS=$'\n'
		mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$2")
		[[ ${COMPREPLY[*]-} != *: ]] || compopt -o nospace 2>/dev/null
		return
		;;
	esac
	compopt -o filenames 2>/dev/null || :
}

# The resources of the profile that the line names.
_sluice_resources() {
	local i profile=api.json
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-p | --profile)
			profile=${COMP_WORDS[i + 1]}
			[[ $profile != = ]] || profile=${COMP_WORDS[i + 2]}
			;;
		esac
	done
	jq -r '.resources | keys[]' "$profile" 2>/dev/null
}

_sluice() {
	local tool=$1 word=$2 before=$3 placeholder
	COMPREPLY=()
	[[ $word != [:=] ]] || word=''
	case $before$2 in
	*: | :*) # record:DIR
		_sluice_values DIR "$word"
		return
		;;
	=*) before=${COMP_WORDS[COMP_CWORD - 2]} ;;
	esac
	if [[ $before == -* ]] &&
		placeholder=$(_sluice_placeholder "$tool" "$before") &&
		[[ $placeholder ]]; then
		_sluice_values "$placeholder" "$word"
		return
	fi
	case ${tool##*/}:$word in
	*:-*)
		mapfile -t COMPREPLY < <(compgen -W "$("$tool" --help |
			grep -oE '^ +(-., )?--[a-z-]+' |
			grep -oE -- '--[a-z-]+$')" -- "$word")
		;;
	wdn-fetch:* | paginate:* | batch-post:*)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_sluice_resources)" -- "$word"
		)
		;;
	esac
}

# sluice-run DATASET [OPTION ...] [NAME=VALUE ...]
_sluice_run() {
	local choices='' folder
	folder=$(dirname "$(realpath "$(command -v "$1")")")
	choices=$("$1" --help | grep -oE -- '--[a-z-]+' | sort -u) || :
	if ((COMP_CWORD == 1)); then
		choices+=" $("$1" --help | sed -n 's/^datasets: //p')"
	elif [[ -e $folder/${COMP_WORDS[1]}/params && $2 != -* ]]; then
		choices=$(sed -n 's/^\([a-z][a-z0-9_]*\).*/\1=/p' \
			"$folder/${COMP_WORDS[1]}/params")
		compopt -o nospace 2>/dev/null
	fi
	mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$2")
}

complete -F _sluice_run sluice-run
complete -F _sluice wdn-fetch paginate scrape records flatten explode \
	fields dedupe validate verify-ids pg-upsert batch-post

# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset, folder, pipelines: run's
# Hooks: executables in pre.d and post.d, those for all datasets (beside `run`)
# first, then the dataset's own, by name. Sourced by `run`.

# choose_hooks [NAME,...]: with an argument only these are run, and each has to
# be there; with an empty one, none.
choose_hooks() {
	local name names=() known
	hooks_chosen=${1+,$1,}
	IFS=, read -ra names <<<"${1-}"
	known=$({ hooks_of pre all && hooks_of post all; } |
		sed 's,.*/,,' | LC_ALL=C sort -u | paste -sd ' ')
	for name in "${names[@]}"; do
		[[ $name && " $known " == *" $name "* ]] ||
			die 64 "the dataset \"$dataset\" has no hook \"$name\": it" \
				"has ${known:-none}"
	done
}

# hooks_of pre|post [all]: the files that are run, or that are there, a line
# each.
hooks_of() {
	local file
	for file in "$pipelines/$1.d"/* "$folder/$1.d"/*; do
		[[ -f $file && -x $file ]] || continue
		[[ ${2-} || -z $hooks_chosen ||
			$hooks_chosen == *",${file##*/},"* ]] || continue
		printf '%s\n' "$file"
	done
}

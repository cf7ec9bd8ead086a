# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset, folder, pipelines: run's
# --explain: what a run of a dataset would do, from its files: nothing is run
# and nobody is asked. Sourced by `run`.

# Whose --help tells what they are for.
TOOLS='wdn-fetch paginate scrape records flatten explode fields dedupe'
TOOLS+=' validate verify-ids pg-upsert batch-post'

explain() {
	local level from name command indent before=''
	take_fallbacks
	choose_database
	printf '%s:%s\n' "$dataset" "$(places)"
	sed -n '2,/^[^#]/{s/^# \{0,1\}/  /p}' "$folder/pipeline"
	explain_params
	explain_hooks pre before
	printf '\n%s\n' 'The stages, in the order in which the pipeline names them:'
	while IFS=$'\t' read -r level from name command; do
		printf -v indent '%*s' $((level * 4 + 2)) ''
		[[ $from == - || $from == "$before" ]] ||
			printf '%s# %s\n' "$indent" "$from"
		before=$from
		printf '%s%s: %s\n' "$indent" "$name" "$command"
		explain_command "$command" | sed "s/^/$indent    /"
	done < <(cd "$folder" && awk -v quote="'" -v file=pipeline \
		-f "$pipelines/explain.awk" /dev/null)
	explain_hooks post behind
}

explain_params() {
	local name what
	[[ -s $folder/params ]] || return 0
	printf '\nParameters:\n'
	while read -r name what; do
		[[ $name == [a-z]* ]] || continue
		printf '  %s  %s\n' "$name${params[$name]+=${params[$name]}}" "$what"
	done <"$folder/params"
}

# explain_hooks pre|post WHEN
explain_hooks() {
	local file files
	files=$(hooks_of "$1")
	[[ $files ]] || return 0
	printf '\nHooks %s it:\n' "$2"
	while IFS= read -r file; do
		printf '  %s: %s\n' "${file##*/}" \
			"$(sed -n '2,/^[^#]/s/^# *//p' "$file" | paste -sd ' ' |
				sed 's/\. .*/./')"
	done <<<"$files"
}

# explain_command COMMAND: what its program is for, and what it asks whom.
explain_command() {
	local words=() word tool profile=''
	read -ra words <<<"$1"
	tool=${words[0]}
	if [[ $tool == xargs ]]; then
		for word in "${words[@]}"; do
			[[ $word != wdn-fetch ]] || tool=$word
		done
	fi
	[[ $tool != xargs ]] || echo '= several processes of it, each for its part'
	[[ " $TOOLS " != *" $tool "* ]] ||
		"$tool" --help 2>/dev/null | sed -n '2s/^/= /p'
	for word in "${words[@]}"; do
		word=${word//\"/}
		[[ $word != *.json || ! -e $folder/$word ]] || profile=$folder/$word
		[[ -z $profile ]] || explain_resource "$profile" "$word"
	done
}

# explain_resource PROFILE NAME: nothing where that is no resource of it.
explain_resource() {
	local url
	url=$(jq -r --arg name "$2" '.base_url as $base | .resources[$name]
		| select(. != null)
		| "\(if .batch then "POST" else .method // "GET" end) \($base)\(.path)"
		+ (if .page then ", page after page, by \(.page.by // "auto")" else "" end)
		+ (if .batch then ", \(.batch) at a time" else "" end)' "$1")
	[[ -z $url ]] || printf '  %s\n' "$(expand "$url" |
		sed 's,://[^/@]*@,://***@,')"
}

# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset: run's
# --status: the last runs, from their folders. Sourced by `run`.

LAST=5 # of each dataset; of one that is named, all

# status_of_runs: a line for each run, the newest first.
status_of_runs() {
	local name folders
	{
		printf 'dataset\trun\tis\texit\tseconds\trequests\trejected\n'
		for name in ${dataset:-$(datasets)}; do
			mapfile -t folders < <(find "$SLUICE_VAR/runs/$name" -mindepth 1 \
				-maxdepth 1 -type d 2>/dev/null | LC_ALL=C sort -r)
			[[ $dataset ]] || folders=("${folders[@]:0:LAST}")
			lines_of_runs "$name" "${folders[@]}"
		done
	} | table $'\t'
}

# lines_of_runs DATASET FOLDER...: one that has no summary is at work, or was
# killed.
lines_of_runs() {
	local folder now
	now=$(running "$1") || now=''
	for folder in "${@:2}"; do
		if [[ -e $folder/summary.json && ${folder##*/} != "$now" ]]; then
			jq -r '[.dataset, .run, .is, .exit, .seconds,
				(.requests.count? // "-"), .rejects.count]
				| map(tostring) | join("\t")' "$folder/summary.json"
		else
			printf '%s\t%s\t%s\t-\t-\t%s\t%s\n' "$1" "${folder##*/}" \
				"$([[ ${folder##*/} == "$now" ]] &&
					echo at work || echo killed)" \
				"$(cat "$folder"/receipts* 2>/dev/null | wc -l)" \
				"$(cat "$folder"/rejects* 2>/dev/null | wc -l)"
		fi
	done
}

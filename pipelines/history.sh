# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dataset, folder, pipelines: run's
# What runs leave in the database: a row in sluice.runs, and their receipts in
# sluice.requests. The runs' folders are the source: what cannot be loaded now
# is loaded by a later run. Sourced by `run`.

# mark_unloaded: notes in the run's folder which database it belongs to: that
# of the dataset; for a dataset without one, that of PG*, if it is set.
mark_unloaded() {
	target=''
	[[ -e $folder/database || ${PGDATABASE-}${PGSERVICE-} ]] || return 0
	target="${PGSERVICE-} ${PGHOST-}${PGHOSTADDR-} ${PGPORT-} ${PGDATABASE-}"
	printf '%s\n' "$target" >"$SLUICE_RUN/unloaded"
}

# bury_killed: runs that were killed could not write their summary; nothing of
# this dataset is at work but this run.
bury_killed() {
	local old
	for old in "$SLUICE_VAR/runs/$dataset"/*/; do
		[[ ! -e $old/run.json || -e $old/summary.json ||
			${old%/} == "$SLUICE_RUN" ]] || bury "${old%/}" ||
			tell "could not write the summary of \"${old%/}\""
	done
}

bury() (
	local name=${1##*/} file
	SLUICE_RUN=$1 signal=KILL status=0 pipeline=''
	: >>"$1/lacking"
	for file in "$1"/receipts.*; do
		[[ $file == *.ndjson ]] || keep_receipts "$file"
	done
	started=$(date -d "${name:0:4}-${name:4:2}-${name:6:5}:${name:11:2}:${name:13}" \
		+%s.%N) || return
	ended=$(find "$1" -type f -printf '%T@\n' | sort -g | tail -n 1)
	summarize
)

# load_runs: this run and those before it that were not loaded yet.
load_runs() {
	local old mine=() why
	[[ $target ]] || return 0
	for old in "$SLUICE_VAR/runs/$dataset"/*/unloaded; do
		[[ $(<"$old") != "$target" || ! -e ${old%/*}/summary.json ]] ||
			mine+=("${old%/*}")
	done
	if why=$(insert_runs "${mine[@]}" 2>&1); then
		rm -f "${mine[@]/%//unloaded}"
		why=$(forget_requests 2>&1) ||
			tell "could not delete from sluice.requests what" \
				"SLUICE_REQUESTS_DAYS lets go: $(reason "$why")"
	else
		tell "this run is not in sluice.runs yet, the next one puts it" \
			"there: $(reason "$why")"
	fi
}

# reason TEXT: the line of what was said that tells why.
reason() {
	grep -E -m 1 'ERROR|FATAL|failed|could not|may not' <<<"$1" ||
		tail -n 1 <<<"$1"
}

# The requests of runs that began more days ago than are kept; names of runs
# are times.
forget_requests() {
	[[ ${SLUICE_REQUESTS_DAYS-} ]] || return 0
	sql -v dataset="$dataset" -v before="$(date -u \
		-d "$SLUICE_REQUESTS_DAYS days ago" +%Y%m%dT%H%M%S)" <<-'END'
			delete from sluice.requests
			where dataset = :'dataset' and run < :'before';
		END
}

# The whole of each run, and again where it was there in part.
insert_runs() (
	local old to=(--retry 0 --connect-timeout 5 --unknown ignore)
	export PGCONNECT_TIMEOUT=5
	unset SLUICE_RUN SLUICE_STAGE
	(schema "$pipelines/history.sql") || return
	for old; do
		insert_requests "$old" "${to[@]}" || return
		jq -c '{dataset, run, host, started, ended, seconds, status: .is,
			exit, signal, requests: .requests.count,
			attempts: .requests.attempts, limited: .requests.limited,
			retries: ([.stages[].retries // 0] | add // 0),
			rejected: .rejects.count, params, resumes, replays,
			version, stages, accounts}' "$old/summary.json" |
			pg-upsert -q -t sluice.runs -k dataset -k run -k host \
				"${to[@]}" >/dev/null || return
	done
)

# insert_requests RUN OPTION...: a receipt that is no row is left in the folder.
insert_requests() {
	local status=0
	awk '{ sub(/^{/, "{\"number\":" NR ","); print }' \
		"$1/receipts.ndjson" |
		fields --set dataset="\"$dataset\"" --set run="\"${1##*/}\"" \
			--set host="$(jq .host "$1/run.json")" \
			-r "$1/unloadable.ndjson" |
		pg-upsert -q -t sluice.requests -k dataset -k run -k host \
			-k number -r "$1/unloadable.ndjson" "${@:2}" \
			>/dev/null || status=$?
	[[ -s $1/unloadable.ndjson ]] || rm -f "$1/unloadable.ndjson"
	((status <= 1)) || return "$status"
}

# shellcheck shell=bash
# What the tests of the datasets share; each file sets `dataset`.

# run_dataset [NAME=VALUE ...]: one run of it.
run_dataset() {
	"$root/pipelines/run" "$dataset" "$@" 3>&-
}

# ends STATUS [NAME=VALUE ...]: one run, which ends like that.
ends() {
	run --separate-stderr run_dataset "${@:2}"
	expect "$1" '*' '*'
}

# start_run [NAME=VALUE ...]: one in the background; sets pid.
start_run() {
	"$root/pipelines/run" "$dataset" "$@" </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
}

# end_run TERM|KILL: of the one in the background: a signal, or a power cut.
end_run() {
	local status=0
	[ "$1" = TERM ] || { kill_all "$pid" && return; }
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
}

# newest_run: its folder.
newest_run() {
	local folders=("$SLUICE_VAR/runs/$dataset"/*)
	printf '%s\n' "${folders[-1]}"
}

# summary FILTER: of the newest run's summary.
summary() {
	jq -r "$1" "$(newest_run)/summary.json"
}

# rejects FILTER: of each of the newest run's rejects, sorted.
rejects() {
	jq -c "$1" "$(newest_run)/rejects.ndjson" | sort
}

# forget_counts: so that the counters tell of what comes now.
forget_counts() {
	curl -fsS -o /dev/null -X POST "$API/_apid/reset"
}

add_fault() {
	curl -fsS -o /dev/null -d "$1" "$API/_apid/fault"
}

drop_faults() {
	curl -fsS -o /dev/null -X DELETE "$API/_apid/fault"
}

# served NAME: what apid serves of it, as rows.
served() {
	curl -fsS "$API/_apid/truth/$1"
}

# database start|stop: the cluster of the file.
database() {
	SLUICE_VAR=$BATS_FILE_TMPDIR/var "$root/pipelines/local-postgres" "$1" \
		3>&-
}

# survives_database COUNT [NAME=VALUE ...]: the run finds no database, then
# loses it after so many requests; it says so, and the next one ends with 0.
survives_database() {
	local pid status=0
	database stop
	run --separate-stderr run_dataset "${@:2}"
	database start
	expect 75 '*failed, exit status 75' '*'
	[[ $stderr == *'onnection to server'* ]]
	start_run "${@:2}"
	wait_for was_asked "$1"
	database stop
	database start
	wait "$pid" || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 75 ]
	ends 0 "${@:2}"
}

# second_is_refused COUNT: while one run is at work, another ends with 75.
second_is_refused() {
	local pid
	start_run
	wait_for was_asked "$1"
	run --separate-stderr run_dataset
	expect 75 '' "*another run of \"$dataset\" is at work: *"
	wait "$pid"
}

# kill_all PID: the run and everything in its pipeline's group, as by a power
# cut; waits until nothing is left of it.
kill_all() {
	local leader leaders
	leaders=$(ps -o pid= --ppid "$1" | tr -d ' ' | paste -sd ' ')
	for leader in $leaders; do
		kill -KILL -- "-$leader" 2>/dev/null || :
	done
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" || :
	wait_for none_of "$leaders"
}

# none_of GROUPS: nothing of these process groups is alive.
none_of() {
	ps -eo pgid=,stat= | awk -v groups=" $1 " '
		index(groups, " " $1 " ") && $2 !~ /^Z/ { found = 1 }
		END { exit found }'
}

kills=${SOAK_DATASET_KILLS:-3}

# far PID BASE N: whether this run has made N steps: requests over BASE, and
# lines of stats; or has ended.
far() {
	local stats
	kill -0 "$1" || return 0
	stats=$(wc -l <"$(newest_run)/stats.ndjson") || stats=0
	(($(counts .requests) - $2 + stats >= $3))
}

nothing_in_flight() {
	[ "$(counts .in_flight)" -eq 0 ]
}

# disturb STEPS [NAME=VALUE ...]: a run, of so many steps, is killed at
# a random point, and so is the one that goes on with it, $kills in all. What
# is left to do is the caller's to --resume.
disturb() {
	local steps=$1 seed=${KILL_SEED:-$RANDOM} i moment base
	local again=("${@:2}")
	echo "KILL_SEED=$seed"
	RANDOM=$seed
	for ((i = 0; i < kills; i++)); do
		moment=$((1 + RANDOM % (2 * steps / (kills + 1) + 1)))
		base=$(counts .requests)
		start_run "${again[@]}"
		wait_for far "$pid" "$base" "$moment"
		kill_all "$pid"
		wait_for nothing_in_flight
		again=(--resume)
	done
}

# told TEXT...: a figure, for who asked for them by SOAK_SAY.
told() {
	[ -z "${SOAK_SAY-}" ] || printf '# %s\n' "$*" >&3
}

# mend SED: edits the newest run's rejects, and sends them in again.
mend() {
	local folder
	folder=$(newest_run)
	sed -i "$1" "$folder/rejects.ndjson"
	run --separate-stderr run_dataset --replay-rejects "${folder##*/}" "${@:2}"
}

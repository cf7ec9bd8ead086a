# shellcheck shell=bash
# What the tests of the datasets share.

# until_asked N: polls until apid was asked N times, for half a minute.
until_asked() {
	local i
	for ((i = 0; i < 1500; i++)); do
		[ "$(counts .requests)" -lt "$1" ] || return 0
		sleep 0.02
	done
	return 1
}

# kill_all PID: the run and everything in its pipeline's group, as by a power
# cut; waits until nothing is left of it.
kill_all() {
	local leader leaders i
	leaders=$(ps -o pid= --ppid "$1" | tr -d ' ' | paste -sd ' ')
	for leader in $leaders; do
		kill -KILL -- "-$leader" 2>/dev/null || :
	done
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" || :
	for ((i = 0; i < 500; i++)); do
		ps -eo pgid=,stat= | awk -v groups=" $leaders " '
			index(groups, " " $1 " ") && $2 !~ /^Z/ { found = 1 }
			END { exit found }' && return
		sleep 0.02
	done
	return 1
}

kills=${SOAK_DATASET_KILLS:-3}

# stats_lines DATASET: of its newest run.
stats_lines() {
	local folders=("$SLUICE_VAR/runs/$1"/*/)
	wc -l <"${folders[-1]}/stats.ndjson"
}

# until_far PID DATASET BASE N: polls until this run has made N steps: requests
# over BASE, and lines of stats; or has ended.
until_far() {
	local i stats
	for ((i = 0; i < 1500; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		stats=$(stats_lines "$2" 2>/dev/null) || stats=0
		(($(counts .requests) - $3 + stats < $4)) || return 0
		sleep 0.01
	done
	return 1
}

nothing_in_flight() {
	[ "$(counts .in_flight)" -eq 0 ]
}

# disturb STEPS DATASET [NAME=VALUE ...]: a run, of so many steps, is killed at
# a random point, and so is the one that goes on with it, $kills in all. What
# is left to do is the caller's to --resume.
disturb() {
	local steps=$1 dataset=$2 seed=${KILL_SEED:-$RANDOM} i moment base
	local again=("${@:3}")
	echo "KILL_SEED=$seed"
	RANDOM=$seed
	for ((i = 0; i < kills; i++)); do
		moment=$((1 + RANDOM % (2 * steps / (kills + 1) + 1)))
		base=$(counts .requests)
		"$root/pipelines/run" "$dataset" "${again[@]}" </dev/null \
			>"$BATS_TEST_TMPDIR/log.$i" 2>&1 3>&- &
		pid=$!
		until_far "$pid" "$dataset" "$base" "$moment"
		kill_all "$pid"
		wait_for nothing_in_flight
		again=(--resume)
	done
}

# told TEXT...: a figure, for who asked for them by SOAK_SAY.
told() {
	[ -z "${SOAK_SAY-}" ] || printf '# %s\n' "$*" >&3
}

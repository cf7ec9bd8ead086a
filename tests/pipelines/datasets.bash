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
	kill -KILL "$1"
	wait "$1" || :
	for ((i = 0; i < 500; i++)); do
		ps -eo pgid=,stat= | awk -v groups=" $leaders " '
			index(groups, " " $1 " ") && $2 !~ /^Z/ { found = 1 }
			END { exit found }' && return
		sleep 0.02
	done
	return 1
}

# shellcheck shell=bash
# How runs are, from their folders and the locks; whoever looks changes
# nothing. For who has called find_var.

# running DATASET: prints the name of the run at work, TIME; 1 where there is
# none. The lock is looked at, not tried: a run that begins just then would
# take that for another run.
running() {
	local lock=$SLUICE_VAR/state/$1/lock said i
	for ((i = 0; i < 100; i++)); do
		{ said=$(<"$lock"); } 2>/dev/null || return 1
		[[ $said =~ ^process\ ([0-9]+)\  ]] &&
			holds "${BASH_REMATCH[1]}" "$lock" || return 1
		if [[ $said =~ run\ ([0-9T.]+Z)$ ]]; then
			printf '%s\n' "${BASH_REMATCH[1]}"
			return
		fi
		sleep 0.02 # it has the lock and is about to make its folder
	done
	return 1
}

# holds PID FILE: whether that process has that file open.
holds() {
	local fd
	for fd in "/proc/$1/fd/"*; do
		[[ ! $fd -ef $2 ]] || return 0
	done
	return 1
}

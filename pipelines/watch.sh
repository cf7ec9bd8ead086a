# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dataset, SLUICE_VAR, and live: run's
# What a run is doing: its stages' figures so far, on a terminal below its
# lines; --follow. Sourced by `run`.

live='' # what clears those figures, for who prints a line above them

# start_watch RUN: draws the figures of that run until stop_watch, where
# standard error is a terminal. They begin where the cursor is and leave it
# there: whoever prints a line clears them, and nobody has to be asked.
start_watch() {
	[[ -t 2 && ${TERM:-dumb} != dumb ]] || return 0
	live=$'\r\033[J'
	exec {watch}> >(exec >&2 && close_inherited && draw_figures "$1")
	watcher=$!
}

stop_watch() {
	[[ $live ]] || return 0
	exec {watch}>&-
	wait "$watcher" || :
	live=''
}

# Once a second; on a busy machine, or with many receipts, a tenth of the time.
draw_figures() {
	local pause=1 began status block
	trap '' INT TERM HUP
	while :; do
		status=0
		read -rt "$pause" _ || status=$?
		((status > 128)) || break
		began=${EPOCHREALTIME/./}
		block=$(figures "$1" && waits)
		show_block "$block"
		pause=$(((${EPOCHREALTIME/./} - began) / 100000 + 1))
	done
	printf '\r\033[J'
}

# One write, no line longer than the terminal, no more lines than it has.
show_block() {
	local rows=24 columns=80 line lines=() out='' n=0
	read -r rows columns < <(stty size <&2 2>/dev/null) || :
	((rows > 1 && columns > 1)) || rows=24 columns=80 # unknown
	mapfile -t lines <<<"$1"
	for line in "${lines[@]}"; do
		((++n < rows)) || break
		out+=${out:+$'\n'}${line:0:columns-1}
	done
	((n = n < rows ? n : rows - 1, 1))
	out=$'\r\033[J'$out$'\r'
	((n == 1)) || out+=$'\033['$((n - 1))A
	cat <<<"${out}" | head -c -1
}

# figures RUN: a table: each stage in the order of their beginning, its
# requests by the receipts, in and out of the processes that have ended, its
# rejects, and whether it is at work.
figures() {
	local file files=()
	for file in "$1"/{stages,stats.ndjson,rejects.ndjson} "$1"/receipts*; do
		[[ ! -f $file ]] || files+=("$file")
	done
	awk '
		function text(name) {
			return match($0, "\"" name "\":\"[^\"]*\"") ? \
				substr($0, RSTART + length(name) + 4, \
				RLENGTH - length(name) - 5) : ""
		}
		function number(name) {
			return match($0, "\"" name "\":[0-9]+") ? \
				substr($0, RSTART + length(name) + 3, \
				RLENGTH - length(name) - 3) : 0
		}
		function see(stage) {
			if (!(stage in at)) { at[stage] = ++n; name[n] = stage }
			return stage
		}
		FILENAME ~ /stages$/ { work[see($1)] += $2 == "began" ? 1 : -1; next }
		{ s = text("stage"); if (s == "") next; see(s) }
		FILENAME ~ /receipts[^\/]*$/ { requests[s]++; next }
		FILENAME ~ /rejects.ndjson$/ { rejected[s]++; next }
		{ i[s] += number("in"); o[s] += number("out")
			retries[s] += number("retries") }
		END {
			print "stage requests in out rejected retries"
			for (k = 1; k <= n; k++) { s = name[k]
				print s, requests[s] + 0, i[s] + 0, o[s] + 0, \
					rejected[s] + 0, retries[s] + 0, \
					(work[s] > 0 ? "at_work" : "") } }' "${files[@]}" | table ' '
}

# waits: the servers that let everybody wait now, by the files of their pace,
# in which the boot's id is followed by the time on its clock, in nanoseconds.
waits() {
	local file boot now hold
	boot=$(</proc/sys/kernel/random/boot_id)
	read -r now _ </proc/uptime
	now=$((10#${now/./} * 10000000))
	for file in "$SLUICE_VAR"/pace/*; do
		[[ -f $file ]] || continue
		[[ $(head -c 36 "$file" | tr -d '\0') == "$boot" ]] || continue
		hold=$(od -An -t d8 -j 40 -N 8 "$file")
		((hold <= now)) || printf 'waiting for %s: %s s\n' "${file##*/}" \
			$(((hold - now) / 1000000000 + 1))
	done
}

# follow: the run at work, from its first line on; ends as it does.
follow() {
	local name names=() pid log
	for name in ${dataset:-$(datasets)}; do
		[[ -z $(running "$name") ]] || names+=("$name")
	done
	((${#names[@]} > 0)) || die 1 "no run${dataset:+ of \"$dataset\"} is at work"
	((${#names[@]} == 1)) ||
		die 64 "runs of ${names[*]} are at work: name one of them"
	SLUICE_RUN=$SLUICE_VAR/runs/${names[0]}/$(running "${names[0]}")
	pid=$(<"$SLUICE_VAR/state/${names[0]}/lock")
	pid=${pid#process } pid=${pid%% *}
	start_watch "$SLUICE_RUN"
	tail -n +1 -s 0.2 --pid="$pid" -f "$SLUICE_RUN/log" |
		while IFS= read -r log; do printf '%s%s\n' "$live" "$log"; done
	stop_watch
	[[ -e $SLUICE_RUN/summary.json ]] ||
		die 75 "the run ${SLUICE_RUN##*/} of \"${names[0]}\" was killed"
	exit "$(jq .exit "$SLUICE_RUN/summary.json")"
}

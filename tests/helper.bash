# What the bats files share: the tools on PATH, a server and a database of
# one's own. Nothing started here outlives its test or its file.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

root=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
export PATH="$root/bin:$PATH"
# A run of the tests inside a run must not write into that run's folder.
unset SLUICE_RUN SLUICE_STAGE SLUICE_CASSETTE NETRC
unset "${!http_proxy@}" "${!https_proxy@}" "${!all_proxy@}"
# PG_VERSION=17: which server the tests of PostgreSQL start.
[ -z "${PG_VERSION-}" ] ||
	export SLUICE_PG_BIN=/usr/lib/postgresql/$PG_VERSION/bin
# Nor may it load into the user's own database.
[ -n "${test_pg-}" ] || unset "${!PG@}"
[ -z "${BATS_FILE_TMPDIR-}" ] || export SLUICE_VAR=$BATS_FILE_TMPDIR/var
export LC_ALL=C.UTF-8 ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1}
# libjq 1.6 keeps what it compiles until the process ends.
export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp:print_suppressions=0

# Where the recorded real traffic is, if it is there.
data=$root/../shared/data

# need_data FILE: skips, by name, a test that reads recorded data.
need_data() {
	[ -e "$data/$1" ] || skip "no recorded data: $1"
}

# start_apid OPTION...: the API server on a free port; sets and exports API
# (http://127.0.0.1:PORT) and apid_pid. Ends with the test's shell.
start_apid() {
	local dir=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
	rm -f "$dir/apid.port"
	apid --parent --port-file "$dir/apid.port" "$@" \
		</dev/null >"$dir/apid.log" 2>&1 3>&- &
	apid_pid=$!
	wait_for test -s "$dir/apid.port" ||
		{ cat "$dir/apid.log" >&2; return 1; }
	API=http://127.0.0.1:$(<"$dir/apid.port")
	export API
}

stop_apid() {
	[ -n "${apid_pid:-}" ] || return 0
	kill "$apid_pid" 2>/dev/null || true
	wait "$apid_pid" 2>/dev/null || true
	apid_pid=
}

# wait_for COMMAND...: until it succeeds, at most half a minute. What it says
# meanwhile is not shown.
wait_for() {
	local i
	for ((i = 0; i < 1500; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.02
	done
	echo "this did not come true: $*" >&2
	return 1
}

# sleeps TOOL PID: whether the process is that tool by now and waits: it has
# read all that there is.
sleeps() {
	[ "$(awk '{ print $2 $3 }' "/proc/$2/stat")" = "($1)S" ]
}

# counts FILTER: apid's counters, through jq.
counts() {
	curl -fsS "$API/_apid/counts" | jq -r "$1"
}

# asked FILTER: of what apid was asked, an array, through jq.
asked() {
	curl -fsS "$API/_apid/requests" | jq -crs "$1"
}

# was_asked [N]: whether apid was asked so often, once by default.
was_asked() {
	[ "$(counts .requests)" -ge "${1-1}" ]
}

free_ports() {
	python3 -c 'import socket, sys
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(x.getsockname()[1] for x in s))' "$1"
}

# start_pg [DATABASE]: a private cluster for the file, in setup_file; sets
# and exports PGHOST, PGUSER and PGDATABASE. stop_pg in teardown_file. The
# server is that of SLUICE_PG_BIN or PG_VERSION; need_pg in setup skips, by
# name, where it is not there.
start_pg() {
	export test_pg=1
	if [ -n "${SLUICE_PG_BIN-}" ] && [ ! -x "$SLUICE_PG_BIN/postgres" ]; then
		export no_pg="there is no PostgreSQL in $SLUICE_PG_BIN"
		return
	fi
	"$root/pipelines/local-postgres" start "${1:-test}" \
		>&2 3>&-
	eval "$("$root/pipelines/local-postgres" env "${1:-test}")"
}

need_pg() {
	[ -z "${no_pg-}" ] || skip "$no_pg"
}

stop_pg() {
	[ -z "${no_pg-}" ] || return 0
	"$root/pipelines/local-postgres" stop >&2 3>&-
}

# sql TEXT [ARGUMENT...]: one statement's rows, columns by a bar.
sql() {
	psql -XqAt -v ON_ERROR_STOP=1 -c "$@"
}

# of_stats FILTER: of the file stats, through jq.
of_stats() {
	jq -r "$1" stats
}

# sanitized: whether bin/ was built with the address sanitizer.
sanitized() {
	grep -q __asan_init "$root/bin/flatten"
}

# lines LINE...: them, each with its newline.
lines() {
	printf '%s\n' "$@"
}

# expect STATUS STDOUT STDERR: of the last `run --separate-stderr`; the two
# texts are glob patterns.
expect() {
	# shellcheck disable=SC2154,SC2053 # bats sets them; patterns on purpose
	if [ "$status" -ne "$1" ] || [[ $output != $2 ]] ||
		[[ $stderr != $3 ]]; then
		printf 'status %s, expected %s\n' "$status" "$1"
		printf 'stdout: %s\nexpected: %s\n' "$output" "$2"
		printf 'stderr: %s\nexpected: %s\n' "$stderr" "$3"
		return 1
	fi
}

# pipe_is_empty: whoever reads from the fifo `pipe` has read all there is.
pipe_is_empty() {
	python3 -c 'import array, fcntl, os, sys, termios
fd = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
n = array.array("i", [0])
fcntl.ioctl(fd, termios.FIONREAD, n)
sys.exit(n[0] != 0)'
}

#!/usr/bin/env bats
# What holds for every tool (sluice.7), tried on every tool. A filter is given
# records {"id":N,"v":"..."} and prints them as they are.

load helper

setup_file() {
	start_pg contract
	sql 'create table t (id bigint primary key, v text)'
	# An API that takes whatever is posted there.
	echo '{}' >"$BATS_FILE_TMPDIR/taken.json"
	start_apid --serve "/taken=$BATS_FILE_TMPDIR/taken.json"
	export apid_pid
}

teardown_file() {
	stop_apid
	stop_pg
}

tools() {
	make -s --no-print-directory -C "$root" list-tools
}

# Command lines, with a placeholder where a file name may be put.
filters=(
	'flatten'
	'fields --drop nothing'
	'dedupe -k .id'
	'validate .id'
	'scrape --body .v --with id=.id v=.'
	'records'
	'pg-upsert -t t -k id'
	"batch-post -k .id -u ${API-}/taken --flush-after 10ms"
)

# each FUNCTION [ARGUMENT...]: for every filter; the last one named failed.
each() {
	local filter
	for filter in "${filters[@]}"; do
		case $filter in
		pg-upsert*) sql 'truncate t' ;;
		batch-post*) curl -fsS -X POST "$API/_apid/reset" ;;
		esac
		echo "filter: $filter"
		# Bare: behind `||` a failing line in it would not count.
		"$1" "$filter" "${@:2}"
	done
}

# has_lines FILTER: false for what reads a stream of documents. It has no
# lines to tell where the next record begins after a broken one, to count
# bytes from, or to reject one by one; its own tests say what it does then.
has_lines() {
	[ "${1%% *}" != records ]
}

# feed FILTER TEXT [OPTION...]: runs it on a text with backslash escapes.
feed() {
	local words
	read -ra words <<<"$1"
	printf '%b' "$2" >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr "${words[@]}" "${@:3}" <"$BATS_TEST_TMPDIR/in"
}

@test "every tool has its page, its tests and its place in the Makefile" {
	local tool
	for tool in $(tools); do
		[ -f "$root/tools/$tool.c" ]
		[ -f "$root/man/$tool.1" ]
		[ -f "$root/tests/$tool.bats" ]
	done
	[ "$(cd "$root/tools" && echo *.c | tr ' ' '\n' | sort)" = \
		"$(tools | tr ' ' '\n' | sed 's/$/.c/' | sort)" ]
}

@test "--help goes to stdout, and lists what the page lists" {
	local tool option
	for tool in $(tools); do
		run --separate-stderr "$tool" --help
		expect 0 "usage: $tool *" ''
		run --separate-stderr "$tool" -h
		expect 0 "usage: $tool *" ''
		"$tool" --help | sed -nE 's/^ +(-.,)? *--([a-z0-9-]+).*/\2/p' \
			>"$BATS_TEST_TMPDIR/help"
		[ -s "$BATS_TEST_TMPDIR/help" ]
		while read -r option; do
			grep -qE "^\.It .*Fl -$option( |$)" \
				"$root/man/$tool.1" "$root/man/sluice.7" ||
				{ echo "$tool: --$option is in no page"; false; }
		done <"$BATS_TEST_TMPDIR/help"
		while read -r option; do
			grep -qx -e "$option" "$BATS_TEST_TMPDIR/help" ||
				{ echo "$tool.1: no option --$option"; false; }
		done < <(sed -nE 's/^\.It .*Fl -([a-z0-9-]+).*/\1/p' \
			"$root/man/$tool.1")
	done
}

@test "--version names the product and its version" {
	local tool
	for tool in $(tools); do
		run --separate-stderr "$tool" --version
		expect 0 "$tool (Sluice) [0-9]*.[0-9]*" ''
		run --separate-stderr "$tool" -V
		expect 0 "$tool (Sluice) [0-9]*.[0-9]*" ''
	done
}

@test "--help to a full disk fails" {
	local tool
	for tool in $(tools); do
		run --separate-stderr bash -c "$tool --help >/dev/full"
		expect 74 '' "$tool: could not write*No space left on device"
	done
}

@test "an unknown option and a bad value are usage errors" {
	local tool
	for tool in $(tools); do
		run --separate-stderr "$tool" --no-such-option
		expect 64 '' "$tool: unknown*--no-such-option*--help*"
		run --separate-stderr "$tool" -~
		expect 64 '' "$tool: unknown option \"-~\"*"
		run --separate-stderr "$tool" --max-record x
		expect 64 '' "$tool: bad value \"x\" for --max-record: *"
		run --separate-stderr "$tool" --max-rejects 5x
		expect 64 '' "$tool: bad value \"5x\" for --max-rejects: *"
		run --separate-stderr "$tool" --stats
		expect 64 '' "$tool: option \"--stats\" needs a value*"
	done
}

empty_input() {
	feed "$1" ''
	expect 0 '' ''
}
@test "empty input gives empty output" {
	each empty_input
}

one_record() {
	feed "$1" '{"id":1,"v":"x"}\n'
	expect 0 '{"id":1,"v":"x"}' ''
}
@test "a record comes out as it went in" {
	each one_record
}

lenient() {
	feed "$1" '\xef\xbb\xbf{"id":1,"v":"x"}\r\n\n  \r\n {"id":2,"v":"y"} \n'
	expect 0 $'{"id":1,"v":"x"}\n{"id":2,"v":"y"}' ''
}
@test "a byte order mark, CRLF and empty lines are accepted" {
	each lenient
}

no_newline() {
	feed "$1" '{"id":1,"v":"x"}\n{"id":2,"v":"y"}'
	expect 0 $'{"id":1,"v":"x"}\n{"id":2,"v":"y"}' ''
}
@test "a whole last record without a newline counts" {
	each no_newline
}

cut_off() {
	has_lines "$1" || return 0
	feed "$1" '{"id":1,"v":"x"}\n{"id":2,"v":"y"'
	expect 65 '{"id":1,"v":"x"}' '*: <stdin>:2: the last line is cut off*'
	feed "$1" '{"id":1,"v":"x"}\n12'
	expect 65 '{"id":1,"v":"x"}' '*: <stdin>:2: the last line is cut off*'
}
@test "a cut-off last record is an error, never a record" {
	each cut_off
}

broken() {
	has_lines "$1" || return 0
	feed "$1" '{"id":1,"v":"x"}\n\n{"id":2,"v":}\n{"id":3,"v":"z"}\n'
	expect 65 '{"id":1,"v":"x"}' \
		'*: <stdin>:3: not JSON: value expected at byte 13'
}
@test "the first bad record stops it, by line, what is good delivered" {
	each broken
}

rejecting() {
	has_lines "$1" || return 0
	local r=$BATS_TEST_TMPDIR/r s=$BATS_TEST_TMPDIR/s
	rm -f "$r" "$s"
	feed "$1" '{"id":1,"v":"x"}\nnot json\n[7]\n{"id":4,"v":"y"}\n"\xff"\n{' \
		--rejects "$r" --stats "$s"
	expect 1 $'{"id":1,"v":"x"}\n{"id":4,"v":"y"}' \
		"*: 4 of 6 records were rejected, see \"$r\""
	[ "$(jq -c '[.line, .tool, .stage]' "$r" | tr '\n' ' ')" = \
		"$(for l in 2 3 5 6; do
			printf '[%s,"%s","%s"] ' $l "${1%% *}" "${1%% *}"
		done)" ]
	[ "$(jq -r 'select(.line == 2).raw' "$r")" = 'not json' ]
	[ "$(jq -c 'select(.line == 3).record' "$r")" = '[7]' ]
	[ "$(jq -r 'select(.line == 5).raw_base64' "$r")" = Iv8i ]
	[ "$(jq -r 'select(.line == 6).raw' "$r")" = '{' ]
	jq -e '.at | fromdate? // (sub("\\.[0-9]+Z$"; "Z") | fromdate)' "$r"
	jq -e '.in == 6 and .done == 2 and .rejected == 4 and .dropped == 0 and
		.out == 2 and .exit == 1 and .in == .done + .dropped + .rejected' "$s"
}
@test "with --rejects it goes on: each bad record with line and reason" {
	each rejecting
}

run_folder() {
	has_lines "$1" || return 0
	local run=$BATS_TEST_TMPDIR/run
	rm -rf "$run" && mkdir "$run"
	SLUICE_RUN=$run SLUICE_STAGE=store feed "$1" '{"id":1,"v":"x"}\n{\n'
	expect 1 '{"id":1,"v":"x"}' '*1 of 2 records were rejected*'
	jq -e '.stage == "store" and .run == "run"' "$run/rejects.ndjson"
	jq -e '.stage == "store" and .exit == 1' "$run/stats.ndjson"
}
@test "SLUICE_RUN implies rejects and stats in the run's folder" {
	each run_folder
}

too_many() {
	has_lines "$1" || return 0
	feed "$1" '{\n{\n{\n{"id":4,"v":"y"}\n' \
		--rejects "$BATS_TEST_TMPDIR/r" --max-rejects 2
	expect 65 '' '*:3: *stopped: 3 of 3 records were rejected*'
}
@test "--max-rejects bounds them" {
	each too_many
}

percent() {
	has_lines "$1" || return 0
	local r=$BATS_TEST_TMPDIR/r
	{
		for ((i = 1; i <= 120; i++)); do
			((i % 10)) && echo "{\"id\":$i,\"v\":\"x\"}" || echo bad
		done
	} >"$BATS_TEST_TMPDIR/many"
	rm -f "$r"
	local words
	read -ra words <<<"$1"
	run --separate-stderr "${words[@]}" -r "$r" --max-rejects 9% \
		<"$BATS_TEST_TMPDIR/many"
	[ "$status" -eq 65 ]
	[ "$(wc -l <"$r")" -eq 10 ]
	rm -f "$r"
	run --separate-stderr "${words[@]}" -r "$r" --max-rejects 10% \
		<"$BATS_TEST_TMPDIR/many"
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$r")" -eq 12 ]
}
@test "--max-rejects takes a percentage, from the hundredth record" {
	each percent
}

nul_byte() {
	feed "$1" '{"id":1,"v":"a\x00b"}\n'
	expect 65 '' '*: <stdin>:1: not JSON: control byte in a string*'
	feed "$1" '\x00\n'
	expect 65 '' '*: <stdin>:1: not JSON: *'
}
@test "a NUL byte is a bad record" {
	each nul_byte
}

bad_utf8() {
	feed "$1" '{"id":1,"v":"\xc3\x28"}\n'
	expect 65 '' '*: <stdin>:1: not JSON: bad UTF-8 in a string at byte 14'
}
@test "bad UTF-8 is a bad record" {
	each bad_utf8
}

too_deep() {
	head -c 100000 /dev/zero | tr '\0' '[' >"$BATS_TEST_TMPDIR/deep"
	echo >>"$BATS_TEST_TMPDIR/deep"
	local words
	read -ra words <<<"$1"
	run --separate-stderr "${words[@]}" <"$BATS_TEST_TMPDIR/deep"
	expect 65 '' '*: <stdin>:1: not JSON: nested too deeply at byte 1025'
}
@test "nesting beyond the limit is a bad record" {
	each too_deep
}

long_line() {
	local big=$BATS_TEST_TMPDIR/big words
	read -ra words <<<"$1"
	{
		printf '{"id":1,"v":"'
		head -c 10000000 /dev/zero | tr '\0' x
		printf '"}\n{"id":2,"v":"y"}\n'
	} >"$big"
	"${words[@]}" <"$big" >"$BATS_TEST_TMPDIR/out"
	cmp "$big" "$BATS_TEST_TMPDIR/out"
	run --separate-stderr "${words[@]}" --max-record 9M \
		-r "$BATS_TEST_TMPDIR/r" <"$big"
	expect 1 '{"id":2,"v":"y"}' '*1 of 2 records were rejected*'
	jq -e '.line == 1 and .truncated and (.raw | length == 4096) and
		(.reason | test("longer than the 9437184 bytes"))' \
		"$BATS_TEST_TMPDIR/r"
	rm "$BATS_TEST_TMPDIR/r"
}
@test "a line of 10 MB passes; one over --max-record is a bad record" {
	each long_line
}

gigabyte() {
	local d=$BATS_TEST_TMPDIR words kb
	read -ra words <<<"$1"
	rm -f "$d/r"
	{
		printf '{"id":1,"v":"x"}\n{"id":2,"v":"'
		head -c 1G /dev/zero | tr '\0' x
		printf '"}\n{"id":3,"v":"y"}\n'
	} | command time -q -o "$d/kb" -f %M "${words[@]}" -q -r "$d/r" \
		>"$d/out" || [ $? -eq 1 ]
	[ "$(cat "$d/out")" = $'{"id":1,"v":"x"}\n{"id":3,"v":"y"}' ]
	kb=$(tail -n 1 "$d/kb")
	jq -e '.line == 2 and .truncated and
		(.reason | test("longer than the 67108864 bytes"))' "$d/r"
	sanitized || [ "$kb" -lt 100000 ]
}
@test "a line of 1 GB is a bad record in bounded memory" {
	each gigabyte
}

limit() {
	has_lines "$1" || return 0
	feed "$1" '{"id":1,"v":"abc"}\n{"id":2,"v":"abcd"}\n' --max-record 18
	expect 65 '{"id":1,"v":"abc"}' '*: <stdin>:2: line longer than the 18*'
	feed "$1" '{"id":1,"v":"abc"}\n{"id":2,"v":"abcd"}' --max-record 18
	expect 65 '{"id":1,"v":"abc"}' '*: <stdin>:2: line longer than the 18*'
}
@test "--max-record counts to the byte" {
	each limit
}

full_disk() {
	local words
	read -ra words <<<"$1"
	run --separate-stderr bash -c \
		"echo '{\"id\":1,\"v\":\"x\"}' | $1 -s $BATS_TEST_TMPDIR/s >/dev/full"
	expect 74 '' "${words[0]}: could not write to*: No space left on device"
	jq -e '.exit == 74' "$BATS_TEST_TMPDIR/s"
	rm "$BATS_TEST_TMPDIR/s"
}
@test "a full disk is an error" {
	each full_disk
}

closed_stdout() {
	run --separate-stderr bash -c "echo '{\"id\":1}' | $1 >&-"
	expect 74 '' '*: could not write to*: Bad file descriptor'
}
@test "a closed standard output is an error" {
	each closed_stdout
}

# Nor is another file, or a socket of the tool's own, taken for one of them.
closed_stdin() {
	run --separate-stderr bash -c "$1 <&-"
	expect 66 '' '*: could not read <stdin>: Bad file descriptor'
	run --separate-stderr bash -c "$1 </dev/null >&-"
	expect 74 '' '*: could not write to <stdout>: Bad file descriptor'
}
@test "a closed standard input is an error, and so is an output for nothing" {
	each closed_stdin
}

no_reader() {
	local s=$BATS_TEST_TMPDIR/s n=20000 sink=
	rm -f "$s"
	# bats traps each command of a loop: that would take half a minute.
	seq $n | sed 's/.*/{"id":&,"v":"a text of some length"}/' \
		>"$BATS_TEST_TMPDIR/many"
	run --separate-stderr bash -c \
		"$1 -s $s <$BATS_TEST_TMPDIR/many | head -n 1 >/dev/null
		exit \${PIPESTATUS[0]}"
	case $1 in
	pg-upsert*) sink=$(sql 'select count(*) from t') ;;
	batch-post*)
		sink=$(jq .done "$s")
		[ "$(counts .ok)" -eq "$(jq .batches "$s")" ]
		;;
	esac
	if [ -n "$sink" ]; then
		expect 74 '' '*nobody reads the output*'
		[ "$sink" -eq $n ]
		jq -e ".exit == 74 and .done == $n" "$s"
	else
		expect 141 '' ''
		jq -e '.exit == 141' "$s"
	fi
}
@test "a filter ends quietly when its reader is gone; a sink goes on" {
	each no_reader
}

writes_file() {
	local f=$BATS_TEST_TMPDIR/f
	echo old >"$f"
	feed "$1" '{"id":1,"v":"x"}\n' -o "$f"
	expect 0 '' ''
	[ "$(cat "$f")" = '{"id":1,"v":"x"}' ]
	feed "$1" '{"id":2,"v":"x"}\n{\n' -o "$f"
	expect 65 '' '*'
	[ "$(cat "$f")" = '{"id":1,"v":"x"}' ]
	[ "$(echo "$f"*)" = "$f" ]
	feed "$1" '{"id":3,"v":"x"}\n' -o "$BATS_TEST_TMPDIR/no/where"
	expect 73 '' '*: could not create file "*/no/where": No such file*'
}
@test "-o writes beside and renames only when it went well" {
	each writes_file
}

no_rejects_file() {
	feed "$1" '{"id":1,"v":"x"}\n' -r "$BATS_TEST_TMPDIR/no/where"
	expect 73 '' '*: could not create file "*/no/where": No such file*'
	feed "$1" '{\n' -r /dev/full
	expect 74 '' '*: could not write to "/dev/full": No space left*'
}
@test "rejects that cannot be written are an error" {
	each no_rejects_file
}

shared_rejects() {
	has_lines "$1" || return 0
	local r=$BATS_TEST_TMPDIR/r words
	rm -f "$r"
	read -ra words <<<"$1"
	seq -f 'bad %g' 500 >"$BATS_TEST_TMPDIR/bad"
	"${words[@]}" -q -r "$r" <"$BATS_TEST_TMPDIR/bad" &
	"${words[@]}" -q -r "$r" <"$BATS_TEST_TMPDIR/bad" || true
	wait $! || true
	[ "$(jq -r .raw "$r" | sort | uniq -c | awk '$1 == 2' | wc -l)" -eq 500 ]
}
@test "two processes may share one rejects file" {
	each shared_rejects
}

live() {
	local d=$BATS_TEST_TMPDIR i
	rm -f "$d/fifo" "$d/out"
	mkfifo "$d/fifo"
	# shellcheck disable=SC2086 # words on purpose
	$1 <"$d/fifo" >"$d/out" 3>&- &
	exec 7>"$d/fifo"
	echo '{"id":1,"v":"x"}' >&7
	wait_for test -s "$d/out"
	[ "$(cat "$d/out")" = '{"id":1,"v":"x"}' ]
	exec 7>&-
	wait $!
}
@test "a record goes through a live pipeline at once" {
	each live
}

by_signal() {
	local d=$BATS_TEST_TMPDIR i signal code
	for signal in TERM INT; do
		rm -f "$d/fifo" "$d/out" "$d/s"
		mkfifo "$d/fifo"
		# A shell's background job ignores SIGINT; a monitored one not.
		set -m
		# shellcheck disable=SC2086 # words on purpose
		$1 -s "$d/s" <"$d/fifo" >"$d/out" 3>&- &
		set +m
		exec 7>"$d/fifo"
		echo '{"id":1,"v":"x"}' >&7
		wait_for test -s "$d/out"
		kill -$signal $!
		code=0
		wait $! || code=$?
		exec 7>&-
		[ $code -eq $((128 + $(kill -l $signal))) ]
		jq -e ".exit == $code and .in == 1 and .done == 1" "$d/s"
		[ "$(cat "$d/out")" = '{"id":1,"v":"x"}' ]
	done
}
@test "the first signal ends it after the record in hand, with its stats" {
	each by_signal
}

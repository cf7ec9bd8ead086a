#!/usr/bin/env bats
# The benchmark's data and its table. No test looks at a time.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper

generate=$root/bin/bench/generate

setup() {
	[ -x "$generate" ] || skip 'the generator is not built'
}

@test "generate: the same seed makes the same bytes, another one others" {
	local kind
	for kind in users products orders array ids; do
		"$generate" "$kind" 300 >"$BATS_TEST_TMPDIR/a"
		"$generate" --seed 1 "$kind" 300 >"$BATS_TEST_TMPDIR/b"
		"$generate" --seed 2 "$kind" 300 >"$BATS_TEST_TMPDIR/c"
		cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
		run ! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
	done
}

@test "generate: each kind is NDJSON of so many records" {
	local kind
	for kind in users products orders ids; do
		"$generate" "$kind" 500 >"$BATS_TEST_TMPDIR/in"
		run --separate-stderr flatten -o "$BATS_TEST_TMPDIR/out" \
			<"$BATS_TEST_TMPDIR/in"
		expect 0 '' ''
		run --separate-stderr jq -n '[inputs.id] | length' \
			"$BATS_TEST_TMPDIR/in"
		expect 0 500 ''
	done
}

@test "generate: an array holds its records, pretty or not" {
	"$generate" array 100 >"$BATS_TEST_TMPDIR/flat"
	"$generate" --pretty array 100 >"$BATS_TEST_TMPDIR/pretty"
	run --separate-stderr jq -s \
		'.[0] == .[1] and (.[0] | length) == 100' \
		"$BATS_TEST_TMPDIR/flat" "$BATS_TEST_TMPDIR/pretty"
	expect 0 true ''
	[ "$(wc -l <"$BATS_TEST_TMPDIR/flat")" -eq 1 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/pretty")" -eq 1602 ]
}

@test "generate: three of ten products have an id that was there" {
	"$generate" products 10000 | jq -r .sku >"$BATS_TEST_TMPDIR/skus"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/skus")" -eq 10000 ]
	"$generate" products 10000 >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr dedupe -k .id -o "$BATS_TEST_TMPDIR/out" \
		<"$BATS_TEST_TMPDIR/in"
	expect 0 '' ''
	run wc -l <"$BATS_TEST_TMPDIR/out"
	[ "$output" -gt 6800 ]
	[ "$output" -lt 7200 ]
}

@test "generate: what is expected and what is delivered differ in 1 of 200" {
	local side
	for side in expected delivered; do
		"$generate" "--$side" ids 2000 | grep -o '"id":[0-9]*' | sort \
			>"$BATS_TEST_TMPDIR/$side"
		[ "$(sort -u "$BATS_TEST_TMPDIR/$side" | wc -l)" -eq 1990 ]
	done
	[ "$(comm -3 "$BATS_TEST_TMPDIR/expected" \
		"$BATS_TEST_TMPDIR/delivered" | wc -l)" -eq 20 ]
}

@test "generate: wrong usage is told, and a full disk" {
	local args
	for args in '' users 'users x' 'users -1' 'other 3' '--odd users 3'; do
		# shellcheck disable=SC2086 # words on purpose
		run --separate-stderr "$generate" $args
		expect 64 '' '*usage: generate *'
	done
	run --separate-stderr bash -c '"$1" users 5 >/dev/full' - "$generate"
	expect 74 '' 'generate: could not write to standard output: No space*'
}

# bench ROW...: on a little data, once, with the peers that are there.
bench() {
	BENCH_MB=1 BENCH_RUNS=1 BENCH_INSTALL=no \
		BENCH_DIR=$BATS_TEST_TMPDIR/bench \
		run --separate-stderr "$root/tests/bench/run" "$@"
	printf '%s\n' "$output" "$stderr"
	[ "$status" -eq 0 ]
}

# What is measured has to be the real thing.
can_measure() {
	[ -x /usr/bin/time ] || skip 'GNU time is missing'
	! sanitized ||
		skip 'bin/ was built with sanitizers'
}

# need_tools TOOL...: skips, by name, where one is missing.
need_tools() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is missing"
	done
}

@test "run: an unknown row and a wrong option are usage errors" {
	run --separate-stderr "$root/tests/bench/run" nothing
	expect 64 '' '*usage: run *'
	run --separate-stderr "$root/tests/bench/run" --help
	expect 0 '*usage: run *' ''
}

@test "run: the stream rows print their tables, ours keeps the data intact" {
	local row
	need_tools python3 jq flatten explode dedupe records verify-ids
	can_measure
	bench flatten
	[[ $output == *'  flatten '*'  jq '*' no: ids, 19.90, 1e400, escapes'* ]]
	BENCH_PEERS='python3 jq awk sed comm' \
		bench explode dedupe array pretty verify
	for row in explode dedupe records verify-ids; do
		[[ $output =~ (^|$'\n')'  '$row\ .*\ yes ]]
	done
	[[ $output == *'  python json '*'no: 19.90, 1e400, escapes'* ]]
	[[ $(<"$BATS_TEST_TMPDIR/bench/results.md") == *'| jq | '* ]]
	[ ! -e "$BATS_TEST_TMPDIR/bench/data" ]
}

@test "run: a tool that is not built is skipped by name, a peer left out" {
	local bin=$BATS_TEST_TMPDIR/bin
	can_measure
	mkdir "$bin"
	ln -s "$root/bin/flatten" "$bin"
	BENCH_BIN=$bin PATH=${PATH//"$root/bin:"/} bench dedupe
	[[ $stderr == *'bench: dedupe: skipped: dedupe is not built'* ]]
}

@test "run: the rows of the database print their tables" {
	need_tools pg-upsert psql python3
	can_measure
	BENCH_PEERS='psql psycopg2' bench upsert load again
	[[ $stderr != *skipped* ]] || skip "${stderr##*bench: }"
	[[ $output == *'  pg-upsert '*' yes '*'server '* ]]
	[[ $output == *'  pg-upsert --mode append '*' yes '* ]]
	[[ $output == *'  psql '*' yes '*'server '* ]]
	[[ $stderr == *'left out: psycopg2 '* ]] ||
		[[ $output == *'  psycopg2 COPY '*' no: 19.90 '* ]]
	[ ! -e "$BATS_TEST_TMPDIR/bench/var" ]
}

@test "run: the row of distant fetches prints its table" {
	need_tools wdn-fetch apid curl
	can_measure
	BENCH_PEERS=curl bench distant
	expect 0 '*' '*'
	[[ $output == *'  wdn-fetch --parallel-max 50 '*' yes'* ]]
}

@test "run: the row of fetches prints its table" {
	need_tools wdn-fetch curl
	can_measure
	bench fetch
	[[ $stderr != *skipped* ]] || skip "${stderr##*bench: }"
	[[ $output == *'  wdn-fetch --parallel-max 5 '*' yes'* ]]
	[[ $output == *'  curl --parallel '* ]]
}

@test "run: the row of posts prints its table, all bodies as they were read" {
	need_tools batch-post curl dedupe python3
	can_measure
	BENCH_PEERS='curl python3' bench post
	[[ $stderr != *skipped* ]] || skip "${stderr##*bench: }"
	[[ $output =~ $'\n''  batch-post '[^$'\n']*' yes' ]]
	[[ $output =~ '  batch-post --audit'[^$'\n']*' yes' ]]
	[[ $output =~ '  curl in order'[^$'\n']*' yes' ]]
	[[ $output =~ '  python http.client'[^$'\n']*' yes' ]]
}

@test "run: the rows of whole jobs print their tables, ours loses nothing" {
	need_tools pg-upsert wdn-fetch batch-post verify-ids apid psql jq
	can_measure
	BENCH_FAULTS=0 BENCH_PEERS=none bench job-wdn job-animals
	[[ $stderr != *skipped* ]] || skip "${stderr##*bench: }"
	[[ $output =~ 'pipelines/run wdn '[^$'\n']*' yes '.*' requests, 0 of ' ]]
	[[ $output =~ 'pipelines/run animals '[^$'\n']*' yes '.*', 0 delivered twice' ]]
}

@test "the job of animals in Python delivers each of them" {
	start_apid --animals 3 --fault '*/animals/7:text@times=1'
	sed 's/lambda n: 5/lambda n: 0/' "$root/tests/bench/job_old.py" \
		>"$BATS_TEST_TMPDIR/job.py"
	run --separate-stderr python3 "$BATS_TEST_TMPDIR/job.py" animals "$API"
	stop_apid
	expect 0 '' ''
}

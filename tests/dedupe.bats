#!/usr/bin/env bats
# shellcheck disable=SC2154 # root is the helper's

load helper

@test "the first of each key is kept, the rest counted as dropped" {
	run --separate-stderr dedupe -k .id -s "$BATS_TEST_TMPDIR/s" < <(lines \
		'{"id":1,"v":"a"}' '{"id":2,"v":"b"}' '{"id":1,"v":"c"}')
	expect 0 $'{"id":1,"v":"a"}\n{"id":2,"v":"b"}' ''
	jq -e '.in == 3 and .done == 2 and .dropped == 1 and .out == 2' \
		"$BATS_TEST_TMPDIR/s"
}

@test "keys are JSON values: by content, by text, by type" {
	local all=('{"k":1}' '{"k":"1"}' '{"k":1.0}' '{"k":true}' '{"k":"true"}'
		'{"k":9007199254740993}' '{"k":9007199254740992}')
	run --separate-stderr dedupe -k .k < <(lines "${all[@]}" '{"k":"\u0031"}')
	expect 0 "$(lines "${all[@]}")" ''
	run --separate-stderr dedupe -k .k --numeric < <(lines \
		'{"k":1}' '{"k":"1"}' '{"k":1.0}' '{"k":1e0}' '{"k":10}')
	expect 0 "$(lines '{"k":1}' '{"k":"1"}' '{"k":10}')" ''
}

@test "composite keys do not run into each other" {
	run --separate-stderr dedupe -k .a -k .b < <(lines \
		'{"a":"x","b":"yz"}' '{"a":"xy","b":"z"}' '{"b":"yz","a":"x"}')
	expect 0 "$(lines '{"a":"x","b":"yz"}' '{"a":"xy","b":"z"}')" ''
}

@test "a missing or null key is a bad record, unless told otherwise" {
	local in=('{"k":null}' '{"v":1}' '{"k":1}' '{"k":null}')
	run --separate-stderr dedupe -k .k < <(lines "${in[@]}")
	expect 65 '' 'dedupe: <stdin>:1: the key .k is null'
	run --separate-stderr dedupe -k .k -q -r "$BATS_TEST_TMPDIR/r" \
		< <(lines "${in[@]}")
	expect 1 '{"k":1}' ''
	[ "$(jq -r .reason "$BATS_TEST_TMPDIR/r")" = \
		$'the key .k is null\nthe key .k is missing\nthe key .k is null' ]
	run --separate-stderr dedupe -k .k --null-key keep < <(lines "${in[@]}")
	expect 0 "$(lines "${in[@]}")" ''
	run --separate-stderr dedupe -k .k --null-key drop < <(lines "${in[@]}")
	expect 0 '{"k":1}' ''
}

@test "a key that is no scalar is a bad record" {
	run --separate-stderr dedupe -k .k <<<'{"k":{"a":1}}'
	expect 65 '' '*the key .k is an object, not a scalar'
	run --separate-stderr dedupe -k .k.a <<<'{"k":"text"}'
	expect 65 '' '*the key .k.a cannot be told: no member "a" in a string*'
}

@test "a jq program may be the key, but not lose digits" {
	run --separate-stderr dedupe -k '.k|ascii_downcase' < <(lines \
		'{"k":"A"}' '{"k":"a"}' '{"k":"b"}')
	expect 0 "$(lines '{"k":"A"}' '{"k":"b"}')" ''
	run --separate-stderr dedupe -k '.k|tostring' \
		<<<'{"k":9007199254740993}'
	expect 65 '' '*depends on a number that jq would change*'
}

@test "--duplicates takes what is dropped" {
	run --separate-stderr dedupe -k .k --duplicates "$BATS_TEST_TMPDIR/d" \
		< <(lines '{"k":1,"v":1}' '{"k":1,"v":2}' '{"k":1,"v":3}')
	expect 0 '{"k":1,"v":1}' ''
	[ "$(cat "$BATS_TEST_TMPDIR/d")" = $'{"k":1,"v":2}\n{"k":1,"v":3}' ]
}

@test "records are printed as they are spelled" {
	run --separate-stderr dedupe -k .k <<<' {"k" : 1.00, "v":"\u0026" } '
	expect 0 '{"k" : 1.00, "v":"\\u0026" }' ''
}

@test "a key is needed, and a good one" {
	run --separate-stderr dedupe
	expect 64 '' '*no key: say which with -k*'
	run --separate-stderr dedupe -k '.a |'
	expect 64 '' '*bad value ".a |" for --key: *syntax error*'
	run --separate-stderr dedupe -k .a --null-key x
	expect 64 '' '*bad value "x" for --null-key: it takes reject, keep or drop*'
}

@test "a million keys, each of them twice" {
	run --separate-stderr bash -c '
		{ seq 1000000; seq 1000000; } | sed "s/.*/{\"k\":&}/" |
			dedupe -k .k | tail -n 1'
	expect 0 '{"k":1000000}' ''
}

@test "--keep last: each key's last record, at its own place" {
	local d=$BATS_TEST_TMPDIR
	run --separate-stderr dedupe -k .id --keep last --duplicates "$d/d" \
		-s "$d/s" < <(lines '{"id":1,"v":"a"}' '{"id":2,"v":"b"}' \
		'{"id":1,"v":"c"}' '{"id":3,"v":"d"}' '{"id":1,"v":"e"}')
	expect 0 "$(lines '{"id":2,"v":"b"}' '{"id":3,"v":"d"}' \
		'{"id":1,"v":"e"}')" ''
	[ "$(<"$d/d")" = $'{"id":1,"v":"a"}\n{"id":1,"v":"c"}' ]
	jq -e '.in == 5 and .done == 3 and .dropped == 2 and .out == 3' "$d/s"
}

# largest INPUT... : --keep max:.v of them, all of one key
largest() {
	run --separate-stderr dedupe -k .k --keep max:.v < <(
		for v in "$@"; do echo "{\"k\":1,\"v\":$v}"; done)
}

@test "--keep max compares numbers by value, exactly" {
	local least
	largest 1 2 10 9
	expect 0 '{"k":1,"v":10}' ''
	largest 9007199254740993 9007199254740992 9007199254740991
	expect 0 '{"k":1,"v":9007199254740993}' ''
	largest 1e400 2e400 199e398
	expect 0 '{"k":1,"v":2e400}' ''
	largest 0.30000000000000000001 0.3 0.3000
	expect 0 '{"k":1,"v":0.30000000000000000001}' ''
	for least in -1 -0.5 -1e-400 -1e400; do
		largest $least 0
		expect 0 '{"k":1,"v":0}' ''
		largest 1e-400 $least
		expect 0 '{"k":1,"v":1e-400}' ''
	done
	largest -2 -1.5 -10
	expect 0 '{"k":1,"v":-1.5}' ''
}

@test "--keep max compares strings by their bytes; of equals the first stays" {
	largest '"2026-01-02T00:00:00Z"' '"2026-01-10T00:00:00Z"' '"2025-12-31"'
	expect 0 '{"k":1,"v":"2026-01-10T00:00:00Z"}' ''
	largest '"a"' '"ab"' '"\u0061"'
	expect 0 '{"k":1,"v":"ab"}' ''
	largest '"z"' '"é"' '"Z"'
	expect 0 '{"k":1,"v":"é"}' ''
	largest 3 3.0 3e0
	expect 0 '{"k":1,"v":3}' ''
}

@test "--keep max: what cannot be compared is a bad record" {
	largest null
	expect 65 '' '*:1: --keep max: .v is null, neither a number nor a string'
	largest 1 '"1"'
	expect 65 '{"k":1,"v":1}' \
		'*:2: --keep max cannot compare a number with a string: .v, here and in line 1'
	run --separate-stderr dedupe -k .k --keep max:.v <<<'{"k":1}'
	expect 65 '' '*:1: --keep max: .v is missing'
	run --separate-stderr dedupe -k .k --keep max:.v.w <<<'{"k":1,"v":"x"}'
	expect 65 '' '*:1: --keep max cannot be told: *'
	run --separate-stderr dedupe -k .k --keep 'max:.v|length' < <(lines \
		'{"k":1,"v":[1]}' '{"k":1,"v":[1,2]}')
	expect 0 '{"k":1,"v":[[]1,2]}' ''
}

@test "--keep takes no other value" {
	run --separate-stderr dedupe -k .k --keep newest
	expect 64 '' '*bad value "newest" for --keep: it takes first, last or*'
	run --separate-stderr dedupe -k .k --keep 'max:.a |'
	expect 64 '' '*bad value "max:.a |" for --keep: *syntax error*'
}

@test "--keep last and records without a key" {
	local in=('{"k":1}' '{"k":null,"v":1}' '{"k":1,"v":2}' '{"v":3}')
	run --separate-stderr dedupe -k .k --keep last --null-key keep \
		< <(lines "${in[@]}")
	expect 0 "$(lines "${in[@]:1}")" ''
	run --separate-stderr dedupe -k .k --keep last --null-key drop \
		< <(lines "${in[@]}")
	expect 0 '{"k":1,"v":2}' ''
	run --separate-stderr dedupe -k .k --keep last < <(lines "${in[@]}")
	expect 65 '{"k":1}' '*:2: the key .k is null'
}

@test "--keep last: a percentage of rejects is one of all records" {
	local i
	for ((i = 1; i <= 500; i++)); do
		((i % 4)) && echo "{\"k\":$i}" || echo '{}'
	done >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr dedupe -k .k --keep last -q --max-rejects 25% \
		-r "$BATS_TEST_TMPDIR/r" <"$BATS_TEST_TMPDIR/in"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 375 ]
	run --separate-stderr dedupe -k .k --keep last --max-rejects 24% \
		-r "$BATS_TEST_TMPDIR/r" <"$BATS_TEST_TMPDIR/in"
	expect 65 '*' '*stopped: 25 of 100 records were rejected*'
}

@test "--keep last: after a signal nothing is printed, nor counted as done" {
	local d=$BATS_TEST_TMPDIR i code=0
	mkfifo "$d/fifo"
	set -m
	dedupe -k .k --keep last -s "$d/s" --duplicates "$d/d" \
		<"$d/fifo" >"$d/out" 3>&- &
	set +m
	exec 7>"$d/fifo"
	lines '{"k":1}' '{"k":2}' '{"k":1}' >&7
	wait_for sleeps dedupe $!
	kill -TERM $!
	wait $! || code=$?
	exec 7>&-
	[ $code -eq 143 ]
	[ ! -s "$d/out" ]
	jq -e '.in == 1 and .dropped == 1 and .done == 0 and .out == 0' "$d/s"
}

@test "--keep last of many keys, in the order of the input" {
	local d=$BATS_TEST_TMPDIR
	{ seq 1 50000; seq 20000 -1 1; seq 50001 60000; } |
		awk '{ printf "{\"k\":%s,\"line\":%d}\n", $1, NR }' >"$d/in"
	dedupe -k .k --keep last <"$d/in" >"$d/out"
	awk '{ split($0, a, /[:,]/); at[a[2]] = NR; line[NR] = $0 }
		END { for (k in at) keep[at[k]]
			for (i = 1; i <= NR; i++) if (i in keep) print line[i] }' \
		"$d/in" | cmp - "$d/out"
}

@test "-x drops the keys that files list: lines, scalars, records" {
	local d=$BATS_TEST_TMPDIR
	lines '{"id":1}' '{"id":"1"}' '{"id":2}' '{"id":"2"}' '{"id":3}' \
		'{"id":"3"}' '{"id":"a b"}' '{"id":4}' '{"id":5}' >"$d/in"
	printf '\xef\xbb\xbf1\r\n\n "2" \n' >"$d/x1"
	printf 'a b\n{"id":3,"more":true}\n{"id":5}' >"$d/x2"
	run --separate-stderr dedupe -k .id -x "$d/x1" --exclude "$d/x2" \
		--duplicates "$d/d" <"$d/in"
	expect 0 "$(lines '{"id":2}' '{"id":"3"}' '{"id":4}')" ''
	[ "$(<"$d/d")" = "$(lines '{"id":1}' '{"id":"1"}' '{"id":"2"}' \
		'{"id":3}' '{"id":"a b"}' '{"id":5}')" ]
	run --separate-stderr dedupe -k .id --keep last -x "$d/x1" -x "$d/x2" \
		<"$d/in"
	expect 0 "$(lines '{"id":2}' '{"id":"3"}' '{"id":4}')" ''
	run --separate-stderr dedupe -k .id --numeric -x <(echo 1.0) <"$d/in"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = '{"id":"1"}' ]
}

@test "-x with a key of several parts takes records and arrays" {
	local d=$BATS_TEST_TMPDIR
	lines '{"a":1,"b":"x"}' '{"a":1,"b":"y"}' '{"a":2,"b":"x"}' >"$d/in"
	lines '{"b":"y","a":1}' '[2, "x"]' >"$d/x"
	run --separate-stderr dedupe -k .a -k .b -x "$d/x" <"$d/in"
	expect 0 '{"a":1,"b":"x"}' ''
	run --separate-stderr dedupe -k .a -k .b -x <(echo '[1]') <"$d/in"
	expect 65 '' '*:1: an array of 1, but the key has 2 parts'
	run --separate-stderr dedupe -k .a -k .b -x <(echo 1) <"$d/in"
	expect 65 '' '*:1: the key has 2 parts: an array of them or a record*'
	run --separate-stderr dedupe -k .a -x <(echo '[1]') <"$d/in"
	expect 65 '' '*:1: an array is a key of several parts*'
}

@test "-x: a line that is no key ends it before anything is printed" {
	local d=$BATS_TEST_TMPDIR line why
	while IFS='|' read -r line why; do
		printf '{"id":7}\n\n%b' "$line" >"$d/x"
		run --separate-stderr dedupe -k .id -x "$d/x" <<<'{"id":1}'
		expect 65 '' "dedupe: $d/x:3: $why"
	done <<-'END'
		{"id":}\n|not JSON: value expected at byte 7
		"a\n|not JSON: the text is cut off at byte 3
		null\n|a key cannot be null*
		{"v":1}\n|the key .id is missing
		{"id":[1]}\n|the key .id is an array, not a scalar
		\xff\n|a key cannot be text that is not UTF-8
		12|the last line is cut off*
		{"id":8|the last line is cut off*
	END
	run --separate-stderr dedupe -k .id -x "$d/none" <<<'{"id":1}'
	expect 66 '' "*could not open file \"$d/none\": No such file*"
}

@test "--memory bounds the keys, and says what to do" {
	seq -f '{"k":%.0f}' 100000 >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr dedupe -k .k --memory 1M \
		-s "$BATS_TEST_TMPDIR/s" <"$BATS_TEST_TMPDIR/in"
	expect 71 '{"k":1}*' \
		'dedupe: could not keep * keys in the 1048576 bytes of --memory: raise it, or split the input by key*'
	[ "${#lines[@]}" -gt 30000 ]
	[ "${#lines[@]}" -eq "$(jq .out "$BATS_TEST_TMPDIR/s")" ]
	run --separate-stderr dedupe -k .k --memory 1M --keep last \
		<"$BATS_TEST_TMPDIR/in"
	expect 71 '' '*could not keep * keys and their records in the*'
	run --separate-stderr dedupe -k .k --memory 3M \
		<"$BATS_TEST_TMPDIR/in"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 100000 ]
	run --separate-stderr dedupe -k .k --memory 1k
	expect 64 '' '*bad value "1k" for --memory: *'
}

ends_with() {
	[ "$(tail -n 1 "$2")" = "$1" ]
}

@test "five million keys take at most 24 bytes each" {
	local d=$BATS_TEST_TMPDIR n=5000000 bytes
	! grep -q __asan_init "$root/bin/dedupe" || skip 'built with ASan'
	mkfifo "$d/fifo"
	dedupe -k .k <"$d/fifo" >"$d/out" 3>&- &
	exec 7>"$d/fifo"
	seq -f '{"k":%.0f}' $n >&7
	# All is printed before it waits for more input.
	wait_for ends_with "{\"k\":$n}" "$d/out"
	bytes=$(awk '/^VmHWM/ { print $2 * 1024 }' "/proc/$!/status")
	exec 7>&-
	wait $!
	rm "$d/out"
	echo "$bytes bytes"
	((bytes <= 24 * n + 10000000))
}

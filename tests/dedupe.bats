#!/usr/bin/env bats

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

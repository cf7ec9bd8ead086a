#!/usr/bin/env bats
# shellcheck disable=SC2154 # root and data are the helper's

load helper

# passes RULE RECORD...: those records pass it.
passes() {
	run --separate-stderr validate "$1" < <(lines "${@:2}")
	expect 0 "$(lines "${@:2}" | sed 's/\[/\\[/g; s/\\u/\\\\u/g')" ''
}

# fails RULE RECORD...: each of them fails it, alone.
fails() {
	local record
	for record in "${@:2}"; do
		run --separate-stderr validate "$1" <<<"$record"
		expect 65 '' "validate: <stdin>:1: rule failed: ${1//[\[]/\\[}*"
	done
}

@test "true is what jq takes for true: neither false nor null" {
	passes .a '{"a":true}' '{"a":0}' '{"a":""}' '{"a":[]}' \
		'{"a" : 1e400 , "b":"\u0026"}'
	fails .a '{"a":false}' '{"a":null}' '{}' null
}

@test "type checks" {
	passes '.id | type == "number"' '{"id":1}' '{"id":9007199254740993}'
	fails '.id | type == "number"' '{"id":"1"}' '{}' '{"id":null}' null
	passes '(.a.b | type) != "null"' '{"a":{"b":[]}}' '{"a":{"b":false}}'
	fails '(.a.b | type) != "null"' '{"a":{}}' '{}'
	passes '.v | type == "string" or type == "null"' '{"v":"x"}' '{}'
	fails '.v | type == "string" or type == "null"' '{"v":1}'
}

@test "comparisons, and, or, not" {
	passes '.a == "x" and .b != null' '{"a":"\u0078","b":0}'
	fails '.a == "x" and .b != null' '{"a":"x"}' '{"a":"y","b":0}'
	passes '(.a or .b) and (.c | not)' '{"b":1}' '{"a":1,"c":false}'
	fails '(.a or .b) and (.c | not)' '{"c":false}' '{"a":1,"c":1}'
}

@test "any other jq expression is a rule, too" {
	passes '.n > 5 and (.tags | length) == 2' '{"n":6,"tags":[1,2]}'
	fails '.n > 5 and (.tags | length) == 2' '{"n":5,"tags":[1,2]}'
	passes '.at | test("^[0-9]{4}-")' '{"at":"2020-01-01"}'
	fails '.at | test("^[0-9]{4}-")' '{"at":"1.1.2020"}'
}

@test "of several results every one has to be true, and there has to be one" {
	passes '.items[] | .id != null' '{"items":[{"id":1},{"id":2}]}'
	fails '.items[] | .id != null' '{"items":[{"id":1},{}]}' \
		'{"items":[{},{"id":1}]}' '{"items":[]}'
	fails empty '{}'
}

@test "a rule that cannot be worked out fails the record, with the reason" {
	run --separate-stderr validate .a.b <<<'{"a":"x"}'
	expect 65 '' \
		'*:1: rule failed: .a.b: no member "b" in a string'
	run --separate-stderr validate '.a | tonumber' <<<'{"a":"x"}'
	expect 65 '' '*:1: rule failed: .a | tonumber: *x*'
	run --separate-stderr validate '.a == 9007199254740992' \
		<<<'{"a":9007199254740993}'
	expect 65 '' '*a number that jq would change*'
}

@test "the first rule that fails is named; --name gives it a name and code" {
	local r=$BATS_TEST_TMPDIR/r
	run --separate-stderr validate --name 'has_id=.id != null' \
		--name 'size=.n == "a=b"' .ok -r "$r" -s "$BATS_TEST_TMPDIR/s" \
		< <(lines '{"id":1,"n":"a=b","ok":true}' '{"ok":true}' \
			'{"id":1,"n":2}' '{"id":1,"n":"a=b"}')
	expect 1 '{"id":1,"n":"a=b","ok":true}' '*3 of 4 records were rejected*'
	[ "$(jq -c '[.line, .code, .reason]' "$r")" = "$(lines \
		'[2,"has_id","rule \"has_id\" failed: .id != null"]' \
		'[3,"size","rule \"size\" failed: .n == \"a=b\""]' \
		'[4,null,"rule failed: .ok"]')" ]
	jq -e '.in == 4 and .done == 1 and .rejected == 3 and .dropped == 0' \
		"$BATS_TEST_TMPDIR/s"
}

@test "--drop leaves out what is not true, and counts it" {
	run --separate-stderr validate --drop '.stage == "offers"' --drop .on \
		-s "$BATS_TEST_TMPDIR/s" < <(lines '{"stage":"offers","on":1}' \
		'{"stage":"flat","on":1}' '{"stage":"offers"}' '{}')
	expect 0 '{"stage":"offers","on":1}' ''
	jq -e '.in == 4 and .done == 1 and .dropped == 3 and .rejected == 0' \
		"$BATS_TEST_TMPDIR/s"
}

@test "--drop is asked before the rules" {
	run --separate-stderr validate .id --drop '.kind == "a"' < <(lines \
		'{"kind":"b"}' '{"kind":"a","id":1}')
	expect 0 '{"kind":"a","id":1}' ''
}

@test "a --drop that cannot be worked out rejects, it does not drop" {
	run --separate-stderr validate --drop .a.b <<<'{"a":1}'
	expect 65 '' '*:1: --drop failed: .a.b: no member "b" in a number*'
}

@test "rejects are chosen by it and replayed by records" {
	run --separate-stderr bash -c \
		'validate --drop ".stage == \"offers\"" | records --path .record' \
		< <(lines '{"stage":"offers","record":{"p":19.90}}' \
			'{"stage":"flat","record":{}}')
	expect 0 '{"p":19.90}' ''
}

@test "bad rules are refused" {
	run --separate-stderr validate
	expect 64 '' '*no rule: say what a record has to be*'
	run --separate-stderr validate '.a |'
	expect 64 '' '*bad rule ".a |": *'
	run --separate-stderr validate --drop '.a ]'
	expect 64 '' '*bad value ".a ]" for --drop: *'
	run --separate-stderr validate --name .a
	expect 64 '' '*bad value ".a" for --name: it takes RULE=EXPR'
	run --separate-stderr validate --name 'x=.a ]'
	expect 64 '' '*bad value "x=.a ]" for --name: *'
}

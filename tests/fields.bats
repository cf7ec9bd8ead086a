#!/usr/bin/env bats

load helper

# edit INPUT EXPECTED [OPTION...]
edit() {
	run --separate-stderr fields "${@:3}" <<<"$1"
	expect 0 "${2//[\[]/\\[}" ''
}

@test "without an option a record stays as it is, white space between apart" {
	edit ' { "a" : 1.0 , "b" : [ 1, {} ] } ' '{"a":1.0,"b":[ 1, {} ]}'
	edit '{}' '{}'
}

@test "--only and --drop, by name, in the input's order" {
	local r='{"a":1,"b":2,"c":3,"d":4}'
	edit "$r" '{"b":2,"d":4}' --only d,b
	edit "$r" '{"b":2,"d":4}' --only d --only b,nothing
	edit "$r" '{"b":2,"c":3}' --drop a,d
	edit "$r" '{"b":2}' --only a,b --drop a
	edit '{"\u0061":1,"b":2}' '{"\\u0061":1}' --only a
}

@test "--hoist lifts an object's members into its place" {
	edit '{"id":"17","attributes":{"name":"Nike","site":null},"x":1}' \
		'{"id":"17","name":"Nike","site":null,"x":1}' --hoist attributes
	edit '{"id":1}' '{"id":1}' --hoist attributes
	edit '{"id":1,"attributes":{}}' '{"id":1}' --hoist attributes
	run --separate-stderr fields --hoist a <<<'{"a":[1]}'
	expect 65 '' 'fields: <stdin>:1: --hoist "a": not an object but an array'
}

@test "what is hoisted is chosen and renamed like the rest" {
	edit '{"id":1,"type":"t","attributes":{"type":"u","name":"n"}}' \
		'{"id":1,"title":"n"}' --hoist attributes --drop type --rename name=title
}

@test "--rename keeps place and value" {
	edit '{"a":19.90,"b":2}' '{"A \\"x\\"":19.90,"b":2}' --rename 'a=A "x"'
	edit '{"a":1,"b":2}' '{"b":1,"a":2}' --rename a=b --rename b=a
}

@test "a name that would be there twice rejects the record" {
	run --separate-stderr fields --rename a=b <<<'{"a":1,"b":2}'
	expect 65 '' 'fields: <stdin>:1: two members would be called "b"'
	run --separate-stderr fields --hoist o <<<'{"id":1,"o":{"id":2}}'
	expect 65 '' '*two members would be called "id"'
	run --separate-stderr fields --hoist o -q -r "$BATS_TEST_TMPDIR/r" \
		< <(lines '{"id":1,"o":{"\u0069d":2}}' '{"id":3}')
	expect 1 '{"id":3}' ''
}

@test "--set replaces in place or appends, with any JSON" {
	edit '{"a":1,"b":2}' '{"a":{"x":[1.50]},"b":2,"c":"t"}' \
		--set 'a={"x": [1.50]}' --set 'c="t"'
	run --separate-stderr fields --set a=text <<<'{}'
	expect 64 '' '*bad value "a=text" for --set: the right side is not JSON*'
	run --separate-stderr fields --set a <<<'{}'
	expect 64 '' '*it takes NAME=JSON*'
}

@test "--stamp is the time of the run, the same in all records" {
	run --separate-stderr fields --stamp at < <(lines '{"at":1}' '{"b":2}')
	expect 0 '*' ''
	[ "$(jq -r .at <<<"$output" | sort -u | wc -l)" -eq 1 ]
	[[ ${lines[0]} =~ \"at\":\"20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z\" ]]
}

@test "bad option values are told" {
	run --separate-stderr fields --rename ab <<<'{}'
	expect 64 '' '*bad value "ab" for --rename: it takes OLD=NEW*'
	run --separate-stderr fields --rename a=$'\xff' <<<'{}'
	expect 64 '' '*the new name is not UTF-8*'
	run --separate-stderr fields --only $'\xff' <<<'{}'
	expect 64 '' '*is not UTF-8*'
	run --separate-stderr fields x
	expect 64 '' '*takes no operands*'
}

@test "many members" {
	local r
	r=$(python3 -c 'print("{" + ",".join(f"\"n{i}\":{i}" for i in range(5000)) + "}")')
	edit "$r" "$r"
}

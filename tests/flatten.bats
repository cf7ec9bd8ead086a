#!/usr/bin/env bats

load helper

# flat INPUT EXPECTED [OPTION...]
flat() {
	run --separate-stderr flatten "${@:3}" <<<"$1"
	expect 0 "${2//[\[]/\\[}" ''
}

@test "values keep every byte" {
	flat '{"a":{"b":9007199254740993,"c":19.90},"d":"\u0026","e":1e400}' \
		'{"a.b":9007199254740993,"a.c":19.90,"d":"\\u0026","e":1e400}'
}

@test "nesting of any depth, in the order it came" {
	flat '{"z":1,"a":{"b":{"c":{"d":"x"}},"e":true},"b":null}' \
		'{"z":1,"a.b.c.d":"x","a.e":true,"b":null}'
}

@test "white space goes, but not what is in strings and arrays" {
	flat ' { "a" : { "b c" : " x  y " } , "d" : [ 1, 2 ] } ' \
		'{"a.b c":" x  y ","d":[ 1, 2 ]}'
}

@test "empty objects and arrays stay what they are" {
	flat '{"a":{},"b":[],"c":{"d":{},"e":[ ]},"f":{ }}' \
		'{"a":{},"b":[],"c.d":{},"c.e":[ ],"f":{ }}'
	flat '{}' '{}'
	flat '{ }' '{}'
}

@test "names keep their escapes; empty names and names with dots are names" {
	flat '{"\u0061":{"\"":1}}' '{"\\u0061.\\"":1}'
	flat '{"":{"":1},"x":{"":2}}' '{".":1,"x.":2}'
	flat '{"a.b":{"c.d":1}}' '{"a.b.c.d":1}'
}

@test "two values that would get one name reject the record, both named" {
	run --separate-stderr flatten <<<'{"a":{"b":1},"a.b":2}'
	expect 65 '' \
		'flatten: <stdin>:1: ."a"."b" and ."a.b" would get one name, "a.b"'
	run --separate-stderr flatten <<<'{"a":1,"b":0,"\u0061":2}'
	expect 65 '' '*."a" and ."\\u0061" would get one name, "a"'
	run --separate-stderr flatten <<<'{"a":{"b":1,"c":{"x":1}},"z":{"a":{"b":9}},"a":{"c":{"y":1},"b":2}}'
	expect 65 '' '*."a"."b" and ."a"."b" would get one name, "a.b"'
}

@test "the record after a collision is whole again" {
	run --separate-stderr flatten -q -r "$BATS_TEST_TMPDIR/r" < <(lines \
		'{"a":{"b":{"c":1}},"a.b":{"c":2},"d":3}' '{"a":{"b":1}}')
	expect 1 '{"a.b":1}' ''
	jq -e '.record."a.b".c == 2' "$BATS_TEST_TMPDIR/r"
}

@test "--sep is put between names, as text" {
	flat '{"a":{"b":{"c":1}}}' '{"a__b__c":1}' --sep __
	flat '{"a":{"b":1}}' '{"a\\"b":1}' --sep '"'
	flat '{"a":{"b":1}}' '{"ab":1}' --sep ''
	run --separate-stderr flatten --sep $'\xff' <<<'{}'
	expect 64 '' '*the value of --sep is not UTF-8*'
}

@test "--arrays keep, index, json" {
	local r='{"a":[1,{"b":[2, []]},"x"],"c":{"d":[]}}'
	flat "$r" "${r/'"c":{"d":[]}}'/'"c.d":[]}'}"
	flat "$r" '{"a.0":1,"a.1.b.0":2,"a.1.b.1":[],"a.2":"x","c.d":[]}' \
		--arrays index
	flat "$r" \
		'{"a":"[1,{\\"b\\":[2, []]},\\"x\\"]","c.d":"[]"}' --arrays json
	run --separate-stderr flatten --arrays both <<<'{}'
	expect 64 '' '*bad value "both" for --arrays: it takes keep, index or json'
}

@test "indices collide with names, too" {
	run --separate-stderr flatten --arrays index <<<'{"a":[1],"a.0":2}'
	expect 65 '' '*."a"[[]0] and ."a.0" would get one name, "a.0"'
}

@test "--max-depth joins so many levels" {
	local r='{"a":{"b":{"c":{"d":1}}},"e":2}'
	flat "$r" "$r" --max-depth 0
	flat "$r" '{"a.b":{"c":{"d":1}},"e":2}' --max-depth 1
	flat "$r" '{"a.b.c":{"d":1},"e":2}' --max-depth 2
	flat "$r" '{"a.b.c.d":1,"e":2}' --max-depth 9
}

@test "a line that is no object is a bad record" {
	local v
	for v in 1 '"x"' null true '[{"a":1}]'; do
		run --separate-stderr flatten <<<"$v"
		expect 65 '' 'flatten: <stdin>:1: not an object but *'
	done
}

@test "as deep as the tokenizer goes" {
	local deep
	deep=$(python3 -c 'n=1024; print("{\"a\":" * n + "1" + "}" * n)')
	flat "$deep" "$(python3 -c 'print("{\"" + ".".join("a" * 1024) + "\":1}")')"
}

@test "operands are refused" {
	run --separate-stderr flatten file.json
	expect 64 '' '*reads standard input*'
}

# Same leaves, by path and exact text: python keeps the digits when asked to.
same_leaves() {
	python3 - "$1" "$2" <<-'END'
		import json, sys
		keep = dict(parse_float=lambda s: ("n", s),
		            parse_int=lambda s: ("n", s))
		def leaves(value, path=()):
		    if isinstance(value, dict) and value:
		        for name, inner in value.items():
		            yield from leaves(inner, path + (name,))
		    else:
		        yield ".".join(path), value
		for n, (a, b) in enumerate(zip(open(sys.argv[1]), open(sys.argv[2]), strict=True)):
		    wanted = list(leaves(json.loads(a, **keep)))
		    got = list(json.loads(b, **keep).items())
		    assert wanted == got, (n, wanted, got)
	END
}

@test "twitter's statuses and the GitHub events lose nothing" {
	need_data public/twitter.json
	local d=$BATS_TEST_TMPDIR
	jq -c '.statuses[]' "$data/public/twitter.json" >"$d/in"
	jq -c '.[]' "$data/public/github_events.json" >>"$d/in"
	run --separate-stderr flatten <"$d/in"
	[ "$status" -eq 0 ]
	printf '%s\n' "$output" >"$d/out"
	same_leaves "$d/in" "$d/out"
}

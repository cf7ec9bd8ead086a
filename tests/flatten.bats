#!/usr/bin/env bats
# shellcheck disable=SC2154 # root and data are the helper's

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

@test "a record is one line, also where it looks like the one before" {
	local rest options
	for rest in '[2,\n3]' '[{"c":1},\n{"c":2}]' '[{"c":1}\n]' '[\n]' '{\n}' \
		'"x\ny"' '1\n'; do
		for options in keep index; do
			run --separate-stderr flatten --arrays "$options" < <(printf \
				'{"a":1,"b":[{"c":0}]}\n{"a":2,"b":%b}\n' "$rest")
			expect 65 '{"a":1,"b*' 'flatten: <stdin>:2: not JSON: *'
		done
	done
	# What may be around a record is no part of it.
	flat $'{"a":1}\n{"a":2} \r\n{"a":3}\n\n \n {"a":4}\n{"a":5}\t\n{"a":6}' \
		$'{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n{"a":5}\n{"a":6}'
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

# nested INPUT EXPECTED [OPTION...]: the way back.
nested() {
	run --separate-stderr flatten --unflatten "${@:3}" <<<"$1"
	expect 0 "${2//[\[]/\\[}" ''
}

@test "--unflatten makes objects, in the order of first appearance" {
	nested '{"a.b":9007199254740993,"z":1,"a.c.d":19.90,"a.b2":"\u0026"}' \
		'{"a":{"b":9007199254740993,"c":{"d":19.90},"b2":"\\u0026"},"z":1}'
	nested ' { "a" : 1 } ' '{"a":1}'
	nested '{}' '{}'
	nested '{"a.b":{},"a.c":[ ],"d":{"e.f":1}}' \
		'{"a":{"b":{},"c":[ ]},"d":{"e.f":1}}'
	nested '{".":1,"a.x":2,"a..b":3}' '{"":{"":1},"a":{"x":2,"":{"b":3}}}'
}

@test "--unflatten: names keep their escapes, and mean what they mean" {
	nested '{"\u0061.b":1,"a.c":2,"a\u002ed":3}' \
		'{"\\u0061":{"b":1,"c":2,"d":3}}'
	nested '{"\ud83d\ude00.\ud800.\"":1}' \
		'{"\\ud83d\\ude00":{"\\ud800":{"\\"":1}}}'
	nested '{"a\ud83d\ude00b":1,"a😀c":2}' '{"a":{"b":1,"c":2}}' --sep 😀
	nested '{"a\\\"b":1}' '{"a\\\\":{"b":1}}' --sep '"'
	nested '{"a__b_c":1}' '{"a":{"b_c":1}}' --sep __
}

@test "--unflatten: two members that cannot both be reject the record" {
	local why='cannot both be: the one has a value where the other needs an object'
	run --separate-stderr flatten --unflatten <<<'{"a":1,"a.b":2}'
	expect 65 '' "flatten: <stdin>:1: \"a\" and \"a.b\" $why"
	run --separate-stderr flatten --unflatten <<<'{"x":0,"a.b.c":1,"a.b":2}'
	expect 65 '' "*:1: \"a.b.c\" and \"a.b\" $why"
	run --separate-stderr flatten --unflatten <<<'{"a":{},"a.b":2}'
	expect 65 '' "*:1: \"a\" and \"a.b\" $why"
	run --separate-stderr flatten --unflatten <<<'{"a.b":1,"a\u002eb":2}'
	expect 65 '' '*:1: "a\\u002eb" is there twice'
	run --separate-stderr flatten --unflatten -q \
		-r "$BATS_TEST_TMPDIR/r" < <(lines '{"a.b":1,"a.b.c":2}' \
		'["a"]' '{"a.b":1,"a.c":2}')
	expect 1 '{"a":{"b":1,"c":2}}' ''
	[ "$(jq -c .line "$BATS_TEST_TMPDIR/r" | tr '\n' ' ')" = '1 2 ' ]
}

@test "--unflatten --arrays index makes arrays of 0 to n-1" {
	nested '{"a.0":1,"a.1.b.0":2,"a.1.b.1":[],"a.2":"x"}' \
		'{"a":[1,{"b":[2,[]]},"x"]}' --arrays index
	nested '{"a.2":"c","a.0":"a","b":1,"a.1":"b"}' \
		'{"a":["a","b","c"],"b":1}' --arrays index
	nested '{"a.1":1,"b.00":1,"c.0":1,"c.x":1,"0":1,"1":2}' \
		'{"a":{"1":1},"b":{"00":1},"c":{"0":1,"x":1},"0":1,"1":2}' \
		--arrays index
	nested '{"a.0":1}' '{"a":{"0":1}}'
	run --separate-stderr flatten --unflatten --arrays json <<<'{}'
	expect 64 '' '*--unflatten cannot tell arrays from strings*'
}

@test "--unflatten --max-depth splits a name so often" {
	nested '{"a.b.c.d":1,"e":2}' '{"a":{"b":{"c.d":1}},"e":2}' --max-depth 2
	nested '{"a.b":1}' '{"a.b":1}' --max-depth 0
	run --separate-stderr flatten --unflatten --sep '' <<<'{}'
	expect 64 '' '*--unflatten needs a --sep that is not empty*'
}

@test "--unflatten does not nest deeper than can be read" {
	local name
	name=$(python3 -c 'print(".".join("a" * 1024))')
	nested "{\"$name\":1}" \
		"$(python3 -c 'print("{\"a\":" * 1024 + "1" + "}" * 1024)')"
	nested "{\"$name\":\"$(printf 'x%.0s' {1..100})\"}" '*'
	run --separate-stderr flatten --unflatten <<<"{\"$name.a\":1}"
	expect 65 '' '*:1: "a.a.a*... is nested too deeply'
	run --separate-stderr flatten --unflatten <<<"{\"$name\":[]}"
	expect 65 '' '*:1: the nested record would be nested too deeply'
}

@test "--unflatten of many names, and of few after that" {
	local many
	many=$(python3 -c 'print("{" + ",".join(f"\"a.n{i}.b\":{i}" for i in range(5000)) + "}")')
	run --separate-stderr bash -c 'flatten --unflatten | flatten' \
		< <(lines "$many" '{"a.b":1}' "$many")
	expect 0 "$(lines "$many" '{"a.b":1}' "$many")" ''
}

# Records of any shape whose names are without dots and no numbers, one a
# line, compact.
random_records() {
	python3 - "$1" <<-'END'
		import json, random, sys
		random.seed(int(sys.argv[1]))
		names = ["a", "b", "", "é", "\U0001f600", "\"", "\\", "a b", "x" * 40,
		         "\n", "_", "A1"]
		def value(depth):
		    kind = random.randrange(9 if depth < 5 else 5)
		    if kind == 0: return random.choice([None, True, False])
		    if kind == 1: return random.randrange(-10**20, 10**20)
		    if kind == 2: return random.choice(["", "é.\n\"", "a.b", "\ud800"])
		    if kind == 3: return random.random()
		    if kind == 4: return random.choice([{}, []])
		    if kind == 5: return [value(depth + 1) for _ in range(3)]
		    return record(depth + 1)
		def record(depth):
		    return {random.choice(names) + random.choice(names): value(depth)
		            for _ in range(random.randrange(1, 6))}
		for i in range(1000):
		    print(json.dumps(record(0), separators=(",", ":"),
		                     ensure_ascii=True))
	END
}

@test "--unflatten of flatten gives the record back, byte for byte" {
	local d=$BATS_TEST_TMPDIR how sep
	random_records 1 >"$d/in"
	for how in keep index; do
		for sep in . .. '.é'; do
			flatten --sep "$sep" --arrays $how <"$d/in" >"$d/flat"
			flatten --unflatten --sep "$sep" --arrays $how \
				<"$d/flat" >"$d/back"
			cmp "$d/in" "$d/back"
		done
	done
	flatten --max-depth 2 <"$d/in" >"$d/flat"
	flatten --unflatten --max-depth 2 <"$d/flat" >"$d/back"
	cmp "$d/in" "$d/back"
}

@test "--unflatten gives twitter's statuses and the GitHub events back" {
	need_data public/twitter.json
	local d=$BATS_TEST_TMPDIR
	jq -c '.statuses[]' "$data/public/twitter.json" >"$d/in"
	jq -c '.[]' "$data/public/github_events.json" >>"$d/in"
	flatten --arrays index <"$d/in" >"$d/flat"
	flatten --unflatten --arrays index <"$d/flat" >"$d/back"
	cmp "$d/in" "$d/back"
}

@test "what pandas' json_normalize loses nothing of comes out the same" {
	local d=$BATS_TEST_TMPDIR cases=$root/tests/fixtures/json_normalize.ndjson
	fields --drop pandas,loses --hoist in <"$cases" >"$d/in"
	run --separate-stderr flatten -q -r "$d/rejects" <"$d/in"
	[ "$status" -eq 1 ]
	printf '%s\n' "$output" >"$d/out"
	python3 - "$cases" "$d/out" "$d/rejects" <<-'END'
		import json, sys
		cases, out, rejects = (
		    [json.loads(line) for line in open(name, encoding="utf-8")]
		    for name in sys.argv[1:])
		bad = {r["line"] for r in rejects}
		good = iter(out)
		lossless = 0
		for n, case in enumerate(cases, 1):
		    ours = None if n in bad else next(good)
		    if "loses" in case:
		        assert ours != case["pandas"], (n, case, ours)
		    else:
		        assert ours == case["pandas"], (n, case, ours)
		        lossless += 1
		assert lossless >= 15 and next(good, None) is None
	END
}

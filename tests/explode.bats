#!/usr/bin/env bats
# shellcheck disable=SC2154 # root and data are the helper's

load helper

# exp INPUT EXPECTED OPERAND...
exp() {
	run --separate-stderr explode "${@:3}" <<<"$1"
	expect 0 "${2//[\[]/\\[}" ''
}

# bad INPUT STDERR OPERAND...
bad() {
	run --separate-stderr explode "${@:3}" <<<"$1"
	expect 65 '' "explode: <stdin>:1: $2"
}

@test "one record per element, as it is spelled" {
	exp '{"id":1,"a":[{"x":9007199254740993, "y":19.90},{"u":"\u0026"},{}]}' \
		$'{"x":9007199254740993, "y":19.90}\n{"u":"\\\\u0026"}\n{}' .a
	exp '{"a":{"b":[{"c":1}]}}' '{"c":1}' .a.b
	exp '{"odd key":[[{"c":1},{"d":2}]]}' $'{"c":1}\n{"d":2}' \
		'."odd key"[0]'
	exp '[{"a":1},{"a":2}]' $'{"a":1}\n{"a":2}' .
	exp '{"a":[]}' '' .a
	exp '{"a":1,"a":[{"b":1}]}' '{"b":1}' .a
}

@test "--meta appends what it names of the parent" {
	local r='{"id":820982911946154508,"to":{"zip":"040"},"a":[{"x":1},{},{ }]}'
	exp "$r" "$(lines '{"x":1,"order_id":820982911946154508,"zip":"040"}' \
		'{"order_id":820982911946154508,"zip":"040"}' \
		'{ "order_id":820982911946154508,"zip":"040"}')" \
		.a --meta order_id=.id --meta zip=.to.zip
	exp '{"p":19.90,"a":[{ "x" : 1 }]}' '{ "x" : 1 ,"p":19.90,"no":null}' \
		.a --meta p=.p --meta no=.missing.too
	exp '{"a":[{"x":1},{"x":2}]}' \
		$'{"x":1,"n":2,"e":null}\n{"x":2,"n":2,"e":null}' \
		.a --meta 'n=.a|length' --meta e=empty
	exp '{"id":1,"a":[{"x":1}]}' '{"x":1,"of":{"id":1,"a":[{"x":1}]}}' \
		.a --meta of=.
	exp '{"id":1,"a":[{"x":1}]}' $'{"x":1,"\\\\"\u00e9":1}' \
		.a --meta $'"\u00e9=.id'
}

@test "a name that an element has already rejects the whole record" {
	local r='{"id":1,"a":[{"x":1},{"y":1,"id":2}]}'
	bad "$r" 'element 2 of .a has a member called "id" already' \
		.a --meta id=.id
	bad '{"id":1,"a":[{"\u0069d":2}]}' \
		'element 1 of .a has a member called "id" already' .a --meta id=.id
	exp "$r" $'{"x":1,"order_id":1}\n{"y":1,"id":2,"order_id":1}' \
		.a --meta order_id=.id
	# Only the first level counts.
	exp '{"id":1,"a":[{"x":{"id":3}}]}' '{"x":{"id":3},"id":1}' \
		.a --meta id=.id
}

@test "what is no object needs --as" {
	bad '{"a":[{"x":1},7]}' \
		'element 2 of .a is a number, not an object: --as NAME*' .a
	bad '{"a":[[]]}' 'element 1 of .a is an array, not an object: *' .a
	exp '{"id":1,"a":[7,"x",null,[1, 2],{"v":3}]}' \
		"$(lines '{"v":7,"id":1}' '{"v":"x","id":1}' '{"v":null,"id":1}' \
			'{"v":[1, 2],"id":1}' '{"v":3,"id":1}')" \
		.a --as v --meta id=.id
	exp '{"a":[1.50]}' '{"\\"v\\"":1.50}' .a --as '"v"'
}

@test "one bad element: nothing of its record is printed, the others go on" {
	run --separate-stderr explode .a --meta id=.id -r "$BATS_TEST_TMPDIR/r" \
		-s "$BATS_TEST_TMPDIR/s" < <(lines '{"id":1,"a":[{"x":1}]}' \
		'{"id":2,"a":[{"x":1},{"x":2},3]}' '{"id":3}' \
		'{"id":4,"a":[{"x":1},{"x":2}]}')
	expect 1 "$(lines '{"x":1,"id":1}' '{"x":1,"id":4}' '{"x":2,"id":4}')" \
		'*1 of 4 records were rejected*'
	jq -e '.line == 2 and .record.id == 2 and
		(.reason | startswith("element 3 of .a is a number"))' \
		"$BATS_TEST_TMPDIR/r"
	jq -e '.in == 4 and .done == 3 and .rejected == 1 and .out == 3' \
		"$BATS_TEST_TMPDIR/s"
}

@test "the same where the record is large" {
	local d=$BATS_TEST_TMPDIR
	python3 - >"$d/in" <<-'END'
		text = "x" * 1000
		for last in ('{"n":5000}', "7", '{"id":0}'):
		    print('{"id":1,"a":[' + ",".join('{"n":%d,"t":"%s"}' % (i, text)
		          for i in range(5000)) + "," + last + "]}")
	END
	run --separate-stderr explode .a --meta id=.id -q -r "$d/r" -s "$d/s" \
		-o "$d/out" <"$d/in"
	expect 1 '' ''
	[ "$(wc -l <"$d/out")" -eq 5001 ]
	[ "$(tail -n 1 "$d/out")" = '{"n":5000,"id":1}' ]
	jq -e '.in == 3 and .done == 1 and .out == 5001' "$d/s"
	[ "$(jq -r .reason "$d/r" | cut -d ' ' -f 1-4)" = \
		$'element 5001 of .a\nelement 5001 of .a' ]
}

@test "a path that is null or missing gives no record, unless --required" {
	local r
	for r in '{}' '{"a":null}' null; do
		exp "$r" '' .a
		bad "$r" '.a is null or missing' .a --required
	done
	run --separate-stderr explode .a -s "$BATS_TEST_TMPDIR/s" <<<'{}'
	jq -e '.in == 1 and .done == 1 and .out == 0' "$BATS_TEST_TMPDIR/s"
}

@test "a path that leads to no array is a bad record" {
	bad '{"a":{}}' '.a is an object, not an array' .a
	bad '{"a":"x"}' '.a is a string, not an array' .a
	bad '{"a":{"b":7}}' 'no member "c" in a number (.a.b.c)' .a.b.c
	bad '[1]' 'no member "a" in an array (.a)' .a
}

@test "an expression that fails makes a bad record" {
	bad '{"id":"x","a":[{"y":1}]}' '--meta n: *' .a --meta 'n=.id|tonumber'
	bad '{"id":9007199254740993,"a":[{"y":1}]}' \
		'--meta n: *a number that jq would change*' \
		.a --meta 'n=.id|tostring'
	bad '{"id":"x","a":[{"y":1}]}' '--meta n: no member "z" in a string*' \
		.a --meta n=.id.z
}

@test "a cut-off or broken record is an error" {
	run --separate-stderr explode .a < <(printf '{"a":[{"x":1}]}\n{"a":[{}')
	expect 65 '{"x":1}' 'explode: <stdin>:2: the last line is cut off*'
	run --separate-stderr explode .a < <(printf '{"a":[{"x":1},]}\n')
	expect 65 '' 'explode: <stdin>:1: not JSON: value expected at byte 15'
}

@test "bad operands and options are refused" {
	run --separate-stderr explode
	expect 64 '' '*takes the path of the array*'
	run --separate-stderr explode .a .b
	expect 64 '' '*takes the path of the array*'
	run --separate-stderr explode '.a[]'
	expect 64 '' '*".a[[]]" is no plain path*'
	run --separate-stderr explode 'a |'
	expect 64 '' '*"a |" is no plain path*'
	run --separate-stderr explode .a --meta id
	expect 64 '' '*bad value "id" for --meta: it takes NAME=EXPR'
	run --separate-stderr explode .a --meta x=.x --meta x=.y
	expect 64 '' '*for --meta: the name is taken by another --meta'
	run --separate-stderr explode .a --meta x=.x --as x
	expect 64 '' '*--as and --meta give one name, "x"*'
	run --separate-stderr explode .a --meta 'x=.x |'
	expect 64 '' '*bad value "x=.x |" for --meta: *'
	run --separate-stderr explode .a --meta $'\xff=.x'
	expect 64 '' '*the name is not UTF-8'
}

@test "the line items of real orders are the same as jq's" {
	need_data orders/shopify_api_fixture_order.json
	local order=$data/orders/shopify_api_fixture_order.json
	records --path .order <"$order" |
		explode .line_items --meta order_id=.id >"$BATS_TEST_TMPDIR/items"
	jq -c '.order | .id as $id | .line_items[] | .order_id = $id' "$order" |
		cmp - "$BATS_TEST_TMPDIR/items"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/items")" -eq 3 ]
}

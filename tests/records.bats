#!/usr/bin/env bats
# shellcheck disable=SC2154 # root and data are the helper's

load helper

# rec INPUT EXPECTED [OPTION...]: the input's backslashes are printf's.
rec() {
	printf '%b' "$1" >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records "${@:3}" <"$BATS_TEST_TMPDIR/in"
	expect 0 "${2//[\[]/\\[}" ''
}

# bad INPUT STDOUT STDERR [OPTION...]
bad() {
	printf '%b' "$1" >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records "${@:4}" <"$BATS_TEST_TMPDIR/in"
	expect 65 "${2//[\[]/\\[}" "records: <stdin>:$3"
}

@test "a top-level array is unpacked, another document is a record" {
	rec '[{"a":1},2,"x",null,[3,[]],{}]' $'{"a":1}\n2\n"x"\nnull\n[3,[]]\n{}'
	rec '{"a":[1,2]}' '{"a":[1,2]}'
	rec '"text"' '"text"'
	rec '[]' ''
	rec ' [ ] \n' ''
	rec '' ''
	rec ' \r\n\t\n' ''
}

@test "documents may follow each other in any way" {
	rec '{"a":1}{"a":2}[3,4]\n\n\n[5]"x"{}' \
		$'{"a":1}\n{"a":2}\n3\n4\n5\n"x"\n{}'
	rec '1 2\n3\ttrue\r\nnull\n' $'1\n2\n3\ntrue\nnull'
	rec '\xef\xbb\xbf{"a":1}\r\n{"a":2}\r\n' $'{"a":1}\n{"a":2}'
}

@test "a record is one line, without white space outside its strings" {
	rec '[\n  {\n    "a b" : "x  y",\r\n\t"c" : [ 1,\n 2 ]\n  }\n]\n' \
		'{"a b":"x  y","c":[1,2]}'
}

@test "values keep every byte" {
	local v='{"id":9007199254740993,"p":19.90,"e":1e400,"u":"\u0026\ud800"}'
	printf '[%s]' "$v" >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records <"$BATS_TEST_TMPDIR/in"
	[ "$status" -eq 0 ]
	[ "$output" = "$v" ]
}

@test "--path leads to an array, or to another value" {
	rec '{"x":{"orders":9},"orders":[{"id":1},{"id":2}],"y":[1]}' \
		$'{"id":1}\n{"id":2}' --path .orders
	rec '{"data":{"n":1,"items":[1,2]}} {"data":{"items":[3]}}' $'1\n2\n3' \
		--path .data.items
	rec '{"a":{"b":{"c":1}}}' '{"c":1}' --path .a.b
	rec '{"a":7}' 7 --path .a
	rec '{"odd key":{"a.b":[1]}}' 1 --path '."odd key"["a.b"]'
	rec '{"\\u0061":[1]}' 1 --path .a
	rec '[[1,2],[3,4],[5]]' $'3\n4' --path '.[1]'
	rec '{"a":[0,{"b":[7,8]}]}' $'7\n8' --path '.a[1].b'
	rec '{"a":[1]}' '{"a":[1]}' --path .
	rec '{"a":[]}' '' --path .a
}

@test "null or missing at --path is a bad record, unless --optional" {
	local doc
	for doc in '{}' '{"orders":null}' '{"order":[1]}' null; do
		bad "[1]${doc}\n" '' '1: document 1: .orders leads through an array' \
			--path .orders
		bad "{\"orders\":[1]}\n$doc " 1 \
			'2: document 2: .orders is null or missing' --path .orders
		rec "{\"orders\":[1]}$doc {\"orders\":[2]}" $'1\n2' \
			--path .orders --optional
	done
	bad '{"a":{}}' '' '1: document 1: .a.b.c is null or missing' --path .a.b.c
	bad '{"a":[1]}' '' '1: document 1: .a\[1\] is null or missing' \
		--path '.a[1]'
	bad '{"a":"x"}' '' '1: document 1: .a.b leads through a string' \
		--path .a.b --optional
}

@test "a document without it is rejected as a whole, the others go on" {
	local r=$BATS_TEST_TMPDIR/r s=$BATS_TEST_TMPDIR/s
	run --separate-stderr records --path .data -r "$r" -s "$s" < <(lines \
		'{"data":[1,2]}' '{"error": "slow down"}' '{"data":[3]}')
	expect 1 $'1\n2\n3' "*1 of 4 records were rejected*"
	jq -e '.record == {"error":"slow down"} and .line == 2 and
		.reason == "document 2: .data is null or missing"' "$r"
	jq -e '.in == 4 and .out == 3 and .done == 3 and .rejected == 1 and
		.documents == 3' "$s"
}

@test "of two members on the path the first is printed, the second is an error" {
	bad '{"a":[1],"b":0,"a":[2]}' 1 \
		'1: document 1: two members called "a" on .a' --path .a
	bad '{"a":{"b":[1]},"\\u0061":{"b":[2]}}' 1 \
		'1: document 1: two members called "\\u0061" on .a.b' --path .a.b
	run --separate-stderr records --path .a -q -r "$BATS_TEST_TMPDIR/r" \
		<<<'{"a":[1],"a":[2]} {"a":[3]}'
	expect 1 $'1\n3' ''
	rec '{"x":1,"x":2,"a":[1]}' 1 --path .a
}

@test "a broken document: byte and line; what is whole was delivered" {
	bad '[{"a":1},\n{"a":2},\n{"a":}]' $'{"a":1}\n{"a":2}' \
		'3: not JSON: value expected at byte 25'
	bad '[1 2]' '1' "1: not JSON: ',' or '\\]' expected at byte 4"
	bad '[1,]' '1' '1: not JSON: value expected at byte 4'
	bad '[,]' '' '1: not JSON: value expected at byte 2'
	bad '{"a" 1}' '' "1: not JSON: ':' expected after a name at byte 6"
	bad '{"a":1,}' '' '1: not JSON: name of a member expected at byte 8'
	bad '{"a" 1}' '' "1: not JSON: ':' expected after a name at byte 6" \
		--path .b
	bad '{"a":1,}' '' '1: not JSON: name of a member expected at byte 8' \
		--path .b
	bad '{"a":1 "b":2}' '' "1: not JSON: ',' or '}' expected at byte 8" \
		--path .b
	bad '1\n]\n' 1 '2: not JSON: value expected at byte 3'
	bad '1\n\nnot json\n' 1 '3: not JSON: value expected at byte 5'
	bad '\xef\xbb\xbf[1,x]' 1 '1: not JSON: value expected at byte 7'
	bad 'nullnull\n' '' \
		'1: not JSON: white space expected after a value at byte 5'
	bad '1"x"' '' \
		'1: not JSON: white space expected after a value at byte 2'
}

@test "what is passed over is checked as strictly" {
	bad '{"x":[1,{"y":01}],"a":[1]}' '' \
		'1: not JSON: number with a leading zero at byte 15' --path .a
	bad '{"x":"\xff","a":[1]}' '' \
		'1: not JSON: bad UTF-8 in a string at byte 7' --path .a
	bad '{"a":[1],"x":"\n"}' 1 \
		'1: not JSON: control byte in a string at byte 15' --path .a
	bad '{"a":[1],"x":tru}' 1 '1: not JSON: value expected at byte 17' \
		--path .a
	bad '{"x\xff":1}' '' '1: not JSON: bad UTF-8 in a string at byte 4' \
		--path .a
}

@test "a cut-off end is an error, whatever it cuts" {
	local doc='[1,{"a":"b\u00e9","c":[true,-1.5e3]}]' n
	for ((n = 1; n < ${#doc}; n++)); do
		printf '%s' "${doc:0:n}" >"$BATS_TEST_TMPDIR/in"
		run --separate-stderr records <"$BATS_TEST_TMPDIR/in"
		[ "$status" -eq 65 ]
		[[ "$output" = '' || "$output" = 1 ||
			"$output" = '1'$'\n''{"a":"b\u00e9","c":[true,-1.5e3]}' ]]
		[[ "$stderr" = *'not JSON: the text is cut off at byte '* ]]
	done
	bad '{"a":[1,2' 1 '1: not JSON: the text is cut off at byte 10' --path .a
	bad '{"x":[1,2' '' '1: not JSON: the text is cut off at byte 10' --path .a
	bad '{"a":[1]' 1 '1: not JSON: the text is cut off at byte 9' --path .a
	bad '{"a' '' '1: not JSON: the text is cut off at byte 4' --path .a
	bad '{"a"' '' '1: not JSON: the text is cut off at byte 5' --path .a
}

@test "at the end, a number or a word may be cut off" {
	bad '12' '' '1: not JSON: the text is cut off at byte 3'
	bad '1\n12' 1 '2: not JSON: the text is cut off at byte 5'
	bad 'true' '' '1: not JSON: the text is cut off at byte 5'
	rec '12\n' 12
	rec '12 ' 12
	rec '[12]' 12
	rec '"x"' '"x"'
}

@test "with rejects, a broken document still ends it" {
	local r=$BATS_TEST_TMPDIR/r
	printf '[{"a":1},\n{"a":2,}, {"a":3}]' >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records -r "$r" -s "$BATS_TEST_TMPDIR/s" \
		<"$BATS_TEST_TMPDIR/in"
	expect 65 '{"a":1}' 'records: <stdin>:2: not JSON: name of a member*at byte 18; what follows is not read'*
	jq -e '.line == 2 and .truncated and (.raw | startswith("{\"a\":2,}"))' \
		"$r"
	jq -e '.in == 2 and .done == 1 and .rejected == 1 and .exit == 65' \
		"$BATS_TEST_TMPDIR/s"
}

@test "NUL bytes and bad UTF-8 are errors where they stand" {
	bad '[1,"a\x00b"]' 1 '1: not JSON: control byte in a string at byte 6'
	bad '\x00' '' '1: not JSON: value expected at byte 1'
	bad '[1,\x00]' 1 '1: not JSON: value expected at byte 4'
	bad '[1]\x00' 1 '1: not JSON: value expected at byte 4'
	bad '["\xc3\x28"]' '' '1: not JSON: bad UTF-8 in a string at byte 3'
}

@test "nesting is bounded, on the path too" {
	local n
	printf '[%.0s' {1..100000} >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records <"$BATS_TEST_TMPDIR/in"
	expect 65 '' '*not JSON: nested too deeply at byte 1025'
	for n in 1024 1025; do
		python3 -c "print('{\"x\":' + '[' * ($n - 1) + ']' * ($n - 1) + ',\"a\":[7]}')" \
			>"$BATS_TEST_TMPDIR/in"
		run --separate-stderr records --path .a <"$BATS_TEST_TMPDIR/in"
		[ "$n" = 1025 ] || expect 0 7 ''
		[ "$n" = 1024 ] || expect 65 '' '*nested too deeply at byte 1029'
	done
}

@test "an element over --max-record is rejected, the others go on" {
	local r=$BATS_TEST_TMPDIR/r
	rec '[{"a":"xyz"},\n{"a":  "xyz"  }]' $'{"a":"xyz"}\n{"a":"xyz"}' \
		--max-record 11
	bad '[{"a":"xyz"},\n{"a":"vwxyz"},1]' '{"a":"xyz"}' \
		'2: element 2 of document 1 is longer than the 11 bytes of --max-record' \
		--max-record 11
	bad '{"a":"vwxyz"}' '' \
		'1: document 1 is longer than the 11 bytes of --max-record' \
		--max-record 11
	{
		printf '[1,"'
		head -c 3000000 /dev/zero | tr '\0' x
		printf '",\n{"a":"'
		head -c 3000000 /dev/zero | tr '\0' y
		printf '"},2]'
	} >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr records -r "$r" --max-record 1M \
		<"$BATS_TEST_TMPDIR/in"
	expect 1 $'1\n2' '*2 of 4 records were rejected*'
	[ "$(jq -c '[.line, .truncated, (.raw | length), .raw[0:6]]' "$r")" = \
		$'[1,true,4096,"\\"xxxxx"]\n[2,true,4096,"{\\"a\\":\\""]' ]
}

@test "memory is bounded by the largest element, not by the text" {
	local d=$BATS_TEST_TMPDIR n kib
	! grep -q __asan_init "$root/bin/records" || skip 'built with ASan'
	mkfifo "$d/fifo"
	records --path .a <"$d/fifo" >"$d/out" 3>&- &
	exec 7>"$d/fifo"
	{
		printf '{"skipped":["'
		head -c 40000000 /dev/zero | tr '\0' x
		printf '",'
		head -c 40000000 /dev/zero | tr '\0' 1
		printf '],"a":['
		yes '{"id":1,"text":"some text of an element"},' |
			head -n 1000000
		printf '{"id":2}'
	} >&7
	# All is printed before it waits for more input.
	for ((n = 0; n < 3000; n++)); do
		[ "$(tail -n 1 "$d/out")" != '{"id":2}' ] || break
		sleep 0.02
	done
	kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$!/status")
	printf ']}' >&7
	exec 7>&-
	wait $!
	[ "$(wc -l <"$d/out")" -eq 1000001 ]
	rm "$d/out"
	echo "$kib KiB"
	((kib < 10240))
}

@test "a text in small pieces, slowly, gives the same" {
	local text='[{"a":"caf\u00e9 é 😀","b":[1.5e3,true,null]}, {"c" : {}} ]'
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr bash -c '
		for ((i = 0; i < ${#1}; i++)); do
			printf %s "${1:i:1}"
		done | records' - "$text"
	expect 0 $'{"a":"caf\\\\u00e9 é 😀","b":\\[1.5e3,true,null]}\n{"c":{}}' ''
}

@test "bad options are refused" {
	run --separate-stderr records file.json
	expect 64 '' '*reads standard input*'
	run --separate-stderr records --path '.a | .b'
	expect 64 '' '*bad value ".a | .b" for --path: it takes a plain path*'
	run --separate-stderr records --path '.a[-1]'
	expect 64 '' '*for --path: an element counted from the end*'
}

# The same values, by python, with every number's text.
same_values() {
	python3 - "$1" "$2" <<-'END'
		import json, sys
		keep = dict(parse_float=lambda s: ("n", s),
		            parse_int=lambda s: ("n", s))
		whole = json.load(open(sys.argv[1]), **keep)
		for step in sys.argv[3:]:
		    whole = whole[step]
		lines = [json.loads(line, **keep) for line in open(sys.argv[2])]
		assert lines == (whole if isinstance(whole, list) else [whole])
	END
}

@test "real documents come out as they are" {
	need_data public/twitter.json
	local f
	for f in github_events movies products football random users carts; do
		run --separate-stderr records \
			<"$data/public/$f.json" -o "$BATS_TEST_TMPDIR/out"
		expect 0 '' ''
		same_values "$data/public/$f.json" "$BATS_TEST_TMPDIR/out"
	done
	records --path .statuses <"$data/public/twitter.json" |
		jq -c . >"$BATS_TEST_TMPDIR/out"
	jq -c '.statuses[]' "$data/public/twitter.json" |
		cmp - "$BATS_TEST_TMPDIR/out"
	records --path .orders <"$data/orders/shopify_api_fixture_orders.json" |
		jq -e '.id == 450789469'
}

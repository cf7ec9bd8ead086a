#!/usr/bin/env bats
# shellcheck disable=SC2154 # data is the helper's

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

same() {
	expect 0 '' "verify-ids: expected $1, delivered $1, missing 0, extra 0, duplicate 0"
}

# summary EXPECTED DELIVERED MISSING EXTRA DUPLICATE
summary() {
	echo "*verify-ids: expected $1, delivered $2, missing $3, extra $4, duplicate $5"
}

@test "the same ids in another order are the same" {
	seq 100 >expected
	run --separate-stderr verify-ids --expected expected \
		< <(seq 100 -1 1)
	same 100
	run --separate-stderr verify-ids -k .id --expected expected \
		< <(seq -f '{"id":%.0f,"v":"x"}' 100)
	same 100
	run --separate-stderr verify-ids --expected 1..100 <expected
	same 100
	run --separate-stderr verify-ids -q --expected 1..100 <expected
	expect 0 '' ''
}

@test "missing, extra and duplicate ids, each with its count" {
	lines 1 2 a 3 '"b c"' >expected
	lines 9 '{"id":2}' 3 '"a"' 2 x 9 3 3 >delivered
	run --separate-stderr verify-ids -k .id --expected expected -s stats \
		<delivered
	expect 1 "$(lines '{"id":1,"is":"missing","count":0}' \
		'{"id":"b c","is":"missing","count":0}' \
		'{"id":9,"is":"extra","count":2}' \
		'{"id":"x","is":"extra","count":1}' \
		'{"id":2,"is":"duplicate","count":2}' \
		'{"id":3,"is":"duplicate","count":3}')" \
		"$(summary 5 9 2 2 2)"
	jq -e '.in == 9 and .done == 9 and .out == 6 and .expected == 5 and
		.missing == 2 and .extra == 2 and .duplicate == 2 and
		.exit == 1' stats
}

@test "what is missing is found in a long file, once, in its order" {
	local way
	seq 1 20000 | awk '$1 % 1000 == 1 { print; print; next } { print }' >plain
	sed 's/.*/{"name":"n","id":&,"text":"&&&&"}/' plain >records
	seq 1 20000 | grep -v -x -e '[0-9]*77' -e 1 -e 20000 >delivered
	{
		echo 1
		seq 1 20000 | grep -x '[0-9]*77'
		echo 20000
	} >missing
	for way in plain records; do
		run --separate-stderr verify-ids -k .id --expected "$way" \
			<delivered
		expect 1 '{"id":1,"is":"missing"*' "*$(summary 20000 19798 202 0 0)"
		jq .id <<<"$output" | cmp - missing
	done
}

# wide BYTES: 20000 records of so many bytes, with their newlines.
wide() {
	awk -v "n=$1" 'BEGIN {
		for (i = 1; i <= 20000; i++) {
			s = sprintf("{\"id\":%d,\"pad\":\"", i + 100000)
			pad = n ? n - length(s) - 3 : i * 37 % 600
			printf "%s%*s\"}\n", s, pad, ""
		}
	}'
}

@test "what is missing far apart is found without reading all again" {
	local bytes
	seq 100001 120000 | sed '5~3999d; $d; 1d' >delivered
	for bytes in 64 512 0; do
		wide $bytes >expected
		run --separate-stderr verify-ids -k .id --expected expected \
			<delivered
		expect 1 '*' "*$(summary 20000 19993 7 0 0)"
		[ "$(jq .id <<<"$output" | xargs)" = \
			'100001 100005 104004 108003 112002 116001 120000' ]
	done
}

@test "nothing expected, nothing delivered" {
	run --separate-stderr verify-ids --expected /dev/null </dev/null
	same 0
	run --separate-stderr verify-ids --expected 1..2 </dev/null
	expect 1 "$(lines '{"id":1,"is":"missing","count":0}' \
		'{"id":2,"is":"missing","count":0}')" "$(summary 2 0 2 0 0)"
	run --separate-stderr verify-ids --expected /dev/null <<<'x'
	expect 1 '{"id":"x","is":"extra","count":1}' "$(summary 0 1 0 1 0)"
}

@test "a plain line stands for the string and the number of its text" {
	lines 1 2 >plain
	run --separate-stderr verify-ids -k .id --expected plain < <(lines \
		'{"id":"1"}' '{"id":2}')
	same 2
	lines '{"id":"1"}' '{"id":2}' >exact
	run --separate-stderr verify-ids -k .id --expected exact <plain
	same 2
	run --separate-stderr verify-ids -k .id --expected exact < <(lines \
		'{"id":1}' '{"id":"2"}')
	expect 1 "$(lines '{"id":"1","is":"missing","count":0}' \
		'{"id":2,"is":"missing","count":0}' \
		'{"id":1,"is":"extra","count":1}' \
		'{"id":"2","is":"extra","count":1}')" "$(summary 2 2 2 2 0)"
	run --separate-stderr verify-ids -k .id --expected 1..2 < <(lines \
		'{"id":"1"}' '{"id":2}' 1)
	expect 1 '{"id":1,"is":"duplicate","count":2}' "$(summary 2 3 0 0 1)"
}

@test "ids are compared and printed as the JSON they are" {
	lines '{"id":9007199254740993}' '{"id":"\u00e9"}' '{"id":1.0}' \
		'{"id":true}' >expected
	run --separate-stderr verify-ids -k .id --expected expected < <(lines \
		'{"id":9007199254740992}' '{"id":"é"}' '{"id":1}')
	expect 1 "$(lines '{"id":9007199254740993,"is":"missing","count":0}' \
		'{"id":1.0,"is":"missing","count":0}' \
		'{"id":true,"is":"missing","count":0}' \
		'{"id":9007199254740992,"is":"extra","count":1}' \
		'{"id":1,"is":"extra","count":1}')" "$(summary 4 3 3 2 0)"
	run --separate-stderr verify-ids -k .id --expected /dev/null \
		<<<'{"id":"\u00e9"}'
	expect 1 '{"id":"\\u00e9","is":"extra","count":1}' '*'
	run --separate-stderr verify-ids -k .id --expected /dev/null \
		< <(lines '{"id":true}' true)
	expect 1 "$(lines '{"id":true,"is":"extra","count":1}' \
		'{"id":"true","is":"extra","count":1}')" '*'
}

@test "a key of several parts" {
	lines '{"a":1,"b":"x"}' '[2, "y"]' '[1,"z"]' >expected
	run --separate-stderr verify-ids -k .a -k .b --expected expected \
		< <(lines '{"b":"x","a":1}' '{"b":1,"a":"x"}' '[1,"x"]')
	expect 1 "$(lines '{"id":[2,"y"],"is":"missing","count":0}' \
		'{"id":[1,"z"],"is":"missing","count":0}' \
		'{"id":["x",1],"is":"extra","count":1}' \
		'{"id":[1,"x"],"is":"duplicate","count":2}' |
		sed 's/\[/[[]/')" "$(summary 3 3 2 1 1)"
}

@test "an id that is listed twice is expected once, and it is said" {
	lines 1 2 1 '{"id":2}' 1 3 >expected
	run --separate-stderr verify-ids -k .id --expected expected \
		< <(lines 1 2)
	expect 1 '{"id":3,"is":"missing","count":0}' \
		"verify-ids: \"expected\" lists ids again in 3 lines: each id is expected once"$'\n'"$(summary 3 2 1 0 0)"
	run --separate-stderr verify-ids --expected <(seq 2) </dev/null
	expect 66 '' '*could not read "/dev/fd/*" twice*takes a file, not a pipe'
	lines 1 1 1 >expected
	run --separate-stderr verify-ids --expected expected </dev/null
	expect 1 '{"id":1,"is":"missing","count":0}' '*'
}

@test "ranges" {
	run --separate-stderr verify-ids --expected -2..2 < <(lines \
		-2 0 007 '"1"' 1.0 -0 3 -3 0 0 true)
	expect 1 "$(lines '{"id":-1,"is":"missing","count":0}' \
		'{"id":2,"is":"missing","count":0}' \
		'{"id":"007","is":"extra","count":1}' \
		'{"id":1.0,"is":"extra","count":1}' \
		'{"id":-0,"is":"extra","count":1}' \
		'{"id":3,"is":"extra","count":1}' \
		'{"id":-3,"is":"extra","count":1}' \
		'{"id":"true","is":"extra","count":1}' \
		'{"id":0,"is":"duplicate","count":3}')" "$(summary 5 11 2 6 1)"
	run --separate-stderr verify-ids \
		--expected 9223372036854775806..9223372036854775807 \
		< <(lines 9223372036854775807 9223372036854775808)
	expect 1 "$(lines '{"id":9223372036854775806,"is":"missing","count":0}' \
		'{"id":9223372036854775808,"is":"extra","count":1}')" '*'
	run --separate-stderr verify-ids --expected 2..1 </dev/null
	expect 64 '' '*the range 2..1 is empty*'
	run --separate-stderr verify-ids --expected 1..2 -k .a -k .b </dev/null
	expect 64 '' '*a range is of ids of one part*'
	echo 7 >1..x
	run --separate-stderr verify-ids --expected 1..x <<<7
	same 1
	run --separate-stderr verify-ids \
		--expected -9223372036854775808..9223372036854775807 </dev/null
	expect 71 '' '*out of memory'
}

@test "usage" {
	run --separate-stderr verify-ids </dev/null
	expect 64 '' '*nothing is expected: say what with --expected*'
	run --separate-stderr verify-ids --expected - </dev/null
	expect 64 '' '*--expected takes a file, not standard input*'
	run --separate-stderr verify-ids --expected none </dev/null
	expect 66 '' '*could not open file "none": No such file or directory'
	run --separate-stderr verify-ids --expected 1..2 x </dev/null
	expect 64 '' '*takes no operands: --expected says what*'
}

@test "bad records: no answer is given on half of the ids" {
	run --separate-stderr verify-ids -k .id --expected 1..3 < <(lines \
		'{"id":1}' '{"v":2}' '{"id":3}')
	expect 65 '' 'verify-ids: <stdin>:2: the key .id is missing'
	run --separate-stderr verify-ids --expected 1..3 <<<'{"id":1}'
	expect 65 '' '*:1: the key of a record is not known without -k'
	run --separate-stderr verify-ids --expected 1..3 <<<'{"id":'
	expect 65 '' '*:1: not JSON: the text is cut off at byte 7'
	run --separate-stderr verify-ids --expected 1..3 < <(printf '1\n2')
	expect 65 '' '*:2: the last line is cut off*'
	run --separate-stderr verify-ids -k .id --expected 1..3 -r rejects \
		< <(lines '{"id":1}' '{"v":2}' '[]' '{"id":3}')
	expect 1 '{"id":2,"is":"missing","count":0}' \
		"$(summary 3 2 1 0 0)"$'\n*2 of 4 records were rejected*'
	lines 1 '{"id":}' >bad
	run --separate-stderr verify-ids -k .id --expected bad </dev/null
	expect 65 '' 'verify-ids: bad:2: not JSON: value expected at byte 7'
	lines '{"id":1,"a":[1]}' '{"id":2,"a":[1,' '2]}' >bad
	run --separate-stderr verify-ids -k .id --expected bad </dev/null
	expect 65 '' 'verify-ids: bad:2: not JSON: the text is cut off*'
}

@test "an audit folder: its batches count, nothing else" {
	mkdir audit
	echo '[1, 2, "a"]' >audit/batch_b.json
	printf '[\n3\n]' >audit/batch_a.json
	echo 'no' >audit/batch_c.json.tmp
	echo '{}' >audit/audit.json
	lines 3 1 2 '"a"' >expected
	run --separate-stderr verify-ids --expected expected --audit audit \
		-s stats </dev/null
	same 4
	jq -e '.in == 4 and .done == 4 and .bytes == 17' stats
	echo '[4,3]' >audit/batch_0.json
	touch audit/pending_1.ndjson
	run --separate-stderr verify-ids --expected 1..4 --audit audit
	expect 1 "$(lines '{"id":"a","is":"extra","count":1}' \
		'{"id":3,"is":"duplicate","count":2}')" \
		'verify-ids: "audit" has 1 batches of unknown fate*'$'\n'"$(summary 4 6 0 1 1)"
}

@test "ids of an audit are values: a number is no string" {
	mkdir audit
	echo '[5,"6",5,7,"7"]' >audit/batch_1.json
	lines '{"id":"5"}' '{"id":"6"}' '{"id":7}' >expected
	run --separate-stderr verify-ids -k .id --expected expected \
		--audit audit
	expect 1 "$(lines '{"id":"5","is":"missing","count":0}' \
		'{"id":5,"is":"extra","count":2}' \
		'{"id":"7","is":"extra","count":1}')" "$(summary 3 5 1 2 0)"
}

@test "lines of any length, and more of them than wait at a time" {
	local long i
	long=$(printf '%070000d' 7)
	for ((i = 0; i < 100; i++)); do echo "{\"id\":$((i % 50))}"; done >sent
	lines "{\"id\":1,\"v\":\"$long\"}" "\"$long\"" >>sent
	{ seq 0 40; echo "\"$long\""; seq 41 49; } >expected
	run --separate-stderr verify-ids -k .id --expected expected <sent
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 50 ]
	[ "$(grep -c '"is":"duplicate","count":2}$' <<<"$output")" -eq 49 ]
	[ "$(grep -c '{"id":1,"is":"duplicate","count":3}' <<<"$output")" -eq 1 ]
	[[ $stderr == $(summary 51 102 0 0 50) ]]
}

@test "an audit folder of ids with several parts" {
	mkdir audit
	echo '[["x",1],["x",2],["x",1]]' >audit/batch_1.json
	lines '{"a":"x","b":1}' '{"a":"x","b":2}' >expected
	run --separate-stderr verify-ids -k .a -k .b --expected expected \
		--audit audit
	expect 1 '{"id":[[]"x",1],"is":"duplicate","count":2}' '*'
}

@test "an audit that cannot be read is trouble, not an answer" {
	run --separate-stderr verify-ids --expected 1..2 --audit none
	expect 66 '' '*could not read folder "none": No such file*'
	mkdir audit
	echo '[1,' >audit/batch_1.json
	run --separate-stderr verify-ids --expected 1..2 --audit audit
	expect 65 '' 'verify-ids: audit/batch_1.json: not JSON: the text is cut off at byte *'
	echo '{"a":1}' >audit/batch_1.json
	run --separate-stderr verify-ids --expected 1..2 --audit audit
	expect 65 '' '*batch_1.json: not an array of ids but an object'
	echo '[1,null]' >audit/batch_1.json
	run --separate-stderr verify-ids --expected 1..2 --audit audit
	expect 65 '' '*batch_1.json: id 2: a key cannot be null'
	echo '[1,{"id":2}]' >audit/batch_1.json
	run --separate-stderr verify-ids --expected 1..2 --audit audit
	expect 65 '' '*batch_1.json: id 2: the key of a record is not known*'
	run --separate-stderr verify-ids --expected 1..2 --audit audit \
		--max-record 4
	expect 65 '' '*longer than the 4 bytes of --max-record'
}

@test "the recorded audit of 5750 animals" {
	need_data animals/audit
	local first
	run --separate-stderr verify-ids --expected 0..5749 \
		--audit "$data/animals/audit"
	same 5750
	cp -r "$data/animals/audit" audit
	first=$(echo audit/batch_* | cut -d ' ' -f 1)
	# One is removed, one is doubled, one is foreign.
	sed -i 's/^\[\([0-9]*\), \([0-9]*\),/["foreign", \2, \2,/' "$first"
	seq 0 5749 >expected
	run --separate-stderr verify-ids --expected expected --audit audit
	expect 1 '{"id":2912,"is":"missing","count":0}
{"id":"foreign","is":"extra","count":1}
{"id":2910,"is":"duplicate","count":2}' "$(summary 5750 5751 1 1 1)"
}

@test "a signal ends it without an answer" {
	local code=0
	mkfifo fifo
	set -m
	verify-ids --expected 1..2 -s stats <fifo >out 2>err 3>&- &
	set +m
	exec 7>fifo
	echo 1 >&7
	wait_for sleeps verify-ids $!
	kill -TERM $!
	wait $! || code=$?
	exec 7>&-
	[ $code -eq 143 ]
	[ ! -s out ]
	[ ! -s err ]
	jq -e '.exit == 143' stats
}

@test "a million ids, one of them wrong" {
	run --separate-stderr verify-ids --expected <(:) </dev/null
	[ "$status" -eq 66 ]
	seq 1000000 >expected
	run --separate-stderr bash -c 'seq 2 1000001 |
		sed "s/.*/{\"id\":\"&\"}/" | verify-ids -k .id --expected expected'
	expect 1 "$(lines '{"id":1,"is":"missing","count":0}' \
		'{"id":"1000001","is":"extra","count":1}')" \
		"$(summary 1000000 1000000 1 1 0)"
}

@test "the file of the expected ids may not change meanwhile" {
	local code=0
	seq 1000 >expected
	mkfifo fifo
	verify-ids --expected expected <fifo >out 2>err 3>&- &
	exec 7>fifo
	wait_for sleeps verify-ids $!
	: >expected
	exec 7>&-
	wait $! || code=$?
	[ $code -eq 74 ]
	[ "$(<err)" = 'verify-ids: "expected" was changed while it was read' ]
}

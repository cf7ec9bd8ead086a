#!/usr/bin/env bats
# Every allocation, read, write and close fails in turn, once: no tool may
# crash, end with 0 without its whole output, or deliver half a record.

load helper

setup() {
	! sanitized ||
		skip "a sanitizer's own malloc cannot be made to fail"
	cd "$BATS_TEST_TMPDIR" || return
	for ((i = 0; i < 3000; i++)); do
		echo "{\"id\":$i,\"o\":{\"a\":[1,2],\"b\":\"text $((i % 7))\"}}"
	done >in
	jq -c .id in >ids
	echo '[' >array
	paste -sd, in >>array
	echo ']' >>array
}

# in_turn CALL INPUT COMMAND...: makes the 1st, 2nd, ... such call fail until
# there is none more to fail; each `step`th where there are very many.
in_turn() {
	local call=$1 input=$2 n status
	shift 2
	"$@" <"$input" >expected 2>expected.err
	for ((n = 1; n < 2000; n += step)); do
		status=0
		: >told
		FAIL_CALL=$call FAIL_AT=$n FAIL_TOLD=9 \
			LD_PRELOAD=$root/bin/failat.so "$@" \
			<"$input" >out 2>err 9>told || status=$?
		[ -s told ] || break
		echo "$call $n of $*: status $status: $(head -n 1 err)"
		case $status in
		0 | 1) cmp out expected ;;
		64 | 66 | 69 | 70 | 71 | 73 | 74 | 78)
			[ -s err ]
			# Whole lines, and the first ones of what would have come.
			[ ! -s out ] || [ -z "$(tail -c 1 out)" ]
			cmp -n "$(stat -c %s out)" out expected
			;;
		*) false ;;
		esac
	done
	# The last run met no fault and was whole; something failed before.
	[ "$status" -eq 0 ] && cmp out expected
	[ "$n" -gt 1 ]
}

# Of very many allocations, each `of_mallocs`th.
all_calls() {
	local call step
	for call in malloc read write close; do
		step=1
		[ "$call" != malloc ] || step=${of_mallocs:-1}
		in_turn "$call" "$@"
	done
}

@test "flatten" {
	all_calls in flatten
	all_calls in flatten -o file
}

@test "fields" {
	all_calls in fields --hoist o --rename id=key --set n=1
}

@test "fields, with values masked" {
	head -n 4 in >few
	export SLUICE_MASK_KEY=0123456789abcdef0123456789abcdef
	# OpenSSL alone makes a thousand when it starts.
	of_mallocs=31 all_calls few fields --mask id
}

@test "explode" {
	all_calls in explode .o.a --as n --meta id=.id
}

@test "dedupe" {
	all_calls in dedupe -k .o.b
	# It keeps records apart from each other.
	of_mallocs=7 all_calls in dedupe -k .o.b --keep last
}

@test "validate, with a rejects file" {
	all_calls in validate -r /dev/null '.id | type == "number"'
}

@test "records" {
	all_calls array records
}

@test "verify-ids" {
	all_calls in verify-ids -k .id --expected ids
}

@test "wdn-fetch, on a cassette" {
	mkdir tape
	head -n 6 ids | jq -c '{cassette: 1, at: "2026-01-02T03:04:05Z",
		method: "GET", url: "http://h/\(.)", attempts: [
		{status: 503}, {status: 200, body: "{\"id\":\(.)}"}]}' \
		>tape/cassette.ndjson
	head -n 6 ids >few
	of_mallocs=29 all_calls few wdn-fetch --cassette replay:tape \
		-u 'http://h/{id}'
}

# A walk of three pages; the second came at the second attempt.
walk_tape() {
	mkdir tape
	jq -nc 'range(1; 4) | {cassette: 1, at: "2026-01-02T03:04:05Z",
		method: "GET", url: "http://h/l?n=4&page=\(.)", attempts: [
		(select(. == 2) | {status: 503}), {status: 200,
		body: {items: [range(4) as $i | {id: (. * 10 + $i)}],
			total: 12} | tojson}]}' >tape/cassette.ndjson
}

@test "paginate, on a cassette" {
	walk_tape
	of_mallocs=47 all_calls /dev/null paginate --cassette replay:tape \
		--by page --records .items --total .total \
		--size-param n --page-size 4 -u http://h/l
}

@test "paginate --resume, on a cassette: what is there is not lost" {
	local call n status
	walk_tape
	walk() {
		paginate --cassette replay:tape --by page --records .items \
			--total .total --size-param n --page-size 4 -u http://h/l \
			--resume -o file
	}
	walk
	mv file whole
	for call in write close fsync; do
		for ((n = 1; n < 200; n++)); do
			rm -f file file.state
			: >told
			status=0
			FAIL_CALL=$call FAIL_AT=$n FAIL_TOLD=9 \
				LD_PRELOAD=$root/bin/failat.so walk 9>told \
				2>err || status=$?
			[ -s told ] || break
			echo "$call $n: status $status: $(head -n 1 err)"
			[ "$status" -eq 0 ] || [ -s err ]
			[ "$status" -eq 0 ] || walk
			cmp file whole
		done
		[ "$n" -gt 1 ]
	done
}

@test "scrape" {
	echo '{"url":"http://h/","body":"<b>1<b>2"}' >pages
	# Most of them are libxml2's, and are alike.
	of_mallocs=11 all_calls pages scrape --rows //b 'd:decimal=.' 's~<b>(.)'
}

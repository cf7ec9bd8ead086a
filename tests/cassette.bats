#!/usr/bin/env bats
# Cassettes: what was recorded under faults is replayed without a server, by
# several processes, too; and no secret is on them.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	tape=folder/cassette.ndjson
}

teardown() {
	stop_apid
}

# twice STATUS COMMAND...: recorded while apid is there, and replayed when it
# is gone: the same status, output, messages (but for waits) and stats. The
# input is the file `in`, or nothing.
twice() {
	local mode
	[ -e in ] || : >in
	for mode in record replay; do
		[ "$mode" = record ] || stop_apid
		run --separate-stderr bash -c '"$@" <in' - "$2" \
			--cassette "$mode:folder" -s "stats.$mode" \
			-r "rejects.$mode" --receipts "receipts.$mode" "${@:3}"
		expect "$1" '*' '*'
		printf '%s\n' "$output" >"out.$mode"
		grep -v ': waiting ' <<<"$stderr" | sed 's/rejects\.[a-z]*//' \
			>"err.$mode" || :
		jq -c 'del(.seconds, .wait_ms)' "stats.$mode" >"counts.$mode"
		jq -c 'del(.at)' "rejects.$mode" >"bad.$mode"
		jq -c 'del(.at, .replayed)' "receipts.$mode" >"seen.$mode"
	done
	for what in out err counts bad; do
		diff "$what.record" "$what.replay" || return
	done
	# but for the times of what was never sent
	diff <(jq -c '[.url, .status, .records, .attempts, .bytes]' seen.record) \
		<(jq -c '[.url, .status, .records, .attempts, .bytes]' seen.replay)
}

product_ids() {
	curl -fsS "$API/_apid/truth/products" | jq -r .id
}

on_tape() {
	jq -cs "$1" "$tape"
}

@test "every fault on the way is replayed without a server" {
	start_apid --products 44 --chaos 30 --seed 3 --missing-products 2 \
		--fault '*1/offers:reset@first=1' --fault '*2/offers:cut=5@first=1' \
		--fault '*3/offers:stall@first=1' --fault '*4/offers:lost@first=1' \
		--fault '*5/offers:status=500' --fault '*6/offers:badjson'
	product_ids >in
	twice 1 wdn-fetch --parallel-max 4 --retry 6 --retry-delay 0.01 \
		--max-time 0.1 --give-up 0 --skip-status 404 --records .data \
		-u "$API/api/v1/products/{id}/offers"
	[[ $(on_tape '[.[].attempts[].error_code] | unique') == '[null,18,28,5'* ]]
	[ "$(on_tape 'map(.attempts | length) | max')" -ge 4 ]
	[ "$(jq .retries stats.replay)" -gt 30 ]
	# the times are the recorded ones, and when that was
	diff seen.record seen.replay
	[ "$(jq -s 'map(.replayed) | sort | .[0]' receipts.replay)" = \
		"$(on_tape 'map(.at) | sort | .[0]')" ]
}

@test "connections that are refused, names that are none" {
	local port
	start_apid
	port=${API##*:}
	stop_apid
	API=http://127.0.0.1:$port
	twice 1 wdn-fetch --retry 2 --retry-delay 0.01 -u "$API/{id}" -- 1
	[[ $stderr == *rejected* ]]
	[ "$(jq .attempts receipts.replay)" -eq 3 ]
	rm -r folder rejects.* receipts.* stats.*
	twice 1 wdn-fetch --retry 9 -u "http://no-such-host.invalid/{id}" -- 1
	[[ $(on_tape '.[0].attempts[0].error') == '"Could not resolve host'* ]]
}

@test "limits decide as they did; others than those recorded are told" {
	start_apid --fault '*:retry-after=0.3'
	twice 1 wdn-fetch --retry-max-time 0.5 -u "$API/{id}" -- 1
	[[ $(jq -r .reason rejects.replay) == *'after 2 attempts'*'beyond --retry-max-time'* ]]
	run --separate-stderr wdn-fetch --cassette replay:folder -u "$API/1"
	expect 69 '' '*"folder/cassette.ndjson" has no further attempt of it: it was recorded with other limits*'
	run --separate-stderr wdn-fetch --cassette replay:folder --retry 0 \
		-u "$API/1"
	expect 75 '' '*could not fetch "*/1": status 429*'
}

@test "who gave up as everybody had to wait gives up again" {
	start_apid --fault '/echo/2:retry-after=30@first=1' \
		--fault '/echo/4:status=503@first=1'
	# The third was not asked for at all.
	twice 1 wdn-fetch --retry-max-time 5 --retry-delay 0.01 --give-up 0 \
		-u "$API/echo/{id}" -- 1 2 3
	[[ $(jq -r .reason rejects.replay) == *'the server asked everybody to wait, for '*' s more, which is beyond --retry-max-time'* ]]
	[ "$(on_tape 'map([(.attempts | length), has("gave_up")])')" = \
		'[[1,false],[1,false],[0,true]]' ]
	diff seen.record seen.replay
	# One that had an attempt behind it, and the hold of another.
	rm -r folder rejects.* receipts.* stats.* var
	start_apid --fault '/echo/2:retry-after=30' --fault '/echo/4:status=503'
	twice 1 wdn-fetch --retry-max-time 5 --retry-delay 0.5 --retry 1000 \
		--parallel-max 2 --give-up 0 -u "$API/echo/{id}" -- 4 2
	[ "$(on_tape 'map(select(.url | endswith("4")) |
		[.attempts[0].status, has("gave_up")])')" = '[[503,true]]' ]
	diff seen.record seen.replay
}

@test "a replay waits for nobody, needs no pace and no files of credentials" {
	start_apid --fault '*:retry-after=1@first=1'
	echo token-of-mine >token
	run --separate-stderr wdn-fetch --cassette record:folder --rate 9/s \
		--bearer-file token -u "$API/echo/{id}" -- 1
	expect 0 '*' '*has a secret in it: it is recorded as "[*][*][*]", and so replayed*'
	stop_apid
	rm -r token var
	run --separate-stderr wdn-fetch --cassette replay:folder --rate 1/h,1 \
		--bearer-file token -H @token -u "$API/echo/{id}" -- 1
	expect 0 '*"url":"/echo/1"*' ''
	[ ! -e var ]
}

@test "redirects, odd bodies, several fields of one name" {
	printf '\0\377\1' >binary
	start_apid --fault '/a:redirect=/echo/b' --serve "/binary=$PWD/binary" \
		--fault '/f:fields=200|Link: a|Link: b'
	lines a binary f nowhere >in
	twice 0 wdn-fetch --envelope --skip-status 404 -u "$API/{id}"
	[ "$(jq -r '.url, .body_base64, .headers.link' out.replay)" = \
		"$(lines "$API/echo/b" null null "$API/binary" AP8B null \
			"$API/f" null 'a, b')" ]
}

@test "long bodies: those that failed are cut, none is over --max-body" {
	jq -nc '[range(9000) | "\(.) of many"]' >long
	start_apid --serve "/long=$PWD/long" --fault '/long:cut=99999@first=1'
	lines long >in
	twice 0 wdn-fetch --retry-delay 0.01 -u "$API/{id}"
	[ "$(on_tape '.[0].attempts | map(.body | length) | tojson')" = \
		"\"[65536,$(($(wc -c <long)))]\"" ]
	[ "$(jq -s length out.replay)" -eq 9000 ]
	run --separate-stderr wdn-fetch --cassette replay:folder \
		--max-body 99999 -u "$API/{id}" -- long
	expect 69 '' '*could not fetch "*/long": the answer is longer than the 99999 bytes of --max-body*'
	rm "$tape"
	start_apid --serve "/long=$PWD/long"
	twice 1 wdn-fetch --max-body 1k -u "$API/{id}"
	[ "$(on_tape '.[-1].attempts[0] | [.too_long, .body]')" = '[true,null]' ]
	[[ $(jq -r .reason rejects.replay) == *'longer than the 1024 bytes of --max-body'* ]]
}

# What a tape must not have, in any spelling.
no_secrets() {
	local all
	all=$(lines 'ses.?ame' '[o0]pen' 'op%65n' "$@" | paste -sd '|')
	run --separate-stderr grep -ioE ".{40}($all).*" "$tape"
	expect 1 '' ''
}

@test "secrets are on no tape, in no spelling" {
	start_apid --fault '/f:fields=200|Set-Cookie: id=open-sesame'
	# Says back what it was asked, in its JSON.
	printf 'Authorization: Bearer open/"ses ame"\\!\nCookie: a=b; s=0pensesame\n' >fields
	run --separate-stderr wdn-fetch --cassette record:folder -H @fields \
		-u "$API/echo/x?y=op%65n%2f%22ses+ame%22%5c!&0pensesame" \
		--body '{a: "open/\"ses ame\"\\!", b: ("open/\"ses ame\"\\!" | @base64), c: ("xopen/\"ses ame\"\\!" | @base64), d: ("xyopen/\"ses ame\"\\!" | @base64), e: ("{\"k\": \"open/\\\"ses ame\\\"\\\\!\"}")}' -- 1
	expect 0 '*' '*has a secret in it*'
	run --separate-stderr wdn-fetch --cassette record:folder -u "$API/f"
	expect 65 '' '*'
	no_secrets b3Blbi8 9wZW4v vcGVuL
	[ "$(on_tape '[.[].attempts[].headers[] | select(startswith("Set-"))]')" = \
		'["Set-Cookie: ***"]' ]

	# user and password: in the URL, in a netrc file, as a header field
	rm "$tape"
	run --separate-stderr wdn-fetch --cassette record:folder \
		-u "${API/\/\//\/\/me:open%2Fsesame@}/echo/x"
	expect 0 '*' '*'
	printf 'machine 127.0.0.1 login me password "open/ses\\"ame"' >netrc
	NETRC=netrc run --separate-stderr wdn-fetch -n \
		--cassette record:folder -u "$API/echo/y"
	expect 0 '*Basic*' '*'
	run --separate-stderr wdn-fetch --cassette record:folder \
		-H 'Authorization: Basic bWU6b3BlbnNlc2FtZQ==' \
		-u "$API/echo/z?opensesame"
	expect 0 '*Basic*' '*'
	no_secrets b3Blbi b3Blbn
	[ "$(on_tape '.[0].url')" = "\"http://me:***@${API#*//}/echo/x\"" ]
}

@test "a secret that is a number leaves JSON that can be read" {
	start_apid
	echo 20010911 >token
	echo '{"n":20010911,"m":[120010911.5,"20010911"]}' >answer
	stop_apid
	start_apid --serve "/n=$PWD/answer"
	echo '{"q":20010911,"id":"n"}' >in
	twice 0 wdn-fetch --bearer-file token -u "$API/{id}" || :
	[ "$(<out.record)" = "$(<answer)" ]
	[ "$(<out.replay)" = '{"n":"***","m":["***","***"]}' ]
	# So does a rejected record.
	run --separate-stderr wdn-fetch --bearer-file token -r bad \
		--retry 0 -u "http://127.0.0.1:1/{id}" <in
	[ "$(jq -c .record bad)" = '{"q":"***","id":"n"}' ]
	no_secrets 20010911
}

@test "secret parameters of URLs, and which those are" {
	start_apid
	fetch() {
		run --separate-stderr wdn-fetch --cassette "$1:folder" \
			"${@:3}" -u "$API/echo/$2"
	}
	fetch record 'a?q=1&api_key=opensesame&x=opensesame'
	expect 0 '*opensesame*' '*has a secret in it*'
	no_secrets
	[ "$(on_tape '.[0].url | sub(".*/"; "")')" = '"a?q=1&api_key=***&x=***"' ]
	# short ones where they stand, others and fewer by the option
	fetch record 'b?token=open&page=open' --secret-param=-page
	expect 0 '*' ''
	[ "$(on_tape '.[1].url | sub(".*/"; "")')" = '"b?token=***&page=open"' ]
	fetch record 'c?token=cursor12&page=opensesame' \
		--secret-param -token,page
	[ "$(on_tape '.[2].url | sub(".*/"; "")')" = '"c?token=cursor12&page=***"' ]
	echo '{"http": {"secret_param": "-token,page"}, "resources": {
		"c": {"path": "'"$API"'/echo/d?token=cursor12&page=opensesame"}}}' >api.json
	run --separate-stderr wdn-fetch --cassette record:folder c
	[ "$(on_tape '.[3].url | sub(".*/"; "")')" = '"d?token=cursor12&page=***"' ]
	stop_apid

	# found with another secret, and without
	for query in 'q=1&api_key=anotherone&x=anotherone' 'api_key=zzzzzzzz&q=1&x=***' \
		'q=1&x=***'; do
		fetch replay "a?$query"
		expect 0 '*"url":"/echo/a?q=1&api_key=[*][*][*]&x=[*][*][*]"*' ''
	done
	fetch replay 'c?token=cursor12&page=other' --secret-param page,-token
	expect 0 '*cursor12*' ''
	fetch replay 'c?token=cursor13&page=other' --secret-param page,-token
	expect 69 '' '*it is not recorded*'
}

@test "a path and a body with another secret, or with what replaced it" {
	start_apid
	echo a-token-1 >token
	run --separate-stderr wdn-fetch --cassette record:folder \
		--bearer-file token -u "$API/echo/a-token-1/x" \
		--body '{t: "a-token-1", n: 1}' -- 1
	expect 0 '*a-token-1*' '*'
	stop_apid
	echo another-2 >token
	for id in another-2 '***' ''; do
		run --separate-stderr wdn-fetch --cassette replay:folder \
			--bearer-file token -u "$API/echo/$id/x" \
			--body "{t: \"$id\", n: 1}" -- 1
		expect 0 '*' ''
	done
	run --separate-stderr wdn-fetch --cassette replay:folder \
		-u "$API/echo/$id/x" --body "{t: \"$id\", n: 2}" -- 1
	expect 69 '' '*it is not recorded in "folder/cassette.ndjson"; the nearest is "POST *'
}

@test "what is not recorded: what is nearest; what was asked too often" {
	start_apid --products 30
	run --separate-stderr wdn-fetch --cassette record:folder \
		-u "$API/echo/products/{id}/offers" -- 100 200
	run --separate-stderr wdn-fetch --cassette record:folder -u "$API/echo/q" \
		--body 1
	stop_apid
	replay() {
		run --separate-stderr wdn-fetch --cassette replay:folder "$@"
	}
	replay -u "$API/echo/products/{id}/offers" -- 201
	expect 69 '' "*could not fetch \"$API/echo/products/201/offers\": it is not recorded in \"folder/cassette.ndjson\"; the nearest is \"GET $API/echo/products/200/offers\"*"
	replay -u "$API/echo/q" --body 2
	expect 69 '' '*it is not recorded in "folder/cassette.ndjson" with that body, only with others'
	replay -u "$API/echo/q"
	expect 69 '' "*; the nearest is \"POST $API/echo/q\""
	replay -u "$API/echo/products/{id}/offers" -- 100 200 100
	expect 69 '*/100/*/200/*' '*"folder/cassette.ndjson" has it 1 time, and it is asked for once more'
	# one id alone is rejected, as one that the server refuses
	replay -r rejects -u "$API/echo/products/{id}/offers" -- 100 201 200
	expect 1 '*/100/*/200/*' '*'
	: >"$tape"
	replay -u "$API/echo/q"
	expect 69 '' '*it is not recorded in "folder/cassette.ndjson"; nothing is'
}

@test "a folder that is not there, lines that are none" {
	replay() {
		run --separate-stderr wdn-fetch --cassette "$1" -u http://h/
	}
	replay replay:nowhere
	expect 66 '' '*could not open file "nowhere/cassette.ndjson": No such file*'
	replay play:folder
	expect 64 '' '*bad cassette "play:folder": wanted: record:DIR or replay:DIR*'
	replay record:
	expect 64 '' '*bad cassette "record:"*'
	replay record:no/where
	expect 73 '' '*could not create folder "no/where": No such file*'
	mkdir folder
	local good='{"cassette":1,"at":"2026-01-02T03:04:05Z","method":"GET","url":"http://h/","attempts":[{"status":200,"body":"{}"}]}'
	while IFS=/ read -r from to why; do
		lines "$good" '' "${good/"$from"/"$to"}" >"$tape"
		replay replay:folder
		expect 65 '' "wdn-fetch: folder/cassette.ndjson:3: $why"
	done <<-'END'
		}]}/}]/no JSON at byte *
		:1,/:2,/its format is version 2, and this program plays version 1
		"cassette"/"Cassette"/it is no recorded exchange
		"url"/"URL"/member "url" has to be a string
		"GET"/1/member "method" has to be a string
		05Z/05/member "at" has to be a time, as 2026-01-02T03:04:05.678Z
		"status"/"state"/member "attempts[[][]].status" has to be a number in an object
		attempts/attempt/member "attempts" has to be an array*
	END
	lines "$good" >"$tape"
	replay replay:folder
	expect 0 '{}' ''
	# edited by hand, and by who knows only the members that matter
	jq -c '.attempts[0].body = "{\"a\":1}"' "$tape" >edited
	printf '\xef\xbb\xbf%s\r\n' "$(<edited)" >"$tape"
	replay replay:folder
	expect 0 '{"a":1}' ''
	printf %s "${good%???}" >"$tape"
	replay replay:folder
	expect 65 '' '*folder/cassette.ndjson:1: it is cut off'
}

@test "several processes record into a folder, and replay from it" {
	start_apid --products 40 --chaos 10
	product_ids >ids
	fetch() {
		xargs -d '\n' -P4 -n5 wdn-fetch --cassette "$1:folder" \
			--retry-delay 0.01 --records .data \
			-u "$API/api/v1/products/{id}/offers" -- <ids | sort
	}
	fetch record >one
	[ "$(wc -l <"$tape")" -eq 40 ]
	stop_apid
	for _ in 1 2; do
		fetch replay >two
		cmp one two
	done
}

@test "the same request by several processes: shared within a run" {
	local i
	start_apid
	for i in 1 2 3 4; do
		run --separate-stderr wdn-fetch --cassette record:folder \
			-u "$API/echo/users"
	done
	stop_apid
	# what is told apart below
	jq -c '.attempts[0].body = "{\"n\":\(input_line_number)}"' "$tape" >edited
	mv edited "$tape"
	fetch() {
		seq 4 | SLUICE_CASSETTE=replay:folder xargs -P4 -n1 \
			wdn-fetch -u "$API/echo/users" -- | sort
	}
	run --separate-stderr fetch
	expect 0 "$(lines '{"n":1}' '{"n":1}' '{"n":1}' '{"n":1}')" ''
	mkdir run
	export SLUICE_RUN=$PWD/run
	run --separate-stderr fetch
	expect 0 "$(lines '{"n":1}' '{"n":2}' '{"n":3}' '{"n":4}')" ''
	run --separate-stderr wdn-fetch --cassette replay:folder \
		-u "$API/echo/users"
	expect 1 '' '*'
	[[ $(jq -r .reason run/rejects.ndjson) == *'has it 4 times'* ]]
	# a process that dies is no answer less
	SLUICE_RUN=$PWD/run2
	mkdir run2
	run --separate-stderr fetch
	expect 0 "$(lines '{"n":1}' '{"n":2}' '{"n":3}' '{"n":4}')" ''
}

@test "in flight at once, answers stay with their requests" {
	start_apid --fault '/echo/*:delay=30@nth=2'
	seq 8 >in
	twice 0 wdn-fetch --parallel-max 8 --with id=.id -u "$API/echo/x?token={id}"
	# all the same request: in the order in which they began, not ended
	[ "$(on_tape '[.[].seq] | sort')" = '[1,2,3,4,5,6,7,8]' ]
}

@test "paginate: by pages, by next links, and walks that break off" {
	start_apid --products 90
	local brand
	brand=$(curl -fsS "$API/_apid/truth/products" | jq -r .brand_id | sort | uniq -c | sort -n |
		awk 'END { print $2 }')
	twice 0 paginate --by page --page-size 7 --size-param page_size \
		--records .data --total .meta.page.total_count \
		-u "$API/api/v1/brands/$brand/products"
	[ "$(jq .complete stats.replay)" = true ]
	[ "$(wc -l <"$tape")" -ge 3 ]
	rm -r folder stats.* rejects.* receipts.*
	start_apid --products 90 --fault '/api/*:status=503@nth=2' \
		--fault '/api/*:loop-next'
	twice 65 paginate --by next --next .links.next --records .data \
		--retry-delay 0.01 -u "$API/api/v1/brands/$brand/products?page_size=7"
}

@test "batch-post: halves, poison, and batches of unknown fate" {
	local i
	for ((i = 0; i < 40; i++)); do
		printf '{"id":%d,"name":"A","born_at":null,"friends":[]}\n' "$i"
	done >in
	sed -i '7s/"friends":.*/"friends":3}/' in
	start_apid --fault '/animals/v1/home:retry-after=0@times=2'
	twice 1 batch-post -k .id -b 9 --retry-delay 0.01 \
		-u "$API/animals/v1/home"
	[ "$(jq .done stats.replay)" -eq 39 ]
	[ "$(jq .halved stats.replay)" -gt 1 ]
	rm -r folder stats.* rejects.* receipts.*
	start_apid --fault '/animals/v1/home:lost@nth=3'
	sed -i 7d in
	# its name is drawn at random
	run --separate-stderr batch-post -k .id -b 9 --cassette record:folder \
		-u "$API/animals/v1/home" <in
	local out=$output err=$stderr
	expect 75 '*' '*it is not known whether it was accepted: the connection was closed*'
	stop_apid
	run --separate-stderr batch-post -k .id -b 9 --cassette replay:folder \
		-u "$API/animals/v1/home" <in
	[ "$status" -eq 75 ]
	[ "$output" = "$out" ]
	[ "${err#*batch * of}" = "${stderr#*batch * of}" ]
}

@test "a full disk ends the recording, and with it the tool" {
	[ -c /dev/full ] || skip 'no /dev/full'
	mkdir folder
	ln -s /dev/full "$tape"
	start_apid
	run --separate-stderr wdn-fetch --cassette record:folder -u "$API/echo/x"
	expect 74 '*' '*could not write to "folder/cassette.ndjson": No space left on device'
}

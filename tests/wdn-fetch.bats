#!/usr/bin/env bats
# wdn-fetch: ids to requests, answers to records, faults to retries.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	cat >api.json <<-'END'
		{"base_url": "${API}/api/v1",
		 "http": {"retry": "${RETRY:-10}", "retry_delay": 0.01},
		 "resources": {
		  "offers": {"path": "/products/{id}/offers",
		             "records": ".data", "skip_status": [404]},
		  "hard": {"path": "/products/{id}/offers", "records": ".data"},
		  "retailers": {"path": "/retailers/{id}", "records": ".data"}}}
	END
}

teardown() {
	stop_apid
}

# with_offers: some products, of which at least two have offers, in `ids`.
with_offers() {
	mapfile -t ids < <(curl -fsS "$API/_apid/truth/offers" |
		jq -r .product_id | uniq | head -n 2)
	mapfile -t -O 2 ids < <(curl -fsS "$API/_apid/truth/products" |
		jq -r .id | head -n "${1:-8}")
}

# truth: the offers of all products, as ids, sorted.
truth() {
	curl -fsS "$API/_apid/truth/offers" | jq -r .id | sort
}

product_ids() {
	curl -fsS "$API/_apid/truth/products" | jq -r .id
}

@test "operands, plain lines, scalars and records ask for the same" {
	start_apid --products 40
	with_offers 0
	want=$(curl -fsS "$API/api/v1/products/${ids[0]}/offers" | jq -c '.data[]')
	run --separate-stderr wdn-fetch offers -- "${ids[0]}"
	expect 0 "$want" ''
	for line in "${ids[0]}" "\"${ids[0]}\"" "{\"id\":${ids[0]}}" \
		"{\"id\": \"${ids[0]}\", \"x\": [1]}"; do
		run --separate-stderr wdn-fetch offers <<<"$line"
		expect 0 "$want" ''
	done
	[ "$(asked '.[].url' | sort -u | wc -l)" -eq 1 ]
}

@test "an object is one record, an empty array is none" {
	start_apid
	id=$(curl -fsS "$API/_apid/truth/retailers" | jq -r .id | head -n 1)
	run --separate-stderr wdn-fetch retailers -- "$id"
	expect 0 "{\"id\":\"$id\",\"type\":\"retailers\",*}" ''
	printf '{"data":[]}' >none.json
	run --separate-stderr wdn-fetch -s stats -u "ftp://127.0.0.1/"
	expect 69 '' '*rotocol*'
	stop_apid
	start_apid --serve "/none=none.json"
	rm -f stats
	run --separate-stderr wdn-fetch -s stats --records .data -u "$API/none"
	expect 0 '' ''
	[ "$(of_stats '[.in,.done,.out]|tojson')" = '[1,1,0]' ]
}

@test "204 is an answer without records" {
	start_apid --fault '/nothing:status=204'
	run --separate-stderr wdn-fetch -s stats --records .data -u "$API/nothing"
	expect 0 '' ''
	[ "$(of_stats '[.in,.done,.out]|tojson')" = '[1,1,0]' ]
}

@test "every value arrives as it was sent, on one line" {
	printf '{ "data" : [ {"a": 9007199254740993,\r\n\t"b" : 19.90 , "c":"\\u0026 \\n x y" } , [ 1 , 1e400 ],\n"s", null ] }\n' >body.json
	start_apid --serve "/pretty=body.json"
	run --separate-stderr wdn-fetch --records .data -u "$API/pretty"
	expect 0 '{"a":9007199254740993,"b":19.90,"c":"\\u0026 \\n x y"}
\[1,1e400]
"s"
null' ''
}

@test "without a placeholder it is asked once, and stdin is not read" {
	start_apid
	run --separate-stderr wdn-fetch -u "$API/animals/v1/animals?page=1" \
		--records .items <<<'1
2'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 10 ]
	run --separate-stderr wdn-fetch -u "$API/animals/v1/animals?page=1" \
		--records .items -- a b
	[ "${#lines[@]}" -eq 20 ]
}

@test "values are percent-encoded, and cannot leave their place" {
	start_apid
	run --separate-stderr wdn-fetch -r rejects -u "$API/{a}/x?q={b c}" <<-'END'
		{"a":"p/q?r#s","b c":"1&2=é"}
		{"a":"..","b c":1}
		{"a":null,"b c":1}
		{"b c":1}
		[1]
	END
	[ "$status" -eq 1 ]
	[ "$(asked '.[0].url')" = '/p%2Fq%3Fr%23s/x?q=1%262%3D%C3%A9' ]
	[ "$(asked length)" -eq 1 ]
	[ "$(wc -l <rejects)" -eq 5 ]
	run --separate-stderr jq -rs '.[1:][].reason' rejects
	expect 0 'member "a" is "..", which cannot stand in a path
member "a" has to be a string or a number, is null
the record has no member "a"
*' ''
}

@test "--with adds a field of the input to each record" {
	printf '[{"x":1},{},{ }]' >body.json
	printf '[1]' >scalar.json
	start_apid --serve /r=body.json --serve /s=scalar.json
	run --separate-stderr wdn-fetch -u "$API/{p}" --with b=.id --with n=.n.m <<-'END'
		{"p":"r","id":9007199254740993,"n":{"m":"\u0026"}}
	END
	expect 0 '{"x":1,"b":9007199254740993,"n":"\\u0026"}
{"b":9007199254740993,"n":"\\u0026"}
{"b":9007199254740993,"n":"\\u0026"}' ''
	run --separate-stderr wdn-fetch -u "$API/r" --with x=.id -- 7
	expect 65 '' '*record 1 of the answer has a member "x" already'
	run --separate-stderr wdn-fetch -u "$API/s" --with x=.id -- 7
	expect 65 '' '*record 1 of the answer is a number: --with needs objects'
	run --separate-stderr wdn-fetch -u "$API/r" --with x=.y -- 7
	expect 65 '' '*--with x: .y leads nowhere'
	run --separate-stderr wdn-fetch -u "$API/r" --with x -- 7
	expect 64 '' '*bad value "x" for --with: wanted: NAME=EXPR*'
}

@test "--body: worked out for each record, posted as JSON" {
	start_apid
	run --separate-stderr wdn-fetch -u "$API/echo/{p}" --body '{q: .q}' \
		<<<'{"p":"a","q":"nike"}'
	[ "$status" -eq 0 ]
	run --separate-stderr jq -r \
		'[.method,.url,.headers["content-type"],.body]|tojson' <<<"$output"
	expect 0 '[[]"POST","/echo/a","application/json","{\\"q\\":\\"nike\\"}"]' ''
	# a path carries the value as it stands
	run --separate-stderr wdn-fetch -u "$API/echo/x" --body .b \
		<<<'{"b":{"id":9007199254740993, "p":19.90}}'
	run --separate-stderr jq -r .body <<<"$output"
	expect 0 '{"id":9007199254740993, "p":19.90}' ''
	# so does JSON, which is asked for once, without reading
	run --separate-stderr wdn-fetch -u "$API/echo/x" --method QUERY \
		-H 'Content-Type: application/x-search' --body '{"n":1e400}' <<<7
	[ "$status" -eq 0 ]
	run --separate-stderr jq -r \
		'[.method,.headers["content-type"],.body]|tojson' <<<"$output"
	expect 0 '[[]"QUERY","application/x-search","{\\"n\\":1e400}"]' ''
	run --separate-stderr wdn-fetch -r rejects -u "$API/echo/x" --body .b \
		<<<'{"c":1}'
	[ "$(jq -r .reason rejects)" = 'the body: .b leads nowhere' ]
	run --separate-stderr wdn-fetch -u "$API/echo/x" --body '{' -- 1
	expect 64 '' '*bad value "{" for --body: *'
}

@test "a POST that reads is made again like a GET" {
	start_apid --fault '/echo/*:status=500@first=1' \
		--fault '/echo/*:lost@times=1' --fault '/echo/*:cut=20@times=1'
	run --separate-stderr wdn-fetch --retry-delay 0.01 -s stats \
		-u "$API/echo/x" --body '{q: .id}' -- nike
	expect 0 '{*"body":"{\\"q\\":\\"nike\\"}"}' ''
	[ "$(asked '.[-1].method')" = POST ]
	[ "$(asked 'map(.fault) | tojson')" = '["status=500","lost","cut=20",null]' ]
}

@test "method and body of the profile; --method alone" {
	start_apid
	cat >search.json <<-'END'
		{"base_url": "${API}/echo", "resources": {
		  "search": {"path": "/search", "method": "POST",
		             "body": "{q: .id, size: 100}"},
		  "bad": {"path": "/", "method": "get it"},
		  "worse": {"path": "/", "body": "{"}}}
	END
	run --separate-stderr wdn-fetch -p search.json search -- nike
	[ "$(jq -r .body <<<"$output")" = '{"q":"nike","size":100}' ]
	run --separate-stderr wdn-fetch -p search.json --body .id search -- nike
	[ "$(jq -r .body <<<"$output")" = '"nike"' ]
	run --separate-stderr wdn-fetch -p search.json bad
	expect 78 '' '*search.json: key "resources.bad.method": wanted: a method*'
	run --separate-stderr wdn-fetch -p search.json worse
	expect 78 '' '*search.json: key "resources.worse.body": *'
	run --separate-stderr wdn-fetch --method DELETE -u "$API/echo/x"
	[ "$(jq -r .method <<<"$output")" = DELETE ]
	run --separate-stderr wdn-fetch --method POST -u "$API/echo/x"
	[ "$(jq -r '[.method, .headers["content-length"]]|tojson' <<<"$output")" = \
		'["POST","0"]' ]
	run --separate-stderr wdn-fetch --method HEAD --envelope -u "$API/echo/x"
	[ "$(jq -r '[.status, .body]|tojson' <<<"$output")" = '[200,""]' ]
	run --separate-stderr wdn-fetch --method HEAD --body 1 -u "$API/echo/x"
	expect 64 '' '*bad value "1" for --body: a HEAD request has no body*'
	run --separate-stderr wdn-fetch --method post -u "$API/echo/x"
	expect 64 '' '*bad value "post" for --method: wanted: a method in capitals*'
}

@test "a redirected POST keeps its body, or is not followed" {
	start_apid --fault '/echo/302:redirect=/echo/there' \
		--fault '/echo/303:redirect=303,/echo/there' \
		--fault '/echo/307:redirect=307,/echo/there' \
		--fault '/echo/308:redirect=308,/echo/there'
	for n in 307 308; do
		run --separate-stderr wdn-fetch -u "$API/echo/{n}" --body .n \
			<<<"{\"n\":$n}"
		[ "$(jq -r '[.method,.url,.body]|tojson' <<<"$output")" = \
			"[\"POST\",\"/echo/there\",\"$n\"]" ]
	done
	run --separate-stderr wdn-fetch -u "$API/echo/303" --body 1
	[ "$(jq -r '[.method,.body]|tojson' <<<"$output")" = '["GET",""]' ]
	run --separate-stderr wdn-fetch -u "$API/echo/302" --body 1
	expect 69 '' '*status 302 leads to "*/echo/there", and leaves open whether the POST goes there: it is not followed'
}

@test "a 404 is skipped where the profile says so, else a rejected id" {
	start_apid --products 40
	with_offers 0
	run --separate-stderr wdn-fetch -s stats offers -- 1 "${ids[0]}"
	[ "$status" -eq 0 ]
	[[ $stderr == 'wdn-fetch: skipped "'*'/products/1/offers": status 404' ]]
	[ "$(of_stats '[.in,.done,.rejected]|tojson')" = '[2,2,0]' ]
	run --separate-stderr wdn-fetch hard -- 1 "${ids[0]}"
	expect 69 '' 'wdn-fetch: operand:1: could not fetch "*/products/1/offers": status 404: {*'
	rm stats
	run --separate-stderr wdn-fetch -r rejects -s stats hard -- 1 "${ids[0]}"
	expect 1 '{*' '*1 of 2 records were rejected*'
	[ "$(of_stats '[.in,.done,.rejected]|tojson')" = '[2,1,1]' ]
	run --separate-stderr jq -r '[.line,.code,.key,.record]|tojson' rejects
	expect 0 '[[]1,"404","1",1]' ''
	# no attempt more for what would fail again
	[ "$(counts '.paths["/api/v1/products/1/offers"].requests')" -eq 3 ]
}

@test "each temporary failure is tried again, and prints once" {
	start_apid --products 40
	with_offers 0
	want=$(curl -fsS "$API/api/v1/products/${ids[0]}/offers" | jq -c '.data[]')
	for fault in status=408 status=425 status=429 status=500 status=502 \
		status=503 status=504 status=522 status=524 reset cut=20 cut=0 \
		reset-body=20 length=9 lost retry-after=0 retry-after=soon \
		retry-after=-3 retry-date=-10; do
		curl -fsS "$API/_apid/reset" -d ''
		curl -fsS -X DELETE "$API/_apid/fault"
		curl -fsS "$API/_apid/fault" --data-binary \
			"/api/*:$fault@first=2"
		rm -f stats
		run --separate-stderr wdn-fetch -s stats offers -- "${ids[0]}"
		echo "fault: $fault"
		expect 0 "$want" ''
		# what libcurl itself sends again is counted, too
		[ "$(counts .requests)" -eq "$(of_stats .attempts)" ]
		[ "$(of_stats '.attempts - .retries')" -eq 1 ]
	done
}

@test "--retry: ten further attempts, by default" {
	start_apid --fault '/echo/*:status=500'
	run --separate-stderr wdn-fetch --retry-delay 0 -u "$API/echo/x"
	expect 75 '' '*status 500: Sorry! (after 11 attempts)'
	[ "$(counts .requests)" -eq 11 ]
	run --separate-stderr wdn-fetch --retry 0 -u "$API/echo/x"
	[ "$(counts .requests)" -eq 12 ]
}

@test "a refused connection is tried again, until the server is there" {
	start_apid
	port=${API##*:}
	stop_apid
	wdn-fetch --retry 1000 --retry-delay 0.05 -s stats -u "$API/echo/x" \
		>out 2>err 3>&- &
	pid=$!
	start_apid --port "$port"
	wait "$pid"
	[ "$(counts .requests)" -eq 1 ]
	[[ $(<out) == '{"method":"GET",'* ]]
}

@test "a body that stops coming is left after --speed-time" {
	start_apid --fault '/echo/*:stall=10@times=1'
	run --separate-stderr wdn-fetch --speed-time 1 --retry-delay 0 -v \
		-u "$API/echo/x"
	expect 0 '{*' '*attempt 1 of *too slow*'
	[ "$(counts .requests)" -eq 2 ]
}

@test "a connection that does not come is left after --connect-timeout" {
	# a queue of one, that is full
	python3 -c 'import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(0)
c = [socket.socket() for _ in range(8)]
for x in c:
    x.setblocking(False)
    x.connect_ex(s.getsockname())
print(s.getsockname()[1], flush=True)
time.sleep(20)' >port 3>&- &
	pid=$!
	for ((n = 0; n < 500; n++)); do
		[ ! -s port ] || break
		sleep 0.02
	done
	run --separate-stderr wdn-fetch --connect-timeout 0.2 --retry 1 \
		--retry-delay 0 -u "http://127.0.0.1:$(<port)/"
	kill "$pid"
	expect 75 '' '*could not fetch *Failed to connect to *[(]after 2 attempts)'
}

@test "a server that stalls is left after --max-time" {
	start_apid --products 40 --fault '/api/*:stall=10@first=1' \
		--fault '/api/*:delay=60000@nth=1'
	with_offers 0
	run --separate-stderr wdn-fetch --max-time 0.2 --retry 1 offers -- "${ids[0]}"
	expect 75 '' '*could not fetch *timed out*[(]after 2 attempts)'
	curl -fsS -X DELETE "$API/_apid/fault"
	curl -fsS "$API/_apid/fault" --data-binary '/api/*:stall=10@first=1'
	curl -fsS "$API/_apid/reset" -d ''
	run --separate-stderr wdn-fetch --max-time 0.5 offers -- "${ids[0]}"
	expect 0 '{*' ''
	[ "$(counts .requests)" -eq 2 ]
}

@test "--retry-on: statuses that may pass, and that may not" {
	start_apid
	fails() {
		curl -fsS "$API/_apid/reset" -d ''
		curl -fsS -X DELETE "$API/_apid/fault"
		curl -fsS "$API/_apid/fault" --data-binary "$1"
	}
	for code in 409 404 401 403 202; do
		fails "/echo/*:status=$code@first=2"
		run --separate-stderr wdn-fetch --retry-delay 0.01 \
			--retry-on 404,403 --retry-on 202,401,409 -u "$API/echo/x"
		expect 0 '{"method":"GET",*' ''
		[ "$(counts .requests)" -eq 3 ]
	done
	fails '/echo/*:fields=202|Retry-After: 0.6@times=1'
	run --separate-stderr wdn-fetch --retry-on 202 -u "$API/echo/x"
	expect 0 '{"method":"GET",*' ''
	[ "$(asked '.[1].t_ms - .[0].t_ms >= 590')" = true ]
	fails '/echo/*:status=202@first=3'
	run --separate-stderr wdn-fetch --retry-on 202 --retry-delay 0.05 \
		-s stats -u "$API/echo/x"
	[ "$(of_stats '.wait_ms > 0')" = true ]
	fails '/echo/*:status=500'
	run --separate-stderr wdn-fetch --retry-delay 0.01 --retry-on -500 \
		-u "$API/echo/x"
	expect 69 '' '*status 500: Sorry!'
	[ "$(counts .requests)" -eq 1 ]
	# what is skipped is an answer
	fails '/echo/*:status=404'
	run --separate-stderr wdn-fetch --skip-status 404 --retry-on 404 \
		-u "$API/echo/x"
	expect 0 '' '*skipped*'
	run --separate-stderr wdn-fetch --retry-on 301x -u "$API/echo/x"
	expect 64 '' '*bad value "301x" for --retry-on: wanted: HTTP statuses*'
}

@test "retry_on of the profile; the command line comes first" {
	start_apid --fault '/echo/*:status=409@times=1' \
		--fault '/echo/*:status=500@times=1'
	cat >on.json <<-'END'
		{"http": {"retry_on": [409, -500], "retry_delay": 0.01},
		 "resources": {"x": {"path": "${API}/echo/x"}}}
	END
	run --separate-stderr wdn-fetch -p on.json x
	expect 69 '' '*status 500: Sorry! (after 2 attempts)'
	curl -fsS "$API/_apid/reset" -d ''
	run --separate-stderr wdn-fetch -p on.json --retry-on 418 x
	expect 69 '' '*status 409: Sorry!'
	run --separate-stderr wdn-fetch -p on.json --retry-on 418 x
	expect 0 '{*' ''
}

@test "what asks for a wait is waited for: each form of it" {
	local forms=(retry-after=1 retry-after=0.6 retry-date=2 limit=1
		limit-epoch=2 ratelimit=1
		'fields=503|Retry-After: 0.6'
		'fields=500|Retry-After: 0.6'
		'fields=429|RateLimit: limit=9, remaining=0, reset=0.6'
		'fields=429|RateLimit: "a";r=1;t=0, "b";r=0;t=0.6'
		'fields=429|X-Rate-Limit-Reset: 0.6'
		'fields=429|X-RateLimit-Reset-After: 0.6') i pids=()
	for i in "${!forms[@]}"; do
		rules+=(--fault "/echo/$i:${forms[i]}@times=1")
	done
	start_apid "${rules[@]}"
	# each with a pace of its own, or one would wait for the other
	for i in "${!forms[@]}"; do
		SLUICE_VAR=$PWD/var$i wdn-fetch -q -u "$API/echo/$i" \
			>"out$i" 3>&- &
		pids+=($!)
	done
	for i in "${!forms[@]}"; do
		echo "form: ${forms[i]}"
		wait "${pids[i]}"
		[ "$(asked "map(select(.url == \"/echo/$i\").t_ms) |
			length == 2 and .[1] - .[0] >= 590")" = true ]
	done
}

@test "what asks for no wait is not waited for" {
	start_apid
	for fault in 'Retry-After: 0' 'Retry-After: soon' \
		'Retry-After: Sun, 06 Nov 1994 08:49:37 GMT' \
		'RateLimit: limit=9, remaining=3, reset=600' \
		'RateLimit-Reset: 600|RateLimit-Remaining: 3'; do
		curl -fsS -X DELETE "$API/_apid/fault"
		curl -fsS "$API/_apid/fault" --data-binary \
			"/echo/*:fields=429|$fault@times=1"
		run --separate-stderr wdn-fetch --retry-delay 0.01 \
			--retry-max-time 60 -u "$API/echo/x"
		echo "fault: $fault"
		expect 0 '{*' ''
	done
}

@test "a wait of more than an hour is cut to that, and said" {
	start_apid
	for fault in 'Retry-After: 86400' \
		"Retry-After: $(printf '9%.0s' {1..60})" \
		'Retry-After: Fri, 31 Dec 9999 23:59:59 GMT' \
		'X-RateLimit-Reset: 99999'; do
		rm -rf var
		curl -fsS -X DELETE "$API/_apid/fault"
		curl -fsS "$API/_apid/fault" --data-binary \
			"/echo/*:fields=429|$fault"
		run --separate-stderr wdn-fetch --retry-max-time 3000 \
			-u "$API/echo/x"
		echo "fault: $fault"
		expect 75 '' "wdn-fetch: $API asks for a wait of more than 3600 s: cut to that
*in 3600.0 s, would be beyond --retry-max-time"
	done
}

@test "a wait beyond --retry-max-time is not begun, and is told" {
	start_apid --fault '/api/*:retry-after=86400'
	run --separate-stderr wdn-fetch --retry-max-time 5 offers -- 1
	expect 75 '' "*asks for a wait of more than 3600 s*status 429*beyond --retry-max-time"
	[ "$(counts .requests)" -eq 1 ]
	# ... by no other process either
	run --separate-stderr wdn-fetch --retry-max-time 5 offers -- 2
	expect 75 '' '*asked everybody to wait*'
	[ "$(counts .requests)" -eq 1 ]
}

@test "a 429 with a wait holds other processes, too" {
	start_apid --products 40 --fault '/api/*:retry-after=1@times=1'
	run --separate-stderr wdn-fetch --retry 0 offers -- 1
	expect 75 '' '*status 429*'
	run --separate-stderr wdn-fetch offers -- 2
	[ "$status" -eq 0 ]
	[ "$(asked '.[1].t_ms - .[0].t_ms >= 990')" = true ]
}

@test "a 503 with a wait does so, too; another server is not held" {
	start_apid --fault '/busy:fields=503|Retry-After: 600'
	there=$API
	there_pid=$apid_pid
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid
	run --separate-stderr wdn-fetch --retry 0 -u "$there/busy"
	[ "$status" -eq 75 ]
	run --separate-stderr wdn-fetch --retry-max-time 5 -u "$there/echo/x"
	expect 75 '' '*the server asked everybody to wait, for * s more*'
	run --separate-stderr wdn-fetch --retry-max-time 5 -u "$API/echo/x"
	expect 0 '{*' ''
	[ "$(API=$there counts .requests)" -eq 1 ]
	kill "$there_pid"
}

@test "who has a turn already is held, too" {
	local pid
	start_apid --fault '/busy:fields=429|Retry-After: 2'
	wdn-fetch --rate 40/m -u "$API/echo/{id}" -- 1 2 >out 3>&- &
	pid=$!
	arrived() { [ "$(counts .requests)" -ge 1 ]; }
	wait_for arrived
	# The turn of the second is in 1.5 seconds.
	run --separate-stderr wdn-fetch --retry 0 -u "$API/busy"
	[ "$status" -eq 75 ]
	wait "$pid"
	# shellcheck disable=SC2016 # jq's
	[ "$(asked '(map(select(.url == "/busy"))[0].answered_ms) as $at |
		map(select(.url == "/echo/2").t_ms - $at) |
		all(. < 0 or . >= 1990)')" = true ]
}

@test "--rate holds for all processes together" {
	start_apid --products 40
	product_ids | head -n 20 >ids
	run --separate-stderr xargs -P5 -n4 wdn-fetch --rate 20/s offers -- <ids
	[ "$status" -eq 0 ]
	[ "$(asked length)" -eq 20 ]
	# 20 slots are 19 gaps of 50 ms
	[ "$(asked '[.[].t_ms] | max - min >= 900')" = true ]
}

@test "a pace folder of another user's is not used, and that is said" {
	start_apid --products 40
	mkdir -p var
	ln -s /tmp var/pace
	run --separate-stderr wdn-fetch offers -- 1
	[ "$status" -eq 0 ]
	[[ $stderr == *'could not open the pace file of http://127.0.0.1:'*'set SLUICE_VAR'* ]]
}

@test "401 and 403 end the run at once" {
	for code in 401 403; do
		start_apid --fault "/api/*:$code"
		run --separate-stderr wdn-fetch -r rejects offers -- 1 2 3
		expect 77 '' "*status $code*not allowed"
		[ "$(counts .requests)" -eq 1 ]
		stop_apid
	done
}

@test "--give-up ends a run whose ids fail in a row" {
	start_apid --products 40 --fault '*/products/[0-9]/offers:status=500'
	with_offers 2
	run --separate-stderr wdn-fetch --retry 0 -r rejects -s stats --give-up 3 \
		offers -- 1 2 "${ids[0]}" 3 4 5 6 "${ids[1]}"
	expect 75 '{*' '*gave up: 3 ids failed in a row, the last: status 500: Sorry!*'
	[ "$(of_stats '[.in,.done,.rejected]|tojson')" = '[6,1,5]' ]
	[ "$(wc -l <rejects)" -eq 5 ]
}

@test "without rejects a failure ends the run, and the stats balance" {
	start_apid --products 40 --fault '*/products/7/offers:status=500'
	with_offers 2
	run --separate-stderr wdn-fetch --retry 1 -s stats offers -- "${ids[0]}" 7 "${ids[1]}"
	expect 75 '{*' '*could not fetch *status 500: Sorry! (after 2 attempts)'
	[ "$(of_stats '[.in,.done,.rejected,.retries,.exit]|tojson')" = '[1,1,0,1,75]' ]
}

@test "a server that is down: 75, soon, under xargs too" {
	start_apid
	stop_apid
	run --separate-stderr wdn-fetch --retry 2 offers -- 1
	expect 75 '' '*could not fetch "*": *onnect*[(]after 3 attempts)'
	seq 1 100 >ids
	run --separate-stderr xargs -P5 -n20 \
		wdn-fetch --retry 1 -r rejects -s stats offers -- <ids
	[ "$status" -eq 123 ]
	[ "$(jq -s 'all(.exit == 75 and .rejected == 5)' stats)" = true ]
	[ "$(wc -l <rejects)" -eq 25 ]
}

@test "xargs -P5 -n50 through 30 % chaos: each record once, nothing torn" {
	start_apid --products 600 --offers-rate 40 --chaos 30
	product_ids >ids
	run --separate-stderr bash -c \
		'xargs -P5 -n50 wdn-fetch -s stats offers -- <ids >out'
	[ "$status" -eq 0 ]
	[ "$(jq -r .id out | sort | cmp - <(truth) && echo same)" = same ]
	[ "$(jq -s 'map(.in) | add' stats)" -eq "$(wc -l <ids)" ]
	[ "$(jq -s 'map(.out) | add' stats)" -eq "$(wc -l <out)" ]
	[ "$(jq -s 'map(.retries) | add > 0' stats)" = true ]
}

@test "--parallel-max: more in flight, the order of the input" {
	start_apid --products 200 --offers-rate 60 --chaos 20 --latency 3
	product_ids >ids
	wdn-fetch offers <ids >one
	run --separate-stderr wdn-fetch --parallel-max 8 -s stats \
		--receipts receipts -o many offers <ids
	expect 0 '' ''
	cmp one many
	[ "$(jq -r .id receipts | cmp - ids && echo same)" = same ]
	[ "$(of_stats .in)" -eq "$(wc -l <ids)" ]
	[ "$(counts '.in_flight_max > 3 and .in_flight_max <= 8')" = true ]
	run --separate-stderr wdn-fetch --parallel-max 8 --unordered -o any offers <ids
	expect 0 '' ''
	cmp <(sort one) <(sort any)
}

@test "--parallel-max: all before a failure is printed, nothing after" {
	start_apid --products 40 --fault '*/products/7/offers:status=404'
	with_offers 4
	want=$(wdn-fetch hard -- "${ids[@]:0:2}")
	run --separate-stderr wdn-fetch --parallel-max 4 -s stats hard -- \
		"${ids[@]:0:2}" 7 "${ids[@]:2}"
	expect 69 "${want//[/[[]}" '*operand:3: could not fetch*'
	[ "$(of_stats '[.in,.done,.rejected]|tojson')" = '[3,2,1]' ]
}

@test "receipts: one line for each request, records or not" {
	start_apid --products 40 --fault '*/products/7/offers:status=500' \
		--fault '*/products/8/offers:badjson'
	with_offers 0
	none=$(comm -23 <(product_ids | sort) <(curl -fsS \
		"$API/_apid/truth/offers" | jq -r .product_id | sort -u) | head -n 1)
	run --separate-stderr wdn-fetch --retry 1 -r rejects -o out \
		--receipts receipts offers -- "${ids[0]}" "$none" 1 7
	[ "$status" -eq 1 ]
	run --separate-stderr jq -r '[.resource,.id,.status,.records,.attempts,.error]|tojson' receipts
	expect 0 "[[]\"offers\",\"${ids[0]}\",200,$(wc -l <out),1,null]
[[]\"offers\",\"$none\",200,0,1,null]
[[]\"offers\",\"1\",404,0,1,null]
[[]\"offers\",\"7\",500,0,2,\"status 500: Sorry! (after 2 attempts)\"]" ''
	run --separate-stderr jq -r 'select(.id == "7") | keys_unsorted | join(",")' receipts
	expect 0 'stage,resource,id,url,status,http,records,attempts,limited,bytes,dns_ms,connect_ms,tls_ms,ttfb_ms,total_ms,wait_ms,at,error' ''
	run --separate-stderr jq -r 'select(.id == "7") | .at' receipts
	expect 0 '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z' ''
}

@test "stats and receipts tell attempts, bytes and waits" {
	start_apid --products 40 --fault '/echo/a:retry-after=0.3@times=2' \
		--fault '/echo/b:status=500@times=1' --fault '/echo/d:cut=4@times=1'
	run --separate-stderr wdn-fetch --retry-delay 0.01 -s stats \
		--receipts receipts -u "$API/echo/{id}" -- a b c d
	[ "$status" -eq 0 ]
	[ "$(of_stats '[.attempts, .retries, .limited, .wait_ms >= 590]|tojson')" = '[8,4,2,true]' ]
	[ "$(jq -sc 'map([.id, .attempts, .limited, .wait_ms >= 590])' receipts)" = \
		'[["a",3,2,true],["b",2,0,false],["c",1,0,false],["d",2,0,false]]' ]
	[ "$(jq -sc 'map(.bytes) | add' receipts)" -eq "$(of_stats .bytes)" ]
	[ "$(jq -s 'all(.http == "1.1" and .tls_ms == 0 and .ttfb_ms > 0 and
		.connect_ms >= 0 and .dns_ms >= 0 and .total_ms >= .ttfb_ms)' receipts)" = true ]
	[ "$(jq -s '.[2].wait_ms' receipts)" = 0 ]
	# the pace counts as a wait
	run --separate-stderr wdn-fetch --rate 10/s -s paced \
		-u "$API/echo/{id}" -- a b c
	[ "$(jq '.wait_ms >= 100 and .attempts == 3' paced)" = true ]
}

@test "no receipt where the records could not be written" {
	start_apid --products 40
	with_offers 0
	full() {
		wdn-fetch --receipts receipts -s stats offers -- "${ids[0]}" \
			>/dev/full
	}
	run --separate-stderr full
	expect 74 '' '*could not write*'
	[ ! -s receipts ]
	[ "$(of_stats .exit)" -eq 74 ]
}

@test "--envelope: url, status, headers and the body as a text" {
	printf '<p>\xc3\xa9 "x"\n' >page.html
	printf '\xff\xfe\x00a' >binary
	start_apid --serve /page=page.html --serve /binary=binary
	run --separate-stderr wdn-fetch --envelope --with n=.n -u "$API/{p}" <<<'{"p":"page","n":5}'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	run --separate-stderr jq -c '[.url,.status,.headers["content-length"],.body,.n]' <<<"$output"
	expect 0 "[[]\"$API/page\",200,\"10\",\"<p>é \\\\\"x\\\\\"\\\\n\",5]" ''
	run --separate-stderr wdn-fetch --envelope -u "$API/binary"
	run --separate-stderr jq -c '[.body,.body_base64]' <<<"$output"
	expect 0 '[[]null,"//4AYQ=="]' ''
}

@test "an error's body is quoted, cut to a sane length, on one line" {
	printf 'line 1\r\nline 2\t\303\251%s' "$(printf 'é%.0s' {1..500})" >long
	start_apid --serve /long=long
	run --separate-stderr wdn-fetch -r rejects -u "$API/long"
	[ "$status" -eq 1 ]
	reason=$(jq -r .reason rejects)
	[[ $reason == *': line 1  line 2 éé'*'é...' ]]
	[ "$(printf %s "${reason#*: line}" | wc -c)" -le 203 ]
}

@test "an answer that is not what was wanted is a rejected id" {
	start_apid --products 40
	with_offers 0
	curl -fsS "$API/_apid/fault" --data-binary "*/1/offers:text
*/${ids[0]}/offers:badjson
*/${ids[1]}/offers:length=-5"
	run --separate-stderr wdn-fetch -r rejects offers -- 1 "${ids[@]}"
	[ "$status" -eq 1 ]
	run --separate-stderr jq -rs '.[].reason' rejects
	expect 0 'could not fetch "*": status 200, but the answer is no JSON: *at byte 1: *
could not fetch "*": status 200, but the answer is no JSON: *
could not fetch "*": status 200, but the answer is no JSON: *' ''
	stop_apid
	start_apid
	run --separate-stderr wdn-fetch -u "$API/animals/v1/animals" --records .data
	expect 65 '' '*status 200, but .data leads nowhere in the answer: {*'
	run --separate-stderr wdn-fetch -u "$API/animals/v1/animals" --records .page
	expect 65 '' '*.page leads to a number in the answer*'
}

@test "redirects are followed, but not for ever and not everywhere" {
	start_apid --products 40
	with_offers 0
	there=$API
	there_pid=$apid_pid
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid \
		--fault "/there:redirect=$there/api/v1/products/${ids[0]}/offers" \
		--fault '/loop:redirect=/loop' --fault '/ftp:redirect=ftp://127.0.0.1/'
	run --separate-stderr wdn-fetch --records .data -H 'X-Key: sesame' \
		-H 'Authorization: Bearer abcdef' -u "$API/there"
	expect 0 '{*' ''
	[ "$(asked '.[0].headers.authorization')" = true ]
	[ "$(API=$there asked '.[-1].headers.authorization')" = false ]
	run --separate-stderr wdn-fetch -u "$API/loop"
	expect 69 '' '*more than 10 redirects*'
	run --separate-stderr wdn-fetch -u "$API/ftp"
	expect 69 '' '*another protocol is not followed'
	kill "$there_pid"
}

@test "header fields: from options, files, a bearer file; secrets stay secret" {
	start_apid --products 40 --fault '/denied*:401'
	printf 'Accept: text/x\n\nX-Key: open-sesame\n' >fields
	printf 'token-of-mine\n' >token
	run --separate-stderr wdn-fetch -v -H @fields --bearer-file token \
		offers -- 1
	[ "$status" -eq 0 ]
	[ "$(asked '.[0].headers | [.accept, .authorization] | tojson')" = \
		'["text/x",true]' ]
	[[ $(asked '.[0].headers["user-agent"]') == sluice/* ]]
	run --separate-stderr wdn-fetch -v --bearer-file token \
		--receipts receipts -u "$API/denied?key=token-of-mine"
	expect 77 '' '*denied?key=\*\*\**not allowed'
	[[ $(<receipts) == *'denied?key=***'* ]]
	[[ $stderr$(<receipts) != *token-of-mine* ]]
	printf 'to/ken of\tmine\n' >token
	run --separate-stderr wdn-fetch -v --bearer-file token \
		-u "$API/denied?key=to%2fken+of%09mine&again=dG8va2VuIG9mCW1pbmU="
	expect 77 '' '*denied?key=\*\*\*&again=\*\*\*U=*not allowed'
	run --separate-stderr wdn-fetch -u "${API/\/\//\/\/me:p4ssword@}/denied"
	expect 77 '' '*//me:[*][*][*]@*not allowed'
	[ "$(asked '.[-1].headers.authorization')" = true ]
	run --separate-stderr wdn-fetch -H nonsense -u "$API/"
	expect 64 '' '*"nonsense" is no header field*'
	run --separate-stderr wdn-fetch -H @nowhere -u "$API/"
	expect 66 '' '*could not open file "nowhere": No such file or directory'
}

# credentials: each way to give some, in `given` as options, in `sent` as the
# field that they become, and in `hidden` what must never be shown.
credentials() {
	printf 'X-Key: open-sesame\n' >fields
	printf 'token-of-mine\n' >token
	printf 'me:p4ss:word\n' >user
	printf 'machine 127.0.0.1 login me\n\tpassword "p4ss \\"word"\n' >netrc
	chmod 600 netrc
	export NETRC=$PWD/netrc
	given=('-H @fields' '--bearer-file token' '--user-file user' '-n'
		'-H Authorization:open-sesame')
	sent=('"x-key":"open-sesame"' '"authorization":"Bearer token-of-mine"'
		"\"authorization\":\"Basic $(printf 'me:p4ss:word' | base64)\""
		"\"authorization\":\"Basic $(printf 'me:p4ss "word' | base64)\""
		'"authorization":"open-sesame"')
	hidden=(open-sesame token-of-mine p4ss:word 'p4ss "word' open-sesame)
}

@test "credentials: each way is sent, and never shown" {
	start_apid
	credentials
	for way in "${!given[@]}"; do
		read -ra words <<<"${given[way]}"
		echo "given: ${given[way]}"
		run --separate-stderr wdn-fetch "${words[@]}" -u "$API/echo/x"
		expect 0 "*${sent[way]}*" ''
		# also where the server sends them back
		rm -f rejects receipts stats
		run --separate-stderr wdn-fetch -v "${words[@]}" -r rejects \
			--receipts receipts -s stats -u "$API/echo/status/400"
		expect 1 '' '*status 400: {*[*][*][*]*'
		[[ $(<rejects) == *'***'* ]]
		all=$stderr$(cat rejects receipts stats)
		[[ $all != *"${hidden[way]}"* ]]
		[[ $all != *"$(printf %s "${hidden[way]}" | base64)"* ]]
		[[ $all != *"$(printf 'me:%s' "${hidden[way]}" | base64)"* ]]
	done
}

@test "credentials: none of them goes to another origin" {
	start_apid
	there=$API
	there_pid=$apid_pid
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid \
		--fault "/there:redirect=307,$there/echo/there" \
		--fault "/here:redirect=307,/echo/here"
	credentials
	for way in "${!given[@]}"; do
		read -ra words <<<"${given[way]}"
		echo "given: ${given[way]}"
		run --separate-stderr wdn-fetch "${words[@]}" -u "$API/here"
		expect 0 "*${sent[way]}*" ''
		run --separate-stderr wdn-fetch "${words[@]}" -u "$API/there"
		expect 0 '*"/echo/there"*' ''
		[[ $output != *authorization* && $output != *x-key* ]]
	done
	curl -fsS "$API/_apid/fault" --data-binary "/full:redirect=$API/echo/x"
	for path in here full; do
		run --separate-stderr wdn-fetch \
			-u "${API/\/\//\/\/me:p4s%20s@}/$path"
		expect 0 "*\"authorization\":\"Basic $(printf 'me:p4s s' | base64)\"*" ''
	done
	run --separate-stderr wdn-fetch -u "${API/\/\//\/\/me:p4ssword@}/there"
	expect 0 '*"/echo/there"*' ''
	[[ $output != *authorization* ]]
	kill "$there_pid"
}

@test "{+name}: whole URLs from records" {
	start_apid
	run --separate-stderr wdn-fetch -r rejects --receipts receipts \
		-u '{+link}?viewall={n}' <<-END
		{"link":"$API/echo/a%20b c(1)","n":"1/2"}
		{"link":"/echo/x","n":1}
		{"link":"","n":1}
		{"link":"gopher://127.0.0.1/","n":1}
	END
	expect 1 '{"method":"GET","url":"/echo/a%20b%20c(1)?viewall=1%2F2",*' \
		'*3 of 4 records were rejected*'
	run --separate-stderr jq -r .reason rejects
	expect 0 'no URL: "/echo/x?viewall=1": *
member "link" is "", which cannot stand in a path
could not fetch "gopher://127.0.0.1/?viewall=1": *rotocol*' ''
	[ "$(jq -r .id receipts | head -n 1)" = "$API/echo/a%20b c(1)" ]
}

@test "{+name}: credentials go to the profile's server, or nowhere" {
	start_apid
	there=$API
	there_pid=$apid_pid
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid
	credentials
	cat >shop.json <<-'END'
		{"base_url": "${API}/echo", "headers": {"X-Key": "hush-hush"},
		 "resources": {"page": {"path": "{+link}"},
		               "sub": {"path": "/sub/{+link}"}}}
	END
	run --separate-stderr wdn-fetch -p shop.json page <<-END
		{"link":"$API/echo/x"}
		{"link":"$there/echo/x"}
	END
	expect 0 '*' ''
	[ "$(jq -c '.headers["x-key"]' <<<"$output")" = $'"hush-hush"\nnull' ]
	# It stays below a path that is given.
	run --separate-stderr wdn-fetch -p shop.json sub <<<'{"link":"@evil/x"}'
	[ "$(jq -r '[.url, .headers["x-key"]] | tojson' <<<"$output")" = \
		'["/echo/sub/@evil/x","hush-hush"]' ]
	# The profile tells whose they are, for another template, too.
	run --separate-stderr wdn-fetch -p shop.json -u "${API}{+link}" \
		<<<"{\"link\":\"/echo/x\"}"
	expect 0 '*hush-hush*' ''
	for way in "${!given[@]}"; do
		read -ra words <<<"${given[way]}"
		echo "given: ${given[way]}"
		run --separate-stderr wdn-fetch "${words[@]}" -u '{+link}' \
			<<<"{\"link\":\"$API/echo/x\"}"
		[ "$status" -eq 78 ] || [ "$status" -eq 64 ]
		[[ $stderr == *'the "base_url" of a profile has to say'* ]]
	done
	run --separate-stderr wdn-fetch -H 'Accept: text/html' -u '{+link}' \
		<<<"{\"link\":\"$API/echo/x\"}"
	expect 0 '*text/html*' ''
	[ "$(counts .requests)" -eq 4 ]
	kill "$there_pid"
}

@test "credentials: what is wrong with their files is said" {
	credentials
	: >empty
	echo nobody >user
	run --separate-stderr wdn-fetch --bearer-file empty -u http://127.0.0.1:1/
	expect 78 '' 'wdn-fetch: could not read file "empty": it is empty'
	run --separate-stderr wdn-fetch --user-file user -u http://127.0.0.1:1/
	expect 78 '' 'wdn-fetch: file "user": wanted: USER:PASSWORD'
	run --separate-stderr wdn-fetch --user-file none -u http://127.0.0.1:1/
	expect 66 '' 'wdn-fetch: could not open file "none": No such file *'
	run --separate-stderr wdn-fetch --user-file user --bearer-file token \
		-u http://127.0.0.1:1/
	expect 64 '' '*--bearer-file and --user-file exclude each other*'
	NETRC=$PWD/none run --separate-stderr wdn-fetch -n -u http://127.0.0.1:1/
	expect 66 '' 'wdn-fetch: could not open file "*/none": No such file *'
	run --separate-stderr env -u NETRC -u HOME wdn-fetch -n -u http://127.0.0.1:1/
	expect 66 '' '*--netrc needs NETRC, or a HOME with a .netrc'
	printf 'X-Key: a\001b\n' >fields
	run --separate-stderr wdn-fetch -H @fields -u http://127.0.0.1:1/
	expect 78 '' '*"X-Key" has a control byte in its value, in file "fields"'
	printf 'X-Key\n' >fields
	run --separate-stderr wdn-fetch -H @fields -u http://127.0.0.1:1/
	expect 78 '' '*"X-Key" is no header field: wanted "Name: value", in file "fields"'
}

@test "a 401 tells what the server wants" {
	start_apid --fault '/basic:fields=401|WWW-Authenticate: Basic realm="x"' \
		--fault '/digest:fields=401|WWW-Authenticate: Digest realm="x", nonce="y"'
	run --separate-stderr wdn-fetch -u "$API/basic"
	expect 77 '' '*status 401: it wants Basic: Sorry!: not allowed'
	run --separate-stderr wdn-fetch -u "$API/digest"
	expect 77 '' '*status 401: it wants Digest: Sorry!: not allowed'
}

@test "a redirect goes at the pace of the server that it leads to" {
	start_apid --fault '/busy:retry-after=1@times=1'
	there=$API
	there_pid=$apid_pid
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid \
		--fault "/there:redirect=$there/echo/there"
	run --separate-stderr wdn-fetch --retry 0 -u "$there/busy"
	[ "$status" -eq 75 ]
	run --separate-stderr wdn-fetch -u "$API/there"
	expect 0 '*"/echo/there"*' ''
	[ "$(API=$there asked '.[1].t_ms - .[0].t_ms >= 990')" = true ]
	# each hop takes a turn of the rate
	curl -fsS "$API/_apid/reset" -d ''
	curl -fsS "$API/_apid/fault" --data-binary '/hop:redirect=/echo/x'
	run --separate-stderr wdn-fetch --rate 5/s -u "$API/hop" -- 1 2
	[ "$status" -eq 0 ]
	[ "$(asked '[.[].t_ms] | length == 4 and max - min >= 450')" = true ]
	kill "$there_pid"
}

@test "--max-body bounds an answer" {
	start_apid
	run --separate-stderr wdn-fetch --max-body 20 -u "$API/animals/v1/animals"
	expect 69 '' '*the answer is longer than the 20 bytes of --max-body'
	[ "$(counts .requests)" -eq 1 ]
}

@test "SIGTERM while waiting for another attempt: it dies by it, stats written" {
	start_apid --fault '/api/*:retry-after=30'
	wdn-fetch -s stats -q offers -- 1 2 >out 2>err 3>&- &
	pid=$!
	wait_for was_asked
	kill "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
	[ "$(of_stats '[.in,.exit]|tojson')" = '[0,143]' ]
	[ "$(counts .requests)" -eq 1 ]
}

@test "SIGTERM: what is in flight is finished and printed" {
	start_apid --products 40 --latency 400
	with_offers 18
	wdn-fetch -s stats --receipts receipts offers -- "${ids[@]}" \
		>out 2>err 3>&- &
	pid=$!
	wait_for was_asked
	kill -TERM "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
	n=$(of_stats .in)
	[ "$(of_stats .done)" -eq "$n" ]
	((n > 0 && n < 20))
	# no request was made for nothing
	[ "$(counts .requests)" -eq "$n" ]
	cmp <(jq -r .id receipts) <(lines "${ids[@]:0:n}")
	[ "$(jq -s length out)" -eq "$(jq -s 'map(.records) | add' receipts)" ]
}

@test "a live pipeline: an answer does not wait for the next id" {
	start_apid --products 40
	with_offers 0
	mkfifo in
	for n in 1 4; do
		wdn-fetch --parallel-max $n offers <in >out 3>&- &
		pid=$!
		exec 5>in
		echo "${ids[0]}" >&5
		wait_for test -s out
		[ -s out ]
		exec 5>&-
		wait "$pid"
	done
}

@test "a kept connection that closes under a request costs nothing" {
	start_apid --products 40 --fault '/api/*:close-after@nth=3'
	with_offers 10
	run --separate-stderr wdn-fetch -s stats offers -- "${ids[@]}"
	[ "$status" -eq 0 ]
	[ "$(of_stats .done)" -eq "${#ids[@]}" ]
}

@test "what is wrong with the command line or the profile is said" {
	API=http://127.0.0.1:1
	export API
	run --separate-stderr wdn-fetch
	expect 64 '' '*wanted: the name of a resource, or --url*'
	run --separate-stderr wdn-fetch offer -- 1
	expect 64 '' '*api.json has no resource "offer"; it has: offers, hard, retailers*'
	run --separate-stderr wdn-fetch -p none.json offers -- 1
	expect 78 '' '*could not read profile "none.json": No such file or directory: name one with -p, or a URL with -u*'
	run --separate-stderr wdn-fetch --rate 5 offers -- 1
	expect 64 '' '*bad value "5" for --rate: wanted:*'
	run --separate-stderr wdn-fetch --parallel-max 0 offers -- 1
	expect 64 '' '*--parallel-max*'
	run --separate-stderr wdn-fetch -u 'nonsense{id}' -- 1
	expect 65 '' '*no URL: "nonsense1"*'
	run --separate-stderr env -u API wdn-fetch offers -- 1
	expect 78 '' '*api.json: key "base_url": the environment variable API is not set'
	echo '{"resources":{"o":{"path":"/x","records":".a["}}}' >bad.json
	run --separate-stderr wdn-fetch -p bad.json o
	expect 78 '' '*bad.json: *'
	echo '{"http":{"rate":"x"},"resources":{"o":{"path":"http://h/"}}}' >bad.json
	run --separate-stderr wdn-fetch -p bad.json o
	expect 78 '' '*bad.json: key "http.rate": "x": wanted*'
	echo '{"resources":{"o":{"path":"/x","give_up":[]}}}' >bad.json
	run --separate-stderr wdn-fetch -p bad.json o
	expect 78 '' '*bad.json: key "resources.o.give_up": has to be a number, is an array'
}

@test "recorded answers of the Animals API, read back" {
	need_data animals/animal_1.json
	start_apid \
		--serve "/animals/v1/animals?page=1=$data/animals/animals_page_1.json" \
		--serve "/animals/v1/animals/1=$data/animals/animal_1.json"
	run --separate-stderr wdn-fetch -u "$API/animals/v1/animals/{id}" -- 1
	expect 0 "$(jq -c . "$data/animals/animal_1.json")" ''
	run --separate-stderr paginate -u "$API/animals/v1/animals" --by page \
		--records .items --total-pages .total_pages --max-pages 1
	expect 0 "$(jq -c '.items[]' "$data/animals/animals_page_1.json")" '*'
}
